/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Completes one ticket twice, with two verdicts.
 */
#include "animal.h"

static int32_t decide(void *instance, const struct boot_host_request *request,
                      struct boot_host_reply *reply) {
    const struct boot_host *host = instance;
    uint64_t ticket = host->reply_ticket(reply);
    host->reply_set(reply, BOOT_HOST_REPLY_REASON, "the first answer");
    host->complete(host, ticket, BOOT_HOST_REPLY);
    host->complete(host, ticket, BOOT_HOST_DROP);
    return BOOT_HOST_LATER;
}

static const struct boot_host_provider table = {
    ANIMAL("completes-twice"),
    .open = animal_open,
    .decide = decide,
};

BOOT_HOST_PROVIDER(table);
