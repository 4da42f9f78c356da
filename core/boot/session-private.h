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
 * far more than the processor's caches hold: what few of them have is in memory of its own, and what
 * every packet needs comes first. */
struct session {
    struct session_names names; /* the session itself is its key in two of the indexes */
    GList link;                 /* in session_table.recent; its data is the session */
    int64_t seen_us;            /* monotonic, of the last packet */

    struct trace *decisions[LIMIT_SESSION_DECISIONS]; /* newest last; each has its lean request */
    struct attempt attempt;
    bool owns_uuid; /* it is the one that is found by its UUID */
    uint8_t decision_count;
    uint8_t fresh;    /* how many transfers came after the last decision */
    char *folder;     /* NULL: the root */
    int64_t first_us; /* wall clock, of the first decision */
    struct session_place place;
    GPtrArray *transfers; /* struct session_transfer *, newest last; NULL: none */
    const struct clock *clock;
};

/* The one index that every packet needs: open addressing in one array, so that a search is one step
 * into memory, and one that can be announced to the processor. */
struct session_slots {
    struct session_slot {
        struct session *session; /* NULL: free */
        uint32_t hash;           /* its names.key_hash */
    } * array;
    uint32_t count;
    uint32_t mask; /* of an index into the array: its size, a power of two, less 1 */
};

struct session_table {
    const struct clock *clock;
    uint32_t max;
    int64_t max_bytes;
    int64_t bytes;  /* of all sessions, about */
    GQueue recent;  /* newest first */
    GList *thinned; /* the newest of those at its end that have one decision left; or NULL */
    uint64_t seed;  /* of the hashes */
    struct session_slots by_key; /* by MAC, or UUID where there is none */
    GHashTable *by_uuid;    /* sessions by their names; of those who share a UUID, the newest */
    GHashTable *by_address; /* struct session_place of the session */
};

/* ---- session-slots.c ------------------------------------------------------------------------- */

void session_slots_init(struct session_slots *slots);
void session_slots_clear(struct session_slots *slots);
void session_slots_add(struct session_slots *slots, struct session *session);
void session_slots_remove(struct session_slots *slots, const struct session *session);
struct session *session_slots_find(const struct session_slots *slots,
                                   const struct session_names *names);
/* Has the memory of a search fetched; what the search will find, by its hash alone. */
void session_slots_expect(const struct session_slots *slots, const struct session_names *names);
const struct session *session_slots_peek(const struct session_slots *slots,
                                         const struct session_names *names);

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
