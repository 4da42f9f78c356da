/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One file on its way to one group of clients: what the state machine decides is read and sent
 * here.
 */
#include "tftp/multicast-private.h"

#include "base/log.h"

#include <string.h>

#define GIVE_UP_MOST_US (INT64_C(120) * 1000000)
#define PACKET_MAX      LIMIT_TFTP_REQUEST /* bytes of an OACK or ERROR */
#define BLOCK_PLAIN     512                /* RFC 1350, without the option blksize */

static guint receiver_hash(gconstpointer key) {
    const struct address *client = &((const struct receiver *) key)->download->key.client;
    return address_number(client) * 0x9e3779b1u ^ client->port;
}

static gboolean receiver_equal(gconstpointer a, gconstpointer b) {
    const struct address *left = &((const struct receiver *) a)->download->key.client;
    const struct address *right = &((const struct receiver *) b)->download->key.client;
    return left->port == right->port && address_equal(left, right);
}

static struct receiver *find_receiver(const struct stream *stream, struct download *download) {
    struct receiver key = {.download = download};
    return g_hash_table_lookup(stream->receivers, &key);
}

/* ---- What goes out --------------------------------------------------------------------------- */

static void send_packet(const struct stream *stream, const struct address *peer,
                        const struct writer *writer) {
    struct udp_datagram out = {
        .data = writer->data, .size = writer->size, .peer = *peer, .local = stream->server};
    if (!writer->failed)
        udp_send(stream->socket, &out, 1, NULL);
}

static void send_error(const struct stream *stream, const struct address *peer,
                       enum tftp_error error, const char *message) {
    uint8_t packet[PACKET_MAX];
    struct writer writer;
    writer_init(&writer, packet, sizeof(packet));
    tftp_start_error(&writer, error, message);
    send_packet(stream, peer, &writer);
}

/* The first one has all that was agreed; a later one, that makes somebody the master or no master
 * any more, the option alone. RFC 2090 lets us leave the address out then, but not all clients
 * would understand. */
static void send_oack(const struct stream *stream, struct receiver *receiver) {
    uint8_t packet[PACKET_MAX];
    struct writer writer;
    writer_init(&writer, packet, sizeof(packet));
    if (receiver->welcomed)
        tftp_start_oack(&writer);
    else
        tftp_options_write(&receiver->download->agreement, content_size(stream->content), &writer);
    receiver->welcomed = TRUE;
    char address[ADDRESS_TEXT_SIZE];
    g_autofree char *value =
        g_strdup_printf("%s,%u,%d", address_text(&stream->address, address), stream->address.port,
                        receiver->member.told_master ? 1 : 0);
    tftp_put_option(&writer, "multicast", span_of_text(value));
    send_packet(stream, &receiver->download->key.client, &writer);
}

/* FALSE with errno: the content cannot be read. */
static gboolean send_block(struct multicast_server *server, const struct stream *stream,
                           uint64_t block) {
    unsigned bytes = multicast_block_bytes(&stream->group, block);
    tftp_build_data_header((uint16_t) block, server->buffer);
    if (!content_read(stream->content, multicast_block_offset(&stream->group, block),
                      server->buffer + TFTP_HEADER_SIZE, bytes))
        return FALSE;
    struct udp_datagram out = {.data = server->buffer,
                               .size = TFTP_HEADER_SIZE + bytes,
                               .peer = stream->address,
                               .local = stream->server,
                               .interface = stream->interface};
    udp_send(stream->socket, &out, 1, NULL);
    server->counters[MULTICAST_COUNTER_BLOCKS]++;
    server->counters[MULTICAST_COUNTER_BYTES] += bytes;
    return TRUE;
}

/* ---- Beginning and end ----------------------------------------------------------------------- */

static gboolean address_is_free(const struct multicast_server *server, uint32_t number) {
    for (unsigned i = 0; i < LIMIT_MULTICAST_GROUPS; i++) {
        const struct stream *stream = server->streams[i];
        if (stream != NULL && address_number(&stream->address) == number)
            return FALSE;
    }
    return TRUE;
}

/* The next address in the range that no stream has: one that was used lately may still have
 * listeners. */
static gboolean next_address(struct multicast_server *server, struct address *ret_address) {
    const struct multicast_range *range = &server->settings.groups;
    for (unsigned i = 0; i < range->count; i++) {
        uint32_t number = range->first + server->last_group++ % range->count;
        if (!address_is_free(server, number))
            continue;
        *ret_address = address_from_number(number, server->settings.port);
        return TRUE;
    }
    return FALSE;
}

static struct multicast_setup setup_of(struct multicast_server *server,
                                       const struct download *download,
                                       const struct content *content) {
    int64_t timeout_us = INT64_C(1000) * download->settings.timeout_ms;
    return (struct multicast_setup){
        .size = content_size(content),
        .block_size = download->agreement.block_size,
        .timeout_us = timeout_us,
        .give_up_us = MIN(timeout_us * download->settings.retries, GIVE_UP_MOST_US),
        .pace = &server->pace,
    };
}

