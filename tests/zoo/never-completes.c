/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Answers LATER and forgets about it.
 */
#include "animal.h"

static int32_t decide(void *instance, const struct boot_host_request *request,
                      struct boot_host_reply *reply) {
    const struct boot_host *host = instance;
    return host->reply_ticket(reply) != 0 ? BOOT_HOST_LATER : BOOT_HOST_DROP;
}

static const struct boot_host_provider table = {
    ANIMAL("never-completes"),
    .open = animal_open,
    .decide = decide,
};

BOOT_HOST_PROVIDER(table);
