/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One client request: immutable, ref-counted, complete once built.
 */
#include "boot/request.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "boot/client-key.h"
#include "boot/packet-text.h"
#include "boot/trace.h"
#include "base/address.h"
#include "codec/architecture.h"
#include "codec/pxe.h"

/* A request has at most one text a field, plus the numbers that are facts, too. */
#define TEXT_COUNT   (BOOT_HOST_REQUEST_STAGE + 1)
#define NUMBER_COUNT (BOOT_HOST_REQUEST_ATTEMPT + 1)

/* What came over the wire; kept apart, since only the request of a packet has it. */
struct packet {
    struct dhcp_view view; /* into `bytes` */
    struct pxe_client pxe; /* into `view` and `bytes` */
    size_t size;
    uint8_t bytes[];
};

struct request {
    gatomicrefcount refs;
    uint32_t stage;
    bool is_http;
    struct request_origin origin; /* interface_name lies in `chunk` */
    struct packet *packet;        /* NULL: a file request, or a lean copy */
    struct trace *decision;       /* the client's last one; only in the content door */
    GStringChunk *chunk;          /* all text below */
    const char *texts[TEXT_COUNT];
    bool has_number[NUMBER_COUNT];
    int64_t numbers[NUMBER_COUNT];
    const char *number_texts[NUMBER_COUNT]; /* of those that are facts */
    uint16_t architectures[PXE_ARCHITECTURES_MAX];
    size_t architecture_count;
};

/* ---- Text and numbers ------------------------------------------------------------------------ */

static void set_text(struct request *request, uint32_t field, const char *text) {
    request->texts[field] = text != NULL ? g_string_chunk_insert(request->chunk, text) : NULL;
}

static void set_number(struct request *request, uint32_t field, int64_t value) {
    request->has_number[field] = true;
    request->numbers[field] = value;
}

static void set_foreign(struct request *request, uint32_t field, struct span value) {
    char text[PACKET_TEXT_SIZE];
    set_text(request, field, packet_text_plain(value, text));
}

static void set_option_text(struct request *request, uint32_t field, uint8_t code) {
    struct span value = {0};
    if (dhcp_option_get(&request->packet->view.options, code, &value))
        set_foreign(request, field, value);
}

static void set_address(struct request *request, uint32_t field, const struct address *address) {
    char text[ADDRESS_TEXT_SIZE];
    if (address->family != 0)
        set_text(request, field, address_text(address, text));
}

static void set_ipv4(struct request *request, uint32_t field, uint32_t address) {
    char text[ADDRESS_TEXT_SIZE];
    if (address == 0)
        return;
    address_number_text(address, text);
    set_text(request, field, text);
}

static void set_client_id(struct request *request) {
    struct span value = {0};
    char text[PACKET_TEXT_SIZE];
    if (dhcp_option_get(&request->packet->view.options, DHCP_OPTION_CLIENT_ID, &value))
        set_text(request, BOOT_HOST_REQUEST_CLIENT_ID, packet_text_hex(value, text));
}

static void set_identity(struct request *request) {
    struct client_key key = {0};
    char mac[IDENTITY_MAC_TEXT_SIZE];
    char uuid[IDENTITY_UUID_TEXT_SIZE];
    if (!client_key_read(&request->packet->view, &key))
        return;
    if (key.has_mac) {
        identity_format_mac(key.mac, mac);
        set_text(request, BOOT_HOST_REQUEST_MAC, mac);
    }
    if (!key.has_uuid)
        return;
    identity_format_uuid(key.uuid, IDENTITY_UUID_SMBIOS, uuid);
    set_text(request, BOOT_HOST_REQUEST_UUID, uuid);
    identity_format_uuid(key.uuid, IDENTITY_UUID_RAW, uuid);
    set_text(request, BOOT_HOST_REQUEST_UUID_SWAPPED, uuid);
}

static void set_network(struct request *request) {
    const struct dhcp_header *header = &request->packet->view.header;
    if (header->giaddr != 0)
        set_ipv4(request, BOOT_HOST_REQUEST_NETWORK, header->giaddr);
    else if (header->ciaddr != 0)
        set_ipv4(request, BOOT_HOST_REQUEST_NETWORK, header->ciaddr);
    else
        set_address(request, BOOT_HOST_REQUEST_NETWORK, &request->origin.server);
}

