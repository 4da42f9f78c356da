/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The traffic of a UDP socket: batches in (recvmmsg), batches out (sendmmsg), each datagram with
 * the local address and the interface it belongs to.
 */
#include "net/udp.h"

#include "net/control.h"
#include "net/sockaddr.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

struct udp_batch {
    size_t size;     /* bytes of one buffer */
    unsigned used;   /* messages that the kernel has written to */
    int64_t full_us; /* since when every receive has filled it; 0: the last one did not */
    gboolean is_stamped;
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
    batch->used = LIMIT_BATCH;
    return batch;
}

void udp_batch_free(struct udp_batch *batch) {
    if (batch == NULL)
        return;
    g_free(batch->buffers);
    g_free(batch);
}

/* Packets that came before are stamped when they are read, as fresh ones: they are answered. */
static void notice_backlog(struct udp_socket *socket, struct udp_batch *batch, unsigned count) {
    if (count < LIMIT_BATCH || batch->is_stamped || udp_is_plain(socket)) {
        batch->full_us = 0;
        return;
    }
    int64_t now_us = g_get_monotonic_time();
    int yes = 1;
    if (batch->full_us == 0)
        batch->full_us = now_us;
    else if (now_us - batch->full_us > LIMIT_BEHIND_US)
        batch->is_stamped =
            setsockopt(udp_descriptor(socket), SOL_SOCKET, SO_TIMESTAMPNS, &yes, sizeof(yes)) == 0;
}

/* Makes the messages ready that the last receive wrote to. */
static void reset_messages(struct udp_batch *batch) {
    for (unsigned i = 0; i < batch->used; i++) {
        batch->messages[i].msg_hdr.msg_namelen = sizeof(batch->peers[i]);
        batch->messages[i].msg_hdr.msg_controllen = sizeof(batch->controls[i]);
        batch->messages[i].msg_hdr.msg_flags = 0;
    }
    batch->used = 0;
}

static void read_datagram(struct udp_batch *batch, unsigned place, uint16_t port) {
    struct msghdr *header = &batch->messages[place].msg_hdr;
    struct udp_datagram *datagram = &batch->datagrams[place];
    *datagram = (struct udp_datagram){
        .data = batch->vectors[place].iov_base,
        .size = batch->messages[place].msg_len,
        .peer = sockaddr_to_address(&batch->peers[place].any),
        .truncated = (header->msg_flags & MSG_TRUNC) != 0,
    };
    control_read_arrival(header, datagram);
    datagram->local.port = port;
}

unsigned udp_receive(struct udp_socket *socket, struct udp_batch *batch,
                     const struct udp_datagram **ret_datagrams) {
    reset_messages(batch);
    int count;
    do {
        count = recvmmsg(udp_descriptor(socket), batch->messages, LIMIT_BATCH, MSG_DONTWAIT, NULL);
    } while (count < 0 && errno == EINTR);
    /* The kernel may have begun one more than it gives. */
    batch->used = MIN((unsigned) MAX(count, 0) + 1, LIMIT_BATCH);
    notice_backlog(socket, batch, (unsigned) MAX(count, 0));
    if (count <= 0)
        return 0;
    uint16_t port = udp_local(socket).port;
    for (unsigned i = 0; i < (unsigned) count; i++)
        read_datagram(batch, i, port);
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

static void prepare_outgoing(struct outgoing *out, unsigned slot,
                             const struct udp_datagram *datagram) {
    out->vectors[slot].iov_base = (void *) datagram->data;
    out->vectors[slot].iov_len = datagram->size;
    struct msghdr *header = &out->messages[slot].msg_hdr;
    *header = (struct msghdr){.msg_iov = &out->vectors[slot], .msg_iovlen = 1};
    header->msg_name = &out->peers[slot];
    header->msg_namelen = sockaddr_from_address(&datagram->peer, &out->peers[slot]);
    header->msg_controllen = control_write_departure(&datagram->local, datagram->interface,
                                                     datagram->peer.family, &out->controls[slot]);
    if (header->msg_controllen > 0)
        header->msg_control = &out->controls[slot];
}

/* Sends prepared messages; steps over those the kernel refuses, but stops where its buffer is full,
 * since what follows would find it full too. */
static unsigned send_prepared(int descriptor, struct mmsghdr *messages, unsigned count,
                              int ret_errors[LIMIT_BATCH]) {
    unsigned sent = 0;
    memset(ret_errors, 0, count * sizeof(*ret_errors));
    for (unsigned next = 0; next < count;) {
        int taken = sendmmsg(descriptor, messages + next, count - next, MSG_DONTWAIT);
        if (taken > 0) {
            sent += (unsigned) taken;
            next += (unsigned) taken;
            continue;
        }
        if (errno == EINTR)
            continue;
        bool is_full = errno == EAGAIN || errno == ENOBUFS;
        unsigned refused = is_full ? count - next : 1;
        for (unsigned i = 0; i < refused; i++)
            ret_errors[next + i] = errno;
        next += refused;
    }
    return sent;
}

unsigned udp_send(struct udp_socket *socket, const struct udp_datagram *datagrams, unsigned count,
                  int *ret_errors) {
    struct outgoing out;
    int errors[LIMIT_BATCH];
    unsigned sent = 0;
    for (unsigned done = 0; done < count;) {
        unsigned part = MIN(count - done, LIMIT_BATCH);
        for (unsigned i = 0; i < part; i++)
            prepare_outgoing(&out, i, &datagrams[done + i]);
        sent += send_prepared(udp_descriptor(socket), out.messages, part,
                              ret_errors != NULL ? ret_errors + done : errors);
        done += part;
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
    /* GLib takes a source that must not recurse out of the poll while it is dispatched, and wakes the
     * loop for that with two more system calls a batch. `receive` runs no loop, so that it cannot. */
    g_source_set_can_recurse(base, TRUE);
    source->watch = g_source_add_unix_fd(base, udp_descriptor(socket), G_IO_IN);
    return base;
}
