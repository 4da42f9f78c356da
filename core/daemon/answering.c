/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * DHCP and boot-server requests: the doors they come to, and the three steps of a batch.
 */
#include "daemon/answering.h"

#include "codec/dhcp.h"
#include "daemon/deciding.h"
#include "daemon/door.h"
#include "daemon/state.h"
#include "daemon/tally.h"

struct answering {
    struct door *dhcp; /* 67; NULL: closed */
    struct door *boot_server;
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
    if (dhcp == CONFIG_DHCP_RAW)
        answering->dhcp = door_open_packet(DHCP_PORT_SERVER, on_batch, answering, error);
    else if (dhcp == CONFIG_DHCP_BIND)
        answering->dhcp = door_open_socket(DHCP_PORT_SERVER, on_batch, answering, error);
    if (answering->dhcp == NULL && dhcp != CONFIG_DHCP_OFF)
        return FALSE;
    answering->boot_server = door_open_socket(DHCP_PORT_BOOT_SERVER, on_batch, answering, error);
    return answering->boot_server != NULL;
}

struct answering *answering_new(struct daemon *daemon, GError **error) {
    struct answering *answering = g_new0(struct answering, 1);
    answering->deciding = deciding_new(daemon, &answering->tally);
    if (open_doors(answering, daemon->config->dhcp, error))
        return answering;
    answering_free(answering);
    return NULL;
}

void answering_free(struct answering *answering) {
    if (answering == NULL)
        return;
    deciding_free(answering->deciding);
    door_close(answering->dhcp);
    door_close(answering->boot_server);
    g_free(answering);
}

static uint64_t count_drops(const struct door *door) {
    return door != NULL && door->socket != NULL ? udp_drops(door->socket) : 0;
}

GVariant *answering_counters(const struct answering *answering) {
    struct tally tally = answering->tally;
    tally.counts[TALLY_DROPPED] =
        count_drops(answering->dhcp) + count_drops(answering->boot_server);
    return tally_to_variant(&tally);
}

char *answering_ports(const struct answering *answering) {
    const struct door *dhcp = answering->dhcp;
    return g_strdup(dhcp == NULL ? "4011" : dhcp->packet != NULL ? "67 (raw) 4011" : "67 4011");
}
