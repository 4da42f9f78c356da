/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Monotonic time, and the fake that tests move by hand.
 */
#include "base/clock.h"

#include <time.h>

static int64_t read_clock(clockid_t which) {
    struct timespec now = {0};
    clock_gettime(which, &now);
    return (int64_t) now.tv_sec * CLOCK_SECOND + now.tv_nsec / 1000;
}

/* The same clock as g_get_monotonic_time(), which sources of the main loop go by. */
static int64_t now_monotonic(const struct clock *clock) {
    return read_clock(CLOCK_MONOTONIC);
}

const struct clock *clock_monotonic(void) {
    static const struct clock monotonic = {now_monotonic};
    return &monotonic;
}

static int64_t now_coarse(const struct clock *clock) {
    return read_clock(CLOCK_MONOTONIC_COARSE);
}

const struct clock *clock_coarse(void) {
    static const struct clock coarse = {now_coarse};
    return &coarse;
}

static int64_t now_fake(const struct clock *clock) {
    return ((const struct clock_fake *) clock)->time_us;
}

void clock_fake_init(struct clock_fake *fake, int64_t start_us) {
    fake->base.now = now_fake;
    fake->time_us = start_us;
}
