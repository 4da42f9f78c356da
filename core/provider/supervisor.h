/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: when a provider's process that has ended is started again. The first time at once, so that a
 * single crash costs nobody a boot; then after pauses that double, up to a cap, until a process has
 * lived for a while.
 */
#pragma once

#include <stdint.h>

#include "base/clock.h"

#define SUPERVISOR_PAUSE_MIN_US (100 * CLOCK_MILLISECOND)
#define SUPERVISOR_PAUSE_MAX_US (30 * CLOCK_SECOND)
#define SUPERVISOR_PROVEN_US    (10 * CLOCK_SECOND) /* a process that lived so long was no failure */

/* All zeros: nothing has been started yet. */
struct supervisor {
    uint32_t failures;  /* ends in a row, each soon after its start */
    int64_t started_us; /* of the latest process */
};

void supervisor_started(struct supervisor *supervisor, int64_t now_us);

/* The process has ended, or could not be started. Returns the pause before the next start: 0, or
 * SUPERVISOR_PAUSE_MIN_US to SUPERVISOR_PAUSE_MAX_US. */
int64_t supervisor_ended(struct supervisor *supervisor, int64_t now_us);
