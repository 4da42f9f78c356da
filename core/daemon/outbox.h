/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Answers on their way out: made one by one while a batch is decided, sent by one system call.
 */
#pragma once

#include <glib.h>

#include "boot/answer.h"
#include "net/packet.h"
#include "net/udp.h"

struct request;
struct route;

/* One answer. `error` is 0, or the errno of why it was not sent, once it has been tried. */
struct outgoing {
    const struct udp_datagram *datagram;
    const struct request *request; /* lent by outbox_put() */
    int error;
};

struct outbox;

struct outbox *outbox_new(void);
void outbox_free(struct outbox *outbox); /* what was not sent is dropped */

/* Where the next answer is made. There is room for LIMIT_BATCH. */
struct answer *outbox_room(struct outbox *outbox);
/* What was made there goes that way. `request` must stay until the outbox is cleared. */
void outbox_put(struct outbox *outbox, const struct route *route, const struct request *request);

gboolean outbox_is_empty(const struct outbox *outbox);

/* Sends all: by `packet`, or by `socket` when that is NULL. Touches nothing but the outbox and what it
 * sends by, so that it may run outside of the world. */
void outbox_send(struct outbox *outbox, struct udp_socket *socket, struct packet_port *packet);

/* What became of them; false behind the last. */
gboolean outbox_get(const struct outbox *outbox, unsigned index, struct outgoing *ret_outgoing);
void outbox_clear(struct outbox *outbox);
