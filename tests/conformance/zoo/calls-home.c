/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Makes a socket, although it is opened for a check only.
 */
#include "../../zoo/animal.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct caller {
    int socket;
};

static int32_t open_it(const struct boot_host *host, const struct boot_host_config *config,
                       uint32_t flags, void **ret_instance) {
    struct caller *caller = calloc(1, sizeof(*caller));
    if (caller == NULL)
        return -12;
    caller->socket = socket(AF_UNIX, SOCK_STREAM, 0);
    *ret_instance = caller;
    return 0;
}

static void close_it(void *instance) {
    struct caller *caller = instance;
    close(caller->socket);
    free(caller);
}

static const struct boot_host_provider table = {
    ANIMAL("calls-home"),
    .open = open_it,
    .decide = animal_pass,
    .close = close_it,
};

BOOT_HOST_PROVIDER(table);
