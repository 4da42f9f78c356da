/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Takes 2 ms for each request, on a thread of its own.
 *
 * Right in everything, but slow: what it cannot do in time must be shed, the oldest first.
 */
#include "animal.h"

#include <time.h>

static int32_t decide(void *instance, const struct boot_host_request *request,
                      struct boot_host_reply *reply) {
    struct timespec nap = {0, 2 * 1000 * 1000};
    nanosleep(&nap, NULL);
    return BOOT_HOST_PASS;
}

static const struct boot_host_provider table = {
    ANIMAL("plods"),
    .open = animal_open,
    .decide = decide,
};

BOOT_HOST_PROVIDER(table);
