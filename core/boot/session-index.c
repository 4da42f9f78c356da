/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The names that a session is found by: MAC or UUID, UUID, address.
 */
#include "boot/request.h"
#include "boot/session-private.h"

#include <stddef.h>
#include <string.h>

/* by_uuid takes a session for its names. */
G_STATIC_ASSERT(offsetof(struct session, names) == 0);
G_STATIC_ASSERT(offsetof(struct session_names, key) == 0);

/* ---- Hashes ---------------------------------------------------------------------------------- */

/* Two rounds of multiplication with the seed in between; not for secrets, but good enough against
 * clients that cannot see the result. */
static uint32_t mix(uint64_t seed, uint64_t high, uint64_t low) {
    uint64_t mixed = (low ^ seed) * UINT64_C(0x9e3779b97f4a7c15);
    mixed = (mixed ^ mixed >> 32 ^ high ^ seed >> 7) * (seed | 1);
    mixed = (mixed ^ mixed >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
    return (uint32_t) (mixed >> 32);
}

static uint32_t hash_uuid(uint64_t seed, const uint8_t uuid[IDENTITY_UUID_SIZE]) {
    uint64_t halves[2];
    memcpy(halves, uuid, sizeof(halves));
    return mix(seed, halves[0], halves[1]);
}

static uint32_t hash_mac(uint64_t seed, const uint8_t mac[IDENTITY_MAC_SIZE]) {
    uint64_t low = 0;
    memcpy(&low, mac, IDENTITY_MAC_SIZE);
    return mix(seed, 0, low);
}

static uint32_t hash_address(uint64_t seed, const struct address *address) {
    uint64_t halves[2];
    memcpy(halves, address->bytes, sizeof(halves));
    return mix(seed, halves[1], halves[0]);
}

struct session_names session_index_names(const struct session_table *table,
                                         const struct client_key *key) {
    struct session_names names = {.key = *key};
    if (key->has_uuid)
        names.uuid_hash = hash_uuid(table->seed, key->uuid);
    names.key_hash = key->has_mac ? hash_mac(table->seed, key->mac) : names.uuid_hash;
    return names;
}

static guint uuid_hash(gconstpointer names) {
    return ((const struct session_names *) names)->uuid_hash;
}

static gboolean uuid_equal(gconstpointer left, gconstpointer right) {
    const struct client_key *a = left;
    const struct client_key *b = right;
    return memcmp(a->uuid, b->uuid, sizeof(a->uuid)) == 0;
}

static guint place_hash(gconstpointer place) {
    return ((const struct session_place *) place)->hash;
}

static gboolean place_equal(gconstpointer left, gconstpointer right) {
    return address_equal(left, right);
}

/* ---- Indexes --------------------------------------------------------------------------------- */

void session_index_init(struct session_table *table) {
    table->seed = (uint64_t) g_random_int() << 32 | g_random_int();
    session_slots_init(&table->by_key);
    table->by_uuid = g_hash_table_new(uuid_hash, uuid_equal);
    table->by_address = g_hash_table_new(place_hash, place_equal);
}

void session_index_clear(struct session_table *table) {
    session_slots_clear(&table->by_key);
    g_hash_table_unref(table->by_uuid);
    g_hash_table_unref(table->by_address);
}

static void clear_uuid(struct session_table *table, struct session *session) {
    if (session->owns_uuid)
        g_hash_table_remove(table->by_uuid, session);
    session->owns_uuid = false;
}

void session_index_add(struct session_table *table, struct session *session) {
    session_slots_add(&table->by_key, session);
}

void session_index_remove(struct session_table *table, struct session *session) {
    session_index_clear_address(table, session);
    clear_uuid(table, session);
    session_slots_remove(&table->by_key, session);
}

void session_index_learn_uuid(struct session_table *table, struct session *session,
                              const struct session_names *names) {
    if (!names->key.has_uuid || (session->owns_uuid && uuid_equal(session, names)))
        return;
    clear_uuid(table, session);
    session->names.key.has_uuid = true;
    memcpy(session->names.key.uuid, names->key.uuid, sizeof(names->key.uuid));
    session->names.uuid_hash = names->uuid_hash;
    struct session *other = g_hash_table_lookup(table->by_uuid, names);
    if (other != NULL)
        clear_uuid(table, other);
    g_hash_table_add(table->by_uuid, session);
    session->owns_uuid = true;
}

void session_index_clear_address(struct session_table *table, struct session *session) {
    if (session->place.address.family == 0)
        return;
    g_hash_table_remove(table->by_address, &session->place);
    session->place.address = (struct address){0};
}

void session_set_address(struct session_table *table, struct session *session,
                         const struct address *address) {
    if (address_equal(&session->place.address, address))
        return;
    session_index_clear_address(table, session);
    struct session *other = session_index_find_address(table, address);
    if (other != NULL)
        session_index_clear_address(table, other);
    session->place = (struct session_place){*address, hash_address(table->seed, address)};
    g_hash_table_insert(table->by_address, &session->place, session);
}

/* ---- Expecting ------------------------------------------------------------------------------- */

#define CACHE_LINE      64
#define SESSIONS_CACHED 2048 /* these are in the processor's caches anyhow */

static void fetch(const void *data, size_t size) {
    for (size_t at = 0; at < size; at += CACHE_LINE)
        __builtin_prefetch((const char *) data + at, 1);
}

/* For one session, each step waits for the memory that the last one has found: index, session, trace.
 * So a batch takes each step for all. */
void session_expect(const struct session_table *table, const struct request *const *requests,
                    unsigned n_requests) {
    struct session_names names[LIMIT_BATCH];
    const struct session *sessions[LIMIT_BATCH];
    if (table->recent.length < SESSIONS_CACHED)
        return;
    for (unsigned i = 0; i < n_requests; i++) {
        names[i] = session_index_names(table, request_get_key(requests[i]));
        session_slots_expect(&table->by_key, &names[i]);
    }
    for (unsigned i = 0; i < n_requests; i++) {
        sessions[i] = session_slots_peek(&table->by_key, &names[i]);
        if (sessions[i] != NULL)
            fetch(sessions[i], sizeof(*sessions[i]));
    }
    for (unsigned i = 0; i < n_requests; i++)
        if (sessions[i] != NULL && sessions[i]->decision_count == LIMIT_SESSION_DECISIONS)
            fetch(sessions[i]->decisions[0], 1); /* which is about to go */
}

/* ---- Finding --------------------------------------------------------------------------------- */

struct session *session_index_find_key(const struct session_table *table,
                                       const struct session_names *names) {
    return session_slots_find(&table->by_key, names);
}

struct session *session_index_find_uuid(const struct session_table *table,
                                        const uint8_t uuid[IDENTITY_UUID_SIZE]) {
    struct client_key key = {.has_uuid = true};
    memcpy(key.uuid, uuid, sizeof(key.uuid));
    struct session_names names = session_index_names(table, &key);
    return g_hash_table_lookup(table->by_uuid, &names);
}

struct session *session_index_find_address(const struct session_table *table,
                                           const struct address *address) {
    struct session_place place = {*address, hash_address(table->seed, address)};
    return g_hash_table_lookup(table->by_address, &place);
}
