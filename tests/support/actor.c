/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A provider that does what its settings say.
 */
#include "support/actor.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct actor {
    const struct boot_host *host;
    const struct boot_host_config *config;
    int32_t verdict;
    int64_t sleep_us;
    const char *later;
    uint64_t parked; /* the ticket of later = never */
};

static const struct boot_host_setting settings[] = {
    {"verdict", BOOT_HOST_INTEGER, 0, "0", "what decide returns"},
    {"boot-file", BOOT_HOST_TEXT, BOOT_HOST_SETTING_TEMPLATE, NULL, "what it sets before"},
    {"reason", BOOT_HOST_TEXT, 0, NULL, "the reason it gives"},
    {"fact.*", BOOT_HOST_TEXT, BOOT_HOST_SETTING_FAMILY, NULL, "facts it sets"},
    {"sleep", BOOT_HOST_DURATION, 0, "0", "how long it takes"},
    {"later", BOOT_HOST_TEXT, 0, NULL,
     "thread, inside, twice, never, both, no-ticket: how it answers LATER"},
    {"content", BOOT_HOST_TEXT, 0, NULL, "bytes, file, name, reader, nothing: what content gives"},
    {"fail-open", BOOT_HOST_BOOLEAN, 0, "no", "open fails"},
    {"say", BOOT_HOST_TEXT, 0, NULL, "what it logs at each event"},
};

static void take_nap(int64_t us) {
    struct timespec time = {us / 1000000, us % 1000000 * 1000};
    if (us > 0)
        nanosleep(&time, NULL);
}

static int32_t open_actor(const struct boot_host *host, const struct boot_host_config *config,
                          uint32_t flags, void **ret_instance) {
    if (host->config_number(config, "fail-open") != 0)
        return -EACCES;
    struct actor *actor = calloc(1, sizeof(*actor));
    actor->host = host;
    actor->config = config;
    actor->verdict = (int32_t) host->config_number(config, "verdict");
    actor->sleep_us = host->config_number(config, "sleep");
    actor->later = host->config_text(config, "later");
    *ret_instance = actor;
    return 0;
}

static void close_actor(void *instance) {
    free(instance);
}

static void shape_reply(const struct actor *actor, struct boot_host_reply *reply) {
    const struct boot_host *host = actor->host;
    const char *key = NULL;
    for (uint32_t i = 0; (key = host->config_key(actor->config, i)) != NULL; i++) {
        if (strncmp(key, "fact.", 5) == 0)
            host->fact_set(reply, key + 5, host->config_text(actor->config, key));
    }
    const char *boot_file = host->config_text(actor->config, "boot-file");
    char expanded[256];
    if (boot_file != NULL && host->expand(reply, boot_file, expanded, sizeof(expanded)) >= 0)
        host->reply_set(reply, BOOT_HOST_REPLY_BOOT_FILE, expanded);
    const char *reason = host->config_text(actor->config, "reason");
    if (reason != NULL)
        host->reply_set(reply, BOOT_HOST_REPLY_REASON, reason);
}

struct promise {
    struct actor *actor;
    struct boot_host_reply *reply;
    uint64_t ticket;
};

static void *keep_promise(void *data) {
    struct promise *promise = data;
    struct actor *actor = promise->actor;
    take_nap(actor->sleep_us);
    shape_reply(actor, promise->reply);
    actor->host->complete(actor->host, promise->ticket, actor->verdict);
    if (strcmp(actor->later, "twice") == 0)
        actor->host->complete(actor->host, promise->ticket, BOOT_HOST_DROP);
    free(promise);
    return NULL;
}

