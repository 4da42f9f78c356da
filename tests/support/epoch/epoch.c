/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A provider by which one sees which image of a module, which configuration and which list file a
 * decision came from, and whether its memory was carried over a swap. Compiled several times: IMAGE
 * is what the image says of itself, NAME and FLAGS are those of the table.
 *
 * Every one in a chain has a word; the one with a boot file compares: words of two configurations in
 * one decision give the file "mixed".
 */
#include <boothost/provider.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct epoch {
    const struct boot_host *host;
    const struct boot_host_config *config;
    uint64_t count; /* decisions, those of predecessors included */
};

static const struct boot_host_setting settings[] = {
    {"word", BOOT_HOST_TEXT, BOOT_HOST_SETTING_REQUIRED, NULL, "of this configuration"},
    {"boot-file", BOOT_HOST_TEXT, 0, NULL, "the end of the chain: what is booted"},
    {"list", BOOT_HOST_PATH, 0, NULL, "a file whose first line is told"},
    {"delay", BOOT_HOST_DURATION, 0, "0", "how long a decision takes"},
    {"delay-open", BOOT_HOST_DURATION, 0, "0", "how long opening takes"},
    {"fail", BOOT_HOST_BOOLEAN, 0, "no", "every decision fails"},
    {"fail-open", BOOT_HOST_BOOLEAN, 0, "no", "opening fails"},
};

static void wait_for(const struct epoch *epoch, const char *key) {
    int64_t us = epoch->host->config_number(epoch->config, key);
    struct timespec time = {us / 1000000, us % 1000000 * 1000};
    if (us > 0)
        nanosleep(&time, NULL);
}

static int32_t open_epoch(const struct boot_host *host, const struct boot_host_config *config,
                          uint32_t flags, void **ret_instance) {
    struct epoch *epoch = calloc(1, sizeof(*epoch));
    if (epoch == NULL)
        return -ENOMEM;
    epoch->host = host;
    epoch->config = config;
    wait_for(epoch, "delay-open");
    if (host->config_number(config, "fail-open") != 0) {
        host->config_error(config, "fail-open", 0, "it is told to fail");
        free(epoch);
        return -EINVAL;
    }
    struct boot_host_span list;
    if (host->config_text(config, "list") != NULL) /* from now on a snapshot */
        (void) host->config_file(config, "list", &list);
    *ret_instance = epoch;
    return 0;
}

static void close_epoch(void *instance) {
    free(instance);
}

/* The first line of the list; "" when there is none. */
static void read_list(const struct epoch *epoch, char *line, size_t size) {
    struct boot_host_span list = {0};
    line[0] = '\0';
    if (epoch->host->config_text(epoch->config, "list") == NULL ||
        epoch->host->config_file(epoch->config, "list", &list) != 0)
        return;
    (void) snprintf(line, size, "%.*s", (int) list.size, (const char *) list.data);
    line[strcspn(line, "\n")] = '\0';
}

static void tell(const struct epoch *epoch, struct boot_host_reply *reply) {
    char line[64];
    char text[200];
    read_list(epoch, line, sizeof(line));
    (void) snprintf(text, sizeof(text), "image=%s word=%s count=%" PRIu64 " list=%s", IMAGE,
                    epoch->host->config_text(epoch->config, "word"), epoch->count, line);
    (void) epoch->host->reply_set(reply, BOOT_HOST_REPLY_REASON, text);
}

static int32_t decide(void *instance, const struct boot_host_request *request,
                      struct boot_host_reply *reply) {
    struct epoch *epoch = instance;
    const struct boot_host *host = epoch->host;
    const char *word = host->config_text(epoch->config, "word");
    const char *file = host->config_text(epoch->config, "boot-file");
    const char *before = host->fact_get(reply, "epoch-word");
    epoch->count++;
    wait_for(epoch, "delay");
    tell(epoch, reply);
    if (host->config_number(epoch->config, "fail") != 0)
        return -EIO;
    int is_mixed = before != NULL && strcmp(before, word) != 0;
    if (before == NULL || is_mixed)
        (void) host->fact_set(reply, "epoch-word", is_mixed ? "mixed" : word);
    if (file == NULL)
        return BOOT_HOST_PASS;
    int32_t result = host->reply_set(reply, BOOT_HOST_REPLY_BOOT_FILE, is_mixed ? "mixed" : file);
    return result != 0 ? result : BOOT_HOST_REPLY;
}

static int32_t save(void *instance, struct boot_host_state *state) {
    const struct epoch *epoch = instance;
    return epoch->host->state_put(state, "count", &epoch->count, sizeof(epoch->count));
}

static int32_t restore(void *instance, const struct boot_host_state *state) {
    struct epoch *epoch = instance;
    struct boot_host_span data = {0};
    int32_t result = epoch->host->state_get(state, "count", &data);
    if (result != 0 || data.size != sizeof(epoch->count))
        return result != 0 ? result : -EINVAL;
    memcpy(&epoch->count, data.data, sizeof(epoch->count));
    return 0;
}

static const struct boot_host_provider provider = {
    .size = sizeof(provider),
    .abi = BOOT_HOST_ABI,
    .flags = FLAGS,
    .setting_count = sizeof(settings) / sizeof(settings[0]),
    .setting_size = sizeof(settings[0]),
    .name = NAME,
    .version = IMAGE,
    .summary = "Tells which image and configuration decided",
    .settings = settings,
    .open = open_epoch,
    .close = close_epoch,
    .decide = decide,
    .save = save,
    .restore = restore,
};
BOOT_HOST_PROVIDER(provider);
