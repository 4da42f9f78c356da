/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How long an answer takes, smoothed: RFC 6298 section 2. PURE.
 */
#pragma once

#include <stdint.h>

/* Takes a measured time into the smoothed one and its variation; all in microseconds, both 0 before
 * the first. The smoothed one is at least 1 from then on. */
void round_trip_take(int64_t sample_us, int64_t *smooth_us, int64_t *varies_us);
