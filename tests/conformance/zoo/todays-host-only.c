/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Runs on the one host whose headers it was built with.
 */
#include "../../zoo/animal.h"

static int32_t open_it(const struct boot_host *host, const struct boot_host_config *config,
                       uint32_t flags, void **ret_instance) {
    if (host->size != sizeof(*host))
        return -95;
    *ret_instance = (void *) host;
    return 0;
}

static const struct boot_host_provider table = {
    ANIMAL("todays-host-only"),
    .open = open_it,
    .decide = animal_pass,
};

BOOT_HOST_PROVIDER(table);
