/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Loses 32 bytes each time it is opened.
 */
#include "../../zoo/animal.h"

#include <stdlib.h>

static int32_t open_it(const struct boot_host *host, const struct boot_host_config *config,
                       uint32_t flags, void **ret_instance) {
    *ret_instance = calloc(1, 32);
    return *ret_instance != NULL ? 0 : -12;
}

static const struct boot_host_provider table = {
    ANIMAL("leaks"),
    .open = open_it,
    .decide = animal_pass,
};

BOOT_HOST_PROVIDER(table);
