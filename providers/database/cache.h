/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The records of the clients that were seen last, of one state of the database. One thread at a time.
 */
#pragma once

#include <stdint.h>

#include "parameters.h"
#include "record.h"

#define CACHE_MOST 1048576 /* records that may be asked for */

struct cache {
    uint32_t capacity; /* 0: nothing is remembered */
    uint32_t count;
    uint32_t epoch; /* records of another one do not count */
    uint32_t hand;  /* the slot whose record may have to go next */
    uint32_t mask;
    struct record **buckets; /* by hash */
    struct record **slots;   /* all of them */
};

/* 0 or -ENOMEM. */
int32_t cache_open(struct cache *cache, uint32_t capacity);
void cache_close(struct cache *cache);

/* Lent until the next call that changes the cache. NULL: not there. */
const struct record *cache_find(struct cache *cache, const struct key *key);

/* Takes the record over, in place of one with the same key, or of one that was not used lately. One
 * that is too large to be remembered, or has no key, is freed at once. */
void cache_add(struct cache *cache, struct record *record);

/* Nothing of it counts any more. At no cost: the memory is used again. */
void cache_forget_all(struct cache *cache);