static void set_architectures(struct request *request) {
    const struct pxe_client *pxe = &request->packet->pxe;
    request->architecture_count = pxe->architecture_count;
    memcpy(request->architectures, pxe->architectures, sizeof(request->architectures));
    if (pxe->architecture_count == 0)
        return;
    set_number(request, BOOT_HOST_REQUEST_ARCHITECTURE_CODE, pxe->architectures[0]);
    set_text(request, BOOT_HOST_REQUEST_ARCHITECTURE, request_architecture(request, 0));
}

const char *request_stage_name(uint32_t stage) {
    switch (stage) {
    case BOOT_HOST_STAGE_DISCOVER:
        return "discover";
    case BOOT_HOST_STAGE_BOOT_SERVER:
        return "boot-server";
    default:
        return "file";
    }
}

/* What the origin says. */
static void set_origin(struct request *request, const struct request_origin *origin) {
    request->origin = *origin;
    request->origin.interface_name = NULL;
    if (origin->interface_name != NULL)
        request->origin.interface_name =
            g_string_chunk_insert(request->chunk, origin->interface_name);
    request->texts[BOOT_HOST_REQUEST_INTERFACE] = request->origin.interface_name;
    set_address(request, BOOT_HOST_REQUEST_SOURCE, &origin->source);
    set_address(request, BOOT_HOST_REQUEST_SERVER, &origin->server);
    request->texts[BOOT_HOST_REQUEST_FAMILY] = origin->server.family == 6 ? "ipv6" : "ipv4";
    request->texts[BOOT_HOST_REQUEST_STAGE] = request_stage_name(request->stage);
    set_number(request, BOOT_HOST_REQUEST_STAGE_NUMBER, request->stage);
    set_number(request, BOOT_HOST_REQUEST_ATTEMPT, MAX(origin->attempt, 1));
}

/* What the packet says. */
static void set_packet(struct request *request) {
    const struct dhcp_view *view = &request->packet->view;
    const struct pxe_client *pxe = &request->packet->pxe;
    request->is_http = pxe->vendor_class.kind == PXE_KIND_HTTP;
    set_identity(request);
    set_client_id(request);
    set_architectures(request);
    set_option_text(request, BOOT_HOST_REQUEST_VENDOR_CLASS, DHCP_OPTION_VENDOR_CLASS);
    set_option_text(request, BOOT_HOST_REQUEST_HOST_NAME, DHCP_OPTION_HOST_NAME);
    set_foreign(request, BOOT_HOST_REQUEST_USER_CLASS, pxe->user_class);
    set_network(request);
    set_ipv4(request, BOOT_HOST_REQUEST_CLIENT, view->header.ciaddr);
    set_ipv4(request, BOOT_HOST_REQUEST_RELAY, view->header.giaddr);
    request->texts[BOOT_HOST_REQUEST_LOADER] = packet_loader(view, pxe);
    request->texts[BOOT_HOST_REQUEST_TRANSPORT] = "dhcp";
    set_number(request, BOOT_HOST_REQUEST_SECONDS, view->header.secs);
    set_number(request, BOOT_HOST_REQUEST_MESSAGE_SIZE, packet_message_size(view));
    if (!pxe->has_boot_item)
        return;
    set_number(request, BOOT_HOST_REQUEST_BOOT_ITEM, pxe->boot_item.type);
    set_number(request, BOOT_HOST_REQUEST_BOOT_LAYER, pxe->boot_item.layer);
}

/* Numbers that are facts get their text once, since facts are lent as text. */
static void set_number_texts(struct request *request) {
    static const uint32_t fields[] = {BOOT_HOST_REQUEST_ARCHITECTURE_CODE,
                                      BOOT_HOST_REQUEST_ATTEMPT};
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        char text[24];
        if (!request->has_number[fields[i]])
            continue;
        g_snprintf(text, sizeof(text), "%" G_GINT64_FORMAT, request->numbers[fields[i]]);
        request->number_texts[fields[i]] = g_string_chunk_insert(request->chunk, text);
    }
}

