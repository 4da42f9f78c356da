/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Of the slow animals: right in everything, but 2 ms late with each request, so that what they cannot
 * do in time must be shed, the oldest first.
 */
#pragma once

#include "animal.h"

#include <time.h>

static int32_t slow_decide(void *instance, const struct boot_host_request *request,
                           struct boot_host_reply *reply) {
    struct timespec nap = {0, 2 * 1000 * 1000};
    nanosleep(&nap, NULL);
    return BOOT_HOST_PASS;
}
