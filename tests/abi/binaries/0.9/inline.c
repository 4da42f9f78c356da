/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A provider as someone wrote it against 0.9, INLINE: settings of every kind of access, request,
 * facts, templates and options. Its binary is kept; see ../README.md.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <boothost/provider.h>

struct instance {
    const struct boot_host *host;
    const struct boot_host_config *config;
    uint32_t items; /* of the list */
};

static const struct boot_host_setting settings[] = {
    {"file", BOOT_HOST_TEXT, BOOT_HOST_SETTING_REQUIRED | BOOT_HOST_SETTING_TEMPLATE, NULL,
     "boot file"},
    {"count", BOOT_HOST_INTEGER, 0, "3", "a number"},
    {"wait", BOOT_HOST_DURATION, 0, "250ms", "a time"},
    {"loud", BOOT_HOST_BOOLEAN, 0, "no", "yes or no"},
    {"names", BOOT_HOST_LIST, 0, NULL, "a list"},
    {"text.*", BOOT_HOST_TEXT, BOOT_HOST_SETTING_FAMILY, NULL, "a family"},
};

static int32_t inline_open(const struct boot_host *host, const struct boot_host_config *config,
                           uint32_t flags, void **ret_instance) {
    struct instance *instance = calloc(1, sizeof *instance);
    (void) flags;
    if (instance == NULL)
        return -12;
    instance->host = host;
    instance->config = config;
    while (host->config_item(config, "names", instance->items) != NULL)
        instance->items++;
    *ret_instance = instance;
    return 0;
}

static void inline_close(void *instance) {
    free(instance);
}

static int32_t inline_decide(void *opaque, const struct boot_host_request *request,
                             struct boot_host_reply *reply) {
    const struct instance *instance = opaque;
    const struct boot_host *host = instance->host;
    const char *mac = host->request_text(request, BOOT_HOST_REQUEST_MAC);
    struct boot_host_span class = {NULL, 0};
    char file[128], reason[200];

    if (host->request_is(request, "x64-uefi") != 1)
        return BOOT_HOST_PASS;
    if (host->request_option(request, BOOT_HOST_SPACE_DHCP4, 60, &class) != 0 || mac == NULL)
        return -22;
    host->fact_set(reply, "old", "binary");
    if (host->expand(reply, host->config_text(instance->config, "file"), file, sizeof file) < 0)
        return -2;
    snprintf(reason, sizeof reason, "0.9: %s of %s, count %lld, wait %lld, loud %lld, items %u, %s",
             host->instance_name(host), mac,
             (long long) host->config_number(instance->config, "count"),
             (long long) host->config_number(instance->config, "wait"),
             (long long) host->config_number(instance->config, "loud"), instance->items,
             host->config_text(instance->config, "text.word"));
    host->reply_set(reply, BOOT_HOST_REPLY_REASON, reason);
    host->reply_set(reply, BOOT_HOST_REPLY_NOTE, host->now(host) > 0 ? "time goes on" : "no time");
    host->reply_set(reply, BOOT_HOST_REPLY_BOOT_FILE, file);
    host->reply_option(reply, BOOT_HOST_SPACE_DHCP4, 210, "pre/", 4);
    return BOOT_HOST_REPLY;
}

static const struct boot_host_provider table = {
    .size = sizeof table,
    .abi = BOOT_HOST_ABI,
    .flags = BOOT_HOST_INLINE,
    .setting_count = sizeof settings / sizeof settings[0],
    .setting_size = sizeof settings[0],
    .name = "old-inline",
    .version = "0.9",
    .summary = "what an inline provider of 0.9 does",
    .settings = settings,
    .open = inline_open,
    .close = inline_close,
    .decide = inline_decide,
};

BOOT_HOST_PROVIDER(table);
