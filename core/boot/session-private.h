/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a session and its table are made of, for core/boot/session*.c alone.
 */
#pragma once

#include "base/limits.h"
#include "boot/attempt.h"
#include "boot/client-key.h"
#include "boot/session.h"

/* What a session is found by. The hashes are made with a number of the table's own: nobody can choose
 * a hundred thousand clients that all fall into one place. */
struct session_names {
    struct client_key key;
    uint32_t key_hash;
    uint32_t uuid_hash;
};

struct session_place {
    struct address address;
    uint32_t hash;
};

/* In up to three indexes and always in the list; the table owns it. There may be a hundred thousand,
 * so that what few of them have is in memory of its own. */
struct session {
    struct session_names names; /* first: the session itself is its key in two of the indexes */
    bool owns_uuid;             /* it is the one that is found by its UUID */
    uint8_t decision_count;
    uint8_t fresh; /* how many transfers came after the last decision */
    const struct clock *clock;
    GList link; /* in session_table.recent; its data is the session */
    struct session_place place;
    int64_t seen_us; /* monotonic, of the last packet */

    struct attempt attempt;
    char *folder;                                     /* NULL: the root */
    int64_t first_us;                                 /* wall clock, of the first decision */
    struct trace *decisions[LIMIT_SESSION_DECISIONS]; /* newest last; each has its lean request */
    GPtrArray *transfers; /* struct session_transfer *, newest last; NULL: none */
};

struct session_table {
    const struct clock *clock;
    uint32_t max;
    int64_t max_bytes;
    int64_t bytes;       /* of all sessions, about */
    GQueue recent;       /* newest first */
    GList *thinned;      /* the newest of those at its end that have one decision left; or NULL */
    uint64_t seed;       /* of the hashes */
    GHashTable *by_key;  /* sessions, by the struct session_names that they begin with */
    GHashTable *by_uuid; /* the same by its UUID; the newest of those who share it */
    GHashTable *by_address; /* struct session_place of the session */
};

/* ---- session-index.c ------------------------------------------------------------------------- */

void session_index_init(struct session_table *table);
void session_index_clear(struct session_table *table);

struct session_names session_index_names(const struct session_table *table,
                                         const struct client_key *key);

/* By `names.key`, its MAC if it has one. */
void session_index_add(struct session_table *table, struct session *session);
void session_index_remove(struct session_table *table, struct session *session);
/* A UUID may only come to be known with a later packet. Boards may share one: then the newest session
 * is found by it. */
void session_index_learn_uuid(struct session_table *table, struct session *session,
                              const struct session_names *names);
void session_index_clear_address(struct session_table *table, struct session *session);

struct session *session_index_find_key(const struct session_table *table,
                                       const struct session_names *names);
struct session *session_index_find_uuid(const struct session_table *table,
                                        const uint8_t uuid[IDENTITY_UUID_SIZE]);
struct session *session_index_find_address(const struct session_table *table,
                                           const struct address *address);
