/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A hash table of fixed size, with second chances: a hand goes round the slots and forgets the next
 * record that was not used since it last came by.
 */
#include "cache.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define CHANCES_MOST 16 /* records passed over for one that goes: the packet thread is waiting */

int32_t cache_open(struct cache *cache, uint32_t capacity) {
    uint32_t buckets = 1;
    while (buckets < capacity)
        buckets *= 2;
    *cache = (struct cache){.capacity = capacity, .mask = buckets - 1};
    if (capacity == 0)
        return 0;
    cache->buckets = calloc(buckets, sizeof *cache->buckets);
    cache->slots = calloc(capacity, sizeof *cache->slots);
    if (cache->buckets != NULL && cache->slots != NULL)
        return 0;
    cache_close(cache);
    return -ENOMEM;
}

void cache_close(struct cache *cache) {
    for (uint32_t i = 0; i < cache->count; i++)
        record_free(cache->slots[i]);
    free(cache->buckets);
    free(cache->slots);
    *cache = (struct cache){0};
}

static bool has_key(const struct record *record, uint64_t hash, const char *bytes, size_t size) {
    return record->hash == hash && record->key_size == size &&
           memcmp(record->text, bytes, size) == 0;
}

const struct record *cache_find(struct cache *cache, const struct key *key) {
    if (cache->count == 0 || key->size == 0)
        return NULL;
    struct record *record = cache->buckets[key->hash & cache->mask];
    while (record != NULL && !has_key(record, key->hash, key->bytes, key->size))
        record = record->next;
    if (record == NULL || record->epoch != cache->epoch)
        return NULL;
    record->was_used = true;
    return record;
}

static void unlink_record(struct cache *cache, const struct record *record) {
    struct record **link = &cache->buckets[record->hash & cache->mask];
    while (*link != record)
        link = &(*link)->next;
    *link = record->next;
}

static void link_record(struct cache *cache, struct record *record, uint32_t slot) {
    struct record **bucket = &cache->buckets[record->hash & cache->mask];
    record->epoch = cache->epoch;
    record->slot = slot;
    record->next = *bucket;
    *bucket = record;
    cache->slots[slot] = record;
}

static uint32_t find_slot(struct cache *cache) {
    if (cache->count < cache->capacity)
        return cache->count++;
    for (int i = 0; i < CHANCES_MOST; i++) {
        struct record *record = cache->slots[cache->hand];
        if (record->epoch != cache->epoch || !record->was_used)
            break;
        record->was_used = false;
        cache->hand = (cache->hand + 1) % cache->capacity;
    }
    uint32_t slot = cache->hand;
    cache->hand = (cache->hand + 1) % cache->capacity;
    return slot;
}

void cache_add(struct cache *cache, struct record *record) {
    if (cache->capacity == 0 || record->key_size == 0 || record->size > RECORD_REMEMBER_MAX) {
        record_free(record);
        return;
    }
    record = record_trim(record);
    struct record *old = cache->buckets[record->hash & cache->mask];
    while (old != NULL && !has_key(old, record->hash, record->text, record->key_size))
        old = old->next;
    uint32_t slot = old != NULL ? old->slot : find_slot(cache);
    old = cache->slots[slot];
    if (old != NULL) {
        unlink_record(cache, old);
        record_free(old);
    }
    link_record(cache, record, slot);
}

void cache_forget_all(struct cache *cache) {
    cache->epoch++;
}
