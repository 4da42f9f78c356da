/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A provider as someone wrote it against 0.9, on a worker thread: LATER, completed by a thread of
 * its own, a menu, cancel, drain, save and restore. Its binary is kept; see ../README.md.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <boothost/provider.h>

struct instance {
    const struct boot_host *host;
    uint64_t decided;
};

struct task {
    const struct boot_host *host;
    struct boot_host_reply *reply;
    uint64_t ticket;
};

static int32_t later_open(const struct boot_host *host, const struct boot_host_config *config,
                          uint32_t flags, void **ret_instance) {
    struct instance *instance = calloc(1, sizeof *instance);
    (void) config;
    (void) flags;
    if (instance == NULL)
        return -12;
    instance->host = host;
    *ret_instance = instance;
    return 0;
}

static void later_close(void *instance) {
    free(instance);
}

static void *answer(void *opaque) {
    struct task task = *(struct task *) opaque;
    const struct boot_host_menu menu = {sizeof menu, 5, "Old menu"};
    const struct boot_host_menu_item item = {sizeof item, 32769, "The only one", NULL};

    free(opaque);
    task.host->reply_set(task.reply, BOOT_HOST_REPLY_REASON, "0.9: a thread of its own says so");
    task.host->reply_set(task.reply, BOOT_HOST_REPLY_BOOT_FILE, "later.0");
    if (task.host->reply_menu(task.reply, &menu) == 0)
        task.host->reply_menu_item(task.reply, &item);
    task.host->complete(task.host, task.ticket, BOOT_HOST_REPLY);
    return NULL;
}

static int32_t later_decide(void *opaque, const struct boot_host_request *request,
                            struct boot_host_reply *reply) {
    struct instance *instance = opaque;
    struct task *task = NULL;
    pthread_t thread;

    if (instance->host->request_is(request, "x86-bios") != 1)
        return BOOT_HOST_PASS;
    task = malloc(sizeof *task);
    if (task == NULL)
        return -12;
    instance->decided++;
    task->host = instance->host;
    task->reply = reply;
    task->ticket = instance->host->reply_ticket(reply);
    if (pthread_create(&thread, NULL, answer, task) != 0) {
        free(task);
        return -11;
    }
    pthread_detach(thread);
    return BOOT_HOST_LATER;
}

static void later_cancel(void *instance, uint64_t ticket) {
    (void) instance;
    (void) ticket; /* the thread completes at once anyhow */
}

static void later_drain(void *instance) {
    (void) instance;
}

static int32_t later_save(void *opaque, struct boot_host_state *state) {
    struct instance *instance = opaque;
    return instance->host->state_put(state, "decided", &instance->decided,
                                     sizeof instance->decided);
}

static int32_t later_restore(void *opaque, const struct boot_host_state *state) {
    struct instance *instance = opaque;
    struct boot_host_span blob = {NULL, 0};
    int32_t error = instance->host->state_get(state, "decided", &blob);
    if (error == 0 && blob.size == sizeof instance->decided)
        memcpy(&instance->decided, blob.data, blob.size);
    return error;
}

static const struct boot_host_provider table = {
    .size = sizeof table,
    .abi = BOOT_HOST_ABI,
    .name = "old-later",
    .version = "0.9",
    .summary = "what a provider of 0.9 with threads of its own does",
    .open = later_open,
    .close = later_close,
    .decide = later_decide,
    .cancel = later_cancel,
    .drain = later_drain,
    .save = later_save,
    .restore = later_restore,
};

BOOT_HOST_PROVIDER(table);
