/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: how many lines one provider may write into the log.
 */
#include "provider/log-limit.h"

bool log_limit_admit(struct log_limit *limit, int64_t now_us, uint32_t *ret_left_out) {
    if (limit->lines == 0 || now_us - limit->window_us >= LOG_LIMIT_WINDOW_US) {
        limit->window_us = now_us;
        limit->lines = 0;
    }
    if (limit->lines >= LOG_LIMIT_LINES) {
        limit->left_out++;
        return false;
    }
    limit->lines++;
    *ret_left_out = limit->left_out;
    limit->left_out = 0;
    return true;
}
