/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: how often a client has come back.
 */
#include "boot/attempt.h"

#include "base/limits.h"

/* EDK2 repeats a DISCOVER with the same xid after 4, 12 and 28 s, iPXE more often; PXE 2.1 section
 * 2.2.3 ends an exchange after 60 s. The same xid later is firmware that makes it from its MAC. */
static bool is_repeat(const struct attempt *attempt, uint32_t xid, int64_t now_us) {
    return attempt->count > 0 && attempt->xid == xid && !attempt->has_fetched &&
           now_us - attempt->exchange_us < LIMIT_EXCHANGE_US;
}

bool attempt_discover(struct attempt *attempt, uint32_t xid, int64_t now_us) {
    if (is_repeat(attempt, xid, now_us))
        return false;
    bool came_back = attempt->count > 0 && attempt->was_answered && !attempt->has_fetched &&
                     now_us - attempt->exchange_us < LIMIT_ATTEMPT_US;
    *attempt = (struct attempt){
        .count = came_back ? attempt->count + 1 : 1, .xid = xid, .exchange_us = now_us};
    return true;
}

void attempt_answered(struct attempt *attempt) {
    attempt->was_answered = true;
}

void attempt_fetched(struct attempt *attempt) {
    attempt->has_fetched = true;
}
