/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * All downloads, by client and data socket; how many each source has; which have not answered yet;
 * which ended a moment ago.
 */
#include "tftp/download.h"

#include <string.h>

struct ended {
    struct address client; /* family 0: nothing here yet */
    unsigned socket;
};

struct download_table {
    GHashTable *clients; /* struct download_key to the first struct download of this client */
    GHashTable *sources; /* struct source, key and value */
    guint count;         /* of downloads */
    GQueue unverified;   /* oldest first; the links lie in the downloads */
    uint64_t seed;       /* keeps outsiders from choosing what collides */
    struct ended recent[DOWNLOAD_RECENT];
};

/* Stored with each entry, since a GHashTable's hash function knows no seed. */
static uint64_t mix(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

static uint64_t mix_address(const struct download_table *table, const struct address *address) {
    uint64_t words[2];
    memcpy(words, address->bytes, sizeof(words));
    return mix(mix(table->seed, words[0]), words[1]);
}

static uint32_t hash_host(const struct download_table *table, const struct address *address) {
    return (uint32_t) mix_address(table, address);
}

static uint32_t hash_client(const struct download_table *table, const struct address *client) {
    return (uint32_t) mix(mix_address(table, client), client->port);
}

static guint hash_source(gconstpointer key) {
    return ((const struct source *) key)->hash;
}

static guint hash_key(gconstpointer key) {
    return ((const struct download_key *) key)->hash;
}

static gboolean equal_source(gconstpointer a, gconstpointer b) {
    return address_equal(&((const struct source *) a)->address,
                         &((const struct source *) b)->address);
}

static gboolean same_client(const struct address *a, const struct address *b) {
    return a->port == b->port && address_equal(a, b);
}

static gboolean equal_key(gconstpointer a, gconstpointer b) {
    return same_client(&((const struct download_key *) a)->client,
                       &((const struct download_key *) b)->client);
}

struct download_table *download_table_new(void) {
    struct download_table *table = g_new0(struct download_table, 1);
    table->clients = g_hash_table_new(hash_key, equal_key);
    table->sources = g_hash_table_new_full(hash_source, equal_source, g_free, NULL);
    g_queue_init(&table->unverified);
    table->seed = (uint64_t) g_random_int() << 32 | g_random_int();
    return table;
}

void download_table_free(struct download_table *table) {
    if (table == NULL)
        return;
    g_hash_table_unref(table->clients);
    g_hash_table_unref(table->sources);
    g_free(table);
}

unsigned download_table_count(const struct download_table *table) {
    return table->count;
}

/* The first download of this client, from which its `sibling`s follow. */
static struct download *first_of(const struct download_table *table, const struct address *client) {
    struct download_key key = {.hash = hash_client(table, client), .client = *client};
    return g_hash_table_lookup(table->clients, &key);
}

struct download *download_table_find(const struct download_table *table,
                                     const struct address *client, unsigned socket) {
    struct download *download = first_of(table, client);
    while (download != NULL && download->socket != socket)
        download = download->sibling;
    return download;
}

struct download *download_table_find_name(const struct download_table *table,
                                          const struct address *client, const char *name) {
    struct download *download = first_of(table, client);
    while (download != NULL && strcmp(download->name, name) != 0)
        download = download->sibling;
    return download;
}

static unsigned recent_place(const struct download_table *table, const struct address *client) {
    return hash_client(table, client) % DOWNLOAD_RECENT;
}

static struct source *find_source(const struct download_table *table,
                                  const struct address *client) {
    struct source key = {.hash = hash_host(table, client), .address = *client};
    return g_hash_table_lookup(table->sources, &key);
}

enum download_room download_table_room(const struct download_table *table,
                                       const struct address *client, unsigned most,
                                       unsigned *ret_socket) {
    const struct source *source = find_source(table, client);
    if (source != NULL && source->count >= LIMIT_TRANSFERS_SOURCE)
        return DOWNLOAD_ROOM_SOURCE;
    if (download_table_count(table) >= most)
        return DOWNLOAD_ROOM_TOTAL;
    uint32_t taken = 0;
    for (const struct download *download = first_of(table, client); download != NULL;
         download = download->sibling)
        taken |= UINT32_C(1) << download->socket;
    unsigned place = recent_place(table, client);
    const struct ended *last = &table->recent[place];
    /* All on the first socket where nothing speaks against it: one batch then holds many clients'
     * packets. */
    unsigned first = same_client(&last->client, client) ? last->socket + 1 : 0;
    for (unsigned i = 0; i < DOWNLOAD_SOCKETS; i++) {
        unsigned socket = (first + i) % DOWNLOAD_SOCKETS;
        if ((taken & UINT32_C(1) << socket) != 0)
            continue;
        *ret_socket = socket;
        return DOWNLOAD_ROOM;
    }
    return DOWNLOAD_ROOM_CLIENT;
}

static struct source *count_source(struct download_table *table, const struct address *client) {
    struct source *source = find_source(table, client);
    if (source == NULL) {
        source = g_new0(struct source, 1);
        source->hash = hash_host(table, client);
        source->address = *client;
        g_hash_table_add(table->sources, source);
    }
    source->count++;
    return source;
}

void download_table_add(struct download_table *table, struct download *download) {
    struct download *first = first_of(table, &download->key.client);
    download->key.hash = hash_client(table, &download->key.client);
    if (first == NULL) {
        g_hash_table_insert(table->clients, &download->key, download);
    } else {
        download->sibling = first->sibling;
        first->sibling = download;
    }
    table->count++;
    g_queue_push_tail_link(&table->unverified, &download->link);
    download->is_unverified = TRUE;
    download->source = count_source(table, &download->key.client);
}

void download_table_verified(struct download_table *table, struct download *download) {
    if (!download->is_unverified)
        return;
    g_queue_unlink(&table->unverified, &download->link);
    download->is_unverified = FALSE;
}

static void unlink_client(struct download_table *table, struct download *download) {
    struct download *first = first_of(table, &download->key.client);
    if (first == download) {
        g_hash_table_remove(table->clients, &download->key);
        if (download->sibling != NULL)
            g_hash_table_insert(table->clients, &download->sibling->key, download->sibling);
    } else {
        while (first->sibling != download)
            first = first->sibling;
        first->sibling = download->sibling;
    }
    download->sibling = NULL;
}

void download_table_remove(struct download_table *table, struct download *download) {
    download_table_verified(table, download);
    unlink_client(table, download);
    table->count--;
    if (--download->source->count == 0)
        g_hash_table_remove(table->sources, download->source);
    download->source = NULL;
    table->recent[recent_place(table, &download->key.client)] =
        (struct ended){.client = download->key.client, .socket = download->socket};
}

struct download *download_table_oldest(const struct download_table *table) {
    return g_queue_peek_head((GQueue *) &table->unverified);
}

struct download *download_table_any(const struct download_table *table) {
    GHashTableIter iterator;
    gpointer download = NULL;
    g_hash_table_iter_init(&iterator, table->clients);
    return g_hash_table_iter_next(&iterator, NULL, &download) ? download : NULL;
}

void download_table_foreach(const struct download_table *table,
                            gboolean (*visit)(struct download *download, gpointer user),
                            gpointer user) {
    GHashTableIter iterator;
    gpointer first = NULL;
    g_hash_table_iter_init(&iterator, table->clients);
    while (g_hash_table_iter_next(&iterator, NULL, &first)) {
        for (struct download *download = first; download != NULL; download = download->sibling) {
            if (!visit(download, user))
                return;
        }
    }
}

gboolean download_table_is_recent(const struct download_table *table, const struct address *client,
                                  unsigned socket) {
    const struct ended *last = &table->recent[recent_place(table, client)];
    return last->socket == socket && same_client(&last->client, client);
}
