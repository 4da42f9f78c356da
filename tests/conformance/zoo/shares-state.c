/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Keeps its setting where all its instances see it.
 */
#include "../../zoo/animal.h"

static const struct boot_host_setting settings[] = {
    {"boot-file", BOOT_HOST_TEXT, 0, NULL, "what clients boot"},
};

static struct {
    const struct boot_host *host;
    const char *boot_file;
} mine;

static int32_t open_it(const struct boot_host *host, const struct boot_host_config *config,
                       uint32_t flags, void **ret_instance) {
    mine.host = host;
    mine.boot_file = host->config_text(config, "boot-file");
    *ret_instance = &mine;
    return 0;
}

static int32_t decide(void *instance, const struct boot_host_request *request,
                      struct boot_host_reply *reply) {
    int32_t error = mine.host->reply_set(reply, BOOT_HOST_REPLY_BOOT_FILE, mine.boot_file);
    return error == 0 ? BOOT_HOST_REPLY : error;
}

static const struct boot_host_provider table = {
    ANIMAL("shares-state"), .setting_count = 1, .setting_size = sizeof(settings[0]),
    .settings = settings,   .open = open_it,    .decide = decide,
};

BOOT_HOST_PROVIDER(table);
