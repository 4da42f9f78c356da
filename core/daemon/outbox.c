/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Answers on their way out.
 */
#include "daemon/outbox.h"

#include <errno.h>

#include "base/limits.h"
#include "boot/route.h"

struct outbox {
    unsigned count;
    struct udp_datagram datagrams[LIMIT_BATCH];
    int errors[LIMIT_BATCH];
    const struct request *requests[LIMIT_BATCH];
    struct answer answers[LIMIT_BATCH];
};

struct outbox *outbox_new(void) {
    struct outbox *outbox = g_new(struct outbox, 1);
    outbox->count = 0;
    return outbox;
}

void outbox_free(struct outbox *outbox) {
    g_free(outbox);
}

struct answer *outbox_room(struct outbox *outbox) {
    g_return_val_if_fail(outbox->count < LIMIT_BATCH, NULL); /* a batch has no more requests */
    return &outbox->answers[outbox->count];
}

void outbox_put(struct outbox *outbox, const struct route *route, const struct request *request) {
    unsigned index = outbox->count++;
    outbox->datagrams[index] = (struct udp_datagram){
        .data = outbox->answers[index].packet,
        .size = outbox->answers[index].size,
        .peer = route->to,
        .local = route->from,
        .interface = route->interface_index,
    };
    outbox->errors[index] = 0;
    outbox->requests[index] = request;
}

gboolean outbox_is_empty(const struct outbox *outbox) {
    return outbox->count == 0;
}

void outbox_send(struct outbox *outbox, struct udp_socket *socket, struct packet_port *packet) {
    if (packet == NULL) {
        (void) udp_send(socket, outbox->datagrams, outbox->count, outbox->errors);
        return;
    }
    for (unsigned i = 0; i < outbox->count; i++)
        outbox->errors[i] = packet_send(packet, &outbox->datagrams[i]) ? 0 : errno;
}

gboolean outbox_get(const struct outbox *outbox, unsigned index, struct outgoing *ret_outgoing) {
    if (index >= outbox->count)
        return FALSE;
    *ret_outgoing = (struct outgoing){
        .datagram = &outbox->datagrams[index],
        .request = outbox->requests[index],
        .error = outbox->errors[index],
    };
    return TRUE;
}

void outbox_clear(struct outbox *outbox) {
    outbox->count = 0;
}
