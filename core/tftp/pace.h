/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * So many bytes a second and no more, shared by all who send: a place in time is reserved for each
 * packet. PURE: no clock; times are monotonic microseconds.
 */
#pragma once

#include <stdint.h>

struct pace {
    uint64_t bytes_per_second; /* 0: as fast as it goes */
    int64_t next_us;           /* from when on the next packet may go */
};

/* When a packet of `bytes` may go: `now_us`, or later; whoever asked waits until then. What was not
 * used in the last milliseconds may be caught up with, since no timer wakes up on the microsecond. */
int64_t pace_reserve(struct pace *pace, uint64_t bytes, int64_t now_us);
