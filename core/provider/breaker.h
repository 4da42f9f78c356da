/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: the breaker of one instance. After failures in a row it opens: the instance is no longer
 * called, so that clients need not wait for what fails anyway. After a pause one call is let
 * through as a probe; if it fails, too, the pause doubles, up to a cap.
 *
 * The packet thread's alone.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

#define BREAKER_FAILURES     5 /* in a row, before it opens */
#define BREAKER_PAUSE_MIN_US (1 * CLOCK_SECOND)
#define BREAKER_PAUSE_MAX_US (60 * CLOCK_SECOND)

enum breaker_state {
    BREAKER_CLOSED,  /* calls pass */
    BREAKER_OPEN,    /* none does */
    BREAKER_PROBING, /* one is under way, the others wait for its outcome */
};

/* All zeros is a closed breaker. */
struct breaker {
    enum breaker_state state;
    uint32_t failures; /* in a row */
    int64_t pause_us;  /* of the latest opening */
    int64_t retry_us;  /* open: time of the next probe */
};

/* May a call go through now? Lets the probe through when its time has come; each call that was let
 * through must end in one of the two below. */
bool breaker_admit(struct breaker *breaker, int64_t now_us);

/* How a call that was let through ended. */
void breaker_succeed(struct breaker *breaker);
void breaker_fail(struct breaker *breaker, int64_t now_us);

/* "closed", "open" or "probing". */
const char *breaker_state_name(enum breaker_state state);
