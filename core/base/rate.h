/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * So many a second and no more: for log lines that clients can cause. PURE.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct rate {
    uint32_t limit;     /* allowed in one second; 0: nothing is */
    uint32_t used;      /* in the running second */
    uint64_t left_out;  /* since something was last allowed */
    int64_t started_us; /* of the running second */
};

/* May one more happen at `now_us`? When it may, `ret_left_out` is how many did not since the last
 * one, so that the caller can say so once. */
bool rate_allow(struct rate *rate, int64_t now_us, uint64_t *ret_left_out);

/* Whether rate_allow() would say yes. Counts nothing. */
bool rate_has_room(const struct rate *rate, int64_t now_us);
