/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Monotonic time, and the fake that tests move by hand.
 */
#include "base/clock.h"

#include <glib.h>

static int64_t now_monotonic(const struct clock *clock) {
    return g_get_monotonic_time();
}

const struct clock *clock_monotonic(void) {
    static const struct clock monotonic = {now_monotonic};
    return &monotonic;
}

static int64_t now_fake(const struct clock *clock) {
    return ((const struct clock_fake *) clock)->time_us;
}

void clock_fake_init(struct clock_fake *fake, int64_t start_us) {
    fake->base.now = now_fake;
    fake->time_us = start_us;
}
