/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Looks into the request of its last call.
 */
#include "../../zoo/animal.h"

#include <stdlib.h>

struct keeper {
    const struct boot_host *host;
    const struct boot_host_request *last;
};

static int32_t open_it(const struct boot_host *host, const struct boot_host_config *config,
                       uint32_t flags, void **ret_instance) {
    struct keeper *keeper = calloc(1, sizeof(*keeper));
    if (keeper == NULL)
        return -12;
    keeper->host = host;
    *ret_instance = keeper;
    return 0;
}

static int32_t decide(void *instance, const struct boot_host_request *request,
                      struct boot_host_reply *reply) {
    struct keeper *keeper = instance;
    if (keeper->last != NULL)
        keeper->host->request_text(keeper->last, BOOT_HOST_REQUEST_MAC);
    keeper->last = request;
    return BOOT_HOST_PASS;
}

static const struct boot_host_provider table = {
    ANIMAL("keeps-handles"),
    .open = open_it,
    .close = free,
    .decide = decide,
};

BOOT_HOST_PROVIDER(table);
