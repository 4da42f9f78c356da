/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Gives a file, and says that it is not its own.
 */
#include "../../zoo/animal.h"

static int32_t content(void *instance, const struct boot_host_request *request,
                       struct boot_host_content *content) {
    const struct boot_host *host = instance;
    host->content_bytes(content, "bytes", 5);
    return BOOT_HOST_PASS;
}

static const struct boot_host_provider table = {
    ANIMAL("gives-and-passes"),
    .open = animal_open,
    .decide = animal_pass,
    .content = content,
};

BOOT_HOST_PROVIDER(table);
