/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One client request: from a packet, for a file, or from the fields of another process.
 */
#include "boot/request.h"

#include <errno.h>
#include <string.h>

#include "boot/packet-text.h"
#include "boot/request-private.h"
#include "boot/trace.h"
#include "codec/architecture.h"

#define PACKET_ROOM 600 /* bytes of a packet that a request has room for at least; PXE sends 548 */

/* ---- Life ------------------------------------------------------------------------------------ */

/* A working request with room for a packet of `capacity` bytes. */
static struct request *allocate(size_t capacity) {
    struct request *request = g_malloc(sizeof(*request) + sizeof(struct reading) + capacity);
    memset(request, 0, sizeof(*request));
    g_atomic_ref_count_init(&request->refs);
    g_mutex_init(&request->lock);
    request->reading = (struct reading *) (request + 1);
    request->reading->known = (struct known){0};
    request->reading->room_used = 0;
    request->reading->capacity = capacity;
    request->bytes = request->reading->bytes;
    for (uint32_t field = 0; field < TEXT_COUNT; field++)
        atomic_init(&request->reading->texts[field], NULL);
    return request;
}

static void free_pieces(struct request *request) {
    while (request->pieces != NULL) {
        struct piece *piece = request->pieces;
        request->pieces = piece->next;
        g_free(piece);
    }
}

struct request *request_ref(struct request *request) {
    g_atomic_ref_count_inc(&request->refs);
    return request;
}

void request_unref(struct request *request) {
    /* Whoever holds the only reference need not tell others: most end so, in memory gone cold. */
    if (request == NULL ||
        (!g_atomic_ref_count_compare(&request->refs, 1) && !g_atomic_ref_count_dec(&request->refs)))
        return;
    trace_unref(request->decision);
    free_pieces(request);
    g_mutex_clear(&request->lock);
    g_free(request);
}

/* Nobody else holds it: it may become another request. */
static bool is_free(struct request *request, size_t size) {
    return request != NULL && size <= request->reading->capacity &&
           g_atomic_ref_count_compare(&request->refs, 1);
}

static void forget(struct request *request) {
    free_pieces(request);
    request->reading->room_used = 0;
    for (uint32_t field = 0; field < TEXT_COUNT; field++)
        atomic_init(&request->reading->texts[field], NULL);
}

/* ---- A packet -------------------------------------------------------------------------------- */

void request_set_number(struct known *known, uint32_t field, uint32_t value) {
    known->number_mask |= (uint8_t) (1 << field);
    known->numbers[field] = value;
}

static struct address network_of(const struct request *request, const struct dhcp_header *header) {
    uint32_t number = header->giaddr != 0 ? header->giaddr : header->ciaddr;
    return number != 0 ? address_from_number(number, 0) : request->origin.server;
}

void request_learn(const struct request *request, const struct dhcp_view *view,
                   const struct pxe_client *pxe, struct known *known) {
    known->number_mask = 0;
    known->has_key = client_key_read(view, &known->key);
    known->is_http = pxe->vendor_class.kind == PXE_KIND_HTTP;
    known->loader = packet_loader(view, pxe);
    known->architecture_count = (uint8_t) pxe->architecture_count;
    memcpy(known->architectures, pxe->architectures, sizeof(known->architectures));
    if (pxe->architecture_count > 0)
        request_set_number(known, BOOT_HOST_REQUEST_ARCHITECTURE_CODE, pxe->architectures[0]);
    request_set_number(known, BOOT_HOST_REQUEST_SECONDS, view->header.secs);
    request_set_number(known, BOOT_HOST_REQUEST_MESSAGE_SIZE, (uint32_t) packet_message_size(view));
    if (pxe->has_boot_item) {
        request_set_number(known, BOOT_HOST_REQUEST_BOOT_ITEM, pxe->boot_item.type);
        request_set_number(known, BOOT_HOST_REQUEST_BOOT_LAYER, pxe->boot_item.layer);
    }
    request_set_number(known, BOOT_HOST_REQUEST_STAGE_NUMBER, request->stage);
    request_set_number(known, BOOT_HOST_REQUEST_ATTEMPT, MAX(request->origin.attempt, 1));
    known->network = network_of(request, &view->header);
}

