/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A request as a message and back.
 */
#include "provider/remote-request.h"

#include "boot/reply.h"
#include "boot/request.h"
#include "boot/trace.h"

/* The numbers of the protocol; "stage-number" travels apart, as it is never absent. */
static const struct {
    const char *name;
    uint32_t field;
} numbers[] = {
    {"architecture-code", BOOT_HOST_REQUEST_ARCHITECTURE_CODE},
    {"seconds", BOOT_HOST_REQUEST_SECONDS},
    {"message-size", BOOT_HOST_REQUEST_MESSAGE_SIZE},
    {"boot-item", BOOT_HOST_REQUEST_BOOT_ITEM},
    {"boot-layer", BOOT_HOST_REQUEST_BOOT_LAYER},
    {"attempt", BOOT_HOST_REQUEST_ATTEMPT},
};

/* The texts, by the names of facts where they are facts. */
static const struct {
    const char *name;
    uint32_t field;
} texts[] = {
    {"mac", BOOT_HOST_REQUEST_MAC},
    {"uuid", BOOT_HOST_REQUEST_UUID},
    {"uuid-swapped", BOOT_HOST_REQUEST_UUID_SWAPPED},
    {"client-id", BOOT_HOST_REQUEST_CLIENT_ID},
    {"architecture", BOOT_HOST_REQUEST_ARCHITECTURE},
    {"loader", BOOT_HOST_REQUEST_LOADER},
    {"vendor-class", BOOT_HOST_REQUEST_VENDOR_CLASS},
    {"user-class", BOOT_HOST_REQUEST_USER_CLASS},
    {"interface", BOOT_HOST_REQUEST_INTERFACE},
    {"network", BOOT_HOST_REQUEST_NETWORK},
    {"source", BOOT_HOST_REQUEST_SOURCE},
    {"client", BOOT_HOST_REQUEST_CLIENT},
    {"relay", BOOT_HOST_REQUEST_RELAY},
    {"server", BOOT_HOST_REQUEST_SERVER},
    {"family", BOOT_HOST_REQUEST_FAMILY},
    {"transport", BOOT_HOST_REQUEST_TRANSPORT},
    {"file", BOOT_HOST_REQUEST_FILE},
    {"host-name", BOOT_HOST_REQUEST_HOST_NAME},
    {"stage", BOOT_HOST_REQUEST_STAGE},
};

/* ---- To a message ---------------------------------------------------------------------------- */

static void put(GVariantBuilder *builder, const char *key, GVariant *value) {
    g_variant_builder_add(builder, "{sv}", key, value);
}

static void put_text(GVariantBuilder *builder, const char *key, const char *text) {
    if (text != NULL)
        put(builder, key, g_variant_new_take_string(g_utf8_make_valid(text, -1)));
}

static GVariant *make_packet(const struct boot_host_span *packet) {
    return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, packet->data, packet->size, 1);
}

static GVariant *make_origin(const struct request *request) {
    const struct request_origin *origin = request_get_origin(request);
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
    put_text(&builder, "source", request_text(request, BOOT_HOST_REQUEST_SOURCE));
    put(&builder, "source-port", g_variant_new_uint16(origin->source.port));
    put_text(&builder, "server", request_text(request, BOOT_HOST_REQUEST_SERVER));
    put(&builder, "server-port", g_variant_new_uint16(origin->server.port));
    put_text(&builder, "interface", origin->interface_name);
    put(&builder, "interface-index", g_variant_new_uint32(origin->interface_index));
    put(&builder, "port", g_variant_new_uint16(origin->port));
    put(&builder, "attempt", g_variant_new_uint32(origin->attempt));
    return g_variant_builder_end(&builder);
}

static GVariant *make_architectures(const struct request *request) {
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE_STRING_ARRAY);
    const char *name = NULL;
    for (uint32_t i = 0; (name = request_architecture(request, i)) != NULL; i++)
        g_variant_builder_add(&builder, "s", name);
    return g_variant_builder_end(&builder);
}

static void put_fields(GVariantBuilder *builder, const struct request *request) {
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        put_text(builder, texts[i].name, request_text(request, texts[i].field));
    put(builder, "architectures", make_architectures(request));
    put(builder, "stage-number", g_variant_new_uint32(request_get_stage(request)));
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
        int64_t value = 0;
        if (request_number(request, numbers[i].field, &value) == 0)
            put(builder, numbers[i].name, g_variant_new_int64(value));
    }
}

