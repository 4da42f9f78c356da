/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Cannot imagine that a service fails.
 */
#include "../../zoo/animal.h"

#include <stdlib.h>

static int32_t decide(void *instance, const struct boot_host_request *request,
                      struct boot_host_reply *reply) {
    const struct boot_host *host = instance;
    if (host->reply_set(reply, BOOT_HOST_REPLY_BOOT_FILE, "x.efi") != 0)
        abort();
    return BOOT_HOST_REPLY;
}

static const struct boot_host_provider table = {
    ANIMAL("insists"),
    .open = animal_open,
    .decide = decide,
};

BOOT_HOST_PROVIDER(table);
