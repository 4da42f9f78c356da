/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Writes a file, although it is opened for a check only.
 */
#include "../../zoo/animal.h"

#include <stdio.h>

static int32_t open_it(const struct boot_host *host, const struct boot_host_config *config,
                       uint32_t flags, void **ret_instance) {
    FILE *file = fopen("its-state", "w");
    if (file != NULL)
        fclose(file);
    *ret_instance = (void *) host;
    return 0;
}

static const struct boot_host_provider table = {
    ANIMAL("writes-on-check"),
    .open = open_it,
    .decide = animal_pass,
};

BOOT_HOST_PROVIDER(table);
