/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which files are being sent.
 */
#include "tftp/content-cache.h"

#include "base/limits.h"

struct entry {
    struct content *content;
    unsigned users;
    int64_t idle_us; /* since when there are none; 0: there are some */
    GList idle;      /* link in the cache's queue when there are none */
};

struct content_cache {
    GHashTable *entries; /* struct content to struct entry */
    GQueue idle;         /* struct entry; the one longest idle first */
};

static guint hash_content(gconstpointer key) {
    return content_file_hash(key);
}

static gboolean equal_content(gconstpointer a, gconstpointer b) {
    return content_same_file(a, b);
}

struct content_cache *content_cache_new(void) {
    struct content_cache *cache = g_new0(struct content_cache, 1);
    cache->entries = g_hash_table_new(hash_content, equal_content);
    g_queue_init(&cache->idle);
    return cache;
}

static void drop_oldest(struct content_cache *cache) {
    struct entry *entry = g_queue_peek_head(&cache->idle);
    g_queue_unlink(&cache->idle, &entry->idle);
    g_hash_table_remove(cache->entries, entry->content);
    content_unref(entry->content);
    g_free(entry);
}

void content_cache_free(struct content_cache *cache) {
    if (cache == NULL)
        return;
    while (!g_queue_is_empty(&cache->idle))
        drop_oldest(cache);
    g_hash_table_unref(cache->entries);
    g_free(cache);
}

static struct entry *add_entry(struct content_cache *cache, struct content *content) {
    struct entry *entry = g_new0(struct entry, 1);
    entry->content = content;
    entry->idle.data = entry;
    content_map(content);
    g_hash_table_insert(cache->entries, content, entry);
    return entry;
}

struct content *content_cache_share(struct content_cache *cache, struct content *content) {
    if (!content_is_file(content))
        return content;
    struct entry *entry = g_hash_table_lookup(cache->entries, content);
    if (entry == NULL)
        entry = add_entry(cache, content);
    else
        content_unref(content); /* the entry has a reference of its own */
    if (entry->idle_us != 0)
        g_queue_unlink(&cache->idle, &entry->idle);
    entry->idle_us = 0;
    entry->users++;
    return entry->content;
}

void content_cache_release(struct content_cache *cache, struct content *content, int64_t now_us) {
    struct entry *entry = NULL;
    if (content_is_file(content))
        entry = g_hash_table_lookup(cache->entries, content);
    if (entry == NULL) {
        content_unref(content);
        return;
    }
    if (--entry->users > 0)
        return;
    entry->idle_us = now_us;
    g_queue_push_tail_link(&cache->idle, &entry->idle);
    if (cache->idle.length > LIMIT_CONTENT_IDLE)
        drop_oldest(cache);
}

int64_t content_cache_expire(struct content_cache *cache, int64_t now_us) {
    while (!g_queue_is_empty(&cache->idle)) {
        const struct entry *oldest = g_queue_peek_head(&cache->idle);
        if (now_us - oldest->idle_us < LIMIT_CONTENT_IDLE_US)
            return oldest->idle_us + LIMIT_CONTENT_IDLE_US;
        drop_oldest(cache);
    }
    return -1;
}
