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

struct door {
    uint16_t number;
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
/* The same without binding it, see net/packet.h. */
struct door *door_open_packet(uint16_t number, door_fn received, void *user, GError **error);
void door_close(struct door *door); /* NULL is fine */

/* Parses a batch into `arrivals`: nothing but bytes. The datagrams must stay until the next one. */
void door_read(struct door *door, const struct udp_datagram *datagrams, unsigned n_datagrams);

/* Sends what is in an outbox, the door's or another. */
void door_send(struct door *door, struct outbox *outbox);
