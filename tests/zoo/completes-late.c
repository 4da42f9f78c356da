/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Completes only when the host has told it that nobody waits any more.
 */
#include "animal.h"

static int32_t decide(void *instance, const struct boot_host_request *request,
                      struct boot_host_reply *reply) {
    const struct boot_host *host = instance;
    return host->reply_ticket(reply) != 0 ? BOOT_HOST_LATER : BOOT_HOST_DROP;
}

static void cancel(void *instance, uint64_t ticket) {
    const struct boot_host *host = instance;
    host->complete(host, ticket, BOOT_HOST_REPLY);
}

static const struct boot_host_provider table = {
    ANIMAL("completes-late"), .flags = BOOT_HOST_INLINE, .open = animal_open,
    .decide = decide,         .cancel = cancel,
};

BOOT_HOST_PROVIDER(table);
