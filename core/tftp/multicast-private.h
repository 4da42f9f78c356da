/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The multicast server's inside, shared by its own files: multicast-server.c (life and loop),
 * multicast-stream.c (one file to one group) and mtftp.c (PXE's way of it).
 */
#pragma once

#include "codec/tftp.h"
#include "net/poller.h"
#include "net/udp.h"
#include "tftp/multicast-server.h"
#include "tftp/multicast.h"

/* One client of a stream. */
struct receiver {
    struct multicast_member member; /* first member */
    struct download *download;      /* who it is and what was agreed */
    gboolean welcomed;              /* got the OACK with all that was agreed */
};

/* What is to be told of one that has ended. */
struct farewell {
    GList link; /* in the server's queue */
    struct download *download;
    struct transfer_statistics statistics;
};

#define MULTICAST_TOKEN_MTFTP LIMIT_MULTICAST_GROUPS /* the poller's, after those of the streams */

/* One file on its way to one group. */
struct stream {
    struct timer timer;           /* first member: the timer is the stream */
    struct multicast_group group; /* who receives, and which block is next */
    struct content *content;
    struct udp_socket *socket; /* its port is the stream's transfer identifier */
    struct address address;    /* the group's, with the receivers' port */
    struct address server;     /* our address, the source of all packets */
    unsigned interface;        /* its packets leave by */
    unsigned slot;             /* in the server's table */
    GHashTable *receivers;     /* struct receiver, by address and port of the client */
};

struct multicast_server {
    struct poller *poller;
    GThread *thread; /* once there was something to do */
    gboolean stop;
    struct tftp_callbacks callbacks;

    GMutex lock; /* over all below: held by the thread but while it waits and while it tells */
    struct multicast_settings settings;
    struct pace pace;
    struct stream *streams[LIMIT_MULTICAST_GROUPS]; /* the position is the poller's token */
    uint32_t last_group; /* how far along the range of addresses the last stream was */
    struct timers timers;
    uint64_t counters[MULTICAST_COUNTERS];
    GQueue ended; /* struct farewell, by its link: to be told */
    struct mtftp *mtftp;
    struct udp_batch *batch;
    uint8_t *buffer; /* of one packet */
};

/* All with the server's lock held. */

/* Counts the end of a download and has it told. Takes the download over. */
void multicast_server_report(struct multicast_server *server, struct download *download,
                             const struct transfer_statistics *statistics);

/* A stream that suits download and content, or a new one; NULL: neither. */
struct stream *stream_for(struct multicast_server *server, const struct download *download,
                          const struct content *content);
/* Takes download and content over. */
void stream_join(struct multicast_server *server, struct stream *stream, struct download *download,
                 struct content *content, int64_t now_us);
/* What a receiver has got, as far as we know. */
struct transfer_statistics stream_statistics(const struct stream *stream,
                                             const struct receiver *receiver, int64_t now_us);

/* Both may free the stream. */
void stream_take_packet(struct multicast_server *server, struct stream *stream,
                        const struct udp_datagram *datagram, int64_t now_us);
void stream_take_timer(struct multicast_server *server, struct stream *stream, int64_t now_us);
/* Tells all receivers by an ERROR and frees the stream. */
void stream_stop(struct multicast_server *server, struct stream *stream, const char *message,
                 int64_t now_us);
