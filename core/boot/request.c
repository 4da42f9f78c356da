/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One client request: immutable, ref-counted, complete once built.
 */
#include "boot/request.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "base/limits.h"
#include "boot/client-key.h"
#include "boot/trace.h"
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

/* ---- Text and numbers -------------------------------------------------------------------------
 */

static void set_text(struct request *request, uint32_t field, const char *text) {
    request->texts[field] = text != NULL ? g_string_chunk_insert(request->chunk, text) : NULL;
}

static void set_number(struct request *request, uint32_t field, int64_t value) {
    request->has_number[field] = true;
    request->numbers[field] = value;
}

/* Foreign bytes as plain text: up to the first NUL, unprintable bytes as '?'. */
static void set_foreign(struct request *request, uint32_t field, struct span value) {
    char text[256] = "";
    struct span shown = span_until_nul(value);
    size_t size = MIN(shown.size, sizeof(text) - 1);
    for (size_t i = 0; i < size; i++)
        text[i] = g_ascii_isprint((char) shown.data[i]) ? (char) shown.data[i] : '?';
    if (size > 0)
        set_text(request, field, text);
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
    char text[IDENTITY_IPV4_TEXT_SIZE];
    if (address == 0)
        return;
    identity_format_ipv4(address, text);
    set_text(request, field, text);
}

