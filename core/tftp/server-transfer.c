/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The TFTP server from the content to the end: what the state machine decides is read and sent
 * here.
 */
#include "tftp/server-private.h"

#include "base/log.h"
#include "tftp/netascii.h"

#include <errno.h>
#include <string.h>

#define GIVE_UP_MOST_US (INT64_C(120) * 1000000) /* however long the client's own timeout is */
#define PACKET_MAX      LIMIT_TFTP_REQUEST       /* bytes of an OACK or ERROR */

static int64_t now(void) {
    return g_get_monotonic_time();
}

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

/* Where the download's packets go and come from. The interface is the routing table's choice: a
 * client behind a router need not be reached the way it came. */
static struct udp_datagram route(const struct download *download) {
    return (struct udp_datagram){.peer = download->key.client, .local = download->server};
}

void server_refuse(struct tftp_server *server, struct download *download,
                   enum transfer_outcome outcome, enum tftp_error error, const char *message) {
    struct udp_datagram peer = route(download);
    server_send_error(server, download->socket, &peer, error, message);
    server_end(server, download, outcome, message);
}

static void send_oack(struct tftp_server *server, const struct download *download) {
    uint8_t packet[PACKET_MAX];
    struct writer writer;
    writer_init(&writer, packet, sizeof(packet));
    tftp_options_write(&download->agreement, content_size(download->content), &writer);
    struct udp_datagram out = route(download);
    out.data = packet;
    out.size = writer.size;
    udp_send(server->sockets[download->socket], &out, 1, NULL);
}

/* Fills the buffer with `count` whole packets from block `first` on; returns their bytes, 0 when
 * the content cannot be read. */
static size_t fill(struct tftp_server *server, const struct download *download, uint64_t first,
                   unsigned count) {
    const struct transfer *transfer = &download->transfer;
    unsigned block_size = transfer->setup.block_size;
    size_t payload =
        (size_t) (count - 1) * block_size + transfer_block_bytes(transfer, first + count - 1);
    /* One read for all: it lands behind the room that the headers take, then each block moves
     * forward to its header, never over one that has not moved yet. */
    uint8_t *from = server->buffer + (size_t) count * TFTP_HEADER_SIZE;
    if (!content_read(download->content, transfer_block_offset(transfer, first), from, payload))
        return 0;
    uint8_t *to = server->buffer;
    for (unsigned i = 0; i < count; i++) {
        unsigned bytes = transfer_block_bytes(transfer, first + i);
        uint8_t header[TFTP_HEADER_SIZE];
        tftp_build_data_header(transfer_block_number(transfer, first + i), header);
        memmove(to + TFTP_HEADER_SIZE, from, bytes);
        memcpy(to, header, sizeof(header));
        to += TFTP_HEADER_SIZE + bytes;
        from += bytes;
    }
    return (size_t) (to - server->buffer);
}

static gboolean send_blocks(struct tftp_server *server, const struct download *download,
                            uint64_t first, unsigned count) {
    size_t packet = download->transfer.setup.block_size + TFTP_HEADER_SIZE;
    unsigned at_once = (unsigned) (SERVER_BUFFER / packet);
    struct udp_datagram out = route(download);
    out.data = server->buffer;
    for (unsigned done = 0; done < count;) {
        unsigned part = MIN(count - done, at_once);
        out.size = fill(server, download, first + done, part);
        if (out.size == 0)
            return FALSE;
        /* What the kernel does not take is lost like on the wire, and repeated like that. */
        udp_send_segments(server->sockets[download->socket], &out, packet);
        done += part;
    }
    return TRUE;
}

/* Does what the state machine said. The download may be gone afterwards. */
static void act(struct tftp_server *server, struct download *download,
                const struct transfer_action *action, const char *message) {
    if (download->transfer.outcome != TRANSFER_RUNNING) {
        server_end(server, download, download->transfer.outcome, message);
        return;
    }
    if (download->transfer.verified)
        download_table_verified(server->table, download);
    if (action->oack)
        send_oack(server, download);
    if (action->count > 0 && !send_blocks(server, download, action->first, action->count)) {
        gboolean cut = errno == ENODATA;
        server_refuse(server, download, TRANSFER_FAILED, TFTP_ERROR_UNDEFINED,
                      cut ? "the file was cut short while it was sent"
                          : "the file cannot be read any more");
        return;
    }
    timers_set(&server->timers, &download->timer, action->wake_us);
}

