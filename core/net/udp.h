/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A bound UDP socket that moves datagrams in batches and tells, per datagram, the local address
 * and the interface it arrived on, so that a host with many addresses answers from the one that
 * was asked. With interfaces.c and neighbour.c the only place of the daemon that calls socket(2).
 *
 * A socket belongs to one thread at a time. Receiving and sending never block.
 */
#pragma once

#include "base/limits.h"
#include "base/address.h"

#include <glib.h>

#define UDP_ERROR (udp_error_quark())
GQuark udp_error_quark(void);

/* Codes of UDP_ERROR. The message says who may be in the way and what to do next. */
enum udp_error {
    UDP_ERROR_IN_USE,     /* another program has the port */
    UDP_ERROR_PERMISSION, /* a capability is missing */
    UDP_ERROR_ADDRESS,    /* no such address or interface on this machine */
    UDP_ERROR_INHERITED,  /* the descriptor handed over is not the UDP socket we need */
    UDP_ERROR_FAILED,     /* anything else; errno's text is in the message */
};

struct udp_options {
    struct address local; /* address and port to bind; port 0: the kernel chooses */
    const char *device;   /* bind to one interface by name (SO_BINDTODEVICE), or NULL */
    gboolean broadcast;   /* may send to broadcast addresses */
    gboolean shared;      /* SO_REUSEADDR: bind beside another server that also set it. Both
                           * then hear broadcasts, but only one of them hears unicasts */
    unsigned ttl;         /* of what goes to multicast groups; 0: the kernel's, which is 1 */
    gboolean sharded;     /* SO_REUSEPORT: one of several sockets of ours on this port. The kernel
                           * gives all datagrams of one peer to the same one */
    gboolean plain;       /* who we are to a sender, where and when it came in are not told: for
                           * packets of whose transfer all that is known */
    int receive_buffer;   /* bytes asked for; 0: LIMIT_RECEIVE_BUFFER */
    int send_buffer;      /* bytes asked for; 0: the system's default */
};

struct udp_socket;

/* Opens and binds. On failure NULL, and an error with the remedy in its text. */
struct udp_socket *udp_open(const struct udp_options *options, GError **error);

/* Takes over a bound datagram socket that the service manager opened for us (see udp_inherited())
 * and sets the options above, `local` and `device` excepted, on it. Owns `descriptor` on success.
 */
struct udp_socket *udp_adopt(int descriptor, const struct udp_options *options, GError **error);

/* Whether the address can be bound now. With `sharded` the kernel lets another program of the same user
 * have the port, too; asked before, this keeps two daemons from sharing their clients by chance. */
gboolean udp_claim(const struct address *local, GError **error);

/* Of `count` sockets that share a port, numbered in the order of their binding, that one gets a unicast
 * datagram which the four bytes at `offset` of its payload name, as a number of network order modulo
 * `count`; the first one those that are too short. On any of them. Needs Linux 4.5. */
gboolean udp_deal(struct udp_socket *socket, unsigned offset, unsigned count, GError **error);

/* The descriptor of a UDP socket bound to `port` that the service manager handed over by the
 * LISTEN_FDS protocol, for udp_adopt(); or -1. Main thread, before others start. */
int udp_inherited(uint16_t port);

/* Closes and frees; NULL is fine. */
void udp_close(struct udp_socket *socket);

/* For epoll or a GSource of one's own; stays the socket's. */
int udp_descriptor(const struct udp_socket *socket);

/* What the socket is bound to, with the port the kernel chose. */
struct address udp_local(const struct udp_socket *socket);

/* Whether it was opened as plain. */
gboolean udp_is_plain(const struct udp_socket *socket);

/* Bytes of receive buffer the kernel really gave. */
int udp_receive_buffer(const struct udp_socket *socket);

/* Datagrams that the kernel has dropped since the socket was opened, most of them because the buffer
 * was full. Any thread. */
uint32_t udp_drops(const struct udp_socket *socket);

/* One datagram, received or to be sent. */
struct udp_datagram {
    const uint8_t *data;  /* received: in the batch's memory until the next receive */
    size_t size;          /* bytes of payload */
    struct address peer;  /* sender; or destination, broadcast allowed */
    struct address local; /* our address it was sent to; or the source address to send from,
                           * "no address": the kernel chooses. The port is the socket's. */
    unsigned interface;   /* index it arrived on; or to leave by; 0: the kernel chooses */
    gboolean truncated;   /* received: longer than the batch's buffers */
    int64_t arrived_us;   /* received: wall clock, once the socket is behind; 0: not known */
};

/* Memory for receiving up to LIMIT_BATCH datagrams of up to `size` bytes each. */
struct udp_batch;
struct udp_batch *udp_batch_new(size_t size);
void udp_batch_free(struct udp_batch *batch);

/* Takes what waits, at most LIMIT_BATCH. Returns how many, 0 when nothing waits. A socket error
 * (an ICMP message about an earlier datagram) is swallowed: UDP promises nothing. The array lies in
 * the batch until its next use. A socket that fills batch after batch for
 * LIMIT_BEHIND_US is behind: it has the kernel stamp what arrives from then on, which would cost all
 * others for nothing. */
unsigned udp_receive(struct udp_socket *socket, struct udp_batch *batch,
                     const struct udp_datagram **ret_datagrams);

/* Sends `count` datagrams with as few system calls as it can; returns how many the kernel took.
 * One that it refuses (no route, no such interface) is left out and the others still go;
 * `ret_errors` (may be NULL) gets `count` numbers: 0, or the errno of why not. */
unsigned udp_send(struct udp_socket *socket, const struct udp_datagram *datagrams, unsigned count,
                  int *ret_errors);

/* Called with a non-empty batch on the thread of the source's main context, which it must not iterate.
 * Return G_SOURCE_REMOVE to stop. */
typedef gboolean (*udp_receive_fn)(struct udp_socket *socket, const struct udp_datagram *datagrams,
                                   unsigned count, gpointer user);

/* A source that calls `receive` when datagrams wait. Takes `batch` over; `socket` stays the
 * caller's and must outlive the source. Attach, then g_source_unref as usual. */
GSource *udp_source_new(struct udp_socket *socket, struct udp_batch *batch, udp_receive_fn receive,
                        gpointer user);