static int32_t answer_later(struct actor *actor, struct boot_host_reply *reply) {
    if (strcmp(actor->later, "no-ticket") == 0)
        return BOOT_HOST_LATER;
    struct promise *promise = calloc(1, sizeof(*promise));
    *promise = (struct promise){actor, reply, actor->host->reply_ticket(reply)};
    if (strcmp(actor->later, "never") == 0) {
        actor->parked = promise->ticket;
        free(promise);
        return BOOT_HOST_LATER;
    }
    if (strcmp(actor->later, "inside") == 0 || strcmp(actor->later, "both") == 0) {
        keep_promise(promise);
        return strcmp(actor->later, "both") == 0 ? BOOT_HOST_DROP : BOOT_HOST_LATER;
    }
    pthread_t thread;
    pthread_create(&thread, NULL, keep_promise, promise);
    pthread_detach(thread);
    return BOOT_HOST_LATER;
}

static int32_t decide(void *instance, const struct boot_host_request *request,
                      struct boot_host_reply *reply) {
    struct actor *actor = instance;
    if (actor->later != NULL)
        return answer_later(actor, reply);
    take_nap(actor->sleep_us);
    shape_reply(actor, reply);
    return actor->verdict;
}

static int64_t read_text(void *user, uint64_t offset, void *buffer, uint64_t size) {
    const char *text = user;
    uint64_t left = strlen(text) - offset;
    uint64_t count = left < size ? left : size;
    memcpy(buffer, text + offset, count);
    return (int64_t) count;
}

static void close_text(void *user) {
    free(user);
}

static int32_t content(void *instance, const struct boot_host_request *request,
                       struct boot_host_content *reply) {
    struct actor *actor = instance;
    const struct boot_host *host = actor->host;
    const char *kind = host->config_text(actor->config, "content");
    take_nap(actor->sleep_us);
    if (kind == NULL)
        return actor->verdict;
    const char *name = host->request_text(request, BOOT_HOST_REQUEST_FILE);
    struct boot_host_reader reader = {
        .size = sizeof(reader), .length = -1, .read = read_text, .close = close_text};
    if (strcmp(kind, "bytes") == 0)
        host->content_bytes(reply, name, strlen(name));
    if (strcmp(kind, "file") == 0)
        host->content_file(reply, "/srv/elsewhere");
    if (strcmp(kind, "name") == 0)
        host->content_name(reply, "other/name");
    if (strcmp(kind, "reader") == 0) {
        reader.user = strdup(name);
        host->content_reader(reply, &reader);
    }
    return BOOT_HOST_REPLY;
}

static void event(void *instance, const struct boot_host_request *request,
                  const struct boot_host_event *what) {
    struct actor *actor = instance;
    take_nap(actor->sleep_us);
    const char *say = actor->host->config_text(actor->config, "say");
    char line[256];
    snprintf(line, sizeof(line), "%s: event %u of %s", say != NULL ? say : "", what->kind,
             what->name);
    actor->host->log(actor->host, BOOT_HOST_LOG_INFO, line);
}

static void cancel(void *instance, uint64_t ticket) {
    struct actor *actor = instance;
    actor->host->log(actor->host, BOOT_HOST_LOG_INFO, "cancelled");
    if (actor->parked == ticket)
        actor->host->complete(actor->host, ticket, BOOT_HOST_REPLY);
}

#define ACTOR(thread_flags, its_name)                                                              \
    {                                                                                              \
        .size = sizeof(struct boot_host_provider), .abi = BOOT_HOST_ABI, .flags = (thread_flags),  \
        .setting_count = sizeof(settings) / sizeof(settings[0]),                                   \
        .setting_size = sizeof(settings[0]), .name = (its_name), .version = "1",                   \
        .summary = "Does what its settings say", .settings = settings, .open = open_actor,         \
        .close = close_actor, .decide = decide, .content = content, .event = event,                \
        .cancel = cancel,                                                                          \
    }

const struct boot_host_provider actor_inline = ACTOR(BOOT_HOST_INLINE, "actor-inline");
const struct boot_host_provider actor_worker = ACTOR(0, "actor-worker");
const struct boot_host_provider actor_parallel = ACTOR(BOOT_HOST_PARALLEL, "actor-parallel");
