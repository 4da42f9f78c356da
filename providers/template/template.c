/* SPDX-License-Identifier: MIT
 *
 * Provider "template": gives every client one boot file. A beginning: the policy goes into decide.
 */
#include <boothost/provider.h>

#include <errno.h>
#include <stdlib.h>

static const struct boot_host_setting settings[] = {
    {"boot-file", BOOT_HOST_TEXT, BOOT_HOST_SETTING_REQUIRED, NULL, "what every client boots"},
};

struct mine {
    const struct boot_host *host;
    const char *boot_file; /* lent until close */
};

static int32_t mine_open(const struct boot_host *host, const struct boot_host_config *config,
                         uint32_t flags, void **ret_instance) {
    struct mine *mine = calloc(1, sizeof *mine);
    if (mine == NULL)
        return -ENOMEM;
    mine->host = host;
    mine->boot_file = host->config_text(config, "boot-file");
    *ret_instance = mine;
    return 0;
}

static int32_t mine_decide(void *instance, const struct boot_host_request *request,
                           struct boot_host_reply *reply) {
    const struct mine *mine = instance;
    mine->host->reply_set(reply, BOOT_HOST_REPLY_REASON, "everybody gets it");
    int32_t result = mine->host->reply_set(reply, BOOT_HOST_REPLY_BOOT_FILE, mine->boot_file);
    return result < 0 ? result : BOOT_HOST_REPLY;
}

static const struct boot_host_provider provider = {
    .size = sizeof provider,
    .abi = BOOT_HOST_ABI,
    .flags = BOOT_HOST_INLINE, /* decide never blocks */
    .setting_count = sizeof settings / sizeof settings[0],
    .setting_size = sizeof settings[0],
    .name = "template",
    .version = "1.0",
    .summary = "one boot file for every client",
    .settings = settings,
    .open = mine_open,
    .close = free,
    .decide = mine_decide,
};
BOOT_HOST_PROVIDER(provider);
