/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Datagrams that wait to be sent together: sendmmsg over all, GSO within each run.
 */
#include "net/udp-outbox.h"

#include "net/control.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define SEGMENTS_MAX 64    /* of one message; UDP_MAX_SEGMENTS of kernels before 6.9 */
#define MESSAGE_MAX  65507 /* bytes; the largest UDP payload over IPv4, and IPv6 is no smaller */
#define PIECES_MAX   1024  /* of all messages that wait */
#define PIECES_EACH  2     /* header and body */

/* What a message consists of beside its mmsghdr. */
struct parcel {
    struct udp_path *path;
    unsigned count; /* datagrams */
    union control control;
};

struct udp_outbox {
    struct udp_socket *socket; /* of all that waits */
    unsigned n_messages;
    struct mmsghdr messages[LIMIT_BATCH];
    struct parcel parcels[LIMIT_BATCH];
    unsigned n_pieces;
    struct iovec pieces[PIECES_MAX];
    uint8_t headers[PIECES_MAX / PIECES_EACH][UDP_HEADER_SIZE];
    size_t room_used;
    uint8_t *room;
    udp_unread_fn unread;
    gpointer user;
};

void udp_path_init(struct udp_path *path, const struct address *peer, const struct address *local,
                   unsigned interface) {
    *path = (struct udp_path){.local = *local, .interface = interface};
    sockaddr_from_address(peer, &path->peer);
}

static socklen_t peer_size(const struct udp_path *path) {
    return path->peer.any.sa_family == AF_INET6 ? sizeof(path->peer.v6) : sizeof(path->peer.v4);
}

