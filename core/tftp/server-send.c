/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The TFTP server's packets to its clients: blocks go from the content to the outbox without a
 * copy where the content lies in memory.
 */
#include "tftp/server-private.h"

#include <errno.h>

#define PACKET_MAX    LIMIT_TFTP_REQUEST /* bytes of an OACK or ERROR */
#define BLOCKS_MAX    64                 /* put at once */
#define PREFETCH_STEP (1024 * 1024)      /* bytes that are asked for from the disk ahead of time */
#define MANY_BLOCKS   64                 /* a transfer that has got so far is a long one */

void server_send_error(struct tftp_server *server, unsigned socket, const struct udp_datagram *peer,
                       enum tftp_error error, const char *message) {
    uint8_t packet[PACKET_MAX];
    struct writer writer;
    writer_init(&writer, packet, sizeof(packet));
    tftp_start_error(&writer, error, message);
    struct udp_datagram out = {
        .data = packet, .size = writer.size, .peer = peer->peer, .local = peer->local};
    udp_send(server->sockets[socket], &out, 1, NULL);
}

void server_send_oack(struct tftp_server *server, struct download *download) {
    struct writer writer;
    uint8_t *packet = udp_outbox_room(server->outbox, PACKET_MAX);
    writer_init(&writer, packet, PACKET_MAX);
    tftp_options_write(&download->agreement, content_size(download->content), &writer);
    struct udp_run run = {.bodies = packet, .count = 1, .last = writer.size};
    udp_outbox_put(server->outbox, server->sockets[download->socket], &download->path, &run);
}

/* The bytes of a run of blocks, for the outbox; NULL with errno when they cannot be read. */
static const void *find_bodies(struct tftp_server *server, const struct download *download,
                               uint64_t offset, size_t size) {
    const void *memory = content_memory(download->content, offset);
    if (memory != NULL)
        return memory;
    void *room = udp_outbox_room(server->outbox, size);
    return content_read(download->content, offset, room, size) ? room : NULL;
}

/* Puts `count` blocks from `first` on into the outbox, at most BLOCKS_MAX that fit its room. */
static gboolean put_blocks(struct tftp_server *server, struct download *download, uint64_t first,
                           unsigned count) {
    const struct transfer *transfer = &download->transfer;
    uint8_t headers[BLOCKS_MAX][TFTP_HEADER_SIZE];
    for (unsigned i = 0; i < count; i++)
        tftp_build_data_header(transfer_block_number(transfer, first + i), headers[i]);
    struct udp_run run = {
        .headers = headers[0],
        .count = count,
        .body = transfer->setup.block_size,
        .last = transfer_block_bytes(transfer, first + count - 1),
    };
    run.bodies = find_bodies(server, download, transfer_block_offset(transfer, first),
                             (count - 1) * run.body + run.last);
    if (run.bodies == NULL)
        return FALSE;
    udp_outbox_put(server->outbox, server->sockets[download->socket], &download->path, &run);
    return TRUE;
}

/* Keeps the disk busy one step ahead of the client. */
static void prefetch(struct download *download, uint64_t first) {
    uint64_t offset = transfer_block_offset(&download->transfer, first);
    if (offset < download->prefetched)
        return;
    uint64_t step = offset / PREFETCH_STEP;
    unsigned steps = step == 0 ? 2 : 1; /* the first time the present one, too */
    content_prefetch(download->content, (step + 2 - steps) * PREFETCH_STEP,
                     (uint64_t) steps * PREFETCH_STEP);
    download->prefetched = (step + 1) * PREFETCH_STEP;
}

gboolean server_send_blocks(struct tftp_server *server, struct download *download, uint64_t first,
                            unsigned count) {
    if (!content_is_whole(download->content, server->now_us)) {
        errno = ENODATA;
        return FALSE;
    }
    prefetch(download, first);
    if (first > MANY_BLOCKS)
        udp_path_learn(&download->path);
    unsigned at_once = 1;
    if (count > 1)
        at_once = MIN(BLOCKS_MAX, UDP_OUTBOX_ROOM / download->transfer.setup.block_size);
    for (unsigned done = 0; done < count;) {
        unsigned part = MIN(count - done, at_once);
        if (!put_blocks(server, download, first + done, part))
            return FALSE;
        done += part;
    }
    return TRUE;
}
