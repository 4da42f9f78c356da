/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Leaves a descriptor open each time it is closed.
 */
#include "../../zoo/animal.h"

#include <fcntl.h>
#include <stdint.h>

static int32_t open_it(const struct boot_host *host, const struct boot_host_config *config,
                       uint32_t flags, void **ret_instance) {
    *ret_instance = (void *) (intptr_t) open("/dev/null", O_RDONLY | O_CLOEXEC);
    return 0;
}

static const struct boot_host_provider table = {
    ANIMAL("leaks-descriptors"),
    .open = open_it,
    .decide = animal_pass,
};

BOOT_HOST_PROVIDER(table);
