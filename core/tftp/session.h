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

struct session_table;

struct session_table *session_table_new(void);
/* The table must be empty. */
void session_table_free(struct session_table *table);

unsigned session_table_count(const struct session_table *table);

enum session_room {
    SESSION_ROOM,
    SESSION_ROOM_TOTAL,  /* `most` sessions already */
    SESSION_ROOM_SOURCE, /* LIMIT_TRANSFERS_SOURCE of this address */
    SESSION_ROOM_CLIENT, /* every data socket serves this address and port */
};

/* Whether one more fits, and on which data socket. */
enum session_room session_table_room(const struct session_table *table,
                                     const struct address *client, unsigned most,
                                     unsigned *ret_socket);

/* The table owns it from now on, until session_table_remove() gives it back. */
void session_table_add(struct session_table *table, struct session *session);
void session_table_remove(struct session_table *table, struct session *session);

/* The client has answered: it is not the first to go any more when room is short. */
void session_table_verified(struct session_table *table, struct session *session);

/* Which one goes when room is short: the oldest that has not answered; NULL when all have. */
struct session *session_table_oldest(const struct session_table *table);

struct session *session_table_find(const struct session_table *table, const struct address *client,
                                   unsigned socket);
struct session *session_table_find_name(const struct session_table *table,
                                        const struct address *client, const char *name);
/* Any session, to end them all; NULL when empty. */
struct session *session_table_any(const struct session_table *table);

void session_table_foreach(const struct session_table *table,
                           gboolean (*visit)(struct session *session, gpointer user),
                           gpointer user);

/* Whether this client had a session on this socket not long ago. */
gboolean session_table_is_recent(const struct session_table *table, const struct address *client,
                                 unsigned socket);
