/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The essence of a packet, for keeping long: header and options, without the empty fields between
 * them and the zeros behind. PURE.
 */
#include "boot/request-private.h"

#include <string.h>

#define NAMES_OFFSET 44 /* sname and file begin there, RFC 2131 figure 1 */
#define COOKIE_SIZE  4  /* and options follow it */
#define NAMES_SIZE   (DHCP_SNAME_SIZE + DHCP_FILE_SIZE)

/* Options in sname and file keep the header as it is. No firmware does that. */
static void fold_packet(const struct request *request, struct folded *folded) {
    const struct dhcp_options *options = &request->reading->view.options;
    folded->is_folded = options->overload == 0;
    size_t head = folded->is_folded ? NAMES_OFFSET : DHCP_HEADER_SIZE;
    size_t size = dhcp_options_prefix(options, LIMIT_REQUEST_KEPT);
    memcpy(folded->bytes, request->bytes, head);
    memcpy(folded->bytes + head, request->bytes + DHCP_HEADER_SIZE, size);
    folded->size = (uint32_t) (head + size);
}

void request_fold(const struct request *request, struct folded *ret_folded) {
    if (request->reading != NULL && request->size > 0) {
        fold_packet(request, ret_folded);
        return;
    }
    ret_folded->is_folded = request->is_folded;
    ret_folded->size = request->size;
    memcpy(ret_folded->bytes, request->bytes, request->size);
}

size_t request_unfold(const uint8_t *folded, size_t size, bool is_folded, uint8_t *ret_bytes) {
    static const uint8_t cookie[COOKIE_SIZE] = {0x63, 0x82, 0x53, 0x63};
    if (!is_folded) {
        memcpy(ret_bytes, folded, size);
        return size;
    }
    memcpy(ret_bytes, folded, NAMES_OFFSET);
    memset(ret_bytes + NAMES_OFFSET, 0, NAMES_SIZE);
    memcpy(ret_bytes + NAMES_OFFSET + NAMES_SIZE, cookie, COOKIE_SIZE);
    memcpy(ret_bytes + DHCP_HEADER_SIZE, folded + NAMES_OFFSET, size - NAMES_OFFSET);
    return size + NAMES_SIZE + COOKIE_SIZE;
}

void request_thaw(const struct request *request, struct thawed *ret_thawed) {
    size_t size = 0;
    ret_thawed->known = (struct known){0};
    if (request->size > 0)
        size = request_unfold(request->bytes, request->size, request->is_folded, ret_thawed->bytes);
    ret_thawed->has_view =
        dhcp_parse((struct span){ret_thawed->bytes, size}, &ret_thawed->view) == DHCP_OK;
    if (!ret_thawed->has_view)
        return;
    pxe_client_parse(&ret_thawed->view.options, &ret_thawed->pxe);
    request_learn(request, &ret_thawed->view, &ret_thawed->pxe, &ret_thawed->known);
}

const struct known *request_known(const struct request *request, struct thawed *room) {
    if (request->reading != NULL)
        return &request->reading->known;
    request_thaw(request, room);
    return &room->known;
}
