/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The traffic of a UDP socket: batches in (recvmmsg), batches out (sendmmsg), each datagram with
 * the local address and the interface it belongs to (IP_PKTINFO, RFC 3542).
 */
#include "net/udp.h"

#include "net/sockaddr.h"

#include <errno.h>
#include <string.h>

/* Room for one control message of either family; the union aligns it. */
union control {
    struct cmsghdr header;
    uint8_t room[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

struct udp_batch {
    size_t size; /* bytes of one buffer */
    uint8_t *buffers;
    struct mmsghdr messages[LIMIT_BATCH];
    struct iovec vectors[LIMIT_BATCH];
    union sockaddr_any peers[LIMIT_BATCH];
    union control controls[LIMIT_BATCH];
    struct udp_datagram datagrams[LIMIT_BATCH];
};

struct udp_batch *udp_batch_new(size_t size) {
    struct udp_batch *batch = g_new0(struct udp_batch, 1);
    batch->size = MIN(size, LIMIT_DATAGRAM);
    batch->buffers = g_malloc(batch->size * LIMIT_BATCH);
    for (unsigned i = 0; i < LIMIT_BATCH; i++) {
        batch->vectors[i].iov_base = batch->buffers + i * batch->size;
        batch->vectors[i].iov_len = batch->size;
        batch->messages[i].msg_hdr.msg_iov = &batch->vectors[i];
        batch->messages[i].msg_hdr.msg_iovlen = 1;
        batch->messages[i].msg_hdr.msg_name = &batch->peers[i];
        batch->messages[i].msg_hdr.msg_control = &batch->controls[i];
    }
    return batch;
}

void udp_batch_free(struct udp_batch *batch) {
    if (batch == NULL)
        return;
    g_free(batch->buffers);
    g_free(batch);
}

/* The local address and the interface out of the kernel's control messages. */
static void read_arrival(struct msghdr *message, struct udp_datagram *datagram) {
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
        }
    }
}

unsigned udp_receive(struct udp_socket *socket, struct udp_batch *batch,
                     const struct udp_datagram **ret_datagrams) {
    for (unsigned i = 0; i < LIMIT_BATCH; i++) {
        batch->messages[i].msg_hdr.msg_namelen = sizeof(batch->peers[i]);
        batch->messages[i].msg_hdr.msg_controllen = sizeof(batch->controls[i]);
        batch->messages[i].msg_hdr.msg_flags = 0;
    }
    int count;
    do {
        count = recvmmsg(udp_descriptor(socket), batch->messages, LIMIT_BATCH, MSG_DONTWAIT, NULL);
    } while (count < 0 && errno == EINTR);
    if (count <= 0)
        return 0;

    uint16_t port = udp_local(socket).port;
    for (int i = 0; i < count; i++) {
        struct udp_datagram *datagram = &batch->datagrams[i];
        *datagram = (struct udp_datagram){
            .data = batch->vectors[i].iov_base,
            .size = batch->messages[i].msg_len,
            .peer = sockaddr_to_address(&batch->peers[i].any),
            .truncated = (batch->messages[i].msg_hdr.msg_flags & MSG_TRUNC) != 0,
        };
        read_arrival(&batch->messages[i].msg_hdr, datagram);
        datagram->local.port = port;
    }
    *ret_datagrams = batch->datagrams;
    return (unsigned) count;
}

/* What one sendmmsg call needs, on the stack of the sender. */
struct outgoing {
    struct mmsghdr messages[LIMIT_BATCH];
    struct iovec vectors[LIMIT_BATCH];
    union sockaddr_any peers[LIMIT_BATCH];
    union control controls[LIMIT_BATCH];
};

/* Writes source address and interface as a control message; returns its length, 0 for neither. */
static size_t write_departure(const struct udp_datagram *datagram, union control *control) {
    if (datagram->local.family == 0 && datagram->interface == 0)
        return 0;
    memset(control, 0, sizeof(*control));
    if (datagram->peer.family == 6) {
        struct in6_pktinfo info = {.ipi6_ifindex = datagram->interface};
        memcpy(&info.ipi6_addr, datagram->local.bytes, sizeof(info.ipi6_addr));
        control->header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(info)),
                                           .cmsg_level = IPPROTO_IPV6,
                                           .cmsg_type = IPV6_PKTINFO};
        memcpy(CMSG_DATA(&control->header), &info, sizeof(info));
        return CMSG_SPACE(sizeof(info));
    }
    struct in_pktinfo info = {.ipi_ifindex = (int) datagram->interface};
    memcpy(&info.ipi_spec_dst, datagram->local.bytes, sizeof(info.ipi_spec_dst));
    control->header = (struct cmsghdr){
        .cmsg_len = CMSG_LEN(sizeof(info)), .cmsg_level = IPPROTO_IP, .cmsg_type = IP_PKTINFO};
    memcpy(CMSG_DATA(&control->header), &info, sizeof(info));
    return CMSG_SPACE(sizeof(info));
}