static void step(struct tftp_server *server, struct download *download,
                 const struct transfer_event *event, const char *message) {
    struct transfer_action action = transfer_step(&download->transfer, event, now());
    act(server, download, &action, message);
}

/* The content as it is sent; NULL after the client has been told why not. */
static struct content *prepare(struct tftp_server *server, struct download *download,
                               struct content *content) {
    if (!download->agreement.netascii)
        return content;
    struct content *text = netascii_convert(content);
    int code = errno;
    content_unref(content);
    if (text == NULL)
        server_refuse(server, download, TRANSFER_REFUSED, TFTP_ERROR_UNDEFINED,
                      code == EFBIG ? "too large for netascii: ask in mode octet (binary)"
                                    : "the file cannot be read");
    return text;
}

void server_start(struct tftp_server *server, struct download *download, struct content *content) {
    content = prepare(server, download, content);
    if (content == NULL)
        return;
    download->content = content;
    const struct tftp_settings *settings = &download->settings;
    const struct tftp_agreement *agreement = &download->agreement;
    /* The client's timeout is the ceiling of ours rather than a fixed wait: clients ask for whole
     * seconds, in which a lost packet would stall a transfer that measures its round trip. */
    int64_t timeout_us = agreement->has_timeout ? INT64_C(1000000) * agreement->timeout_s
                                                : INT64_C(1000) * settings->timeout_ms;
    struct transfer_setup setup = {
        .size = content_size(content),
        .block_size = agreement->block_size,
        .window_size = agreement->window_size,
        .rollover = settings->rollover,
        .oack = tftp_options_any(agreement),
        .size_told = agreement->has_size,
        .timeout_us = timeout_us,
        .give_up_us = MIN(timeout_us * settings->retries, GIVE_UP_MOST_US),
    };
    transfer_init(&download->transfer, &setup, now());
    step(server, download, &(struct transfer_event){.kind = TRANSFER_EVENT_START}, "");
}

void server_take_timer(struct tftp_server *server, struct download *download, int64_t now_us) {
    struct transfer_event event = {.kind = TRANSFER_EVENT_TIMER};
    struct transfer_action action = transfer_step(&download->transfer, &event, now_us);
    act(server, download, &action, "no answer from the client");
}

/* RFC 1350 section 4: who does not belong to a transfer is told so, and no transfer minds. An ERROR
 * is never answered, nor a late packet of a transfer that has just ended. */
static void refuse_foreign(struct tftp_server *server, unsigned socket,
                           const struct udp_datagram *datagram, const struct tftp_packet *packet) {
    if (packet->opcode == TFTP_ERROR ||
        download_table_is_recent(server->table, &datagram->peer, socket))
        return;
    server->counters[TFTP_COUNTER_FOREIGN]++;
    server_send_error(server, socket, datagram, TFTP_ERROR_UNKNOWN_TID,
                      "no transfer with this port");
}

static void take_client_error(struct tftp_server *server, struct download *download,
                              const struct tftp_packet *packet) {
    struct span text = span_until_nul(packet->message);
    g_autofree char *quoted =
        log_quote(text.size > 0 ? (const void *) text.data : "", (gssize) text.size);
    g_autofree char *message = g_strdup_printf("ERROR %u %s", packet->error, quoted);
    if (download->content == NULL) {
        server_end(server, download, TRANSFER_ABORTED, message);
        return;
    }
    struct transfer_event event = {.kind = TRANSFER_EVENT_ERROR, .number = packet->error};
    step(server, download, &event, message);
}

void server_take_packet(struct tftp_server *server, unsigned socket,
                        const struct udp_datagram *datagram) {
    struct tftp_packet packet;
    struct span bytes = {.data = datagram->data, .size = datagram->size};
    if (datagram->truncated || tftp_parse(bytes, &packet) != TFTP_OK) {
        server->counters[TFTP_COUNTER_MALFORMED]++;
        return;
    }
    struct download *download = download_table_find(server->table, &datagram->peer, socket);
    if (download == NULL) {
        refuse_foreign(server, socket, datagram, &packet);
    } else if (packet.opcode == TFTP_ERROR) {
        take_client_error(server, download, &packet);
    } else if (packet.opcode == TFTP_ACK && download->content != NULL) {
        struct transfer_event event = {.kind = TRANSFER_EVENT_ACK, .number = packet.block};
        if (download->agreement.has_variable_window)
            event.window = tftp_options_next_window(&packet);
        step(server, download, &event, "");
    } else {
        server->counters[TFTP_COUNTER_MALFORMED]++;
    }
}
