/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * So many a second and no more.
 */
#include "base/rate.h"

#include "base/clock.h"

bool rate_has_room(const struct rate *rate, int64_t now_us) {
    return rate->limit > 0 &&
           (now_us - rate->started_us >= CLOCK_SECOND || rate->used < rate->limit);
}

bool rate_allow(struct rate *rate, int64_t now_us, uint64_t *ret_left_out) {
    if (now_us - rate->started_us >= CLOCK_SECOND) {
        rate->started_us = now_us;
        rate->used = 0;
    }
    if (rate->used >= rate->limit) {
        rate->left_out++;
        return false;
    }
    rate->used++;
    *ret_left_out = rate->left_out;
    rate->left_out = 0;
    return true;
}
