/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PXE's MTFTP: one file on its way to its group, acknowledged by the client that opened it.
 */
#include "tftp/mtftp-private.h"

#define GIVE_UP_MOST_US (INT64_C(120) * 1000000)
#define PACKET_MAX      LIMIT_TFTP_REQUEST

/* ---- What goes out --------------------------------------------------------------------------- */

static void send_packet(struct mtftp *mtftp, const struct udp_datagram *way,
                        const struct writer *writer) {
    struct udp_datagram out = {
        .data = writer->data, .size = writer->size, .peer = way->peer, .local = way->local};
    if (!writer->failed)
        udp_send(mtftp->socket, &out, 1, NULL);
}

void mtftp_send_error(struct mtftp *mtftp, const struct udp_datagram *way, enum tftp_error error,
                      const char *message) {
    uint8_t packet[PACKET_MAX];
    struct writer writer;
    writer_init(&writer, packet, sizeof(packet));
    tftp_start_error(&writer, error, message);
    send_packet(mtftp, way, &writer);
}

static struct udp_datagram way_to(const struct download *download) {
    return (struct udp_datagram){.peer = download->key.client, .local = download->server};
}

static void send_size(struct mtftp *mtftp, const struct download *download) {
    uint8_t packet[PACKET_MAX];
    struct writer writer;
    writer_init(&writer, packet, sizeof(packet));
    tftp_start_oack(&writer);
    tftp_put_number(&writer, "tsize", content_size(download->content));
    struct udp_datagram way = way_to(download);
    send_packet(mtftp, &way, &writer);
}

/* FALSE with errno: the content cannot be read. */
static gboolean send_block(struct mtftp *mtftp, const struct mtftp_session *session,
                           uint64_t block) {
    struct multicast_server *server = mtftp->server;
    const struct download *download = session->download;
    unsigned bytes = transfer_block_bytes(&download->transfer, block);
    tftp_build_data_header(transfer_block_number(&download->transfer, block), server->buffer);
    if (!content_read(download->content, transfer_block_offset(&download->transfer, block),
                      server->buffer + TFTP_HEADER_SIZE, bytes))
        return FALSE;
    struct udp_datagram out[2] = {way_to(download), {.peer = session->group}};
    out[1].local = download->server;
    out[1].interface = download->interface;
    for (unsigned i = 0; i < G_N_ELEMENTS(out); i++) {
        out[i].data = server->buffer;
        out[i].size = TFTP_HEADER_SIZE + bytes;
    }
    unsigned first = block == 1 ? 0 : 1;
    udp_send(mtftp->socket, out + first, G_N_ELEMENTS(out) - first, NULL);
    server->counters[MULTICAST_COUNTER_BLOCKS]++;
    server->counters[MULTICAST_COUNTER_BYTES] += bytes;
    return TRUE;
}

/* ---- Sessions -------------------------------------------------------------------------------- */

void mtftp_session_end(struct mtftp *mtftp, struct mtftp_session *session,
                       enum transfer_outcome outcome, const char *message) {
    struct download *download = session->download;
    int64_t now_us = g_get_monotonic_time();
    timers_cancel(&mtftp->timers, &session->timer);
    g_ptr_array_remove_fast(mtftp->sessions, session);
    struct transfer_statistics statistics = {.duration_us = now_us - download->arrived_us};
    if (download->transfer.setup.block_size > 0)
        statistics = transfer_statistics(&download->transfer, now_us);
    content_unref(download->content);
    download->content = NULL;
    mtftp->server->counters[MULTICAST_COUNTER_MEMBERS]--;
    mtftp->server->counters[MULTICAST_COUNTER_STREAMS]--;
    download_end(download, outcome, message, now_us);
    multicast_server_report(mtftp->server, download, &statistics);
    g_free(session);
}

void mtftp_session_refuse(struct mtftp *mtftp, struct mtftp_session *session,
                          enum transfer_outcome outcome, enum tftp_error error,
                          const char *message) {
    struct udp_datagram way = way_to(session->download);
    mtftp_send_error(mtftp, &way, error, message);
    mtftp_session_end(mtftp, session, outcome, message);
}

static void send_or_refuse(struct mtftp *mtftp, struct mtftp_session *session, uint64_t block) {
    if (send_block(mtftp, session, block))
        timers_set(&mtftp->timers, &session->timer, session->download->transfer.wake_us);
    else
        mtftp_session_refuse(mtftp, session, TRANSFER_FAILED, TFTP_ERROR_UNDEFINED,
                             "the file cannot be read any more");
}

/* Sends what the state machine wants sent, or lets it wait for its time. The session may be gone
 * afterwards. */
static void act(struct mtftp *mtftp, struct mtftp_session *session,
                const struct transfer_action *action, const char *message) {
    struct transfer *transfer = &session->download->transfer;
    if (transfer->outcome != TRANSFER_RUNNING) {
        mtftp_session_end(mtftp, session, transfer->outcome, message);
        return;
    }
    if (action->count == 0) {
        if (session->held == 0)
            timers_set(&mtftp->timers, &session->timer, action->wake_us);
        return;
    }
    int64_t now_us = g_get_monotonic_time();
    int64_t due_us = pace_reserve(&mtftp->server->pace, MTFTP_BLOCK_SIZE, now_us);
    session->held = due_us > now_us ? action->first : 0;
    if (session->held != 0)
        timers_set(&mtftp->timers, &session->timer, due_us);
    else
        send_or_refuse(mtftp, session, action->first);
}

void mtftp_session_step(struct mtftp *mtftp, struct mtftp_session *session,
                        const struct transfer_event *event, const char *message) {
    struct transfer_action action =
        transfer_step(&session->download->transfer, event, g_get_monotonic_time());
    act(mtftp, session, &action, message);
}

void mtftp_session_start(struct mtftp *mtftp, struct mtftp_session *session) {
    struct download *download = session->download;
    int64_t timeout_us = INT64_C(1000) * download->settings.timeout_ms;
    struct transfer_setup setup = {
        .size = content_size(download->content),
        .block_size = MTFTP_BLOCK_SIZE,
        .window_size = 1,
        .timeout_us = timeout_us,
        .give_up_us = MIN(timeout_us * download->settings.retries, GIVE_UP_MOST_US),
    };
    transfer_init(&download->transfer, &setup, g_get_monotonic_time());
    mtftp_session_step(mtftp, session, &(struct transfer_event){.kind = TRANSFER_EVENT_START}, "");
}

void mtftp_session_take_timer(struct mtftp *mtftp, struct mtftp_session *session) {
    uint64_t held = session->held;
    session->held = 0;
    if (held != 0)
        send_or_refuse(mtftp, session, held);
    else
        mtftp_session_step(mtftp, session, &(struct transfer_event){.kind = TRANSFER_EVENT_TIMER},
                           "no answer from the client");
}

void mtftp_session_tell_size(struct mtftp *mtftp, struct mtftp_session *session) {
    send_size(mtftp, session->download);
    mtftp_session_end(mtftp, session, TRANSFER_SIZE_PROBE, "");
}
