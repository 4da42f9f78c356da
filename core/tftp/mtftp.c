/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PXE's MTFTP: from a request to its content, and from there to the group.
 */
#include "tftp/mtftp.h"

#include "base/log.h"
#include "tftp/mailbox.h"

#include <string.h>

#define BLOCK_SIZE      512 /* RFC 1350: an open has no options, and listeners know of none */
#define BLOCKS_MAX      65535
#define SILENCE_US      INT64_C(2000000) /* after which another client may open in its place */
#define GIVE_UP_MOST_US (INT64_C(120) * 1000000)
#define PACKET_MAX      LIMIT_TFTP_REQUEST
#define SESSIONS_MAX    LIMIT_MULTICAST_GROUPS

/* One file on its way, acknowledged by the client that opened it. */
struct session {
    struct timer timer;        /* first member: the timer is the session */
    struct download *download; /* content is NULL while it is waited for */
    struct address group;      /* with the receivers' port */
    gboolean wants_size;       /* it asks the size alone, before it opens */
    uint64_t held;             /* block that waits for its time; 0: none */
};

struct mtftp {
    struct multicast_server *server;
    struct mtftp_directory *directory; /* NULL: no MTFTP */
    struct udp_socket *socket;
    struct tftp_mailbox *mailbox;
    struct content_root *root;
    struct tftp_settings settings;
    struct timers timers;
    GPtrArray *sessions; /* struct session */
    GQueue questions;    /* struct tftp_open */
    uint64_t last_id;
};

/* ---- What goes out --------------------------------------------------------------------------- */

static void send_packet(struct mtftp *mtftp, const struct udp_datagram *way,
                        const struct writer *writer) {
    struct udp_datagram out = {
        .data = writer->data, .size = writer->size, .peer = way->peer, .local = way->local};
    if (!writer->failed)
        udp_send(mtftp->socket, &out, 1, NULL);
}

