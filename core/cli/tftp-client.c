/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * RFC 1350 with RFC 2347, 2348, 2349 and 7440: one datagram after the other, the last one of ours
 * repeated after a second of silence.
 */
#include "cli/tftp-client.h"

#include <gio/gio.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "codec/tftp.h"
#include "net/udp.h"

#define BLOCK_SIZE    1468
#define WINDOW_SIZE   4
#define REPEAT_US     (1 * CLOCK_SECOND)
#define DATAGRAM_MAX  2048
#define DEFAULT_BLOCK 512 /* RFC 1350, when the server takes no option */

struct download {
    const struct tftp_fetch *fetch;
    struct udp_socket *socket;
    struct udp_batch *batch;
    struct address peer; /* with the transfer's port, once the first packet has come */
    gboolean begun;
    gboolean done;
    uint16_t last;                    /* block taken last, in order */
    unsigned in_window;               /* blocks taken since the last ACK */
    gboolean gap_told;                /* an ACK for a block out of order was sent */
    int64_t heard_us;                 /* when the last useful packet came */
    uint8_t sent[LIMIT_TFTP_REQUEST]; /* our last packet, to repeat */
    size_t sent_size;
    GChecksum *checksum;
    struct tftp_result result;
};

/* ---- Sending --------------------------------------------------------------------------------- */

static void send_again(struct download *download) {
    struct udp_datagram datagram = {.data = download->sent,
                                    .size = download->sent_size,
                                    .peer = download->peer,
                                    .local = download->fetch->local};

    udp_send(download->socket, &datagram, 1, NULL); /* a refusal shows as silence */
}

static gboolean send_request(struct download *download, GError **error) {
    struct writer writer;

    writer_init(&writer, download->sent, sizeof download->sent);
    tftp_start_request(&writer, TFTP_RRQ, download->fetch->file, "octet");
    tftp_put_number(&writer, "tsize", 0);
    tftp_put_number(&writer, "blksize", BLOCK_SIZE);
    tftp_put_number(&writer, "windowsize", WINDOW_SIZE);
    if (writer.failed) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                            "the name of the boot file is too long for TFTP");
        return FALSE;
    }
    download->sent_size = writer.size;
    send_again(download);
    return TRUE;
}

static void send_ack(struct download *download) {
    tftp_build_ack(download->last, download->sent);
    download->sent_size = TFTP_HEADER_SIZE;
    download->in_window = 0;
    send_again(download);
}

/* ---- Receiving ------------------------------------------------------------------------------- */

static void take_option(const struct tftp_packet *packet, const char *name, uint64_t most,
                        unsigned *value) {
    const struct tftp_option *option = tftp_option_find(packet, name);
    uint64_t number = 0;

    if (option != NULL && tftp_option_number(option, &number) && number >= 1 && number <= most)
        *value = (unsigned) number;
}

static void take_oack(struct download *download, const struct tftp_packet *packet) {
    const struct tftp_option *size = tftp_option_find(packet, "tsize");

    if (download->last != 0 || download->result.bytes > 0)
        return; /* a late repetition */
    take_option(packet, "blksize", BLOCK_SIZE, &download->result.block_size);
    take_option(packet, "windowsize", WINDOW_SIZE, &download->result.window_size);
    if (size != NULL)
        tftp_option_number(size, &download->result.announced);
    send_ack(download);
}

/* Block 65535 is followed by 0 or, with some servers, by 1. */
static gboolean is_next(uint16_t last, uint16_t block) {
    return block == (uint16_t) (last + 1) || (last == UINT16_MAX && block == 1);
}

static void take_data(struct download *download, const struct tftp_packet *packet) {
    if (!is_next(download->last, packet->block)) {
        /* One was lost, ours or the server's: telling what we have makes it go back. Once is
         * enough, since the rest of its window is under way. */
        if (!download->gap_told)
            send_ack(download);
        download->gap_told = TRUE;
        return;
    }
    download->gap_told = FALSE;
    download->last = packet->block;
    download->in_window++;
    download->result.bytes += packet->payload.size;
    g_checksum_update(download->checksum, packet->payload.data, (gssize) packet->payload.size);
    download->done = packet->payload.size < download->result.block_size;
    if (download->done || download->in_window >= download->result.window_size)
        send_ack(download);
}

