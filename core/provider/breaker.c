/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: the breaker of one instance.
 */
#include "provider/breaker.h"

bool breaker_admit(struct breaker *breaker, int64_t now_us) {
    if (breaker->state == BREAKER_CLOSED)
        return true;
    if (breaker->state == BREAKER_PROBING || now_us < breaker->retry_us)
        return false;
    breaker->state = BREAKER_PROBING;
    return true;
}

void breaker_succeed(struct breaker *breaker) {
    /* A call that began before the breaker opened says nothing about the probe. */
    if (breaker->state == BREAKER_OPEN)
        return;
    *breaker = (struct breaker){.state = BREAKER_CLOSED};
}

static void open_breaker(struct breaker *breaker, int64_t now_us) {
    int64_t pause = breaker->pause_us > 0 ? breaker->pause_us * 2 : BREAKER_PAUSE_MIN_US;
    breaker->pause_us = pause < BREAKER_PAUSE_MAX_US ? pause : BREAKER_PAUSE_MAX_US;
    breaker->retry_us = now_us + breaker->pause_us;
    breaker->state = BREAKER_OPEN;
}

void breaker_fail(struct breaker *breaker, int64_t now_us) {
    if (breaker->failures < UINT32_MAX)
        breaker->failures++;
    if (breaker->state == BREAKER_PROBING ||
        (breaker->state == BREAKER_CLOSED && breaker->failures >= BREAKER_FAILURES))
        open_breaker(breaker, now_us);
}

const char *breaker_state_name(enum breaker_state state) {
    static const char *const names[] = {
        [BREAKER_CLOSED] = "closed", [BREAKER_OPEN] = "open", [BREAKER_PROBING] = "probing"};
    return names[state];
}
