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
    uint64_t hash;  /* 0: free */
    int64_t first;  /* when the window began */
    int64_t latest; /* when it was last asked for */
    uint32_t count; /* boots within the window */
    uint32_t stopped;
};

struct loops {
    uint32_t count;
    int64_t window_us;
    struct seen seen[SETS][WAYS];
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
    struct seen *set = loops->seen[hash % SETS];
    struct seen *oldest = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].hash == hash)
            return &set[i];
        if (set[i].latest < oldest->latest)
            oldest = &set[i];
    }
    *oldest = (struct seen){.hash = hash, .first = INT64_MIN};
    return oldest;
}

enum loops_result loops_check(struct loops *loops, const char *client, const char *file,
                              int64_t now, bool counts) {
    uint64_t hash = hash_text(hash_text(UINT64_C(0xcbf29ce484222325), client), file);
    struct seen *seen = find_place(loops, hash != 0 ? hash : 1);
    seen->latest = now;
    if (seen->first == INT64_MIN || now - seen->first >= loops->window_us) {
        seen->first = now;
        seen->count = 0;
        seen->stopped = 0;
    }
    if (seen->count < loops->count) {
        seen->count += counts ? 1 : 0;
        return LOOPS_FREE;
    }
    if (seen->stopped == 0 && !counts)
        return LOOPS_FREE;
    return seen->stopped++ == 0 ? LOOPS_STOPPED : LOOPS_STILL;
}

const void *loops_data(const struct loops *loops, size_t *ret_size) {
    *ret_size = sizeof loops->seen;
    return loops->seen;
}

bool loops_take(struct loops *loops, const void *data, size_t size) {
    if (size != sizeof loops->seen)
        return false;
    memcpy(loops->seen, data, size);
    return true;
}
