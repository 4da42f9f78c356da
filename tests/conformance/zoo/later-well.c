/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A good one: answers LATER from threads of its own, each time once, and lets nothing lie.
 */
#include "../../zoo/animal.h"

#include <pthread.h>
#include <stdlib.h>

struct later {
    const struct boot_host *host;
    pthread_mutex_t lock;
    pthread_cond_t idle;
    unsigned busy;
};

struct promise {
    struct later *later;
    struct boot_host_reply *reply;
    uint64_t ticket;
};

static int32_t open_it(const struct boot_host *host, const struct boot_host_config *config,
                       uint32_t flags, void **ret_instance) {
    struct later *later = calloc(1, sizeof(*later));
    if (later == NULL)
        return -12;
    later->host = host;
    pthread_mutex_init(&later->lock, NULL);
    pthread_cond_init(&later->idle, NULL);
    *ret_instance = later;
    return 0;
}

static void *keep(void *data) {
    struct promise *promise = data;
    struct later *later = promise->later;
    int32_t error = later->host->reply_set(promise->reply, BOOT_HOST_REPLY_BOOT_FILE, "later.efi");
    later->host->reply_set(promise->reply, BOOT_HOST_REPLY_REASON, "after some thought");
    later->host->complete(later->host, promise->ticket, error < 0 ? error : BOOT_HOST_REPLY);
    free(promise);
    pthread_mutex_lock(&later->lock);
    later->busy--;
    pthread_cond_signal(&later->idle);
    pthread_mutex_unlock(&later->lock);
    return NULL;
}

static int32_t decide(void *instance, const struct boot_host_request *request,
                      struct boot_host_reply *reply) {
    struct later *later = instance;
    struct promise *promise = malloc(sizeof(*promise));
    pthread_t thread;
    if (promise == NULL)
        return -12;
    *promise = (struct promise){later, reply, later->host->reply_ticket(reply)};
    pthread_mutex_lock(&later->lock);
    later->busy++;
    pthread_mutex_unlock(&later->lock);
    if (pthread_create(&thread, NULL, keep, promise) == 0)
        pthread_detach(thread);
    else
        keep(promise);
    return BOOT_HOST_LATER;
}

static void drain(void *instance) {
    struct later *later = instance;
    pthread_mutex_lock(&later->lock);
    while (later->busy > 0)
        pthread_cond_wait(&later->idle, &later->lock);
    pthread_mutex_unlock(&later->lock);
}

static void close_it(void *instance) {
    struct later *later = instance;
    pthread_mutex_destroy(&later->lock);
    pthread_cond_destroy(&later->idle);
    free(later);
}

static const struct boot_host_provider table = {
    ANIMAL("later-well"), .flags = BOOT_HOST_INLINE, .open = open_it,
    .close = close_it,    .decide = decide,          .drain = drain,
};

BOOT_HOST_PROVIDER(table);
