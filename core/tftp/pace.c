/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * So many bytes a second and no more. PURE.
 */
#include "tftp/pace.h"

#include <glib.h>

#define SECOND_US  INT64_C(1000000)
#define ARREARS_US INT64_C(4000) /* of time that may be caught up with */

int64_t pace_reserve(struct pace *pace, uint64_t bytes, int64_t now_us) {
    if (pace->bytes_per_second == 0)
        return now_us;
    int64_t start_us = MAX(pace->next_us, now_us - ARREARS_US);
    pace->next_us = start_us + (int64_t) (bytes * SECOND_US / pace->bytes_per_second);
    return MAX(start_us, now_us);
}
