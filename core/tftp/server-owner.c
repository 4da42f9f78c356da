/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The TFTP server and its owner: the ends of downloads and the questions for content are gathered
 * under the server's lock and told in batches without it, since the owner has locks of its own.
 */
#include "tftp/server-private.h"

#include "tftp/feed.h"

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

void server_report(struct tftp_server *server, struct download *download,
                   enum transfer_outcome outcome, const char *message) {
    download_end(download, outcome, message, server->now_us);
    server->counters[counter_of(outcome)]++;
    server->counters[TFTP_COUNTER_BYTES] += download_report(download, 0).statistics.bytes;
    g_queue_push_tail_link(&server->ended, &download->link);
}

void server_end(struct tftp_server *server, struct download *download,
                enum transfer_outcome outcome, const char *message) {
    udp_outbox_forget(server->outbox, &download->path);
    timers_cancel(&server->timers, &download->timer);
    download_table_remove(server->table, download);
    if (download->content != NULL)
        content_cache_release(server->cache, download->content, server->now_us);
    download->content = NULL;
    if (download->agreement.netascii)
        server->netascii--;
    server_report(server, download, outcome, message);
}

void server_ask(struct tftp_server *server, struct download *download) {
    struct tftp_open open = {
        .client = download->key.client,
        .server = download->server,
        .interface = download->interface,
        .name = download->name,
        .wire_name = download->wire_name,
        .arrived_us = download->arrived_us,
        .wants_size = download->agreement.has_size,
        .wants_all = download->agreement.netascii,
    };
    struct tftp_open *asked =
        tftp_mailbox_open(server->mailbox, &open, download->socket, download->id);
    if (asked != NULL) {
        g_queue_push_tail(&server->asked, asked);
        return;
    }
    server->counters[TFTP_COUNTER_LIMIT_TOTAL]++;
    server_end(server, download, TRANSFER_FAILED, "too many requests wait for providers");
}

void server_listen(struct tftp_server *server, const struct download *download, struct feed *feed) {
    struct tftp_bell *bell =
        tftp_bell_new(server->mailbox, &download->key.client, download->socket, download->id);
    feed_set_bell(feed, tftp_bell_ring, bell, tftp_bell_free);
}

static void tell_open(const struct tftp_callbacks *owner, struct tftp_open *open) {
    if (owner->open != NULL)
        owner->open(owner->user, open);
    else
        tftp_open_serve(open, NULL);
}

static void tell_end(const struct tftp_callbacks *owner, struct download *download) {
    struct tftp_report report = download_report(download, 0);
    if (owner->ended != NULL)
        owner->ended(owner->user, &report);
    download_free(download);
}

gboolean server_has_news(const struct tftp_server *server) {
    return server->asked.length > 0 || server->ended.length > 0;
}

void server_tell_owner(struct tftp_server *server) {
    const struct tftp_callbacks *owner = &server->callbacks;
    if (owner->enter != NULL)
        owner->enter(owner->user);
    for (struct tftp_open *open = g_queue_pop_head(&server->asked); open != NULL;
         open = g_queue_pop_head(&server->asked))
        tell_open(owner, open);
    for (GList *link = g_queue_pop_head_link(&server->ended); link != NULL;
         link = g_queue_pop_head_link(&server->ended))
        tell_end(owner, link->data);
    if (owner->leave != NULL)
        owner->leave(owner->user);
}