static gboolean take_error(const struct tftp_packet *packet, GError **error) {
    g_autofree char *said = log_quote(packet->message.data, (gssize) packet->message.size);

    if (packet->error == TFTP_ERROR_NOT_FOUND)
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                    "the server has no such file (ERROR 1, %s): is it below the served root?",
                    said);
    else
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "the server refuses it: ERROR %u, %s",
                    packet->error, said);
    return FALSE;
}

static gboolean take(struct download *download, const struct udp_datagram *datagram,
                     GError **error) {
    struct tftp_packet packet;

    if (!address_equal(&datagram->peer, &download->fetch->server) ||
        (download->begun && datagram->peer.port != download->peer.port) ||
        tftp_parse((struct span){datagram->data, datagram->size}, &packet) != TFTP_OK)
        return TRUE; /* not of this transfer */
    download->peer = datagram->peer;
    download->begun = TRUE;
    download->heard_us = clock_now(clock_monotonic());
    if (packet.opcode == TFTP_ERROR)
        return take_error(&packet, error);
    if (packet.opcode == TFTP_OACK)
        take_oack(download, &packet);
    else if (packet.opcode == TFTP_DATA)
        take_data(download, &packet);
    return TRUE;
}

/* ---- The whole ------------------------------------------------------------------------------- */

static gboolean receive(struct download *download, GError **error) {
    struct pollfd ready = {.fd = udp_descriptor(download->socket), .events = POLLIN};
    const struct udp_datagram *datagrams = NULL;

    int events = poll(&ready, 1, (int) (REPEAT_US / CLOCK_MILLISECOND));
    if (events == 0) {
        download->result.repeats++;
        send_again(download);
    }
    unsigned count = udp_receive(download->socket, download->batch, &datagrams);
    for (unsigned i = 0; i < count && !download->done; i++) {
        if (!take(download, &datagrams[i], error))
            return FALSE;
    }
    return TRUE;
}

static gboolean receive_all(struct download *download, GError **error) {
    while (!download->done) {
        if (!receive(download, error))
            return FALSE;
        if (clock_now(clock_monotonic()) - download->heard_us > download->fetch->timeout_us) {
            g_set_error(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                        download->begun ? "the server fell silent in the middle of the transfer: "
                                          "does a firewall drop its UDP packets?"
                                        : "no answer to the read request: is UDP port 69 of the "
                                          "server open, and are its answers, which come from "
                                          "another port, let through?");
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean judge(struct download *download, GError **error) {
    struct tftp_result *result = &download->result;

    g_strlcpy(result->sha256, g_checksum_get_string(download->checksum), sizeof result->sha256);
    if (result->announced == 0 || result->announced == result->bytes)
        return TRUE;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED,
                "the server announced %" G_GUINT64_FORMAT " bytes and sent %" G_GUINT64_FORMAT
                ": did the file change meanwhile?",
                result->announced, result->bytes);
    return FALSE;
}

gboolean tftp_fetch_run(const struct tftp_fetch *fetch, struct tftp_result *ret_result,
                        GError **error) {
    struct udp_options options = {.local = {.family = 4}};
    int64_t start = clock_now(clock_monotonic());
    struct udp_socket *socket = udp_open(&options, error);

    if (socket == NULL)
        return FALSE;
    struct download *download = g_new0(struct download, 1);
    download->fetch = fetch;
    download->socket = socket;
    download->batch = udp_batch_new(DATAGRAM_MAX);
    download->peer = fetch->server;
    download->heard_us = start;
    download->checksum = g_checksum_new(G_CHECKSUM_SHA256);
    download->result.block_size = DEFAULT_BLOCK;
    download->result.window_size = 1;

    gboolean fetched =
        send_request(download, error) && receive_all(download, error) && judge(download, error);
    download->result.microseconds = clock_now(clock_monotonic()) - start;
    *ret_result = download->result;
    g_checksum_free(download->checksum);
    udp_batch_free(download->batch);
    udp_close(socket);
    g_free(download);
    return fetched;
}
