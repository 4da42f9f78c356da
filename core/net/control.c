/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The control messages that travel beside a datagram.
 */
#include "net/control.h"

#include "net/sockaddr.h"

#include <netinet/udp.h>
#include <string.h>

void control_read_arrival(struct msghdr *message, struct udp_datagram *datagram) {
    for (struct cmsghdr *control = CMSG_FIRSTHDR(message); control != NULL;
         control = CMSG_NXTHDR(message, control)) {
        if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;
            memcpy(&info, CMSG_DATA(control), sizeof(info));
            datagram->interface = (unsigned) info.ipi_ifindex;
            /* ipi_addr is the header's destination, 255.255.255.255 for a broadcast;
             * ipi_spec_dst would be our own address, chosen by the routing table. */
            datagram->local = address_from_ipv4((const uint8_t *) &info.ipi_addr, 0);
        } else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo info;
            memcpy(&info, CMSG_DATA(control), sizeof(info));
            datagram->interface = info.ipi6_ifindex;
            struct sockaddr_in6 local = {.sin6_family = AF_INET6, .sin6_addr = info.ipi6_addr};
            datagram->local = sockaddr_to_address((const struct sockaddr *) &local);
        } else if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_TIMESTAMPNS) {
            struct timespec stamp;
            memcpy(&stamp, CMSG_DATA(control), sizeof(stamp));
            datagram->arrived_us = (int64_t) stamp.tv_sec * 1000000 + stamp.tv_nsec / 1000;
        }
    }
}

/* Writes one message behind the first `used` bytes; returns the bytes that are used then. */
static size_t append(union control *control, size_t used, const struct cmsghdr *header,
                     const void *data) {
    size_t size = header->cmsg_len - CMSG_LEN(0);
    struct cmsghdr *place = (struct cmsghdr *) (void *) (control->room + used);
    *place = *header;
    memcpy(CMSG_DATA(place), data, size);
    return used + CMSG_SPACE(size);
}

size_t control_write_departure(const struct address *local, unsigned interface, unsigned family,
                               union control *control) {
    if (local->family == 0 && interface == 0)
        return 0;
    if (family == 6) {
        struct in6_pktinfo info = {.ipi6_ifindex = interface};
        memcpy(&info.ipi6_addr, local->bytes, sizeof(info.ipi6_addr));
        struct cmsghdr header = {.cmsg_len = CMSG_LEN(sizeof(info)),
                                 .cmsg_level = IPPROTO_IPV6,
                                 .cmsg_type = IPV6_PKTINFO};
        return append(control, 0, &header, &info);
    }
    struct in_pktinfo info = {.ipi_ifindex = (int) interface};
    memcpy(&info.ipi_spec_dst, local->bytes, sizeof(info.ipi_spec_dst));
    struct cmsghdr header = {
        .cmsg_len = CMSG_LEN(sizeof(info)), .cmsg_level = IPPROTO_IP, .cmsg_type = IP_PKTINFO};
    return append(control, 0, &header, &info);
}

size_t control_write_segment(union control *control, size_t used, uint16_t segment) {
    struct cmsghdr header = {
        .cmsg_len = CMSG_LEN(sizeof(segment)), .cmsg_level = SOL_UDP, .cmsg_type = UDP_SEGMENT};
    return append(control, used, &header, &segment);
}
