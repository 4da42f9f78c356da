/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What one instance has done: counters, and how long its answers took.
 *
 * Written on the packet thread unless said otherwise, read on any thread.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#define STATISTICS_BUCKETS 128 /* four an octave: up to 2^32 microseconds */

struct statistics {
    _Atomic uint64_t calls;    /* that were made, those of the event door included */
    _Atomic uint64_t errors;   /* failures, unusable verdicts and a full queue */
    _Atomic uint64_t timeouts; /* no answer before the deadline */
    _Atomic uint64_t late;     /* answers that came after it */
    _Atomic uint64_t ignored;  /* second answers, and completions without a ticket; any thread */
    _Atomic uint64_t shed;     /* given up for a newer one: more waited than may */
    _Atomic uint64_t dropped;  /* events that found the queue full */
    _Atomic uint64_t buckets[STATISTICS_BUCKETS];
};

/* Adds 1: cheap, for counters that the packet thread alone writes. */
static inline void statistics_count(_Atomic uint64_t *counter) {
    uint64_t value = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, value + 1, memory_order_relaxed);
}

/* Adds 1 on any thread. */
static inline void statistics_count_shared(_Atomic uint64_t *counter) {
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

static inline uint64_t statistics_get(const _Atomic uint64_t *counter) {
    return atomic_load_explicit(counter, memory_order_relaxed);
}

/* An answer took so long. */
void statistics_took(struct statistics *statistics, int64_t microseconds);

/* The median of all answers in microseconds, within an eighth; 0 when there was none. */
int64_t statistics_median(const struct statistics *statistics);
