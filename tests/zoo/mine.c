/* SPDX-License-Identifier: MIT
 *
 * The good one: a provider by somebody who has the contract's headers and a compiler, nothing else.
 * The test builds it by `cc -shared -fPIC -I abi mine.c -o mine.so`.
 */
#include <boothost/provider.h>
#include <stdlib.h>

struct mine {
    const struct boot_host *host;
    const struct boot_host_config *config;
};

static int32_t mine_open(const struct boot_host *host, const struct boot_host_config *config,
                         uint32_t flags, void **ret_instance) {
    struct mine *mine = malloc(sizeof(*mine));
    if (mine == NULL)
        return -12;
    mine->host = host;
    mine->config = config;
    *ret_instance = mine;
    return 0;
}

static void mine_close(void *instance) {
    free(instance);
}

static int32_t mine_decide(void *instance, const struct boot_host_request *request,
                           struct boot_host_reply *reply) {
    const struct mine *mine = instance;
    const struct boot_host *host = mine->host;
    if (host->request_is(request, "x64-uefi") != 1)
        return BOOT_HOST_PASS;
    host->reply_set(reply, BOOT_HOST_REPLY_REASON, "an x64 machine");
    host->reply_set(reply, BOOT_HOST_REPLY_BOOT_FILE, host->config_text(mine->config, "file"));
    return BOOT_HOST_REPLY;
}

static const struct boot_host_setting mine_settings[] = {
    {"file", BOOT_HOST_TEXT, BOOT_HOST_SETTING_REQUIRED, NULL, "what x64 machines boot"},
};

static const struct boot_host_provider mine_table = {
    .size = sizeof(struct boot_host_provider),
    .abi = BOOT_HOST_ABI,
    .setting_count = 1,
    .setting_size = sizeof(struct boot_host_setting),
    .name = "mine",
    .version = "1.0",
    .summary = "One boot file for all x64 machines",
    .settings = mine_settings,
    .open = mine_open,
    .close = mine_close,
    .decide = mine_decide,
};

BOOT_HOST_PROVIDER(mine_table);