/* The address that the kernel sends from to `peer`; "no address" when it cannot tell. */
static struct address source_towards(const struct udp_path *path) {
    union sockaddr_any own = {0};
    socklen_t length = sizeof(own);
    int probe = socket(path->peer.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (probe < 0)
        return (struct address){0};
    if (connect(probe, &path->peer.any, peer_size(path)) != 0 ||
        getsockname(probe, &own.any, &length) != 0)
        own.any.sa_family = AF_UNSPEC;
    close(probe);
    return sockaddr_to_address(&own.any);
}

void udp_path_learn(struct udp_path *path) {
    if (path->learned)
        return;
    struct address source = source_towards(path);
    path->learned = TRUE;
    path->implied = path->interface == 0 && address_equal(&source, &path->local);
}

void udp_path_doubt(struct udp_path *path) {
    path->implied = FALSE;
}

/* Returns the bytes written. */
static size_t write_source(const struct udp_path *path, union control *control) {
    if (path->implied)
        return 0;
    unsigned family = path->peer.any.sa_family == AF_INET6 ? 6 : 4;
    return control_write_departure(&path->local, path->interface, family, control);
}

struct udp_outbox *udp_outbox_new(udp_unread_fn unread, gpointer user) {
    struct udp_outbox *outbox = g_new0(struct udp_outbox, 1);
    outbox->room = g_malloc(UDP_OUTBOX_ROOM);
    outbox->unread = unread;
    outbox->user = user;
    return outbox;
}

void udp_outbox_free(struct udp_outbox *outbox) {
    if (outbox == NULL)
        return;
    g_free(outbox->room);
    g_free(outbox);
}

void *udp_outbox_room(struct udp_outbox *outbox, size_t size) {
    g_return_val_if_fail(size <= UDP_OUTBOX_ROOM, NULL);
    if (size > UDP_OUTBOX_ROOM - outbox->room_used)
        udp_outbox_flush(outbox);
    void *room = outbox->room + outbox->room_used;
    outbox->room_used += size;
    return room;
}

/* How many datagrams of a run may share a message. */
static unsigned segments_at_most(const struct udp_path *path, const struct udp_run *run) {
    if (path->one_by_one || run->headers == NULL || run->count == 1)
        return 1;
    size_t fit = MESSAGE_MAX / (UDP_HEADER_SIZE + run->body);
    return (unsigned) CLAMP(fit, 1, SEGMENTS_MAX);
}

/* Writes the pieces of `count` datagrams of the run from number `first` on; there is room. Returns
 * how many there are. */
static unsigned add_pieces(struct udp_outbox *outbox, const struct udp_run *run, unsigned first,
                           unsigned count) {
    struct iovec *piece = &outbox->pieces[outbox->n_pieces];
    uint8_t *header = outbox->headers[outbox->n_pieces / PIECES_EACH];
    const uint8_t *body = (const uint8_t *) run->bodies + (size_t) first * run->body;
    for (unsigned i = first; i < first + count; i++) {
        if (run->headers != NULL) {
            memcpy(header, run->headers + (size_t) i * UDP_HEADER_SIZE, UDP_HEADER_SIZE);
            *piece++ = (struct iovec){.iov_base = header, .iov_len = UDP_HEADER_SIZE};
            header += UDP_HEADER_SIZE;
        }
        size_t size = i + 1 < run->count ? run->body : run->last;
        *piece++ = (struct iovec){.iov_base = (void *) body, .iov_len = size};
        body += run->body;
    }
    unsigned added = (unsigned) (piece - &outbox->pieces[outbox->n_pieces]);
    outbox->n_pieces += added;
    return added;
}

/* Adds `count` datagrams of the run, from number `first` on, as one message. There is room. */
static void add_message(struct udp_outbox *outbox, struct udp_path *path, const struct udp_run *run,
                        unsigned first, unsigned count) {
    struct parcel *parcel = &outbox->parcels[outbox->n_messages];
    struct msghdr *message = &outbox->messages[outbox->n_messages++].msg_hdr;
    parcel->path = path;
    parcel->count = count;
    path->waiting++;
    message->msg_name = &path->peer;
    message->msg_namelen = peer_size(path);
    message->msg_iov = &outbox->pieces[outbox->n_pieces];
    message->msg_iovlen = add_pieces(outbox, run, first, count);
    size_t used = write_source(path, &parcel->control);
    if (count > 1)
        used =
            control_write_segment(&parcel->control, used, (uint16_t) (UDP_HEADER_SIZE + run->body));
    message->msg_control = used > 0 ? &parcel->control : NULL;
    message->msg_controllen = used;
}

/* The device computes no checksums (EIO), the path is too narrow for a datagram or the kernel too
 * old (the others). */
static gboolean refuses_segments(int code) {
    return code == EIO || code == EINVAL || code == EMSGSIZE || code == EOPNOTSUPP ||
           code == ENOPROTOOPT;
}

static gboolean is_full(int code) {
    return code == EAGAIN || code == ENOBUFS;
}

/* Sends the datagrams of a refused message each by itself; returns the errno of the one at which it
 * stopped, since the client asks again for what is missing from there on, or 0. */
static int send_one_by_one(struct udp_outbox *outbox, unsigned place) {
    const struct parcel *parcel = &outbox->parcels[place];
    const struct msghdr *whole = &outbox->messages[place].msg_hdr;
    union control control;
    size_t used = write_source(parcel->path, &control);
    struct mmsghdr messages[SEGMENTS_MAX] = {0};
    for (unsigned i = 0; i < parcel->count; i++) {
        messages[i].msg_hdr = *whole;
        messages[i].msg_hdr.msg_iov = whole->msg_iov + (size_t) i * PIECES_EACH;
        messages[i].msg_hdr.msg_iovlen = PIECES_EACH;
        messages[i].msg_hdr.msg_control = used > 0 ? &control : NULL;
        messages[i].msg_hdr.msg_controllen = used;
    }
    for (unsigned next = 0; next < parcel->count;) {
        int taken = sendmmsg(udp_descriptor(outbox->socket), messages + next, parcel->count - next,
                             MSG_DONTWAIT);
        if (taken < 0 && errno != EINTR)
            return errno;
        next += (unsigned) MAX(taken, 0);
    }
    return 0;
}

/* The kernel gave `code` for the message at `place`. */
static void take_refusal(struct udp_outbox *outbox, unsigned place, int code) {
    struct parcel *parcel = &outbox->parcels[place];
    if (parcel->count > 1 && refuses_segments(code)) {
        parcel->path->one_by_one = TRUE;
        code = send_one_by_one(outbox, place);
    }
    if (code == EFAULT)
        outbox->unread(parcel->path, outbox->user);
}

/* Sends all messages; what lies in the room stays there. */
static void send_waiting(struct udp_outbox *outbox) {
    for (unsigned next = 0; next < outbox->n_messages;) {
        int taken = sendmmsg(udp_descriptor(outbox->socket), outbox->messages + next,
                             outbox->n_messages - next, MSG_DONTWAIT);
        if (taken > 0) {
            next += (unsigned) taken;
            continue;
        }
        int code = errno;
        if (code == EINTR)
            continue;
        if (is_full(code))
            break; /* and so it is for all that follow */
        take_refusal(outbox, next++, code);
    }
    for (unsigned i = 0; i < outbox->n_messages; i++)
        outbox->parcels[i].path->waiting = 0;
    outbox->n_messages = 0;
    outbox->n_pieces = 0;
}

void udp_outbox_put(struct udp_outbox *outbox, struct udp_socket *socket, struct udp_path *path,
                    const struct udp_run *run) {
    if (socket != outbox->socket)
        send_waiting(outbox);
    outbox->socket = socket;
    for (unsigned done = 0; done < run->count;) {
        unsigned part = MIN(run->count - done, segments_at_most(path, run));
        if (outbox->n_messages == LIMIT_BATCH || outbox->n_pieces + part * PIECES_EACH > PIECES_MAX)
            send_waiting(outbox);
        add_message(outbox, path, run, done, part);
        done += part;
    }
}

void udp_outbox_flush(struct udp_outbox *outbox) {
    send_waiting(outbox);
    outbox->room_used = 0;
}

void udp_outbox_forget(struct udp_outbox *outbox, struct udp_path *path) {
    if (path->waiting > 0)
        udp_outbox_flush(outbox);
}
