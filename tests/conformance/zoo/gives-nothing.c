/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Says that it gives the file, and does not.
 */
#include "../../zoo/animal.h"

static int32_t content(void *instance, const struct boot_host_request *request,
                       struct boot_host_content *content) {
    return BOOT_HOST_REPLY;
}

static const struct boot_host_provider table = {
    ANIMAL("gives-nothing"),
    .open = animal_open,
    .decide = animal_pass,
    .content = content,
};

BOOT_HOST_PROVIDER(table);
