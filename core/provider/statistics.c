/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What one instance has done. Times are kept in buckets, each a quarter of an octave wide.
 */
#include "provider/statistics.h"

static unsigned bucket_of(int64_t microseconds) {
    if (microseconds < 4)
        return microseconds > 0 ? (unsigned) microseconds : 0;
    unsigned exponent = 63 - (unsigned) __builtin_clzll((unsigned long long) microseconds);
    unsigned quarter = (unsigned) (microseconds >> (exponent - 2)) & 3;
    unsigned bucket = 4 * (exponent - 1) + quarter;
    return bucket < STATISTICS_BUCKETS ? bucket : STATISTICS_BUCKETS - 1;
}

/* The middle of a bucket. */
static int64_t time_of(unsigned bucket) {
    if (bucket < 4)
        return bucket;
    unsigned exponent = bucket / 4 + 1;
    int64_t width = INT64_C(1) << (exponent - 2);
    return (4 + bucket % 4) * width + width / 2;
}

void statistics_took(struct statistics *statistics, int64_t microseconds) {
    statistics_count(&statistics->buckets[bucket_of(microseconds)]);
}

int64_t statistics_median(const struct statistics *statistics) {
    uint64_t total = 0;
    for (unsigned i = 0; i < STATISTICS_BUCKETS; i++)
        total += statistics_get(&statistics->buckets[i]);
    uint64_t seen = 0;
    for (unsigned i = 0; i < STATISTICS_BUCKETS && total > 0; i++) {
        seen += statistics_get(&statistics->buckets[i]);
        if (seen * 2 >= total)
            return time_of(i);
    }
    return 0;
}
