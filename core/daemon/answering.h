/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * DHCP and boot-server requests: from a datagram on port 67 or 4011 through request, session, quota
 * and chain to the answer on the wire. What a door reads and sends (door.h) needs its own bytes alone,
 * what is decided in between (deciding.h) needs the world. The main loop does all of it, or, with the
 * key `threads`, threads beside it (shard.h). Called inside the world.
 */
#pragma once

#include <glib.h>

struct daemon;
struct answering;

/* Binds 67 (unless the configuration says off) and 4011, or takes the sockets that the service
 * manager hands over. */
struct answering *answering_new(struct daemon *daemon, GError **error);

/* Stops receiving; decisions still in flight end without an answer. */
void answering_free(struct answering *answering);

/* Counters by reason, a{st}: "received", "answered", "silent", "bad-cookie", "not-pxe" ... Floating
 * reference. */
GVariant *answering_counters(const struct answering *answering);

/* The ports that are bound, such as "67 4011". Free with g_free. */
char *answering_ports(const struct answering *answering);
