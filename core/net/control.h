/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The control messages that travel beside a datagram: the local address and the interface it
 * belongs to (IP_PKTINFO, RFC 3542), when it arrived (SO_TIMESTAMPNS, socket(7)), and the length at
 * which the kernel cuts it into several (UDP_SEGMENT, udp(7)). Inside net/ alone.
 */
#pragma once

#include "net/udp.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>

/* Room for what one datagram has, received or sent; the union aligns it. */
union control {
    struct cmsghdr header;
    uint8_t room[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(struct timespec))];
};

/* The local address, the interface and, where it is stamped, the time of arrival (`arrived_us`) out
 * of a received message. */
void control_read_arrival(struct msghdr *message, struct udp_datagram *datagram);

/* Writes source address and interface for a peer of `family`; returns the bytes written, 0 when
 * the kernel is to choose both. */
size_t control_write_departure(const struct address *local, unsigned interface, unsigned family,
                               union control *control);

/* Appends UDP_SEGMENT behind the first `used` bytes; returns the bytes that are used then. */
size_t control_write_segment(union control *control, size_t used, uint16_t segment);