/* ---- Life ------------------------------------------------------------------------------------ */

static struct request *allocate(uint32_t stage) {
    struct request *request = g_new0(struct request, 1);
    g_atomic_ref_count_init(&request->refs);
    request->chunk = g_string_chunk_new(512);
    request->stage = stage;
    return request;
}

/* Parses the copy anew, so that all spans point into it and not into the socket's buffer. */
static struct packet *packet_new(const void *datagram, size_t size) {
    struct packet *packet = g_malloc0(sizeof(*packet) + size);
    memcpy(packet->bytes, datagram, size);
    packet->size = size;
    if (dhcp_parse((struct span){packet->bytes, size}, &packet->view) != DHCP_OK) {
        g_free(packet);
        return NULL;
    }
    pxe_client_parse(&packet->view.options, &packet->pxe);
    return packet;
}

enum request_status request_new(const struct dhcp_view *view, const void *datagram, size_t size,
                                const struct request_origin *origin, struct request **ret_request) {
    enum request_status status = request_classify(view, origin);
    if (status != REQUEST_OK)
        return status;
    struct packet *packet = packet_new(datagram, size);
    g_return_val_if_fail(packet != NULL, REQUEST_NOT_BOOTREQUEST); /* `view` is not of `datagram` */
    struct request *request =
        allocate(origin->port == DHCP_PORT_BOOT_SERVER ? BOOT_HOST_STAGE_BOOT_SERVER
                                                       : BOOT_HOST_STAGE_DISCOVER);
    request->packet = packet;
    set_origin(request, origin);
    set_packet(request);
    set_number_texts(request);
    *ret_request = request;
    return REQUEST_OK;
}

/* Text and numbers of `from`. The stage's own are set again by the caller. */
static void copy_knowledge(struct request *request, const struct request *from) {
    for (uint32_t field = 0; field < TEXT_COUNT; field++)
        set_text(request, field, from->texts[field]);
    memcpy(request->has_number, from->has_number, sizeof(request->has_number));
    memcpy(request->numbers, from->numbers, sizeof(request->numbers));
    memcpy(request->architectures, from->architectures, sizeof(request->architectures));
    request->architecture_count = from->architecture_count;
    request->is_http = from->is_http;
}

struct request *request_new_memory(const struct request *from) {
    struct request *request = allocate(from->stage);
    copy_knowledge(request, from);
    request->origin = from->origin;
    request->origin.interface_name = request->texts[BOOT_HOST_REQUEST_INTERFACE];
    set_number_texts(request);
    return request;
}

struct request *request_new_file(struct request *last, const struct trace *trace,
                                 const struct request_origin *origin, const char *name) {
    struct request *request = allocate(BOOT_HOST_STAGE_FILE);
    if (last != NULL)
        copy_knowledge(request, last);
    uint32_t attempt = origin->attempt;
    if (attempt == 0 && last != NULL)
        attempt = last->origin.attempt;
    set_origin(request, origin);
    set_number(request, BOOT_HOST_REQUEST_ATTEMPT, MAX(attempt, 1));
    set_address(request, BOOT_HOST_REQUEST_CLIENT, &origin->source);
    if (request->texts[BOOT_HOST_REQUEST_NETWORK] == NULL)
        set_address(request, BOOT_HOST_REQUEST_NETWORK, &origin->source);
    request->texts[BOOT_HOST_REQUEST_TRANSPORT] = "tftp";
    set_text(request, BOOT_HOST_REQUEST_FILE, name);
    set_number_texts(request);
    request->decision = trace != NULL ? trace_ref((struct trace *) trace) : NULL;
    return request;
}

static void take_architectures(struct request *request, const char *const *names) {
    for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
        uint16_t code = 0;
        if (request->architecture_count < PXE_ARCHITECTURES_MAX &&
            architecture_code(names[i], &code))
            request->architectures[request->architecture_count++] = code;
    }
}