static void prepare_outgoing(struct outgoing *out, unsigned slot,
                             const struct udp_datagram *datagram) {
    out->vectors[slot].iov_base = (void *) datagram->data;
    out->vectors[slot].iov_len = datagram->size;
    struct msghdr *header = &out->messages[slot].msg_hdr;
    *header = (struct msghdr){.msg_iov = &out->vectors[slot], .msg_iovlen = 1};
    header->msg_name = &out->peers[slot];
    header->msg_namelen = sockaddr_from_address(&datagram->peer, &out->peers[slot]);
    header->msg_controllen = write_departure(datagram, &out->controls[slot]);
    if (header->msg_controllen > 0)
        header->msg_control = &out->controls[slot];
}

/* Sends prepared messages; steps over those the kernel refuses, but stops where its buffer is full,
 * since what follows would find it full too. */
static unsigned send_prepared(int descriptor, struct mmsghdr *messages, unsigned count,
                              int *ret_errno) {
    unsigned sent = 0;
    for (unsigned next = 0; next < count;) {
        int taken = sendmmsg(descriptor, messages + next, count - next, MSG_DONTWAIT);
        if (taken > 0) {
            sent += (unsigned) taken;
            next += (unsigned) taken;
            continue;
        }
        if (errno == EINTR)
            continue;
        *ret_errno = errno;
        if (errno == EAGAIN || errno == ENOBUFS)
            break;
        next++;
    }
    return sent;
}

unsigned udp_send(struct udp_socket *socket, const struct udp_datagram *datagrams, unsigned count,
                  int *ret_errno) {
    struct outgoing out;
    unsigned sent = 0;
    int code = 0;
    for (unsigned done = 0; done < count;) {
        unsigned part = MIN(count - done, LIMIT_BATCH);
        for (unsigned i = 0; i < part; i++)
            prepare_outgoing(&out, i, &datagrams[done + i]);
        sent += send_prepared(udp_descriptor(socket), out.messages, part, &code);
        done += part;
    }
    if (ret_errno != NULL)
        *ret_errno = code;
    return sent;
}

unsigned udp_send_segments(struct udp_socket *socket, const struct udp_datagram *whole,
                           size_t segment) {
    struct outgoing out;
    unsigned sent = 0;
    for (size_t offset = 0; offset < whole->size;) {
        unsigned part = 0;
        for (; part < LIMIT_BATCH && offset < whole->size; part++) {
            struct udp_datagram one = *whole;
            one.data = whole->data + offset;
            one.size = MIN(segment, whole->size - offset);
            prepare_outgoing(&out, part, &one);
            offset += one.size;
        }
        int code = 0;
        unsigned taken = send_prepared(udp_descriptor(socket), out.messages, part, &code);
        sent += taken;
        if (taken < part)
            break;
    }
    return sent;
}

struct udp_source {
    GSource base;
    struct udp_socket *socket;
    struct udp_batch *batch;
    udp_receive_fn receive;
    gpointer user;
    gpointer watch;
};

static gboolean source_check(GSource *base) {
    struct udp_source *source = (struct udp_source *) base;
    return g_source_query_unix_fd(base, source->watch) != 0;
}

static gboolean source_dispatch(GSource *base, GSourceFunc unused, gpointer also_unused) {
    struct udp_source *source = (struct udp_source *) base;
    const struct udp_datagram *datagrams = NULL;
    unsigned count = udp_receive(source->socket, source->batch, &datagrams);
    if (count == 0)
        return G_SOURCE_CONTINUE;
    return source->receive(source->socket, datagrams, count, source->user);
}

static void source_finalize(GSource *base) {
    udp_batch_free(((struct udp_source *) base)->batch);
}

static GSourceFuncs source_functions = {
    .check = source_check,
    .dispatch = source_dispatch,
    .finalize = source_finalize,
};

GSource *udp_source_new(struct udp_socket *socket, struct udp_batch *batch, udp_receive_fn receive,
                        gpointer user) {
    GSource *base = g_source_new(&source_functions, sizeof(struct udp_source));
    struct udp_source *source = (struct udp_source *) base;
    source->socket = socket;
    source->batch = batch;
    source->receive = receive;
    source->user = user;
    source->watch = g_source_add_unix_fd(base, udp_descriptor(socket), G_IO_IN);
    return base;
}
