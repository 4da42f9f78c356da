/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Takes far longer than any deadline.
 */
#include "animal.h"

#include <time.h>

static int32_t decide(void *instance, const struct boot_host_request *request,
                      struct boot_host_reply *reply) {
    struct timespec nap = {0, 400 * 1000 * 1000};
    nanosleep(&nap, NULL);
    return BOOT_HOST_REPLY;
}

static const struct boot_host_provider table = {
    ANIMAL("stalls"),
    .open = animal_open,
    .decide = decide,
};

BOOT_HOST_PROVIDER(table);