static struct stream *stream_new(struct multicast_server *server, const struct download *download,
                                 const struct content *content) {
    unsigned slot = 0;
    while (slot < LIMIT_MULTICAST_GROUPS && server->streams[slot] != NULL)
        slot++;
    struct address address;
    if (slot == LIMIT_MULTICAST_GROUPS || !next_address(server, &address))
        return NULL;
    struct udp_options options = {.local = {.family = 4}, .ttl = server->settings.ttl};
    struct udp_socket *socket = udp_open(&options, NULL);
    if (socket == NULL || !poller_add(server->poller, udp_descriptor(socket), slot)) {
        udp_close(socket);
        return NULL;
    }
    struct stream *stream = g_new0(struct stream, 1);
    struct multicast_setup setup = setup_of(server, download, content);
    multicast_group_init(&stream->group, &setup);
    stream->socket = socket;
    stream->address = address;
    stream->server = download->server;
    stream->interface = download->interface;
    stream->slot = slot;
    stream->receivers = g_hash_table_new(receiver_hash, receiver_equal);
    server->streams[slot] = stream;
    server->counters[MULTICAST_COUNTER_STREAMS]++;
    return stream;
}

static void stream_free(struct multicast_server *server, struct stream *stream) {
    server->counters[MULTICAST_COUNTER_STREAMS]--;
    server->streams[stream->slot] = NULL;
    timers_cancel(&server->timers, &stream->timer);
    udp_close(stream->socket);
    content_unref(stream->content);
    g_hash_table_unref(stream->receivers);
    g_free(stream);
}

struct transfer_statistics stream_statistics(const struct stream *stream,
                                             const struct receiver *receiver, int64_t now_us) {
    const struct multicast_setup *setup = &stream->group.setup;
    return (struct transfer_statistics){
        .bytes = MIN(receiver->member.acknowledged * setup->block_size, setup->size),
        .size = setup->size,
        .blocks = receiver->member.acknowledged,
        .block_size = setup->block_size,
        .window_size = 1,
        .duration_us = now_us - receiver->download->arrived_us,
        .round_trip_us = stream->group.smooth_us,
        .acknowledged = receiver->member.acknowledged == stream->group.blocks,
    };
}

static void end_receiver(struct multicast_server *server, struct stream *stream,
                         struct receiver *receiver, const char *message, int64_t now_us) {
    struct download *download = receiver->download;
    g_hash_table_remove(stream->receivers, receiver);
    server->counters[MULTICAST_COUNTER_MEMBERS]--;
    struct transfer_statistics statistics = stream_statistics(stream, receiver, now_us);
    download_end(download, download->outcome, message, now_us);
    multicast_server_report(server, download, &statistics);
    g_free(receiver);
}

void stream_stop(struct multicast_server *server, struct stream *stream, const char *message,
                 int64_t now_us) {
    for (GList *link = stream->group.members.head; link != NULL;) {
        struct receiver *receiver = link->data;
        link = link->next;
        send_error(stream, &receiver->download->key.client, TFTP_ERROR_UNDEFINED, message);
        receiver->download->outcome = TRANSFER_FAILED;
        end_receiver(server, stream, receiver, message, now_us);
    }
    stream_free(server, stream);
}

/* ---- Events ---------------------------------------------------------------------------------- */

static const char *reason_of(const struct receiver *receiver, enum transfer_outcome outcome) {
    if (outcome != TRANSFER_TIMED_OUT)
        return "";
    return receiver->member.verified ? "no answer, or no multicast packet reaches the client"
                                     : "no answer from the client";
}

/* Gives the state machine an event and does what it says. The stream may be gone afterwards. */
static void step(struct multicast_server *server, struct stream *stream,
                 const struct multicast_event *event, const char *message, int64_t now_us) {
    uint64_t changes = stream->group.changes;
    uint64_t resent = stream->group.resent;
    struct multicast_action action = multicast_step(&stream->group, event, now_us);
    server->counters[MULTICAST_COUNTER_MASTERS] += stream->group.changes - changes;
    server->counters[MULTICAST_COUNTER_RESENT] += stream->group.resent - resent;
    if (action.oack != NULL)
        send_oack(stream, (struct receiver *) action.oack);
    if (action.block != 0 && !send_block(server, stream, action.block)) {
        stream_stop(server, stream, "the file cannot be read any more", now_us);
        return;
    }
    struct receiver *ended = (struct receiver *) action.ended;
    if (ended != NULL) {
        const char *reason = reason_of(ended, action.outcome);
        /* So that one that hears us, but no multicast, does not wait any longer. */
        if (reason[0] != '\0' && ended->member.verified)
            send_error(stream, &ended->download->key.client, TFTP_ERROR_UNDEFINED, reason);
        ended->download->outcome = action.outcome;
        end_receiver(server, stream, ended, message[0] != '\0' ? message : reason, now_us);
    }
    if (action.wake_us == 0)
        stream_free(server, stream);
    else
        timers_set(&server->timers, &stream->timer, action.wake_us);
}

