/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One of several threads that answer requests.
 */
#include "daemon/shard.h"

#include <errno.h>

#include "codec/dhcp.h"
#include "daemon/deciding.h"
#include "daemon/world.h"
#include "net/poller.h"

struct shard {
    struct world *world;
    struct deciding *deciding;
    struct poller *poller;
    struct door *doors[2]; /* 4011, and 67 where it is ours */
    unsigned n_doors;
    GThread *thread;
    gint stop; /* atomic */
};

static void serve(struct shard *shard, struct door *door) {
    if (!door_receive(door))
        return;
    world_enter(shard->world);
    deciding_take(shard->deciding, door);
    world_leave(shard->world);
    if (outbox_is_empty(door->outbox))
        return;
    door_send(door, door->outbox);
    world_enter(shard->world);
    deciding_account(shard->deciding, door->outbox);
    world_leave(shard->world);
}

static gpointer run(gpointer data) {
    struct shard *shard = data;
    uint32_t tokens[POLLER_EVENTS_MAX];
    while (!g_atomic_int_get(&shard->stop)) {
        unsigned count = poller_wait(shard->poller, -1, tokens);
        for (unsigned i = 0; i < count; i++)
            serve(shard, shard->doors[tokens[i]]);
    }
    return NULL;
}

/* ---- Life ------------------------------------------------------------------------------------ */

static gboolean open_door(struct shard *shard, const struct shard_options *options, uint16_t number,
                          GError **error) {
    struct door *door = door_open_shared(number, &options->share, error);
    if (door == NULL)
        return FALSE;
    unsigned token = shard->n_doors++;
    shard->doors[token] = door;
    if (poller_add(shard->poller, udp_descriptor(door->socket), token))
        return TRUE;
    g_set_error(error, UDP_ERROR, UDP_ERROR_FAILED, "cannot watch UDP port %u: %s", number,
                g_strerror(errno));
    return FALSE;
}

struct shard *shard_new(const struct shard_options *options, GError **error) {
    struct shard *shard = g_new0(struct shard, 1);
    shard->world = options->world;
    shard->deciding = options->deciding;
    shard->poller = poller_new(error);
    if (shard->poller != NULL && open_door(shard, options, DHCP_PORT_BOOT_SERVER, error) &&
        (!options->has_dhcp || open_door(shard, options, DHCP_PORT_SERVER, error)))
        return shard;
    shard_free(shard);
    return NULL;
}

void shard_start(struct shard *shard) {
    shard->thread = g_thread_new("answers", run, shard);
}

void shard_stop(struct shard *shard) {
    if (shard->thread == NULL)
        return;
    g_atomic_int_set(&shard->stop, 1);
    poller_wake(shard->poller);
    g_thread_join(g_steal_pointer(&shard->thread));
}

void shard_free(struct shard *shard) {
    if (shard == NULL)
        return;
    for (unsigned i = 0; i < shard->n_doors; i++)
        door_close(shard->doors[i]);
    poller_free(shard->poller);
    g_free(shard);
}

uint64_t shard_drops(const struct shard *shard) {
    uint64_t drops = 0;
    for (unsigned i = 0; i < shard->n_doors; i++)
        drops += udp_drops(shard->doors[i]->socket);
    return drops;
}
