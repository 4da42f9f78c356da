/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The request a fake client makes, and the contract's view of it.
 */
#include "fake-private.h"

#include <errno.h>
#include <string.h>

#include "codec/architecture.h"
#include "codec/identity.h"

static void set_text(struct boot_host_request *request, uint32_t field, const char *text) {
    if (text != NULL)
        g_hash_table_insert(request->fields, GUINT_TO_POINTER(field), g_strdup(text));
}

static void set_number(struct boot_host_request *request, uint32_t field, int64_t value) {
    g_hash_table_insert(request->numbers, GUINT_TO_POINTER(field), g_memdup2(&value, sizeof value));
}

static void set_uuid(struct boot_host_request *request, const char *uuid) {
    uint8_t bytes[IDENTITY_UUID_SIZE];
    char text[IDENTITY_UUID_TEXT_SIZE];
    if (uuid == NULL || !identity_parse_uuid(uuid, IDENTITY_UUID_SMBIOS, bytes))
        return;
    identity_format_uuid(bytes, IDENTITY_UUID_SMBIOS, text);
    set_text(request, BOOT_HOST_REQUEST_UUID, text);
    identity_format_uuid(bytes, IDENTITY_UUID_RAW, text);
    set_text(request, BOOT_HOST_REQUEST_UUID_SWAPPED, text);
}

static void set_architectures(struct boot_host_request *request, const char *names) {
    request->architectures = g_strsplit(names != NULL ? names : "", " ", -1);
    if (names == NULL)
        return;
    uint16_t code = 0;
    set_text(request, BOOT_HOST_REQUEST_ARCHITECTURE, request->architectures[0]);
    if (architecture_code(request->architectures[0], &code))
        set_number(request, BOOT_HOST_REQUEST_ARCHITECTURE_CODE, code);
}

static const char *or_default(const char *text, const char *fallback) {
    return text != NULL ? text : fallback;
}

static const char *stage_name(uint32_t stage) {
    static const char *const names[] = {
        [BOOT_HOST_STAGE_DISCOVER] = "discover",
        [BOOT_HOST_STAGE_BOOT_SERVER] = "boot-server",
        [BOOT_HOST_STAGE_FILE] = "file",
        [BOOT_HOST_STAGE_HTTP] = "http",
        [BOOT_HOST_STAGE_DHCPV6_SOLICIT] = "dhcpv6-solicit",
        [BOOT_HOST_STAGE_DHCPV6_REQUEST] = "dhcpv6-request",
    };
    return stage < G_N_ELEMENTS(names) ? names[stage] : NULL;
}

static void set_place(struct boot_host_request *request,
                      const struct boot_host_fake_request *from) {
    const char *server = or_default(from->server, "10.0.0.1");
    const char *near = or_default(from->relay, or_default(from->client, server));
    set_text(request, BOOT_HOST_REQUEST_INTERFACE, or_default(from->interface_name, "eth0"));
    set_text(request, BOOT_HOST_REQUEST_NETWORK, or_default(from->network, near));
    set_text(request, BOOT_HOST_REQUEST_SOURCE,
             or_default(from->source, or_default(from->client, "0.0.0.0")));
    set_text(request, BOOT_HOST_REQUEST_CLIENT, from->client);
    set_text(request, BOOT_HOST_REQUEST_RELAY, from->relay);
    set_text(request, BOOT_HOST_REQUEST_SERVER, server);
    set_text(request, BOOT_HOST_REQUEST_FAMILY, or_default(from->family, "ipv4"));
}

static void set_numbers(struct boot_host_request *request,
                        const struct boot_host_fake_request *from, uint32_t stage) {
    set_number(request, BOOT_HOST_REQUEST_STAGE_NUMBER, stage);
    set_number(request, BOOT_HOST_REQUEST_SECONDS, from->seconds);
    set_number(request, BOOT_HOST_REQUEST_MESSAGE_SIZE,
               from->message_size != 0 ? from->message_size : 548);
    set_number(request, BOOT_HOST_REQUEST_ATTEMPT, from->attempt != 0 ? from->attempt : 1);
    if (from->has_boot_item != 0) {
        set_number(request, BOOT_HOST_REQUEST_BOOT_ITEM, from->boot_item);
        set_number(request, BOOT_HOST_REQUEST_BOOT_LAYER, from->boot_layer);
    }
}

/* Takes `value`. What the last decision left goes first. */
static void add_fact(struct boot_host_request *request, const char *name, char *value) {
    if (value == NULL || g_hash_table_contains(request->facts, name))
        g_free(value);
    else
        g_hash_table_insert(request->facts, g_strdup(name), value);
}

