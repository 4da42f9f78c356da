/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The texts of a request, made when they are first asked for.
 */
#include "boot/request.h"

#include <string.h>

#include "boot/packet-text.h"
#include "boot/request-private.h"
#include "codec/architecture.h"

const char request_absent[] = "";

/* What a text is made from. */
struct source {
    const struct request *request;
    const struct known *known;
    const struct dhcp_view *view; /* NULL: there is no packet */
    const struct pxe_client *pxe;
};

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

/* ---- Keeping --------------------------------------------------------------------------------- */

static char *find_room(struct request *request, uint32_t field, size_t size) {
    struct reading *reading = request->reading;
    if (reading != NULL && size <= TEXT_ROOM - reading->room_used) {
        char *place = reading->room + reading->room_used;
        reading->room_used += (uint32_t) size;
        return place;
    }
    struct piece *piece = g_malloc(sizeof(*piece) + size);
    *piece = (struct piece){.next = request->pieces, .field = field};
    request->pieces = piece;
    return piece->text;
}

const char *request_keep_text(struct request *request, uint32_t field, const char *text) {
    size_t size = strlen(text) + 1;
    return memcpy(find_room(request, field, size), text, size);
}

void request_set_text(struct request *request, uint32_t field, const char *text) {
    const char *kept = text != NULL ? request_keep_text(request, field, text) : request_absent;
    atomic_init(&request->reading->texts[field], kept);
}

/* ---- Making ---------------------------------------------------------------------------------- */

static const char *make_identity(const struct client_key *key, uint32_t field, char *buffer) {
    if (field == BOOT_HOST_REQUEST_MAC) {
        if (!key->has_mac)
            return NULL;
        identity_format_mac(key->mac, buffer);
        return buffer;
    }
    if (!key->has_uuid)
        return NULL;
    identity_format_uuid(key->uuid,
                         field == BOOT_HOST_REQUEST_UUID ? IDENTITY_UUID_SMBIOS : IDENTITY_UUID_RAW,
                         buffer);
    return buffer;
}

static const char *make_address(const struct address *address, char *buffer) {
    return address->family != 0 ? address_text(address, buffer) : NULL;
}

static const char *make_ipv4(uint32_t number, char *buffer) {
    return number != 0 ? address_number_text(number, buffer) : NULL;
}

static const char *make_number(const struct known *known, uint32_t number, char *buffer) {
    if ((known->number_mask >> number & 1) == 0)
        return NULL;
    g_snprintf(buffer, PACKET_TEXT_SIZE, "%" G_GUINT32_FORMAT, known->numbers[number]);
    return buffer;
}

static const char *make_option(const struct source *source, uint8_t code, char *buffer) {
    struct span value = {0};
    if (source->view == NULL || !dhcp_option_get(&source->view->options, code, &value))
        return NULL;
    return code == DHCP_OPTION_CLIENT_ID ? packet_text_hex(value, buffer)
                                         : packet_text_plain(value, buffer);
}

/* Codes 7 and 9 together are one name, and a code that IANA does not list is none. */
const char *request_known_architecture(const struct known *known, uint32_t index) {
    const char *seen[PXE_ARCHITECTURES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < known->architecture_count && count <= index; i++) {
        const char *name = architecture_name(known->architectures[i]);
        bool is_new = name != NULL;
        for (size_t k = 0; k < count && is_new; k++)
            is_new = strcmp(seen[k], name) != 0;
        if (is_new)
            seen[count++] = name;
    }
    return index < count ? seen[index] : NULL;
}

/* A client that asks for a file has the address it asks from. */
static const char *make_client(const struct source *source, char *buffer) {
    if (source->request->stage == BOOT_HOST_STAGE_FILE)
        return make_address(&source->request->origin.source, buffer);
    return source->view != NULL ? make_ipv4(source->view->header.ciaddr, buffer) : NULL;
}

/* Static text, the request's own, or `buffer` of PACKET_TEXT_SIZE bytes; NULL: there is none. Not
 * inlined, since gcc would then warn of a buffer that its caller does not return. */
