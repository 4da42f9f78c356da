/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One client's request from its arrival to its end, and the table of all of them with its caps.
 *
 * A session is known by the client's address and port and by which of our data sockets serves it.
 * The sockets are shared by all transfers: there are LIMIT_TRANSFERS_CLIENT of them, so that one
 * client port can have that many transfers, each from another port of ours as RFC 1350 wants it,
 * and so that a ROM that always asks from the same port never takes a late packet of its last
 * transfer for one of the next.
 */
#pragma once

#include "base/limits.h"
#include "tftp/content.h"
#include "tftp/options.h"
#include "tftp/server.h"
#include "tftp/timers.h"
#include "tftp/transfer.h"

#define SESSION_SOCKETS LIMIT_TRANSFERS_CLIENT
#define SESSION_RECENT  1024 /* ended sessions whose late packets are known as such */

struct session {
    struct timer timer;    /* first member: the timer is the session */
    uint32_t hash;         /* the table's */
    struct address client; /* with `socket` the key */
    unsigned socket;       /* position of the data socket */
    uint64_t id;           /* never given twice */
    struct address server; /* our address, the source of all answers */
    unsigned interface;    /* it arrived on */
    char *name;            /* canonical */
    char *wire_name;
    struct tftp_agreement agreement;
    struct tftp_settings settings; /* as they were when the request came */
    int64_t arrived_us;
    struct content *content;  /* NULL while it is waited for */
    struct transfer transfer; /* once there is content */
    GList unverified;         /* link in the table's queue until the client has proved itself */
};

struct session *session_new(const struct tftp_open *open, unsigned socket);
void session_free(struct session *session);

/* What is known of it, for reports; points into `session`. */
struct tftp_report session_report(const struct session *session, int64_t now_us);

struct tftp_sessions;

struct tftp_sessions *tftp_sessions_new(void);
/* The table must be empty. */
void tftp_sessions_free(struct tftp_sessions *table);

unsigned tftp_sessions_count(const struct tftp_sessions *table);

enum session_room {
    SESSION_ROOM,
    SESSION_ROOM_TOTAL,  /* `most` sessions already */
    SESSION_ROOM_SOURCE, /* LIMIT_TRANSFERS_SOURCE of this address */
    SESSION_ROOM_CLIENT, /* every data socket serves this address and port */
};

/* Whether one more fits, and on which data socket. */
enum session_room tftp_sessions_room(const struct tftp_sessions *table,
                                     const struct address *client, unsigned most,
                                     unsigned *ret_socket);

/* The table owns it from now on, until tftp_sessions_remove() gives it back. */
void tftp_sessions_add(struct tftp_sessions *table, struct session *session);
void tftp_sessions_remove(struct tftp_sessions *table, struct session *session);

/* The client has answered: it is not the first to go any more when room is short. */
void tftp_sessions_verified(struct tftp_sessions *table, struct session *session);

/* Which one goes when room is short: the oldest that has not answered; NULL when all have. */
struct session *tftp_sessions_oldest(const struct tftp_sessions *table);

struct session *tftp_sessions_find(const struct tftp_sessions *table, const struct address *client,
                                   unsigned socket);
struct session *tftp_sessions_find_name(const struct tftp_sessions *table,
                                        const struct address *client, const char *name);
/* Any session, to end them all; NULL when empty. */
struct session *tftp_sessions_any(const struct tftp_sessions *table);

void tftp_sessions_foreach(const struct tftp_sessions *table,
                           gboolean (*visit)(struct session *session, gpointer user),
                           gpointer user);

/* Whether this client had a session on this socket not long ago. */
gboolean tftp_sessions_is_recent(const struct tftp_sessions *table, const struct address *client,
                                 unsigned socket);