static void set_client_id(struct request *request) {
    static const char digits[] = "0123456789abcdef";
    struct span value = {0};
    char text[2 * 255 + 1];
    if (!dhcp_option_get(&request->packet->view.options, DHCP_OPTION_CLIENT_ID, &value))
        return;
    size_t size = MIN(value.size, (size_t) 255);
    for (size_t i = 0; i < size; i++) {
        text[2 * i] = digits[value.data[i] >> 4];
        text[2 * i + 1] = digits[value.data[i] & 15];
    }
    text[2 * size] = '\0';
    if (size > 0)
        set_text(request, BOOT_HOST_REQUEST_CLIENT_ID, text);
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

/* Which program asks. Option 250 comes from Windows loaders alone; GRUB, where a build sends a user
 * class at all, says so there. */
static const char *loader_name(const struct packet *packet) {
    const struct pxe_client *pxe = &packet->pxe;
    struct span value = {0};
    if (dhcp_option_get(&packet->view.options, DHCP_OPTION_WDS_NBP, &value))
        return "wdsnbp";
    if (pxe->is_ipxe)
        return "ipxe";
    if (pxe->user_class.size >= 4 &&
        g_ascii_strncasecmp((const char *) pxe->user_class.data, "grub", 4) == 0)
        return "grub";
    return "firmware";
}

/* Option 57 counts the IP and UDP headers (RFC 2132 section 9.10: at least 576), 28 bytes of them.
 */
static int64_t message_size(const struct dhcp_view *view) {
    uint16_t size = 0;
    if (!dhcp_option_get_u16(&view->options, DHCP_OPTION_MAXIMUM_SIZE, &size) ||
        size < LIMIT_REPLY_DEFAULT + 28)
        return LIMIT_REPLY_DEFAULT;
    return MIN((int64_t) size - 28, (int64_t) LIMIT_REPLY_MAX);
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

static const char *stage_name(uint32_t stage) {
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
    request->texts[BOOT_HOST_REQUEST_STAGE] = stage_name(request->stage);
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
    request->texts[BOOT_HOST_REQUEST_LOADER] = loader_name(request->packet);
    request->texts[BOOT_HOST_REQUEST_TRANSPORT] = "dhcp";
    set_number(request, BOOT_HOST_REQUEST_SECONDS, view->header.secs);
    set_number(request, BOOT_HOST_REQUEST_MESSAGE_SIZE, message_size(view));
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

/* ---- Life ---------------------------------------------------------------------------------------
 */

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

/* ---- The contract's view ------------------------------------------------------------------------
 */

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

static bool find_option(const struct dhcp_options *options, uint32_t space, uint8_t code,
                        struct span *ret_value) {
    static const struct {
        uint8_t option;
        enum suboption_style style;
    } holders[] = {
        [BOOT_HOST_SPACE_PXE] = {DHCP_OPTION_VENDOR_SPECIFIC, SUBOPTION_PADDED},
        [BOOT_HOST_SPACE_RELAY] = {DHCP_OPTION_RELAY_AGENT, SUBOPTION_PLAIN},
        [BOOT_HOST_SPACE_WDS] = {DHCP_OPTION_WDS_NBP, SUBOPTION_PADDED},
    };
    struct span holder = {0};
    if (space == BOOT_HOST_SPACE_DHCP4)
        return dhcp_option_get(options, code, ret_value);
    if (space >= G_N_ELEMENTS(holders) || holders[space].option == 0)
        return false;
    return dhcp_option_get(options, holders[space].option, &holder) &&
           suboption_get(holder, holders[space].style, code, ret_value);
}

int32_t request_option(const struct request *request, uint32_t space, uint32_t code,
                       struct boot_host_span *ret_value) {
    struct span value = {0};
    if (request->packet == NULL || code > UINT8_MAX ||
        !find_option(&request->packet->view.options, space, (uint8_t) code, &value))
        return -ENOENT;
    *ret_value = (struct boot_host_span){value.data, value.size};
    return 0;
}

struct boot_host_span request_packet(const struct request *request) {
    if (request->packet == NULL)
        return (struct boot_host_span){NULL, 0};
    return (struct boot_host_span){request->packet->bytes, request->packet->size};
}

/* ---- Facts --------------------------------------------------------------------------------------
 */

/* The one table of the request's facts; the manual's is tested against it. */
static const struct {
    const char *name;
    uint32_t text;   /* BOOT_HOST_REQUEST_..., or 0 */
    uint32_t number; /* the same of the numbers */
} facts[] = {
    {"mac", BOOT_HOST_REQUEST_MAC, 0},
    {"uuid", BOOT_HOST_REQUEST_UUID, 0},
    {"uuid-swapped", BOOT_HOST_REQUEST_UUID_SWAPPED, 0},
    {"architecture", BOOT_HOST_REQUEST_ARCHITECTURE, 0},
    {"architecture-code", 0, BOOT_HOST_REQUEST_ARCHITECTURE_CODE},
    {"loader", BOOT_HOST_REQUEST_LOADER, 0},
    {"interface", BOOT_HOST_REQUEST_INTERFACE, 0},
    {"network", BOOT_HOST_REQUEST_NETWORK, 0},
    {"source", BOOT_HOST_REQUEST_SOURCE, 0},
    {"client", BOOT_HOST_REQUEST_CLIENT, 0},
    {"relay", BOOT_HOST_REQUEST_RELAY, 0},
    {"server", BOOT_HOST_REQUEST_SERVER, 0},
    {"stage", BOOT_HOST_REQUEST_STAGE, 0},
    {"vendor-class", BOOT_HOST_REQUEST_VENDOR_CLASS, 0},
    {"user-class", BOOT_HOST_REQUEST_USER_CLASS, 0},
    {"host-name", BOOT_HOST_REQUEST_HOST_NAME, 0},
    {"file", BOOT_HOST_REQUEST_FILE, 0},
    {"attempt", 0, BOOT_HOST_REQUEST_ATTEMPT},
};

const char *request_fact_name(uint32_t index) {
    return index < G_N_ELEMENTS(facts) ? facts[index].name : NULL;
}

static const char *own_fact(const struct request *request, const char *name) {
    for (size_t i = 0; i < G_N_ELEMENTS(facts); i++) {
        if (strcmp(facts[i].name, name) == 0)
            return facts[i].text != 0 ? request->texts[facts[i].text]
                                      : request->number_texts[facts[i].number];
    }
    return NULL;
}

const char *request_fact(const struct request *request, const char *name) {
    const char *value = own_fact(request, name);
    if (value == NULL && request->decision != NULL)
        value = trace_fact(request->decision, name);
    return value;
}

/* ---- The core's view ----------------------------------------------------------------------------
 */

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

bool request_is_http(const struct request *request) {
    return request->is_http;
}
