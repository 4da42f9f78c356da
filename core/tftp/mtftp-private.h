/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * MTFTP's inside, shared by its own files: mtftp.c (port, requests, life) and mtftp-session.c (one
 * file on its way).
 */
#pragma once

#include "tftp/mailbox.h"
#include "tftp/mtftp.h"

#define MTFTP_BLOCK_SIZE 512 /* RFC 1350: an open has no options, and listeners know of none */
#define MTFTP_BLOCKS_MAX 65535

/* One file on its way, acknowledged by the client that opened it. */
struct mtftp_session {
    struct timer timer;        /* first member: the timer is the session */
    struct download *download; /* content is NULL while it is waited for */
    struct address group;      /* with the receivers' port */
    gboolean wants_size;       /* it asks the size alone, before it opens */
    uint64_t held;             /* block that waits for its time; 0: none */
};

struct mtftp {
    struct multicast_server *server;
    struct mtftp_directory *directory; /* NULL: no MTFTP */
    struct udp_socket *socket;
    struct tftp_mailbox *mailbox;
    struct content_root *root;
    struct tftp_settings settings;
    struct timers timers;
    GPtrArray *sessions; /* struct mtftp_session */
    GQueue questions;    /* struct tftp_open */
    uint64_t last_id;
};

/* Sends one ERROR from our port. */
void mtftp_send_error(struct mtftp *mtftp, const struct udp_datagram *way, enum tftp_error error,
                      const char *message);

/* The first block goes out; the session, as in all below, may be gone afterwards. */
void mtftp_session_start(struct mtftp *mtftp, struct mtftp_session *session);
/* Tells the size, and that is all there is to do. */
void mtftp_session_tell_size(struct mtftp *mtftp, struct mtftp_session *session);
void mtftp_session_step(struct mtftp *mtftp, struct mtftp_session *session,
                        const struct transfer_event *event, const char *message);
void mtftp_session_take_timer(struct mtftp *mtftp, struct mtftp_session *session);

/* Has the end told to the owner, and frees the session. */
void mtftp_session_end(struct mtftp *mtftp, struct mtftp_session *session,
                       enum transfer_outcome outcome, const char *message);
/* The same, after the client was told by an ERROR. */
void mtftp_session_refuse(struct mtftp *mtftp, struct mtftp_session *session,
                          enum transfer_outcome outcome, enum tftp_error error,
                          const char *message);