/* Whether the download can share the stream: its client cannot take larger blocks than it asked
 * for, and expects the plain size when it asked for none. */
static gboolean suits(const struct stream *stream, const struct download *download,
                      const struct content *content) {
    unsigned size = stream->group.setup.block_size;
    const struct tftp_agreement *agreement = &download->agreement;
    return content_same_file(stream->content, content) &&
           stream->interface == download->interface &&
           address_equal(&stream->server, &download->server) &&
           (agreement->has_block_size ? size <= agreement->block_size : size == BLOCK_PLAIN) &&
           g_hash_table_size(stream->receivers) < LIMIT_MULTICAST_MEMBERS;
}

static gboolean may_be_shared(const struct multicast_server *server,
                              const struct download *download, const struct content *content) {
    unsigned block_size = download->agreement.block_size;
    return download->key.client.family == 4 && download->interface != 0 &&
           content_is_file(content) && block_size >= BLOCK_PLAIN &&
           content_size(content) / block_size < MULTICAST_BLOCKS_MAX &&
           server->counters[MULTICAST_COUNTER_MEMBERS] < LIMIT_MULTICAST_TOTAL &&
           multicast_patterns_match((const char *const *) server->settings.patterns,
                                    download->name);
}

struct stream *stream_for(struct multicast_server *server, const struct download *download,
                          const struct content *content) {
    if (!may_be_shared(server, download, content))
        return NULL;
    struct stream *best = NULL;
    for (unsigned i = 0; i < LIMIT_MULTICAST_GROUPS; i++) {
        struct stream *stream = server->streams[i];
        if (stream != NULL && suits(stream, download, content) &&
            (best == NULL || stream->group.setup.block_size > best->group.setup.block_size))
            best = stream;
    }
    return best != NULL ? best : stream_new(server, download, content);
}

void stream_join(struct multicast_server *server, struct stream *stream, struct download *download,
                 struct content *content, int64_t now_us) {
    if (stream->content == NULL)
        stream->content = content;
    else
        content_unref(content);
    /* A window would make no sense: the master alone acknowledges, and any block may be next. */
    download->agreement.has_window_size = FALSE;
    download->agreement.has_variable_window = FALSE;
    download->agreement.block_size = stream->group.setup.block_size;
    struct receiver *receiver = find_receiver(stream, download);
    if (receiver != NULL) {
        /* Its OACK was lost, or it begins anew. */
        download_free(receiver->download);
        receiver->download = download;
        receiver->welcomed = FALSE;
    } else {
        receiver = g_new0(struct receiver, 1);
        receiver->download = download;
        g_hash_table_add(stream->receivers, receiver);
        server->counters[MULTICAST_COUNTER_MEMBERS]++;
    }
    struct multicast_event event = {.kind = MULTICAST_EVENT_JOIN, .member = &receiver->member};
    step(server, stream, &event, "", now_us);
}

static void take_error(struct multicast_server *server, struct stream *stream,
                       struct receiver *receiver, const struct tftp_packet *packet,
                       int64_t now_us) {
    g_autofree char *quoted =
        log_quote(packet->message.size > 0 ? (const void *) packet->message.data : "",
                  (gssize) packet->message.size);
    g_autofree char *message = g_strdup_printf("ERROR %u %s", packet->error, quoted);
    struct multicast_event event = {.kind = MULTICAST_EVENT_ERROR, .member = &receiver->member};
    step(server, stream, &event, message, now_us);
}

void stream_take_packet(struct multicast_server *server, struct stream *stream,
                        const struct udp_datagram *datagram, int64_t now_us) {
    struct tftp_packet packet;
    struct span bytes = {.data = datagram->data, .size = datagram->size};
    if (datagram->truncated || tftp_parse(bytes, &packet) != TFTP_OK)
        return;
    struct download client = {.key.client = datagram->peer};
    struct receiver *receiver = find_receiver(stream, &client);
    if (receiver == NULL) {
        /* Not for one that has just finished and says so again. */
        if (packet.opcode == TFTP_ACK && packet.block != stream->group.blocks)
            send_error(stream, &datagram->peer, TFTP_ERROR_UNKNOWN_TID,
                       "no transfer with this port");
    } else if (packet.opcode == TFTP_ACK) {
        struct multicast_event event = {
            .kind = MULTICAST_EVENT_ACK, .member = &receiver->member, .number = packet.block};
        step(server, stream, &event, "", now_us);
    } else if (packet.opcode == TFTP_ERROR) {
        take_error(server, stream, receiver, &packet, now_us);
    }
}

void stream_take_timer(struct multicast_server *server, struct stream *stream, int64_t now_us) {
    struct multicast_event event = {.kind = MULTICAST_EVENT_TIMER};
    step(server, stream, &event, "", now_us);
}