/* What the packet says, wherever it came from; the bytes are in place. */
static enum dhcp_status read_bytes(struct request *request, size_t size) {
    struct reading *reading = request->reading;
    enum dhcp_status status = dhcp_parse((struct span){request->bytes, size}, &reading->view);
    if (status != DHCP_OK)
        return status;
    request->size = (uint32_t) size;
    pxe_client_parse(&reading->view.options, &reading->pxe);
    return DHCP_OK;
}

enum dhcp_status request_read(struct request **slot, const void *datagram, size_t size) {
    if (size < DHCP_HEADER_SIZE)
        return DHCP_TRUNCATED;
    if (is_free(*slot, size)) {
        forget(*slot);
    } else {
        request_unref(*slot);
        *slot = allocate(MAX(size, PACKET_ROOM));
    }
    struct request *request = *slot;
    memcpy(request->bytes, datagram, size);
    request->has_packet = true;
    return read_bytes(request, size);
}

/* What the daemon knows of it. */
static void set_origin(struct request *request, const struct request_origin *origin) {
    request->origin = *origin;
    if (origin->interface_name != NULL) {
        g_strlcpy(request->interface, origin->interface_name, sizeof(request->interface));
        request->origin.interface_name = request->interface;
    }
}

enum request_status request_place(struct request *request, const struct request_origin *origin) {
    struct reading *reading = request->reading;
    enum request_status status = request_classify(request, origin);
    if (status != REQUEST_OK)
        return status;
    request->stage = origin->port == DHCP_PORT_BOOT_SERVER ? BOOT_HOST_STAGE_BOOT_SERVER
                                                           : BOOT_HOST_STAGE_DISCOVER;
    set_origin(request, origin);
    request_learn(request, &reading->view, &reading->pxe, &reading->known);
    if (!reading->known.has_key)
        return REQUEST_NO_IDENTITY;
    request_make_texts(request);
    return REQUEST_OK;
}

void request_set_attempt(struct request *request, uint32_t attempt) {
    request->origin.attempt = attempt;
    request_set_number(&request->reading->known, BOOT_HOST_REQUEST_ATTEMPT, MAX(attempt, 1));
}

enum request_status request_new(const void *datagram, size_t size,
                                const struct request_origin *origin, struct request **ret_request) {
    struct request *request = NULL;
    enum request_status status = REQUEST_MALFORMED;
    if (request_read(&request, datagram, size) == DHCP_OK)
        status = request_place(request, origin);
    if (status == REQUEST_OK)
        *ret_request = request;
    else
        request_unref(request);
    return status;
}

/* ---- Later ----------------------------------------------------------------------------------- */

struct request *request_new_memory(const struct request *from) {
    struct folded folded;
    request_fold(from, &folded);
    struct request *request = g_malloc(sizeof(*request) + folded.size);
    *request = (struct request){
        .stage = from->stage,
        .origin = from->origin,
        .is_folded = folded.is_folded,
        .size = folded.size,
        .bytes = (uint8_t *) (request + 1),
    };
    g_atomic_ref_count_init(&request->refs);
    g_mutex_init(&request->lock);
    memcpy(request->interface, from->interface, sizeof(request->interface));
    if (request->origin.interface_name != NULL)
        request->origin.interface_name = request->interface;
    memcpy(request->bytes, folded.bytes, folded.size);
    return request;
}

/* The client is the same, and its packet is what it said of itself, where it came from then. */
static void take_last(struct request *request, const struct request *last) {
    struct reading *reading = request->reading;
    struct folded folded;
    request_fold(last, &folded);
    size_t size = request_unfold(folded.bytes, folded.size, folded.is_folded, request->bytes);
    if (folded.size > 0 && read_bytes(request, size) == DHCP_OK)
        request_learn(last, &reading->view, &reading->pxe, &reading->known);
}

struct request *request_new_file(struct request *last, const struct trace *trace,
                                 const struct request_origin *origin, const char *name) {
    struct request *request = allocate(FOLDED_MAX);
    struct known *known = &request->reading->known;
    uint32_t attempt = origin->attempt;
    request->stage = BOOT_HOST_STAGE_FILE;
    set_origin(request, origin);
    if (last != NULL) {
        take_last(request, last);
        attempt = attempt != 0 ? attempt : last->origin.attempt;
    }
    request_set_number(known, BOOT_HOST_REQUEST_STAGE_NUMBER, request->stage);
    request_set_number(known, BOOT_HOST_REQUEST_ATTEMPT, MAX(attempt, 1));
    if (known->network.family == 0)
        known->network = origin->source;
    request_set_text(request, BOOT_HOST_REQUEST_FILE, name);
    request->decision = trace != NULL ? trace_ref((struct trace *) trace) : NULL;
    return request;
}

