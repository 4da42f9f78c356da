/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Its reader believes that every read takes as much as the one before.
 */
#include "../../zoo/animal.h"

#include <string.h>

#define SIZE 3000

static int64_t read_it(void *user, uint64_t offset, void *buffer, uint64_t size) {
    if (offset >= SIZE)
        return 0;
    uint64_t count = size < SIZE - offset ? size : SIZE - offset;
    memset(buffer, (int) (offset / size), count);
    return (int64_t) count;
}

static void close_it(void *user) {
}

static int32_t content(void *instance, const struct boot_host_request *request,
                       struct boot_host_content *content) {
    const struct boot_host *host = instance;
    struct boot_host_reader reader = {
        .size = sizeof(reader),
        .length = SIZE,
        .read = read_it,
        .close = close_it,
    };
    return host->content_reader(content, &reader) == 0 ? BOOT_HOST_REPLY : BOOT_HOST_DROP;
}

static const struct boot_host_provider table = {
    ANIMAL("drifting-reader"),
    .open = animal_open,
    .decide = animal_pass,
    .content = content,
};

BOOT_HOST_PROVIDER(table);