static void put_facts(GVariantBuilder *builder, const struct trace *decision) {
    if (decision == NULL)
        return;
    const char *name = NULL;
    const char *value = NULL;
    GVariantBuilder facts;
    g_variant_builder_init(&facts, G_VARIANT_TYPE("a{ss}"));
    for (guint i = 0; trace_fact_at(decision, i, &name, &value); i++)
        g_variant_builder_add(&facts, "{ss}", name, value);
    put(builder, "facts", g_variant_builder_end(&facts));
}

GVariant *remote_request_to_variant(const struct request *request, enum remote_form form) {
    struct boot_host_span packet = request_packet(request);
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
    if (form == REMOTE_FIELDS || packet.size == 0)
        put_fields(&builder, request);
    put(&builder, "origin", make_origin(request));
    if (packet.size > 0)
        put(&builder, "packet", make_packet(&packet));
    put_facts(&builder, request_get_decision(request));
    return g_variant_builder_end(&builder);
}

/* ---- From a message -------------------------------------------------------------------------- */

static void read_address(GVariantDict *origin, const char *name, struct address *ret_address) {
    const char *text = NULL;
    g_autofree char *port_key = g_strconcat(name, "-port", NULL);
    if (g_variant_dict_lookup(origin, name, "&s", &text) && address_parse(text, ret_address))
        g_variant_dict_lookup(origin, port_key, "q", &ret_address->port);
}

/* Text of it lies in the variant. */
static struct request_origin read_origin(GVariantDict *dict) {
    struct request_origin origin = {0};
    g_autoptr(GVariant) variant =
        g_variant_dict_lookup_value(dict, "origin", G_VARIANT_TYPE_VARDICT);
    if (variant == NULL)
        return origin;
    GVariantDict inner;
    g_variant_dict_init(&inner, variant);
    read_address(&inner, "source", &origin.source);
    read_address(&inner, "server", &origin.server);
    g_variant_dict_lookup(&inner, "interface", "&s", &origin.interface_name);
    g_variant_dict_lookup(&inner, "interface-index", "u", &origin.interface_index);
    g_variant_dict_lookup(&inner, "port", "q", &origin.port);
    g_variant_dict_lookup(&inner, "attempt", "u", &origin.attempt);
    g_variant_dict_clear(&inner);
    return origin;
}

static struct request *read_packet(GVariant *packet, const struct request_origin *origin) {
    gsize size = 0;
    const void *bytes = g_variant_get_fixed_array(packet, &size, 1);
    struct request *request = NULL;
    return request_new(bytes, size, origin, &request) == REQUEST_OK ? request : NULL;
}

static struct trace *read_facts(GVariantDict *dict) {
    g_autoptr(GVariant) facts = g_variant_dict_lookup_value(dict, "facts", G_VARIANT_TYPE("a{ss}"));
    if (facts == NULL)
        return NULL;
    struct reply *reply = reply_new();
    GVariantIter iter;
    const char *name = NULL;
    const char *value = NULL;
    g_variant_iter_init(&iter, facts);
    while (g_variant_iter_next(&iter, "{&s&s}", &name, &value))
        reply_fact_set(reply, name, value);
    struct trace *trace = trace_new(0, 0);
    trace_set_facts(trace, NULL, reply);
    reply_unref(reply);
    return trace;
}

static struct request *read_fields(GVariantDict *dict, const struct request_origin *origin) {
    struct request_fields fields = {.origin = origin};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_variant_dict_lookup(dict, texts[i].name, "&s", &fields.texts[texts[i].field]);
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++)
        fields.has_number[numbers[i].field] =
            g_variant_dict_lookup(dict, numbers[i].name, "x", &fields.numbers[numbers[i].field]);
    if (!g_variant_dict_lookup(dict, "stage-number", "u", &fields.stage))
        return NULL;
    g_autoptr(GVariant) names =
        g_variant_dict_lookup_value(dict, "architectures", G_VARIANT_TYPE_STRING_ARRAY);
    fields.architectures = names != NULL ? g_variant_get_strv(names, NULL) : NULL;
    fields.decision = read_facts(dict);
    struct request *request = request_new_fields(&fields);
    trace_unref(fields.decision);
    g_free(fields.architectures);
    return request;
}

struct request *remote_request_from_variant(GVariant *variant) {
    GVariantDict dict;
    g_variant_dict_init(&dict, variant);
    struct request_origin origin = read_origin(&dict);
    g_autoptr(GVariant) packet =
        g_variant_dict_lookup_value(&dict, "packet", G_VARIANT_TYPE_BYTESTRING);
    struct request *request =
        packet != NULL ? read_packet(packet, &origin) : read_fields(&dict, &origin);
    g_variant_dict_clear(&dict);
    return request;
}