static void take_architectures(struct known *known, const char *const *names) {
    for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
        uint16_t code = 0;
        if (known->architecture_count < PXE_ARCHITECTURES_MAX && architecture_code(names[i], &code))
            known->architectures[known->architecture_count++] = code;
    }
}

struct request *request_new_fields(const struct request_fields *fields) {
    struct request *request = allocate(0);
    struct known *known = &request->reading->known;
    request->stage = fields->stage;
    set_origin(request, fields->origin);
    request_set_number(known, BOOT_HOST_REQUEST_STAGE_NUMBER, fields->stage);
    request_set_number(known, BOOT_HOST_REQUEST_ATTEMPT, MAX(fields->origin->attempt, 1));
    for (uint32_t field = 0; field <= BOOT_HOST_REQUEST_STAGE; field++)
        if (fields->texts[field] != NULL)
            request_set_text(request, field, fields->texts[field]);
    for (uint32_t field = 0; field < NUMBER_COUNT; field++)
        if (fields->has_number[field])
            request_set_number(known, field, (uint32_t) fields->numbers[field]);
    take_architectures(known, fields->architectures);
    request->decision = fields->decision != NULL ? trace_ref(fields->decision) : NULL;
    return request;
}

/* ---- The contract's view --------------------------------------------------------------------- */

int32_t request_number(const struct request *request, uint32_t field, int64_t *ret_value) {
    struct thawed room;
    const struct known *known = request_known(request, &room);
    if (field >= NUMBER_COUNT || (known->number_mask >> field & 1) == 0)
        return -ENOENT;
    *ret_value = known->numbers[field];
    return 0;
}

/* A name that is found among the client's own needs no look into the table of all. */
int32_t request_is(const struct request *request, const char *architecture) {
    struct thawed room;
    const struct known *known = request_known(request, &room);
    uint16_t code = 0;
    for (size_t i = 0; architecture != NULL && i < known->architecture_count; i++)
        if (architecture_has_code(architecture, known->architectures[i]))
            return 1;
    return architecture != NULL && architecture_code(architecture, &code) ? 0 : -EINVAL;
}

const char *request_architecture(const struct request *request, uint32_t index) {
    struct thawed room;
    return request_known_architecture(request_known(request, &room), index);
}

int32_t request_option(const struct request *request, uint32_t space, uint32_t code,
                       struct boot_host_span *ret_value) {
    struct span value = {0};
    if (!request->has_packet || !packet_option(&request->reading->view, space, code, &value))
        return -ENOENT;
    *ret_value = (struct boot_host_span){value.data, value.size};
    return 0;
}

struct boot_host_span request_packet(const struct request *request) {
    if (!request->has_packet)
        return (struct boot_host_span){NULL, 0};
    return (struct boot_host_span){request->bytes, request->size};
}

/* ---- The core's view ------------------------------------------------------------------------- */

const struct request_origin *request_get_origin(const struct request *request) {
    return &request->origin;
}

const struct client_key *request_get_key(const struct request *request) {
    const struct reading *reading = request->reading;
    return reading != NULL && reading->known.has_key ? &reading->known.key : NULL;
}

const struct dhcp_view *request_get_view(const struct request *request) {
    return request->has_packet ? &request->reading->view : NULL;
}

const struct pxe_client *request_get_pxe(const struct request *request) {
    return request->has_packet ? &request->reading->pxe : NULL;
}

size_t request_get_size(const struct request *request) {
    const struct reading *reading = request->reading;
    return sizeof(*request) +
           (reading != NULL ? sizeof(*reading) + reading->capacity : request->size);
}

uint32_t request_get_stage(const struct request *request) {
    return request->stage;
}

struct trace *request_get_decision(const struct request *request) {
    return request->decision;
}

bool request_is_http(const struct request *request) {
    struct thawed room;
    return request_known(request, &room)->is_http;
}