struct request *request_new_fields(const struct request_fields *fields) {
    struct request *request = allocate(fields->stage);
    set_origin(request, fields->origin);
    for (uint32_t field = 0; field < TEXT_COUNT; field++)
        if (fields->texts[field] != NULL)
            set_text(request, field, fields->texts[field]);
    for (uint32_t field = 0; field < NUMBER_COUNT; field++)
        if (fields->has_number[field])
            set_number(request, field, fields->numbers[field]);
    take_architectures(request, fields->architectures);
    set_number_texts(request);
    request->decision = fields->decision != NULL ? trace_ref(fields->decision) : NULL;
    return request;
}

struct request *request_ref(struct request *request) {
    g_atomic_ref_count_inc(&request->refs);
    return request;
}

void request_unref(struct request *request) {
    if (request == NULL || !g_atomic_ref_count_dec(&request->refs))
        return;
    g_clear_pointer(&request->decision, trace_unref);
    g_string_chunk_free(request->chunk);
    g_free(request->packet);
    g_free(request);
}

/* ---- The contract's view --------------------------------------------------------------------- */

const char *request_text(const struct request *request, uint32_t field) {
    return field < TEXT_COUNT ? request->texts[field] : NULL;
}

int32_t request_number(const struct request *request, uint32_t field, int64_t *ret_value) {
    if (field >= NUMBER_COUNT || !request->has_number[field])
        return -ENOENT;
    *ret_value = request->numbers[field];
    return 0;
}

int32_t request_is(const struct request *request, const char *architecture) {
    uint16_t code = 0;
    if (architecture == NULL || !architecture_code(architecture, &code))
        return -EINVAL;
    for (size_t i = 0; i < request->architecture_count; i++)
        if (architecture_has_code(architecture, request->architectures[i]))
            return 1;
    return 0;
}

/* Codes 7 and 9 together are one name, and a code that IANA does not list is none. */
const char *request_architecture(const struct request *request, uint32_t index) {
    const char *seen[PXE_ARCHITECTURES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < request->architecture_count; i++) {
        const char *name = architecture_name(request->architectures[i]);
        bool is_new = name != NULL;
        for (size_t k = 0; k < count && is_new; k++)
            is_new = strcmp(seen[k], name) != 0;
        if (is_new)
            seen[count++] = name;
    }
    return index < count ? seen[index] : NULL;
}

int32_t request_option(const struct request *request, uint32_t space, uint32_t code,
                       struct boot_host_span *ret_value) {
    struct span value = {0};
    if (request->packet == NULL || !packet_option(&request->packet->view, space, code, &value))
        return -ENOENT;
    *ret_value = (struct boot_host_span){value.data, value.size};
    return 0;
}

struct boot_host_span request_packet(const struct request *request) {
    if (request->packet == NULL)
        return (struct boot_host_span){NULL, 0};
    return (struct boot_host_span){request->packet->bytes, request->packet->size};
}

/* ---- The core's view ------------------------------------------------------------------------- */

const struct request_origin *request_get_origin(const struct request *request) {
    return &request->origin;
}

const struct dhcp_view *request_get_view(const struct request *request) {
    return request->packet != NULL ? &request->packet->view : NULL;
}

const struct pxe_client *request_get_pxe(const struct request *request) {
    return request->packet != NULL ? &request->packet->pxe : NULL;
}

uint32_t request_get_stage(const struct request *request) {
    return request->stage;
}

const char *request_get_client(const struct request *request) {
    static const uint32_t fields[] = {BOOT_HOST_REQUEST_MAC, BOOT_HOST_REQUEST_UUID,
                                      BOOT_HOST_REQUEST_CLIENT, BOOT_HOST_REQUEST_SOURCE};
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
        if (request->texts[fields[i]] != NULL)
            return request->texts[fields[i]];
    return "unknown";
}

const char *request_number_text(const struct request *request, uint32_t field) {
    return field < NUMBER_COUNT ? request->number_texts[field] : NULL;
}

struct trace *request_get_decision(const struct request *request) {
    return request->decision;
}

bool request_is_http(const struct request *request) {
    return request->is_http;
}
