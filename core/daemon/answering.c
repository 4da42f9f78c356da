/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * DHCP and boot-server requests: the doors they come to, and the three steps of a batch.
 */
#include "daemon/answering.h"

#include "base/log.h"
#include "codec/dhcp.h"
#include "daemon/deciding.h"
#include "daemon/door.h"
#include "daemon/shard.h"
#include "daemon/state.h"
#include "daemon/tally.h"
#include "daemon/world.h"

struct answering {
    struct world *world;
    gboolean has_dhcp;        /* port 67 is bound */
    struct door *dhcp;        /* 67; NULL: closed, or the shards' */
    struct door *boot_server; /* 4011; NULL: the shards' */
    unsigned n_shards;        /* 0: the main loop answers alone */
    struct shard *shards[LIMIT_THREADS];
    struct tally tally;
    struct deciding *deciding;
};

/* A batch that its door has read from bytes to requests is decided here and sent by one system call;
 * its answers wait for each other no longer than that takes. */
static void on_batch(struct door *door) {
    struct answering *answering = door->user;
    deciding_take(answering->deciding, door);
    door_send(door, door->outbox);
    deciding_account(answering->deciding, door->outbox);
}

static gboolean open_doors(struct answering *answering, enum config_dhcp dhcp, GError **error) {
    if (dhcp == CONFIG_DHCP_BIND)
        answering->dhcp = door_open_socket(DHCP_PORT_SERVER, on_batch, answering, error);
    if (answering->dhcp == NULL && dhcp == CONFIG_DHCP_BIND)
        return FALSE;
    answering->boot_server = door_open_socket(DHCP_PORT_BOOT_SERVER, on_batch, answering, error);
    return answering->boot_server != NULL;
}

static gboolean open_shards(struct answering *answering, enum config_dhcp dhcp, unsigned count,
                            GError **error) {
    for (unsigned i = 0; i < count; i++) {
        struct shard_options options = {
            .share = {.count = count, .place = i},
            .has_dhcp = dhcp == CONFIG_DHCP_BIND,
            .world = answering->world,
            .deciding = answering->deciding,
        };
        struct shard *shard = shard_new(&options, error);
        if (shard == NULL)
            return FALSE;
        answering->shards[answering->n_shards++] = shard;
    }
    for (unsigned i = 0; i < count; i++)
        shard_start(answering->shards[i]);
    return TRUE;
}

static unsigned count_threads(const struct config *config) {
    unsigned count = MAX(config->threads, 1);
    if (count == 1 ||
        (udp_inherited(DHCP_PORT_SERVER) < 0 && udp_inherited(DHCP_PORT_BOOT_SERVER) < 0))
        return count;
    log_warning("ports were handed over by the service manager as one socket each: one thread "
                "answers, not %u; take them out of the socket unit to have more",
                count);
    return 1;
}

/* A packet socket hears all of port 67, so that one thread answers there. */
static gboolean open_all(struct answering *answering, const struct config *config, GError **error) {
    unsigned count = count_threads(config);
    if (config->dhcp == CONFIG_DHCP_RAW) {
        answering->dhcp = door_open_packet(DHCP_PORT_SERVER, on_batch, answering, error);
        if (answering->dhcp == NULL)
            return FALSE;
    }
    return count > 1 ? open_shards(answering, config->dhcp, count, error)
                     : open_doors(answering, config->dhcp, error);
}

struct answering *answering_new(struct daemon *daemon, GError **error) {
    struct answering *answering = g_new0(struct answering, 1);
    answering->world = daemon->world;
    answering->has_dhcp = daemon->config->dhcp == CONFIG_DHCP_BIND;
    answering->deciding = deciding_new(daemon, &answering->tally);
    if (open_all(answering, daemon->config, error))
        return answering;
    answering_free(answering);
    return NULL;
}

void answering_free(struct answering *answering) {
    if (answering == NULL)
        return;
    world_leave(answering->world);
    for (unsigned i = 0; i < answering->n_shards; i++)
        shard_stop(answering->shards[i]);
    world_enter(answering->world);
    deciding_free(answering->deciding);
    for (unsigned i = 0; i < answering->n_shards; i++)
        shard_free(answering->shards[i]);
    door_close(answering->dhcp);
    door_close(answering->boot_server);
    g_free(answering);
}

static uint64_t count_drops(const struct answering *answering) {
    const struct door *doors[] = {answering->dhcp, answering->boot_server};
    uint64_t drops = 0;
    for (unsigned i = 0; i < G_N_ELEMENTS(doors); i++) {
        if (doors[i] != NULL && doors[i]->socket != NULL)
            drops += udp_drops(doors[i]->socket);
    }
    for (unsigned i = 0; i < answering->n_shards; i++)
        drops += shard_drops(answering->shards[i]);
    return drops;
}

GVariant *answering_counters(const struct answering *answering) {
    struct tally tally = answering->tally;
    tally.counts[TALLY_DROPPED] = count_drops(answering);
    return tally_to_variant(&tally);
}

char *answering_ports(const struct answering *answering) {
    if (answering->dhcp != NULL && answering->dhcp->packet != NULL)
        return g_strdup("67 (raw) 4011");
    return g_strdup(answering->has_dhcp ? "67 4011" : "4011");
}
