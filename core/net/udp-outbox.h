/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Datagrams that wait to be sent together. All that one batch of received packets calls for leaves
 * by one system call (sendmmsg), and datagrams in a row to one peer, such as a TFTP window, take
 * the way through the kernel's network stack once for all of them (UDP GSO). Where the device or
 * the path does not let GSO through they go one by one; the caller sees no difference.
 *
 * Bodies are not copied: the kernel reads them at the flush, and they may lie in a mapped file,
 * since what cannot be read there is an error (EFAULT) of the kernel and no signal for us.
 *
 * One thread.
 */
#pragma once

#include "net/sockaddr.h"
#include "net/udp.h"

#define UDP_HEADER_SIZE 4             /* bytes of a header before each body */
#define UDP_OUTBOX_ROOM (1024 * 1024) /* bytes udp_outbox_room() has to give */

/* The way to one peer, made once for all that goes there. Fields belong to udp-outbox.c. */
struct udp_path {
    union sockaddr_any peer;
    struct address local;
    unsigned interface;
    unsigned waiting;    /* messages in the outbox */
    gboolean one_by_one; /* GSO was refused here */
    gboolean learned;    /* whether `implied` was looked for */
    gboolean implied;    /* the kernel sends from `local` without being told */
};

/* Addresses and interface as in struct udp_datagram. */
void udp_path_init(struct udp_path *path, const struct address *peer, const struct address *local,
                   unsigned interface);

/* Looks whether the kernel, left to itself, sends from the path's source address: then it need not
 * be named in every datagram, which costs a twentieth of one. A few system calls, once; worth it where
 * hundreds of datagrams follow. */
void udp_path_learn(struct udp_path *path);
/* Forgets that for good: no answer came, and routes may have changed. */
void udp_path_doubt(struct udp_path *path);

/* Datagrams in a row to one peer. */
struct udp_run {
    const uint8_t *headers; /* `count` of UDP_HEADER_SIZE bytes, copied; NULL: none */
    const void *bodies;     /* one behind the other; they stay there until the flush */
    unsigned count;
    size_t body; /* bytes of each body ... */
    size_t last; /* ... but the last, which has no more than the others */
};

struct udp_outbox;

/* Called within a flush when a body could not be read (EFAULT: its file was cut short, or the disk
 * failed). Must not put, flush or forget. */
typedef void (*udp_unread_fn)(struct udp_path *path, gpointer user);

struct udp_outbox *udp_outbox_new(udp_unread_fn unread, gpointer user);
/* What still waits is dropped. */
void udp_outbox_free(struct udp_outbox *outbox);

/* Memory that lasts until the next flush, for bodies that lie nowhere else. May flush. At most
 * UDP_OUTBOX_ROOM bytes. */
void *udp_outbox_room(struct udp_outbox *outbox, size_t size);

/* Adds a run; may flush before. `path` must stay where it is until the flush. */
void udp_outbox_put(struct udp_outbox *outbox, struct udp_socket *socket, struct udp_path *path,
                    const struct udp_run *run);

/* Sends all that waits. What the kernel does not take is as lost as on the wire. */
void udp_outbox_flush(struct udp_outbox *outbox);

/* To be called before `path` or the bodies of its runs go. */
void udp_outbox_forget(struct udp_outbox *outbox, struct udp_path *path);
