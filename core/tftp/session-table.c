/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * All sessions, by client and data socket; how many each source has; which have not answered yet;
 * which ended a moment ago.
 */
#include "tftp/session.h"

#include <string.h>

/* How many sessions one address has, whatever its ports. */
struct source {
    uint32_t hash; /* of the address */
    struct address address;
    guint count;
};

struct ended {
    struct address client; /* family 0: nothing here yet */
    unsigned socket;
};

struct tftp_sessions {
    GHashTable *sessions; /* struct session, key and value */
    GHashTable *sources;  /* struct source, key and value */
    GQueue unverified;    /* oldest first; the links lie in the sessions */
    uint32_t seed;        /* keeps outsiders from choosing what collides */
    struct ended recent[SESSION_RECENT];
};

/* FNV-1a. Stored with each entry, since a GHashTable's hash function knows no seed. */
static uint32_t hash_bytes(uint32_t hash, const void *data, size_t size) {
    const uint8_t *bytes = data;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * UINT32_C(16777619);
    return hash;
}

static uint32_t hash_host(const struct tftp_sessions *table, const struct address *address) {
    return hash_bytes(UINT32_C(2166136261) ^ table->seed, address->bytes, sizeof(address->bytes));
}

static uint32_t hash_client(const struct tftp_sessions *table, const struct address *client,
                            unsigned socket) {
    uint32_t hash = hash_host(table, client);
    hash = hash_bytes(hash, &client->port, sizeof(client->port));
    return hash_bytes(hash, &socket, sizeof(socket));
}

static guint hash_source(gconstpointer key) {
    return ((const struct source *) key)->hash;
}

static guint hash_session(gconstpointer key) {
    return ((const struct session *) key)->hash;
}

static gboolean equal_source(gconstpointer a, gconstpointer b) {
    return address_equal(&((const struct source *) a)->address,
                         &((const struct source *) b)->address);
}

static gboolean same_client(const struct address *a, const struct address *b) {
    return a->port == b->port && address_equal(a, b);
}

static gboolean equal_session(gconstpointer a, gconstpointer b) {
    const struct session *one = a;
    const struct session *other = b;
    return one->socket == other->socket && same_client(&one->client, &other->client);
}

struct tftp_sessions *tftp_sessions_new(void) {
    struct tftp_sessions *table = g_new0(struct tftp_sessions, 1);
    table->sessions = g_hash_table_new(hash_session, equal_session);
    table->sources = g_hash_table_new_full(hash_source, equal_source, g_free, NULL);
    g_queue_init(&table->unverified);
    table->seed = g_random_int();
    return table;
}

void tftp_sessions_free(struct tftp_sessions *table) {
    if (table == NULL)
        return;
    g_hash_table_unref(table->sessions);
    g_hash_table_unref(table->sources);
    g_free(table);
}

unsigned tftp_sessions_count(const struct tftp_sessions *table) {
    return g_hash_table_size(table->sessions);
}

struct session *tftp_sessions_find(const struct tftp_sessions *table, const struct address *client,
                                   unsigned socket) {
    struct session key = {
        .hash = hash_client(table, client, socket), .client = *client, .socket = socket};
    return g_hash_table_lookup(table->sessions, &key);
}

struct session *tftp_sessions_find_name(const struct tftp_sessions *table,
                                        const struct address *client, const char *name) {
    for (unsigned socket = 0; socket < SESSION_SOCKETS; socket++) {
        struct session *session = tftp_sessions_find(table, client, socket);
        if (session != NULL && strcmp(session->name, name) == 0)
            return session;
    }
    return NULL;
}

static unsigned recent_place(const struct tftp_sessions *table, const struct address *client) {
    return hash_client(table, client, SESSION_SOCKETS) % SESSION_RECENT;
}

static struct source *find_source(const struct tftp_sessions *table, const struct address *client) {
    struct source key = {.hash = hash_host(table, client), .address = *client};
    return g_hash_table_lookup(table->sources, &key);
}

enum session_room tftp_sessions_room(const struct tftp_sessions *table,
                                     const struct address *client, unsigned most,
                                     unsigned *ret_socket) {
    const struct source *source = find_source(table, client);
    if (source != NULL && source->count >= LIMIT_TRANSFERS_SOURCE)
        return SESSION_ROOM_SOURCE;
    if (tftp_sessions_count(table) >= most)
        return SESSION_ROOM_TOTAL;
    unsigned place = recent_place(table, client);
    const struct ended *last = &table->recent[place];
    unsigned first = same_client(&last->client, client) ? last->socket + 1 : place;
    for (unsigned i = 0; i < SESSION_SOCKETS; i++) {
        unsigned socket = (first + i) % SESSION_SOCKETS;
        if (tftp_sessions_find(table, client, socket) != NULL)
            continue;
        *ret_socket = socket;
        return SESSION_ROOM;
    }
    return SESSION_ROOM_CLIENT;
}

void tftp_sessions_add(struct tftp_sessions *table, struct session *session) {
    session->hash = hash_client(table, &session->client, session->socket);
    g_hash_table_add(table->sessions, session);
    g_queue_push_tail_link(&table->unverified, &session->unverified);
    struct source *source = find_source(table, &session->client);
    if (source == NULL) {
        source = g_new0(struct source, 1);
        source->hash = hash_host(table, &session->client);
        source->address = session->client;
        g_hash_table_add(table->sources, source);
    }
    source->count++;
}

void tftp_sessions_verified(struct tftp_sessions *table, struct session *session) {
    if (session->unverified.data == NULL)
        return;
    g_queue_unlink(&table->unverified, &session->unverified);
    session->unverified.data = NULL;
}

void tftp_sessions_remove(struct tftp_sessions *table, struct session *session) {
    tftp_sessions_verified(table, session);
    g_hash_table_remove(table->sessions, session);
    struct source *source = find_source(table, &session->client);
    if (--source->count == 0)
        g_hash_table_remove(table->sources, source);
    table->recent[recent_place(table, &session->client)] =
        (struct ended){.client = session->client, .socket = session->socket};
}

struct session *tftp_sessions_oldest(const struct tftp_sessions *table) {
    return g_queue_peek_head((GQueue *) &table->unverified);
}

struct session *tftp_sessions_any(const struct tftp_sessions *table) {
    GHashTableIter iterator;
    gpointer session = NULL;
    g_hash_table_iter_init(&iterator, table->sessions);
    return g_hash_table_iter_next(&iterator, &session, NULL) ? session : NULL;
}

void tftp_sessions_foreach(const struct tftp_sessions *table,
                           gboolean (*visit)(struct session *session, gpointer user),
                           gpointer user) {
    GHashTableIter iterator;
    gpointer session = NULL;
    g_hash_table_iter_init(&iterator, table->sessions);
    while (g_hash_table_iter_next(&iterator, &session, NULL)) {
        if (!visit(session, user))
            return;
    }
}

gboolean tftp_sessions_is_recent(const struct tftp_sessions *table, const struct address *client,
                                 unsigned socket) {
    const struct ended *last = &table->recent[recent_place(table, client)];
    return last->socket == socket && same_client(&last->client, client);
}
