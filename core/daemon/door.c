/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One port we answer on.
 */
#include "daemon/door.h"

#include <glib-unix.h>
#include <string.h>

/* Bytes of a DHCP packet before the last four of an Ethernet client's MAC (chaddr, RFC 2131). */
#define CLIENT_OFFSET 30

/* ---- Batches --------------------------------------------------------------------------------- */

/* As the kernel deals them out, see udp_deal(): what is too short is the first one's. */
static gboolean is_ours(const struct door *door, const struct udp_datagram *datagram) {
    if (door->share.count <= 1)
        return TRUE;
    uint32_t client = 0;
    if (datagram->size >= CLIENT_OFFSET + sizeof(client))
        memcpy(&client, datagram->data + CLIENT_OFFSET, sizeof(client));
    return GUINT32_FROM_BE(client) % door->share.count == door->share.place;
}

void door_read(struct door *door, const struct udp_datagram *datagrams, unsigned n_datagrams) {
    door->count = 0;
    for (unsigned i = 0; i < n_datagrams; i++) {
        if (!is_ours(door, &datagrams[i]))
            continue;
        struct arrival *arrival = &door->arrivals[door->count++];
        arrival->datagram = &datagrams[i];
        arrival->status = request_read(&arrival->request, datagrams[i].data, datagrams[i].size);
    }
}

gboolean door_receive(struct door *door) {
    const struct udp_datagram *datagrams = NULL;
    unsigned n_datagrams = udp_receive(door->socket, door->batch, &datagrams);
    door_read(door, datagrams, n_datagrams);
    return door->count > 0;
}

void door_send(struct door *door, struct outbox *outbox) {
    outbox_send(outbox, door->socket, door->packet);
}

static gboolean on_datagrams(struct udp_socket *socket, const struct udp_datagram *datagrams,
                             unsigned n_datagrams, gpointer user) {
    struct door *door = user;
    door_read(door, datagrams, n_datagrams);
    door->received(door);
    return G_SOURCE_CONTINUE;
}

static gboolean on_packets(int descriptor, GIOCondition condition, gpointer user) {
    struct door *door = user;
    const struct udp_datagram *datagrams = NULL;
    unsigned n_datagrams = packet_receive(door->packet, &datagrams);
    door_read(door, datagrams, n_datagrams);
    door->received(door);
    return G_SOURCE_CONTINUE;
}

/* ---- Life ------------------------------------------------------------------------------------ */

static struct door *door_new(uint16_t number, door_fn received, void *user) {
    struct door *door = g_new0(struct door, 1);
    door->number = number;
    door->received = received;
    door->user = user;
    door->outbox = outbox_new();
    return door;
}

struct door *door_open_socket(uint16_t number, door_fn received, void *user, GError **error) {
    struct udp_options options = {.local = {.family = 4, .port = number}, .broadcast = TRUE};
    struct door *door = door_new(number, received, user);
    int inherited = udp_inherited(number);
    door->socket =
        inherited >= 0 ? udp_adopt(inherited, &options, error) : udp_open(&options, error);
    if (door->socket == NULL) {
        door_close(door);
        return NULL;
    }
    door->source =
        udp_source_new(door->socket, udp_batch_new(LIMIT_DHCP_DATAGRAM), on_datagrams, door);
    g_source_attach(door->source, NULL);
    return door;
}

struct door *door_open_shared(uint16_t number, const struct door_share *share, GError **error) {
    struct udp_options options = {
        .local = {.family = 4, .port = number}, .broadcast = TRUE, .sharded = TRUE};
    if (share->place == 0 && !udp_claim(&options.local, error))
        return NULL;
    struct door *door = door_new(number, NULL, NULL);
    door->share = *share;
    door->batch = udp_batch_new(LIMIT_DHCP_DATAGRAM);
    door->socket = udp_open(&options, error);
    if (door->socket != NULL && udp_deal(door->socket, CLIENT_OFFSET, share->count, error))
        return door;
    door_close(door);
    return NULL;
}

struct door *door_open_packet(uint16_t number, door_fn received, void *user, GError **error) {
    struct door *door = door_new(number, received, user);
    door->packet = packet_open(number, error);
    if (door->packet == NULL) {
        door_close(door);
        return NULL;
    }
    door->source = g_unix_fd_source_new(packet_descriptor(door->packet), G_IO_IN);
    g_source_set_callback(door->source, G_SOURCE_FUNC(on_packets), door, NULL);
    g_source_set_can_recurse(door->source, TRUE); /* as udp_source_new() does */
    g_source_attach(door->source, NULL);
    return door;
}

void door_close(struct door *door) {
    if (door == NULL)
        return;
    if (door->source != NULL) {
        g_source_destroy(door->source);
        g_source_unref(door->source);
    }
    udp_close(door->socket);
    udp_batch_free(door->batch);
    packet_close(door->packet);
    outbox_free(door->outbox);
    for (unsigned i = 0; i < LIMIT_BATCH; i++)
        request_unref(door->arrivals[i].request);
    g_free(door);
}