static void set_facts(struct boot_host_request *request, const char *const *facts) {
    static const struct {
        const char *name;
        uint32_t field;
    } texts[] = {
        {"mac", BOOT_HOST_REQUEST_MAC},
        {"uuid", BOOT_HOST_REQUEST_UUID},
        {"uuid-swapped", BOOT_HOST_REQUEST_UUID_SWAPPED},
        {"architecture", BOOT_HOST_REQUEST_ARCHITECTURE},
        {"loader", BOOT_HOST_REQUEST_LOADER},
        {"interface", BOOT_HOST_REQUEST_INTERFACE},
        {"network", BOOT_HOST_REQUEST_NETWORK},
        {"source", BOOT_HOST_REQUEST_SOURCE},
        {"client", BOOT_HOST_REQUEST_CLIENT},
        {"relay", BOOT_HOST_REQUEST_RELAY},
        {"server", BOOT_HOST_REQUEST_SERVER},
        {"stage", BOOT_HOST_REQUEST_STAGE},
        {"vendor-class", BOOT_HOST_REQUEST_VENDOR_CLASS},
        {"user-class", BOOT_HOST_REQUEST_USER_CLASS},
        {"host-name", BOOT_HOST_REQUEST_HOST_NAME},
        {"file", BOOT_HOST_REQUEST_FILE},
    };
    static const struct {
        const char *name;
        uint32_t field;
    } numbers[] = {
        {"architecture-code", BOOT_HOST_REQUEST_ARCHITECTURE_CODE},
        {"attempt", BOOT_HOST_REQUEST_ATTEMPT},
    };
    request->facts = fake_facts_new(facts);
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        add_fact(request, texts[i].name,
                 g_strdup(g_hash_table_lookup(request->fields, GUINT_TO_POINTER(texts[i].field))));
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        const int64_t *number =
            g_hash_table_lookup(request->numbers, GUINT_TO_POINTER(numbers[i].field));
        if (number != NULL)
            add_fact(request, numbers[i].name, g_strdup_printf("%" G_GINT64_FORMAT, *number));
    }
}

static void set_options(struct boot_host_request *request,
                        const struct boot_host_fake_request *from) {
    request->options =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
    for (size_t i = 0; i < from->option_count; i++) {
        const struct boot_host_fake_option *option = &from->options[i];
        g_hash_table_insert(request->options, fake_option_key(option->space, option->code),
                            g_bytes_new(option->value.data, option->value.size));
    }
    request->packet = g_bytes_new(from->packet.data, from->packet.size);
}

struct boot_host_request *fake_request_new(const struct boot_host_fake_request *from,
                                           uint32_t default_stage) {
    struct boot_host_request *request = g_new0(struct boot_host_request, 1);
    uint32_t stage = from->stage != 0 ? from->stage : default_stage;
    request->fields = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    request->numbers = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    set_text(request, BOOT_HOST_REQUEST_MAC, from->mac);
    set_text(request, BOOT_HOST_REQUEST_CLIENT_ID, from->client_id);
    set_text(request, BOOT_HOST_REQUEST_LOADER, or_default(from->loader, "firmware"));
    set_text(request, BOOT_HOST_REQUEST_VENDOR_CLASS, or_default(from->vendor_class, "PXEClient"));
    set_text(request, BOOT_HOST_REQUEST_USER_CLASS, from->user_class);
    set_text(request, BOOT_HOST_REQUEST_FILE, from->file);
    set_text(request, BOOT_HOST_REQUEST_HOST_NAME, from->host_name);
    set_text(request, BOOT_HOST_REQUEST_STAGE, stage_name(stage));
    set_text(request, BOOT_HOST_REQUEST_TRANSPORT,
             or_default(from->transport, stage == BOOT_HOST_STAGE_FILE ? "tftp" : "dhcp"));
    set_uuid(request, from->uuid);
    set_architectures(request, from->architectures);
    set_place(request, from);
    set_numbers(request, from, stage);
    set_facts(request, from->facts);
    set_options(request, from);
    return request;
}

void fake_request_free(struct boot_host_request *request) {
    g_hash_table_unref(request->fields);
    g_hash_table_unref(request->numbers);
    g_hash_table_unref(request->options);
    g_hash_table_unref(request->facts);
    g_strfreev(request->architectures);
    g_bytes_unref(request->packet);
    g_free(request);
}

static const char *request_text(const struct boot_host_request *request, uint32_t field) {
    return g_hash_table_lookup(request->fields, GUINT_TO_POINTER(field));
}

static int32_t request_number(const struct boot_host_request *request, uint32_t field,
                              int64_t *ret_value) {
    const int64_t *value = g_hash_table_lookup(request->numbers, GUINT_TO_POINTER(field));
    if (value == NULL)
        return -ENOENT;
    *ret_value = *value;
    return 0;
}

static int32_t request_is(const struct boot_host_request *request, const char *architecture) {
    uint16_t code = 0;
    if (architecture == NULL || !architecture_code(architecture, &code))
        return -EINVAL;
    return g_strv_contains((const char *const *) request->architectures, architecture) ? 1 : 0;
}

static const char *request_architecture(const struct boot_host_request *request, uint32_t index) {
    return index < g_strv_length(request->architectures) ? request->architectures[index] : NULL;
}

static int32_t request_option(const struct boot_host_request *request, uint32_t space,
                              uint32_t code, struct boot_host_span *ret_value) {
    return fake_option_get(request->options, space, code, ret_value);
}

static struct boot_host_span request_packet(const struct boot_host_request *request) {
    struct boot_host_span span = {0};
    span.data = g_bytes_get_data(request->packet, &span.size);
    return span;
}

static int64_t request_expand(const struct boot_host_request *request, const char *text,
                              char *buffer, size_t size) {
    return fake_expand(request->facts, NULL, text, buffer, size);
}

static const char *request_fact(const struct boot_host_request *request, const char *name) {
    return name != NULL ? g_hash_table_lookup(request->facts, name) : NULL;
}

static const char *host_architecture_name(const struct boot_host *host, uint32_t index) {
    return architecture_name_at(index);
}

void fake_request_fill_table(struct boot_host *table) {
    table->request_text = request_text;
    table->request_number = request_number;
    table->request_is = request_is;
    table->request_architecture = request_architecture;
    table->request_option = request_option;
    table->request_packet = request_packet;
    table->request_expand = request_expand;
    table->request_fact = request_fact;
    table->architecture_name = host_architecture_name;
}
