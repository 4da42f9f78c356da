/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Linked lazily, to a function that nobody has: it would crash at its first request.
 */
#include "animal.h"

int32_t zoo_function_that_nobody_has(const struct boot_host_request *request);

static int32_t decide(void *instance, const struct boot_host_request *request,
                      struct boot_host_reply *reply) {
    return zoo_function_that_nobody_has(request);
}

static const struct boot_host_provider table = {
    ANIMAL("unresolved-symbol"),
    .open = animal_open,
    .decide = decide,
};

BOOT_HOST_PROVIDER(table);