G_GNUC_NO_INLINE static const char *make_text(const struct source *source, uint32_t field,
                                              char *buffer) {
    const struct request *request = source->request;
    switch (field) {
    case BOOT_HOST_REQUEST_MAC:
    case BOOT_HOST_REQUEST_UUID:
    case BOOT_HOST_REQUEST_UUID_SWAPPED:
        return make_identity(&source->known->key, field, buffer);
    case BOOT_HOST_REQUEST_CLIENT_ID:
        return make_option(source, DHCP_OPTION_CLIENT_ID, buffer);
    case BOOT_HOST_REQUEST_ARCHITECTURE:
        return request_known_architecture(source->known, 0);
    case BOOT_HOST_REQUEST_LOADER:
        return source->known->loader;
    case BOOT_HOST_REQUEST_VENDOR_CLASS:
        return make_option(source, DHCP_OPTION_VENDOR_CLASS, buffer);
    case BOOT_HOST_REQUEST_USER_CLASS:
        return source->pxe != NULL ? packet_text_plain(source->pxe->user_class, buffer) : NULL;
    case BOOT_HOST_REQUEST_INTERFACE:
        return request->origin.interface_name;
    case BOOT_HOST_REQUEST_NETWORK:
        return make_address(&source->known->network, buffer);
    case BOOT_HOST_REQUEST_SOURCE:
        return make_address(&request->origin.source, buffer);
    case BOOT_HOST_REQUEST_CLIENT:
        return make_client(source, buffer);
    case BOOT_HOST_REQUEST_RELAY:
        return source->view != NULL ? make_ipv4(source->view->header.giaddr, buffer) : NULL;
    case BOOT_HOST_REQUEST_SERVER:
        return make_address(&request->origin.server, buffer);
    case BOOT_HOST_REQUEST_FAMILY:
        return request->origin.server.family == 6 ? "ipv6" : "ipv4";
    case BOOT_HOST_REQUEST_TRANSPORT:
        return request->stage == BOOT_HOST_STAGE_FILE ? "tftp" : "dhcp";
    case BOOT_HOST_REQUEST_HOST_NAME:
        return make_option(source, DHCP_OPTION_HOST_NAME, buffer);
    case BOOT_HOST_REQUEST_STAGE:
        return request_stage_name(request->stage);
    case TEXT_ARCHITECTURE_CODE:
        return make_number(source->known, BOOT_HOST_REQUEST_ARCHITECTURE_CODE, buffer);
    case TEXT_ATTEMPT:
        return make_number(source->known, BOOT_HOST_REQUEST_ATTEMPT, buffer);
    default:
        return NULL; /* BOOT_HOST_REQUEST_FILE is set where it is known */
    }
}

/* ---- Asking ---------------------------------------------------------------------------------- */

/* Under the lock. */
static const char *make_and_keep(struct request *request, const struct source *source,
                                 uint32_t field) {
    char buffer[PACKET_TEXT_SIZE];
    const char *text = make_text(source, field, buffer);
    return text == buffer ? request_keep_text(request, field, text) : text;
}

/* Once for each text: whoever asks later finds it without the lock. */
static const char *read_working(struct request *request, uint32_t field) {
    _Atomic(const char *) *place = &request->reading->texts[field];
    g_mutex_lock(&request->lock);
    const char *text = atomic_load_explicit(place, memory_order_relaxed);
    if (text == NULL) {
        struct source source = {.request = request, .known = &request->reading->known};
        if (request->size > 0) {
            source.view = &request->reading->view;
            source.pxe = &request->reading->pxe;
        }
        text = make_and_keep(request, &source, field);
        if (text == NULL)
            text = request_absent;
        atomic_store_explicit(place, text, memory_order_release);
    }
    g_mutex_unlock(&request->lock);
    return text;
}

static const char *read_lean(struct request *request, uint32_t field) {
    struct thawed thawed;
    request_thaw(request, &thawed);
    struct source source = {.request = request, .known = &thawed.known};
    if (thawed.has_view) {
        source.view = &thawed.view;
        source.pxe = &thawed.pxe;
    }
    return make_and_keep(request, &source, field);
}

/* What nearly every chain asks for is there before anybody can ask, and so costs no lock. */
void request_make_texts(struct request *request) {
    static const uint32_t fields[] = {BOOT_HOST_REQUEST_MAC, BOOT_HOST_REQUEST_ARCHITECTURE,
                                      BOOT_HOST_REQUEST_LOADER};
    const struct source source = {.request = request, .known = &request->reading->known};
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        const char *text = make_and_keep(request, &source, fields[i]);
        atomic_init(&request->reading->texts[fields[i]], text != NULL ? text : request_absent);
    }
}

static const char *find_piece(const struct request *request, uint32_t field) {
    const struct piece *piece = request->pieces;
    while (piece != NULL && piece->field != field)
        piece = piece->next;
    return piece != NULL ? piece->text : NULL;
}

/* The lock is the only thing that changes in a request that others know, and it shows in nothing
 * that they read: so it stays const for them. */
static const char *own_text(const struct request *asked, uint32_t field) {
    struct request *request = (struct request *) asked;
    if (request->reading != NULL) {
        const char *text =
            atomic_load_explicit(&request->reading->texts[field], memory_order_acquire);
        if (text == NULL)
            text = read_working(request, field);
        return text != request_absent ? text : NULL;
    }
    g_mutex_lock(&request->lock);
    const char *text = find_piece(request, field);
    if (text == NULL)
        text = read_lean(request, field);
    g_mutex_unlock(&request->lock);
    return text;
}

const char *request_text(const struct request *request, uint32_t field) {
    return field <= BOOT_HOST_REQUEST_STAGE ? own_text(request, field) : NULL;
}

const char *request_number_text(const struct request *request, uint32_t field) {
    if (field == BOOT_HOST_REQUEST_ARCHITECTURE_CODE)
        return own_text(request, TEXT_ARCHITECTURE_CODE);
    return field == BOOT_HOST_REQUEST_ATTEMPT ? own_text(request, TEXT_ATTEMPT) : NULL;
}

const char *request_get_client(const struct request *request) {
    static const uint32_t fields[] = {BOOT_HOST_REQUEST_MAC, BOOT_HOST_REQUEST_UUID,
                                      BOOT_HOST_REQUEST_CLIENT, BOOT_HOST_REQUEST_SOURCE};
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        const char *text = own_text(request, fields[i]);
        if (text != NULL)
            return text;
    }
    return "unknown";
}
