/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Returns a number that is no verdict.
 */
#include "animal.h"

static int32_t decide(void *instance, const struct boot_host_request *request,
                      struct boot_host_reply *reply) {
    const struct boot_host *host = instance;
    host->reply_set(reply, BOOT_HOST_REPLY_BOOT_FILE, "must-not-be-sent.efi");
    return 4711;
}

static const struct boot_host_provider table = {
    ANIMAL("unknown-verdict"),
    .open = animal_open,
    .decide = decide,
};

BOOT_HOST_PROVIDER(table);
