/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: how many lines one provider may write into the log. What is above is counted, so that the
 * next line that passes can say how many were left out. Not safe for several threads by itself.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

#define LOG_LIMIT_LINES     30 /* of one provider, in each window */
#define LOG_LIMIT_WINDOW_US (10 * CLOCK_SECOND)

/* All zeros is a fresh one. */
struct log_limit {
    int64_t window_us; /* when it began; 0: not yet */
    uint32_t lines;
    uint32_t left_out;
};

/* May a line be written now? If so, *ret_left_out is how many before it were not. */
bool log_limit_admit(struct log_limit *limit, int64_t now_us, uint32_t *ret_left_out);