static void send_error(struct mtftp *mtftp, const struct udp_datagram *way, enum tftp_error error,
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
static gboolean send_block(struct mtftp *mtftp, const struct session *session, uint64_t block) {
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

static void end_session(struct mtftp *mtftp, struct session *session, enum transfer_outcome outcome,
                        const char *message) {
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

static void refuse(struct mtftp *mtftp, struct session *session, enum transfer_outcome outcome,
                   enum tftp_error error, const char *message) {
    struct udp_datagram way = way_to(session->download);
    send_error(mtftp, &way, error, message);
    end_session(mtftp, session, outcome, message);
}

/* Sends what the state machine wants sent, or lets it wait for its time. The session may be gone
 * afterwards. */
static void act(struct mtftp *mtftp, struct session *session, const struct transfer_action *action,
                const char *message) {
    struct transfer *transfer = &session->download->transfer;
    if (transfer->outcome != TRANSFER_RUNNING) {
        end_session(mtftp, session, transfer->outcome, message);
        return;
    }
    int64_t now_us = g_get_monotonic_time();
    int64_t due_us = now_us;
    session->held = 0;
    if (action->count > 0)
        due_us = pace_reserve(&mtftp->server->pace, BLOCK_SIZE, now_us);
    if (due_us > now_us) {
        session->held = action->first;
        timers_set(&mtftp->timers, &session->timer, due_us);
    } else if (action->count > 0 && !send_block(mtftp, session, action->first)) {
        refuse(mtftp, session, TRANSFER_FAILED, TFTP_ERROR_UNDEFINED,
               "the file cannot be read any more");
    } else {
        timers_set(&mtftp->timers, &session->timer, action->wake_us);
    }
}

static void step(struct mtftp *mtftp, struct session *session, const struct transfer_event *event,
                 const char *message) {
    struct transfer_action action =
        transfer_step(&session->download->transfer, event, g_get_monotonic_time());
    act(mtftp, session, &action, message);
}

static void start(struct mtftp *mtftp, struct session *session) {
    struct download *download = session->download;
    int64_t timeout_us = INT64_C(1000) * download->settings.timeout_ms;
    struct transfer_setup setup = {
        .size = content_size(download->content),
        .block_size = BLOCK_SIZE,
        .window_size = 1,
        .timeout_us = timeout_us,
        .give_up_us = MIN(timeout_us * download->settings.retries, GIVE_UP_MOST_US),
    };
    transfer_init(&download->transfer, &setup, g_get_monotonic_time());
    step(mtftp, session, &(struct transfer_event){.kind = TRANSFER_EVENT_START}, "");
}

static gboolean same_client(const struct session *session, const struct address *client) {
    const struct address *own = &session->download->key.client;
    return own->port == client->port && address_equal(own, client);
}

/* By the client alone, or by the name alone. */
static struct session *find_session(const struct mtftp *mtftp, const struct address *client,
                                    const char *name) {
    for (unsigned i = 0; i < mtftp->sessions->len; i++) {
        struct session *session = g_ptr_array_index(mtftp->sessions, i);
        if (client != NULL ? same_client(session, client)
                           : !session->wants_size && strcmp(session->download->name, name) == 0)
            return session;
    }
    return NULL;
}

/* ---- Requests -------------------------------------------------------------------------------- */

/* Whether the file may be opened by this client now: nobody else does, or who did has fallen
 * silent. */
static gboolean may_open(struct mtftp *mtftp, const struct address *client, const char *name) {
    struct session *own = find_session(mtftp, client, NULL);
    if (own != NULL) {
        if (own->download->content == NULL)
            return FALSE; /* on the way; asking again must not start the wait anew */
        end_session(mtftp, own, TRANSFER_REPLACED, "the client asked anew");
    }
    struct session *other = find_session(mtftp, NULL, name);
    if (other == NULL)
        return TRUE;
    if (other->download->content == NULL ||
        g_get_monotonic_time() - other->download->transfer.progress_us < SILENCE_US)
        return FALSE;
    end_session(mtftp, other, TRANSFER_TIMED_OUT, "no answer from the client");
    return TRUE;
}

static void begin(struct mtftp *mtftp, const struct tftp_open *open, uint32_t group,
                  uint16_t client_port, gboolean wants_size) {
    uint64_t id = ++mtftp->last_id;
    struct tftp_open *question = tftp_mailbox_open(mtftp->mailbox, open, 0, id);
    if (question == NULL)
        return;
    struct session *session = g_new0(struct session, 1);
    session->download = download_new(open, 0);
    session->download->id = id;
    session->download->settings = mtftp->settings;
    session->download->link.data = session->download;
    session->group = address_from_number(group, client_port);
    session->wants_size = wants_size;
    g_ptr_array_add(mtftp->sessions, session);
    g_queue_push_tail(&mtftp->questions, question);
    mtftp->server->counters[MULTICAST_COUNTER_JOINED]++;
    mtftp->server->counters[MULTICAST_COUNTER_MEMBERS]++;
    mtftp->server->counters[MULTICAST_COUNTER_STREAMS]++;
}

static void take_request(struct mtftp *mtftp, const struct udp_datagram *datagram,
                         const struct tftp_packet *packet) {
    char name[TFTP_PATH_MAX];
    struct pxe_mtftp place;
    if (datagram->peer.port == 0 || mtftp->sessions->len >= SESSIONS_MAX)
        return;
    if (tftp_path_canonical(packet->file.data, packet->file.size, name) != TFTP_PATH_OK ||
        !mtftp_directory_find(mtftp->directory, name, &place)) {
        send_error(mtftp, datagram, TFTP_ERROR_NOT_FOUND, "no file for MTFTP: ask port 69");
        return;
    }
    if (!tftp_name_equals(packet->mode, "octet")) {
        send_error(mtftp, datagram, TFTP_ERROR_ILLEGAL, "unknown mode: use octet");
        return;
    }
    if (!may_open(mtftp, &datagram->peer, name))
        return;
    g_autofree char *wire_name = g_strndup((const char *) packet->file.data, packet->file.size);
    struct tftp_open open = {.client = datagram->peer,
                             .server = datagram->local,
                             .interface = datagram->interface,
                             .name = name,
                             .wire_name = wire_name,
                             .arrived_us = g_get_monotonic_time()};
    begin(mtftp, &open, place.address, place.client_port,
          tftp_option_find(packet, "tsize") != NULL);
}

/* The first of the answer's names that is below the root. */
static struct content *find_below_root(const struct mtftp *mtftp, const struct answer *answer) {
    for (unsigned i = 0; mtftp->root != NULL && answer->names[i] != NULL; i++) {
        struct content *content = content_root_find(mtftp->root, answer->names[i], NULL);
        if (content != NULL)
            return content;
    }
    return NULL;
}

static void take_answer(struct mtftp *mtftp, struct session *session, struct answer *answer) {
    struct download *download = session->download;
    download->content =
        answer->serve ? find_below_root(mtftp, answer) : g_steal_pointer(&answer->content);
    if (download->content == NULL) {
        enum tftp_error error =
            answer->serve ? TFTP_ERROR_NOT_FOUND : (enum tftp_error) answer->refusal;
        refuse(mtftp, session, TRANSFER_REFUSED, error,
               answer->message != NULL ? answer->message : "no such file, or no access");
    } else if (!content_is_file(download->content)) {
        /* What a provider makes is for the client that asked. */
        refuse(mtftp, session, TRANSFER_REFUSED, TFTP_ERROR_UNDEFINED,
               "not a file for MTFTP: ask port 69");
    } else if (session->wants_size) {
        send_size(mtftp, download);
        end_session(mtftp, session, TRANSFER_SIZE_PROBE, "");
    } else if (content_size(download->content) / BLOCK_SIZE >= BLOCKS_MAX) {
        refuse(mtftp, session, TRANSFER_REFUSED, TFTP_ERROR_UNDEFINED,
               "too large for MTFTP: ask port 69");
    } else {
        start(mtftp, session);
    }
}

void mtftp_take_answers(struct mtftp *mtftp) {
    for (struct answer *answer = tftp_mailbox_take(mtftp->mailbox); answer != NULL;
         answer = tftp_mailbox_take(mtftp->mailbox)) {
        struct session *session = find_session(mtftp, &answer->open.client, NULL);
        if (session != NULL && session->download->id == answer->download) {
            session->download->mark = answer->open.mark;
            take_answer(mtftp, session, answer);
        }
        answer_free(answer);
    }
}

/* ---- Events ---------------------------------------------------------------------------------- */

static void take_error(struct mtftp *mtftp, struct session *session,
                       const struct tftp_packet *packet) {
    const void *text = packet->message.size > 0 ? (const void *) packet->message.data : "";
    g_autofree char *quoted = log_quote(text, (gssize) packet->message.size);
    g_autofree char *message = g_strdup_printf("ERROR %u %s", packet->error, quoted);
    end_session(mtftp, session, TRANSFER_ABORTED, message);
}

static void take_packet(struct mtftp *mtftp, const struct udp_datagram *datagram) {
    struct tftp_packet packet;
    struct span bytes = {.data = datagram->data, .size = datagram->size};
    if (datagram->truncated || datagram->peer.family != 4 || tftp_parse(bytes, &packet) != TFTP_OK)
        return;
    if (packet.opcode == TFTP_RRQ) {
        take_request(mtftp, datagram, &packet);
        return;
    }
    struct session *session = find_session(mtftp, &datagram->peer, NULL);
    if (session == NULL || session->download->content == NULL)
        return; /* of a transfer that is over, or of one that was replaced */
    if (packet.opcode == TFTP_ERROR) {
        take_error(mtftp, session, &packet);
    } else if (packet.opcode == TFTP_ACK) {
        struct transfer_event event = {.kind = TRANSFER_EVENT_ACK, .number = packet.block};
        step(mtftp, session, &event, "");
    }
}

void mtftp_take_packets(struct mtftp *mtftp) {
    const struct udp_datagram *datagrams = NULL;
    unsigned count =
        mtftp->socket != NULL ? udp_receive(mtftp->socket, mtftp->server->batch, &datagrams) : 0;
    for (unsigned i = 0; i < count; i++)
        take_packet(mtftp, &datagrams[i]);
}

static void take_timer(struct mtftp *mtftp, struct session *session) {
    uint64_t held = session->held;
    session->held = 0;
    if (held == 0)
        step(mtftp, session, &(struct transfer_event){.kind = TRANSFER_EVENT_TIMER},
             "no answer from the client");
    else if (send_block(mtftp, session, held))
        timers_set(&mtftp->timers, &session->timer, session->download->transfer.wake_us);
    else
        refuse(mtftp, session, TRANSFER_FAILED, TFTP_ERROR_UNDEFINED,
               "the file cannot be read any more");
}

void mtftp_take_timers(struct mtftp *mtftp) {
    int64_t now_us = g_get_monotonic_time();
    for (struct timer *timer = timers_due(&mtftp->timers, now_us); timer != NULL;
         timer = timers_due(&mtftp->timers, now_us))
        take_timer(mtftp, (struct session *) timer);
}

int64_t mtftp_next_us(struct mtftp *mtftp) {
    return timers_next_us(&mtftp->timers);
}

GQueue *mtftp_questions(struct mtftp *mtftp) {
    return &mtftp->questions;
}

/* ---- Life ------------------------------------------------------------------------------------ */

struct mtftp *mtftp_new(struct multicast_server *server) {
    struct mtftp *mtftp = g_new0(struct mtftp, 1);
    mtftp->server = server;
    mtftp->mailbox = tftp_mailbox_new(server->poller);
    mtftp->sessions = g_ptr_array_new();
    timers_init(&mtftp->timers);
    g_queue_init(&mtftp->questions);
    return mtftp;
}

void mtftp_free(struct mtftp *mtftp) {
    tftp_mailbox_close(mtftp->mailbox);
    tftp_mailbox_unref(mtftp->mailbox);
    udp_close(mtftp->socket);
    mtftp_directory_unref(mtftp->directory);
    content_root_unref(mtftp->root);
    timers_clear(&mtftp->timers);
    g_ptr_array_unref(mtftp->sessions);
    g_free(mtftp);
}

void mtftp_stop(struct mtftp *mtftp, const char *message) {
    while (mtftp->sessions->len > 0)
        refuse(mtftp, g_ptr_array_index(mtftp->sessions, 0), TRANSFER_FAILED, TFTP_ERROR_UNDEFINED,
               message);
}

static struct udp_socket *open_port(const struct multicast_server_options *options,
                                    struct poller *poller, GError **error) {
    struct udp_options udp = {
        .local = {.family = 4, .port = mtftp_directory_port(options->directory)},
        .ttl = options->settings->ttl};
    struct udp_socket *socket = udp_open(&udp, error);
    if (socket == NULL || poller_add(poller, udp_descriptor(socket), MULTICAST_TOKEN_MTFTP))
        return socket;
    g_set_error(error, UDP_ERROR, UDP_ERROR_FAILED, "cannot watch the MTFTP socket");
    udp_close(socket);
    return NULL;
}

/* Whether the port that is open will do. */
static gboolean has_port(const struct mtftp *mtftp, const struct mtftp_directory *directory) {
    return mtftp->socket != NULL && directory != NULL &&
           udp_local(mtftp->socket).port == mtftp_directory_port(directory);
}

gboolean mtftp_configure(struct mtftp *mtftp, const struct multicast_server_options *options,
                         GError **error) {
    struct mtftp_directory *directory = options->directory;
    if (!has_port(mtftp, directory)) {
        struct udp_socket *socket =
            directory != NULL ? open_port(options, mtftp->server->poller, error) : NULL;
        if (directory != NULL && socket == NULL)
            return FALSE;
        mtftp_stop(mtftp, "the configuration has changed");
        udp_close(mtftp->socket);
        mtftp->socket = socket;
    }
    struct mtftp_directory *old = mtftp->directory;
    struct content_root *root = mtftp->root;
    mtftp->directory = directory != NULL ? mtftp_directory_ref(directory) : NULL;
    mtftp->root = options->root != NULL ? content_root_ref(options->root) : NULL;
    mtftp->settings = tftp_settings_complete(&options->tftp);
    mtftp_directory_unref(old);
    content_root_unref(root);
    return TRUE;
}
