/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * UDP beside the program that has bound the port: a packet socket to hear, a raw one to answer.
 */
#include "net/packet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/limits.h"
#include "net/packet-format.h"

#define PACKET_ROOM LIMIT_DHCP_DATAGRAM

struct packet_port {
    int hearing;
    int answering;
    uint16_t number;
    struct udp_datagram datagrams[LIMIT_BATCH];
    uint8_t memory[LIMIT_BATCH][PACKET_ROOM];
};

/* Only unfragmented UDP over IPv4 to our port leaves the kernel; a DHCP server's host has plenty
 * of other packets. The packet begins with its IP header. */
static gboolean set_filter(int descriptor, uint16_t port) {
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9), /* protocol */
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 6),
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 6), /* fragment offset */
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x3fff, 4, 0),
        BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0), /* length of the IP header */
        BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),  /* UDP destination port */
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, port, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0xffff),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog filter = {.len = G_N_ELEMENTS(program), .filter = program};
    return setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) == 0;
}

static int open_hearing(uint16_t port) {
    /* Protocol 0 hears nothing until bind: no packet slips in before the filter is there. */
    int descriptor = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0)
        return -1;
    int room = LIMIT_RECEIVE_BUFFER;
    if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) != 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
    struct sockaddr_ll all = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP)};
    if (set_filter(descriptor, port) &&
        bind(descriptor, (struct sockaddr *) &all, sizeof(all)) == 0)
        return descriptor;
    int failure = errno;
    close(descriptor);
    errno = failure;
    return -1;
}

static int open_answering(void) {
    int descriptor = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW);
    int yes = 1;
    if (descriptor >= 0)
        setsockopt(descriptor, SOL_SOCKET, SO_BROADCAST, &yes, sizeof(yes));
    return descriptor;
}

struct packet_port *packet_open(uint16_t number, GError **error) {
    struct packet_port *port = g_new0(struct packet_port, 1);
    port->number = number;
    port->answering = -1;
    port->hearing = open_hearing(number);
    if (port->hearing >= 0)
        port->answering = open_answering();
    if (port->answering < 0) {
        int failure = errno;
        g_set_error(error, UDP_ERROR, failure == EPERM ? UDP_ERROR_PERMISSION : UDP_ERROR_FAILED,
                    "cannot listen beside another server on UDP port %u: %s%s", number,
                    g_strerror(failure),
                    failure == EPERM ? "; start as root or with the capability CAP_NET_RAW" : "");
        packet_close(port);
        return NULL;
    }
    return port;
}

void packet_close(struct packet_port *port) {
    if (port == NULL)
        return;
    if (port->hearing >= 0)
        close(port->hearing);
    if (port->answering >= 0)
        close(port->answering);
    g_free(port);
}

int packet_descriptor(const struct packet_port *port) {
    return port->hearing;
}

/* Takes one packet into slot `slot`; FALSE when none waits. `ret_ours`: it was a datagram to us,
 * rather than one that we or this host sent. */
static gboolean take_one(struct packet_port *port, unsigned slot, gboolean *ret_ours) {
    struct sockaddr_ll from = {0};
    socklen_t length = sizeof(from);
    ssize_t size = recvfrom(port->hearing, port->memory[slot], PACKET_ROOM, MSG_TRUNC,
                            (struct sockaddr *) &from, &length);
    if (size < 0)
        return FALSE;
    struct packet_payload payload;
    *ret_ours = from.sll_pkttype != PACKET_OUTGOING && from.sll_pkttype != PACKET_OTHERHOST &&
                size <= PACKET_ROOM && packet_parse(port->memory[slot], (size_t) size, &payload);
    if (*ret_ours) {
        port->datagrams[slot] = (struct udp_datagram){
            .data = payload.data,
            .size = payload.size,
            .peer = payload.source,
            .local = payload.destination,
            .interface = (unsigned) from.sll_ifindex,
        };
        port->datagrams[slot].local.port = 0;
    }
    return TRUE;
}

unsigned packet_receive(struct packet_port *port, const struct udp_datagram **ret_datagrams) {
    unsigned count = 0;
    gboolean ours = FALSE;
    /* Twice the batch at most, so that foreign packets cannot keep us here. */
    for (unsigned i = 0; i < 2 * LIMIT_BATCH && count < LIMIT_BATCH; i++) {
        if (!take_one(port, count, &ours))
            break;
        count += ours ? 1 : 0;
    }
    *ret_datagrams = port->datagrams;
    return count;
}

gboolean packet_send(struct packet_port *port, const struct udp_datagram *datagram) {
    struct packet_payload payload = {
        .data = datagram->data,
        .size = datagram->size,
        .source = datagram->local,
        .destination = datagram->peer,
    };
    payload.source.port = port->number;
    uint8_t headers[PACKET_HEADERS];
    packet_write_headers(&payload, headers);
    struct iovec parts[] = {{headers, sizeof(headers)}, {(void *) datagram->data, datagram->size}};

    struct sockaddr_in to = {.sin_family = AF_INET};
    memcpy(&to.sin_addr, datagram->peer.bytes, 4);
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(struct in_pktinfo))];
    } control = {0};
    struct msghdr message = {
        .msg_name = &to,
        .msg_namelen = sizeof(to),
        .msg_iov = parts,
        .msg_iovlen = G_N_ELEMENTS(parts),
        .msg_control = &control,
        .msg_controllen = sizeof(control.room),
    };
    control.header.cmsg_level = IPPROTO_IP;
    control.header.cmsg_type = IP_PKTINFO;
    control.header.cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
    struct in_pktinfo *info = (struct in_pktinfo *) CMSG_DATA(&control.header);
    info->ipi_ifindex = (int) datagram->interface;
    return sendmsg(port->answering, &message, 0) >= 0;
}
