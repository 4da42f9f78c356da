/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The TFTP server from the content to the end: what the state machine decides is read and sent
 * here.
 */
#include "tftp/server-private.h"

#include "base/log.h"
#include "tftp/feed.h"
#include "tftp/netascii.h"

#include <errno.h>
#include <string.h>

#define GIVE_UP_MOST_US (INT64_C(120) * 1000000) /* however long the client's own timeout is */
#define DOUBT_US        (INT64_C(500) * 1000)    /* silence that may be the routes' doing */

void server_refuse(struct tftp_server *server, struct download *download,
                   enum transfer_outcome outcome, enum tftp_error error, const char *message) {
    struct udp_datagram peer = {.peer = download->key.client, .local = download->server};
    udp_outbox_forget(server->outbox, &download->path); /* the ERROR is the last packet */
    server_send_error(server, download->socket, &peer, error, message);
    server_end(server, download, outcome, message);
}

/* The content's end: `code` is the errno of the read. */
static void give_up_content(struct tftp_server *server, struct download *download, int code) {
    const char *message = code == ENODATA ? "the file was cut short while it was sent"
                                          : "the file cannot be read any more";
    if (content_feed(download->content) != NULL)
        message = code == ETIMEDOUT ? "the provider gives no more of the file"
                                    : "the provider failed while the file was sent";
    server_refuse(server, download, TRANSFER_FAILED, TFTP_ERROR_UNDEFINED, message);
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
        server_send_oack(server, download);
    if (action->count > 0) {
        if (!server_send_window(server, download, action))
            give_up_content(server, download, errno);
    } else if (!download->unread && download->transfer.held == 0) {
        timers_set(&server->timers, &download->timer, action->wake_us);
    }
}

void server_take_unread(struct udp_path *path, gpointer user) {
    struct tftp_server *server = user;
    struct download *download =
        (struct download *) (void *) ((uint8_t *) path - offsetof(struct download, path));
    download->unread = TRUE;
    timers_set(&server->timers, &download->timer, 0);
}

static void step(struct tftp_server *server, struct download *download,
                 const struct transfer_event *event, const char *message) {
    struct transfer_action action = transfer_step(&download->transfer, event, server->now_us);
    act(server, download, &action, message);
}

/* What a feed cannot do is not agreed to: to repeat more than it keeps, to tell a size that nobody
 * knows yet. */
static void agree_with_feed(struct download *download) {
    struct tftp_agreement *agreement = &download->agreement;
    unsigned most = MAX(FEED_WINDOW / agreement->block_size, 1);
    agreement->window_size = MIN(agreement->window_size, most);
    agreement->has_variable_window = FALSE;
    if (content_size(download->content) == CONTENT_SIZE_UNKNOWN)
        agreement->has_size = FALSE;
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

/* Whether a client that asked for multicast got it: then the multicast server has the download. */
static gboolean start_multicast(struct tftp_server *server, struct download *download,
                                struct content *content) {
    if (!download->agreement.wants_multicast || server->multicast == NULL)
        return FALSE;
    download_table_remove(server->table, download);
    gboolean is_near = server->interfaces == NULL ||
                       interfaces_find_network(server->interfaces, &download->key.client) != NULL;
    if (multicast_server_join(server->multicast, download, content, is_near))
        return TRUE;
    download_table_add(server->table, download);
    return FALSE;
}

void server_start(struct tftp_server *server, struct download *download, struct content *content) {
    content = prepare(server, download, content);
    if (content == NULL || start_multicast(server, download, content))
        return;
    content = content_cache_share(server->cache, content);
    download->content = content;
    if (content_feed(content) != NULL) {
        server_listen(server, download, content_feed(content));
        agree_with_feed(download);
    }
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
    transfer_init(&download->transfer, &setup, server->now_us);
    step(server, download, &(struct transfer_event){.kind = TRANSFER_EVENT_START}, "");
}

gboolean server_repeat(struct tftp_server *server, struct download *download) {
    struct transfer_event event = {.kind = TRANSFER_EVENT_REQUEST};
    struct transfer_action action = transfer_step(&download->transfer, &event, server->now_us);
    if (download->transfer.outcome == TRANSFER_REPLACED)
        return FALSE;
    act(server, download, &action, "");
    return TRUE;
}

void server_take_timer(struct tftp_server *server, struct download *download) {
    if (download->unread) {
        gboolean whole = content_is_whole(download->content, server->now_us);
        give_up_content(server, download, whole ? EIO : ENODATA);
        return;
    }
    if (download->transfer.held != 0) {
        server_take_bytes(server, download);
        return;
    }
    if (server->now_us - download->transfer.progress_us > DOUBT_US)
        udp_path_doubt(&download->path);
    step(server, download, &(struct transfer_event){.kind = TRANSFER_EVENT_TIMER},
         "no answer from the client");
}

void server_take_bytes(struct tftp_server *server, struct download *download) {
    if (download->transfer.held != 0 && !server_send_rest(server, download))
        give_up_content(server, download, errno);
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

/* Anything but an ACK of a running transfer. */
static void take_other_packet(struct tftp_server *server, struct download *download,
                              unsigned socket, const struct udp_datagram *datagram) {
    struct tftp_packet packet;
    struct span bytes = {.data = datagram->data, .size = datagram->size};
    if (datagram->truncated || tftp_parse(bytes, &packet) != TFTP_OK) {
        server->counters[TFTP_COUNTER_MALFORMED]++;
    } else if (download == NULL) {
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

void server_take_packet(struct tftp_server *server, unsigned socket,
                        const struct udp_datagram *datagram) {
    struct transfer_event event = {.kind = TRANSFER_EVENT_ACK};
    struct span bytes = {.data = datagram->data, .size = datagram->size};
    struct download *download = download_table_find(server->table, &datagram->peer, socket);
    if (download != NULL && download->content != NULL && !datagram->truncated &&
        tftp_read_ack(bytes, &event.number))
        step(server, download, &event, "");
    else
        take_other_packet(server, download, socket, datagram);
}
