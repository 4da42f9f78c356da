/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Monotonic time in microseconds. Everything that waits is given a clock, so that a test can let
 * time pass without waiting; nothing else in core/ reads the time of day.
 */
#pragma once

#include <stdint.h>

#define CLOCK_MILLISECOND INT64_C(1000)
#define CLOCK_SECOND      INT64_C(1000000)

struct clock {
    int64_t (*now)(
        const struct clock *clock); /* microseconds since an arbitrary start; never goes back */
};

/* The machine's monotonic clock. Never freed. Any thread. */
const struct clock *clock_monotonic(void);

/* The same time as of the machine's last tick, up to 4 ms ago: for what is asked for every packet and
 * counts in seconds. */
const struct clock *clock_coarse(void);

static inline int64_t clock_now(const struct clock *clock) {
    return clock->now(clock);
}

/* A clock that a test moves by hand. `base` must be the first member. */
struct clock_fake {
    struct clock base;
    int64_t time_us;
};

void clock_fake_init(struct clock_fake *fake, int64_t start_us);
