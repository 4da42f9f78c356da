/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Hears and answers UDP on a port that another program of this host has bound: a DHCP server. A
 * packet socket sees what comes to the port, a raw socket answers from it; the other program gets
 * its copy all the same. Needs CAP_NET_RAW. IPv4.
 */
#pragma once

#include "net/udp.h"

struct packet_port;

/* Begins to listen to UDP `port` on every interface. The error says what is missing. */
struct packet_port *packet_open(uint16_t port, GError **error);
void packet_close(struct packet_port *port);

int packet_descriptor(const struct packet_port *port);

/* Takes what waits, at most LIMIT_BATCH datagrams, as udp_receive does. They lie in the port's own
 * memory until the next call. */
unsigned packet_receive(struct packet_port *port, const struct udp_datagram **ret_datagrams);

/* Sends one datagram from the port; `local` of the datagram must be set. FALSE with errno. */
gboolean packet_send(struct packet_port *port, const struct udp_datagram *datagram);
