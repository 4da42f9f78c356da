/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: when a provider's process that has ended is started again.
 */
#include "provider/supervisor.h"

void supervisor_started(struct supervisor *supervisor, int64_t now_us) {
    supervisor->started_us = now_us;
}

int64_t supervisor_ended(struct supervisor *supervisor, int64_t now_us) {
    if (now_us - supervisor->started_us >= SUPERVISOR_PROVEN_US)
        supervisor->failures = 0;
    int64_t pause = supervisor->failures > 0 ? SUPERVISOR_PAUSE_MIN_US : 0;
    for (uint32_t i = 1; i < supervisor->failures && pause < SUPERVISOR_PAUSE_MAX_US; i++)
        pause *= 2;
    if (supervisor->failures < UINT32_MAX)
        supervisor->failures++;
    return pause < SUPERVISOR_PAUSE_MAX_US ? pause : SUPERVISOR_PAUSE_MAX_US;
}
