/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How long an answer takes, smoothed. PURE.
 */
#include "tftp/round-trip.h"

#include <glib.h>

void round_trip_take(int64_t sample_us, int64_t *smooth_us, int64_t *varies_us) {
    if (*smooth_us == 0) {
        *smooth_us = MAX(sample_us, 1);
        *varies_us = sample_us / 2;
        return;
    }
    *varies_us += (ABS(*smooth_us - sample_us) - *varies_us) / 4;
    *smooth_us = MAX(*smooth_us + (sample_us - *smooth_us) / 8, 1);
}
