/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * All downloads, by client and data socket; how many each source has; which have not answered yet;
 * which ended a moment ago.
 */
#include "tftp/download.h"

#include <string.h>

/* How many downloads one address has, whatever its ports. */
struct source {
    uint32_t hash; /* of the address */
    struct address address;
    guint count;
};

struct ended {
    struct address client; /* family 0: nothing here yet */
    unsigned socket;
};

struct download_table {
    GHashTable *downloads; /* struct download, key and value */
    GHashTable *sources;   /* struct source, key and value */
    GQueue unverified;     /* oldest first; the links lie in the downloads */
    uint32_t seed;         /* keeps outsiders from choosing what collides */
    struct ended recent[DOWNLOAD_RECENT];
};

/* FNV-1a. Stored with each entry, since a GHashTable's hash function knows no seed. */
static uint32_t hash_bytes(uint32_t hash, const void *data, size_t size) {
    const uint8_t *bytes = data;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * UINT32_C(16777619);
    return hash;
}

static uint32_t hash_host(const struct download_table *table, const struct address *address) {
    return hash_bytes(UINT32_C(2166136261) ^ table->seed, address->bytes, sizeof(address->bytes));
}

static uint32_t hash_client(const struct download_table *table, const struct address *client,
                            unsigned socket) {
    uint32_t hash = hash_host(table, client);
    hash = hash_bytes(hash, &client->port, sizeof(client->port));
    return hash_bytes(hash, &socket, sizeof(socket));
}

static guint hash_source(gconstpointer key) {
    return ((const struct source *) key)->hash;
}

static guint hash_download(gconstpointer key) {
    return ((const struct download *) key)->hash;
}

static gboolean equal_source(gconstpointer a, gconstpointer b) {
    return address_equal(&((const struct source *) a)->address,
                         &((const struct source *) b)->address);
}

static gboolean same_client(const struct address *a, const struct address *b) {
    return a->port == b->port && address_equal(a, b);
}

static gboolean equal_download(gconstpointer a, gconstpointer b) {
    const struct download *one = a;
    const struct download *other = b;
    return one->socket == other->socket && same_client(&one->client, &other->client);
}

struct download_table *download_table_new(void) {
    struct download_table *table = g_new0(struct download_table, 1);
    table->downloads = g_hash_table_new(hash_download, equal_download);
    table->sources = g_hash_table_new_full(hash_source, equal_source, g_free, NULL);
    g_queue_init(&table->unverified);
    table->seed = g_random_int();
    return table;
}

void download_table_free(struct download_table *table) {
    if (table == NULL)
        return;
    g_hash_table_unref(table->downloads);
    g_hash_table_unref(table->sources);
    g_free(table);
}

unsigned download_table_count(const struct download_table *table) {
    return g_hash_table_size(table->downloads);
}

struct download *download_table_find(const struct download_table *table,
                                     const struct address *client, unsigned socket) {
    struct download key = {
        .hash = hash_client(table, client, socket), .client = *client, .socket = socket};
    return g_hash_table_lookup(table->downloads, &key);
}

struct download *download_table_find_name(const struct download_table *table,
                                          const struct address *client, const char *name) {
    for (unsigned socket = 0; socket < DOWNLOAD_SOCKETS; socket++) {
        struct download *download = download_table_find(table, client, socket);
        if (download != NULL && strcmp(download->name, name) == 0)
            return download;
    }
    return NULL;
}

static unsigned recent_place(const struct download_table *table, const struct address *client) {
    return hash_client(table, client, DOWNLOAD_SOCKETS) % DOWNLOAD_RECENT;
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
    unsigned place = recent_place(table, client);
    const struct ended *last = &table->recent[place];
    unsigned first = same_client(&last->client, client) ? last->socket + 1 : place;
    for (unsigned i = 0; i < DOWNLOAD_SOCKETS; i++) {
        unsigned socket = (first + i) % DOWNLOAD_SOCKETS;
        if (download_table_find(table, client, socket) != NULL)
            continue;
        *ret_socket = socket;
        return DOWNLOAD_ROOM;
    }
    return DOWNLOAD_ROOM_CLIENT;
}

void download_table_add(struct download_table *table, struct download *download) {
    download->hash = hash_client(table, &download->client, download->socket);
    g_hash_table_add(table->downloads, download);
    g_queue_push_tail_link(&table->unverified, &download->unverified);
    struct source *source = find_source(table, &download->client);
    if (source == NULL) {
        source = g_new0(struct source, 1);
        source->hash = hash_host(table, &download->client);
        source->address = download->client;
        g_hash_table_add(table->sources, source);
    }
    source->count++;
}

void download_table_verified(struct download_table *table, struct download *download) {
    if (download->unverified.data == NULL)
        return;
    g_queue_unlink(&table->unverified, &download->unverified);
    download->unverified.data = NULL;
}

void download_table_remove(struct download_table *table, struct download *download) {
    download_table_verified(table, download);
    g_hash_table_remove(table->downloads, download);
    struct source *source = find_source(table, &download->client);
    if (--source->count == 0)
        g_hash_table_remove(table->sources, source);
    table->recent[recent_place(table, &download->client)] =
        (struct ended){.client = download->client, .socket = download->socket};
}

struct download *download_table_oldest(const struct download_table *table) {
    return g_queue_peek_head((GQueue *) &table->unverified);
}

struct download *download_table_any(const struct download_table *table) {
    GHashTableIter iterator;
    gpointer download = NULL;
    g_hash_table_iter_init(&iterator, table->downloads);
    return g_hash_table_iter_next(&iterator, &download, NULL) ? download : NULL;
}

void download_table_foreach(const struct download_table *table,
                            gboolean (*visit)(struct download *download, gpointer user),
                            gpointer user) {
    GHashTableIter iterator;
    gpointer download = NULL;
    g_hash_table_iter_init(&iterator, table->downloads);
    while (g_hash_table_iter_next(&iterator, &download, NULL)) {
        if (!visit(download, user))
            return;
    }
}

gboolean download_table_is_recent(const struct download_table *table, const struct address *client,
                                  unsigned socket) {
    const struct ended *last = &table->recent[recent_place(table, client)];
    return last->socket == socket && same_client(&last->client, client);
}
