/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Ends the process of those it serves.
 */
#include "../../zoo/animal.h"

#include <stdlib.h>

static int32_t decide(void *instance, const struct boot_host_request *request,
                      struct boot_host_reply *reply) {
    exit(7);
}

static const struct boot_host_provider table = {
    ANIMAL("ends-it-all"),
    .open = animal_open,
    .decide = decide,
};

BOOT_HOST_PROVIDER(table);
