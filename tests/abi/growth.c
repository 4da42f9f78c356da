/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A provider of a contract to come, which growth.py makes: it asks before it uses the slot of the
 * host that is new, has a slot of its own that is new, and says what came of both. Built against
 * today's contract it has neither.
 */
#include <stdio.h>
#include <stdlib.h>

#include <boothost/provider.h>

struct instance {
    const struct boot_host *host;
    int64_t lucky; /* from the host's new slot; -1: it has none */
    int32_t told;  /* by the host, through our new slot; -1: it was not called */
};

static int32_t growth_open(const struct boot_host *host, const struct boot_host_config *config,
                           uint32_t flags, void **ret_instance) {
    struct instance *instance = calloc(1, sizeof *instance);
    (void) config;
    (void) flags;
    if (instance == NULL)
        return -12;
    *instance = (struct instance){.host = host, .lucky = -1, .told = -1};
#ifdef BOOT_HOST_GROWN
    if (BOOT_HOST_HAS(host, grown_number))
        instance->lucky = host->grown_number(host);
#endif
    *ret_instance = instance;
    return 0;
}

#ifdef BOOT_HOST_GROWN
static void growth_told(void *instance, int32_t number) {
    ((struct instance *) instance)->told = number;
}
#endif

static int32_t growth_decide(void *opaque, const struct boot_host_request *request,
                             struct boot_host_reply *reply) {
    const struct instance *instance = opaque;
    char reason[100];

    (void) request;
    snprintf(reason, sizeof reason, "lucky %lld, told %d", (long long) instance->lucky,
             (int) instance->told);
    instance->host->reply_set(reply, BOOT_HOST_REPLY_REASON, reason);
    instance->host->reply_set(reply, BOOT_HOST_REPLY_BOOT_FILE, "grown.efi");
    return BOOT_HOST_REPLY;
}

static const struct boot_host_provider table = {
    .size = sizeof table,
    .abi = BOOT_HOST_ABI,
    .flags = BOOT_HOST_INLINE,
    .name = "growth",
    .version = "1",
    .summary = "tells which slots it found",
    .open = growth_open,
    .close = free,
    .decide = growth_decide,
#ifdef BOOT_HOST_GROWN
    .grown_tell = growth_told,
#endif
};

BOOT_HOST_PROVIDER(table);
