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

static enum tftp_counter counter_of(enum transfer_outcome outcome) {
    switch (outcome) {
    case TRANSFER_COMPLETED:
        return TFTP_COUNTER_COMPLETED;
    case TRANSFER_SIZE_PROBE:
        return TFTP_COUNTER_SIZE_PROBES;
    case TRANSFER_ABORTED:
        return TFTP_COUNTER_ABORTED;
    case TRANSFER_TIMED_OUT:
        return TFTP_COUNTER_TIMED_OUT;
    case TRANSFER_REPLACED:
        return TFTP_COUNTER_REPLACED;
    case TRANSFER_REFUSED:
        return TFTP_COUNTER_REFUSED;
    default:
        return TFTP_COUNTER_FAILED;
    }
}

void server_report(struct tftp_server *server, const struct tftp_report *report) {
    server->counters[counter_of(report->outcome)]++;
    server->counters[TFTP_COUNTER_BYTES] += report->statistics.bytes;
    if (server->callbacks.ended != NULL)
        server->callbacks.ended(server->callbacks.user, report);
}

void server_end(struct tftp_server *server, struct session *session, enum transfer_outcome outcome,
                const char *message) {
    struct tftp_report report = session_report(session, now());
    report.outcome = outcome;
    report.message = message;
    timers_cancel(&server->timers, &session->timer);
    tftp_sessions_remove(server->table, session);
    if (session->agreement.netascii)
        server->netascii--;
    server_report(server, &report);
    session_free(session);
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

/* Where the session's packets go and come from. The interface is the routing table's choice: a
 * client behind a router need not be reached the way it came. */
static struct udp_datagram route(const struct session *session) {
    return (struct udp_datagram){.peer = session->client, .local = session->server};
}

void server_refuse(struct tftp_server *server, struct session *session,
                   enum transfer_outcome outcome, enum tftp_error error, const char *message) {
    struct udp_datagram peer = route(session);
    server_send_error(server, session->socket, &peer, error, message);
    server_end(server, session, outcome, message);
}

static void send_oack(struct tftp_server *server, const struct session *session) {
    uint8_t packet[PACKET_MAX];
    struct writer writer;
    writer_init(&writer, packet, sizeof(packet));
    tftp_options_write(&session->agreement, content_size(session->content), &writer);
    struct udp_datagram out = route(session);
    out.data = packet;
    out.size = writer.size;
    udp_send(server->sockets[session->socket], &out, 1, NULL);
}

/* Fills the buffer with `count` whole packets from block `first` on; returns their bytes, 0 when
 * the content cannot be read. */
static size_t fill(struct tftp_server *server, const struct session *session, uint64_t first,
                   unsigned count) {
    const struct transfer *transfer = &session->transfer;
    unsigned block_size = transfer->setup.block_size;
    size_t payload =
        (size_t) (count - 1) * block_size + transfer_block_bytes(transfer, first + count - 1);
    /* One read for all: it lands behind the room that the headers take, then each block moves
     * forward to its header, never over one that has not moved yet. */
    uint8_t *from = server->buffer + (size_t) count * TFTP_HEADER_SIZE;
    if (!content_read(session->content, transfer_block_offset(transfer, first), from, payload))
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

static gboolean send_blocks(struct tftp_server *server, const struct session *session,
                            uint64_t first, unsigned count) {
    size_t packet = session->transfer.setup.block_size + TFTP_HEADER_SIZE;
    unsigned at_once = (unsigned) (SERVER_BUFFER / packet);
    struct udp_datagram out = route(session);
    out.data = server->buffer;
    for (unsigned done = 0; done < count;) {
        unsigned part = MIN(count - done, at_once);
        out.size = fill(server, session, first + done, part);
        if (out.size == 0)
            return FALSE;
        /* What the kernel does not take is lost like on the wire, and repeated like that. */
        udp_send_segments(server->sockets[session->socket], &out, packet);
        done += part;
    }
    return TRUE;
}

/* Does what the state machine said. The session may be gone afterwards. */
static void act(struct tftp_server *server, struct session *session,
                const struct transfer_action *action, const char *message) {
    if (session->transfer.outcome != TRANSFER_RUNNING) {
        server_end(server, session, session->transfer.outcome, message);
        return;
    }
    if (session->transfer.verified)
        tftp_sessions_verified(server->table, session);
    if (action->oack)
        send_oack(server, session);
    if (action->count > 0 && !send_blocks(server, session, action->first, action->count)) {
        gboolean cut = errno == ENODATA;
        server_refuse(server, session, TRANSFER_FAILED, TFTP_ERROR_UNDEFINED,
                      cut ? "the file was cut short while it was sent"
                          : "the file cannot be read any more");
        return;
    }
    timers_set(&server->timers, &session->timer, action->wake_us);
}

static void step(struct tftp_server *server, struct session *session,
                 const struct transfer_event *event, const char *message) {
    struct transfer_action action = transfer_step(&session->transfer, event, now());
    act(server, session, &action, message);
}

/* The content as it is sent; NULL after the client has been told why not. */
static struct content *prepare(struct tftp_server *server, struct session *session,
                               struct content *content) {
    if (!session->agreement.netascii)
        return content;
    struct content *text = netascii_convert(content);
    int code = errno;
    content_unref(content);
    if (text == NULL)
        server_refuse(server, session, TRANSFER_REFUSED, TFTP_ERROR_UNDEFINED,
                      code == EFBIG ? "too large for netascii: ask in mode octet (binary)"
                                    : "the file cannot be read");
    return text;
}

void server_start(struct tftp_server *server, struct session *session, struct content *content) {
    content = prepare(server, session, content);
    if (content == NULL)
        return;
    session->content = content;
    const struct tftp_settings *settings = &session->settings;
    const struct tftp_agreement *agreement = &session->agreement;
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
    transfer_init(&session->transfer, &setup, now());
    step(server, session, &(struct transfer_event){.kind = TRANSFER_EVENT_START}, "");
}

void server_take_timer(struct tftp_server *server, struct session *session, int64_t now_us) {
    struct transfer_event event = {.kind = TRANSFER_EVENT_TIMER};
    struct transfer_action action = transfer_step(&session->transfer, &event, now_us);
    act(server, session, &action, "no answer from the client");
}

/* RFC 1350 section 4: who does not belong to a transfer is told so, and no transfer minds. An ERROR
 * is never answered, nor a late packet of a transfer that has just ended. */
static void refuse_foreign(struct tftp_server *server, unsigned socket,
                           const struct udp_datagram *datagram, const struct tftp_packet *packet) {
    if (packet->opcode == TFTP_ERROR ||
        tftp_sessions_is_recent(server->table, &datagram->peer, socket))
        return;
    server->counters[TFTP_COUNTER_FOREIGN]++;
    server_send_error(server, socket, datagram, TFTP_ERROR_UNKNOWN_TID,
                      "no transfer with this port");
}

static void take_client_error(struct tftp_server *server, struct session *session,
                              const struct tftp_packet *packet) {
    struct span text = span_until_nul(packet->message);
    g_autofree char *quoted =
        log_quote(text.size > 0 ? (const void *) text.data : "", (gssize) text.size);
    g_autofree char *message = g_strdup_printf("ERROR %u %s", packet->error, quoted);
    if (session->content == NULL) {
        server_end(server, session, TRANSFER_ABORTED, message);
        return;
    }
    struct transfer_event event = {.kind = TRANSFER_EVENT_ERROR, .number = packet->error};
    step(server, session, &event, message);
}

void server_take_packet(struct tftp_server *server, unsigned socket,
                        const struct udp_datagram *datagram) {
    struct tftp_packet packet;
    struct span bytes = {.data = datagram->data, .size = datagram->size};
    if (datagram->truncated || tftp_parse(bytes, &packet) != TFTP_OK) {
        server->counters[TFTP_COUNTER_MALFORMED]++;
        return;
    }
    struct session *session = tftp_sessions_find(server->table, &datagram->peer, socket);
    if (session == NULL) {
        refuse_foreign(server, socket, datagram, &packet);
    } else if (packet.opcode == TFTP_ERROR) {
        take_client_error(server, session, &packet);
    } else if (packet.opcode == TFTP_ACK && session->content != NULL) {
        struct transfer_event event = {.kind = TRANSFER_EVENT_ACK, .number = packet.block};
        step(server, session, &event, "");
    } else {
        server->counters[TFTP_COUNTER_MALFORMED]++;
    }
}
