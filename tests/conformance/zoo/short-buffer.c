/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Believes that a host name is short.
 */
#include "../../zoo/animal.h"

#include <stdlib.h>
#include <string.h>

static int32_t decide(void *instance, const struct boot_host_request *request,
                      struct boot_host_reply *reply) {
    const struct boot_host *host = instance;
    const char *name = host->request_text(request, BOOT_HOST_REQUEST_HOST_NAME);
    char buffer[64];
    if (name != NULL && strlen(name) >= sizeof(buffer))
        abort(); /* as a compiler with fortified functions would make strcpy do */
    strcpy(buffer, name != NULL ? name : "");
    return buffer[0] == '\0' ? BOOT_HOST_PASS : BOOT_HOST_DROP;
}

static const struct boot_host_provider table = {
    ANIMAL("short-buffer"),
    .open = animal_open,
    .decide = decide,
};

BOOT_HOST_PROVIDER(table);
