/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One port we answer on: a socket of our own, or past the one of this host's DHCP server. Packets come
 * in and go out in batches. A door belongs to one thread, which need not be inside the world for
 * reading and sending.
 */
#pragma once

#include <glib.h>

#include "base/limits.h"
#include "boot/request.h"
#include "daemon/outbox.h"
#include "net/packet.h"
#include "net/udp.h"

/* One datagram of a batch. */
struct arrival {
    const struct udp_datagram *datagram;
    enum dhcp_status status;
    struct request *request; /* with DHCP_OK: read, but not placed yet; a slot of the door's */
};

struct door;

/* Called with a batch that was read. */
typedef void (*door_fn)(struct door *door);

/* Several doors of one port, each with a thread of its own. Which of them a packet is for, its client's
 * MAC says: the kernel deals out by it, and of a broadcast, which the kernel gives to all, each takes
 * what is its own. So a client always meets the same thread, in the order in which it asks. */
struct door_share {
    unsigned count; /* of doors; 0 and 1: it is alone */
    unsigned place; /* this one's; they are opened in this order */
};

struct door {
    uint16_t number;
    struct door_share share;
    struct udp_batch *batch;   /* where it shares */
    struct udp_socket *socket; /* one of both */
    struct packet_port *packet;
    GSource *source;
    unsigned count; /* of the batch at hand */
    struct arrival arrivals[LIMIT_BATCH];
    struct outbox *outbox;
    door_fn received;
    void *user; /* of whoever opened it */
};

/* Binds port `number`, or takes the socket that the service manager hands over, and watches it on the
 * default main context: whatever comes is read, and `received` is called. */
struct door *door_open_socket(uint16_t number, door_fn received, void *user, GError **error);
/* Binds a port together with others; nothing watches it, see door_receive(). */
struct door *door_open_shared(uint16_t number, const struct door_share *share, GError **error);
/* Alone, and without binding it, see net/packet.h. */
struct door *door_open_packet(uint16_t number, door_fn received, void *user, GError **error);
void door_close(struct door *door); /* NULL is fine */

/* Reads what waits at a door that shares its port. FALSE: nothing for this one. */
gboolean door_receive(struct door *door);

/* Parses a batch into `arrivals`: nothing but bytes. The datagrams must stay until the next one. */
void door_read(struct door *door, const struct udp_datagram *datagrams, unsigned n_datagrams);

/* Sends what is in an outbox, the door's or another. */
void door_send(struct door *door, struct outbox *outbox);
