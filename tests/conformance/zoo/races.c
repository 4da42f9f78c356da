/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Says that its calls may come at once, and keeps the answer in one buffer for all of them.
 */
#include "../../zoo/animal.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct racer {
    const struct boot_host *host;
    char file[64];
};

static int32_t open_it(const struct boot_host *host, const struct boot_host_config *config,
                       uint32_t flags, void **ret_instance) {
    struct racer *racer = calloc(1, sizeof(*racer));
    if (racer == NULL)
        return -12;
    racer->host = host;
    *ret_instance = racer;
    return 0;
}

static int32_t decide(void *instance, const struct boot_host_request *request,
                      struct boot_host_reply *reply) {
    struct racer *racer = instance;
    struct timespec nap = {0, 200 * 1000};
    const char *mac = racer->host->request_text(request, BOOT_HOST_REQUEST_MAC);
    snprintf(racer->file, sizeof(racer->file), "%s.efi", mac);
    nanosleep(&nap, NULL);
    racer->host->reply_set(reply, BOOT_HOST_REPLY_BOOT_FILE, racer->file);
    return BOOT_HOST_REPLY;
}

static const struct boot_host_provider table = {
    ANIMAL("races"), .flags = BOOT_HOST_PARALLEL, .open = open_it, .close = free, .decide = decide,
};

BOOT_HOST_PROVIDER(table);
