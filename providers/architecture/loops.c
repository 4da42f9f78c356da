/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A set-associative table keyed by a hash of client and file. Two clients with one hash would share
 * a count; with 64 bits that does not happen.
 */
#include "loops.h"

#include <stdlib.h>
#include <string.h>

#define SETS 1024 /* a power of two */
#define WAYS 8    /* 8192 clients and files in all */

struct seen {
    int64_t first;   /* when the window began */
    int64_t latest;  /* when it was last asked for */
    uint16_t count;  /* boots within the window */
    bool is_stopped; /* and said so */
};

/* The hashes lie together: a client of many is found by one or two lines of cache. */
struct set {
    uint64_t hashes[WAYS]; /* 0: free */
    struct seen seen[WAYS];
};

struct loops {
    uint32_t count;
    int64_t window_us;
    struct set sets[SETS];
};

struct loops *loops_new(uint32_t count, int64_t window_us) {
    struct loops *loops = calloc(1, sizeof *loops);
    if (loops == NULL)
        return NULL;
    loops->count = count;
    loops->window_us = window_us;
    return loops;
}

void loops_free(struct loops *loops) {
    free(loops);
}

static uint64_t hash_word(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * UINT64_C(0x9fb21c651e98df25);
    return hash ^ hash >> 32;
}

/* Eight bytes a step; the size counts, too, so that "a" "bc" is not "ab" "c". */
static uint64_t hash_text(uint64_t hash, const char *text) {
    size_t size = strlen(text);
    uint64_t word = 0;
    hash ^= size;
    for (; size >= sizeof word; size -= sizeof word, text += sizeof word) {
        memcpy(&word, text, sizeof word);
        hash = hash_word(hash, word);
    }
    word = 0;
    memcpy(&word, text, size);
    return hash_word(hash, word);
}

static struct seen *find_place(struct loops *loops, uint64_t hash) {
    struct set *set = &loops->sets[hash % SETS];
    size_t oldest = 0;
    for (size_t i = 0; i < WAYS; i++) {
        if (set->hashes[i] == hash)
            return &set->seen[i];
    }
    for (size_t i = 1; i < WAYS; i++) {
        if (set->seen[i].latest < set->seen[oldest].latest)
            oldest = i;
    }
    set->hashes[oldest] = hash;
    set->seen[oldest] = (struct seen){.first = INT64_MIN};
    return &set->seen[oldest];
}

enum loops_result loops_check(struct loops *loops, const char *client, const char *file,
                              int64_t now, bool counts) {
    uint64_t hash = hash_text(hash_text(UINT64_C(0xcbf29ce484222325), client), file);
    struct seen *seen = find_place(loops, hash != 0 ? hash : 1);
    seen->latest = now;
    if (seen->first == INT64_MIN || now - seen->first >= loops->window_us)
        *seen = (struct seen){.first = now, .latest = now};
    if (seen->count < loops->count) {
        seen->count += counts ? 1 : 0;
        return LOOPS_FREE;
    }
    if (!seen->is_stopped && !counts)
        return LOOPS_FREE;
    enum loops_result result = seen->is_stopped ? LOOPS_STILL : LOOPS_STOPPED;
    seen->is_stopped = true;
    return result;
}

const void *loops_data(const struct loops *loops, size_t *ret_size) {
    *ret_size = sizeof loops->sets;
    return loops->sets;
}

bool loops_take(struct loops *loops, const void *data, size_t size) {
    if (size != sizeof loops->sets)
        return false;
    memcpy(loops->sets, data, size);
    return true;
}
