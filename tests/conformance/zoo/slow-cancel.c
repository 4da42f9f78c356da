/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Waits inside cancel.
 */
#include "../../zoo/animal.h"

#include <time.h>

static int32_t decide(void *instance, const struct boot_host_request *request,
                      struct boot_host_reply *reply) {
    const struct boot_host *host = instance;
    return host->reply_ticket(reply) != 0 ? BOOT_HOST_LATER : BOOT_HOST_DROP;
}

static void cancel(void *instance, uint64_t ticket) {
    const struct boot_host *host = instance;
    struct timespec nap = {0, 150 * 1000 * 1000};
    nanosleep(&nap, NULL);
    host->complete(host, ticket, BOOT_HOST_DROP);
}

static const struct boot_host_provider table = {
    ANIMAL("slow-cancel"),
    .open = animal_open,
    .decide = decide,
    .cancel = cancel,
};

BOOT_HOST_PROVIDER(table);
