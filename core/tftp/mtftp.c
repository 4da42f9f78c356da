/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PXE's MTFTP: its port, from a request to its content, and its life.
 */
#include "tftp/mtftp-private.h"

#include "base/log.h"

#include <string.h>

#define SILENCE_US   INT64_C(2000000) /* after which another client may open in its place */
#define SESSIONS_MAX LIMIT_MULTICAST_GROUPS

/* ---- Sessions -------------------------------------------------------------------------------- */

static gboolean same_client(const struct mtftp_session *session, const struct address *client) {
    const struct address *own = &session->download->key.client;
    return own->port == client->port && address_equal(own, client);
}

/* By the client alone, or by the name alone. */
static struct mtftp_session *find_session(const struct mtftp *mtftp, const struct address *client,
                                          const char *name) {
    for (unsigned i = 0; i < mtftp->sessions->len; i++) {
        struct mtftp_session *session = g_ptr_array_index(mtftp->sessions, i);
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
    struct mtftp_session *own = find_session(mtftp, client, NULL);
    if (own != NULL) {
        if (own->download->content == NULL)
            return FALSE; /* on the way; asking again must not start the wait anew */
        mtftp_session_end(mtftp, own, TRANSFER_REPLACED, "the client asked anew");
    }
    struct mtftp_session *other = find_session(mtftp, NULL, name);
    if (other == NULL)
        return TRUE;
    if (other->download->content == NULL ||
        g_get_monotonic_time() - other->download->transfer.progress_us < SILENCE_US)
        return FALSE;
    mtftp_session_end(mtftp, other, TRANSFER_TIMED_OUT, "no answer from the client");
    return TRUE;
}

static void begin(struct mtftp *mtftp, const struct tftp_open *open, uint32_t group,
                  uint16_t client_port, gboolean wants_size) {
    uint64_t id = ++mtftp->last_id;
    struct tftp_open *question = tftp_mailbox_open(mtftp->mailbox, open, 0, id);
    if (question == NULL)
        return;
    struct mtftp_session *session = g_new0(struct mtftp_session, 1);
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
        mtftp_send_error(mtftp, datagram, TFTP_ERROR_NOT_FOUND, "no file for MTFTP: ask port 69");
        return;
    }
    if (!tftp_name_equals(packet->mode, "octet")) {
        mtftp_send_error(mtftp, datagram, TFTP_ERROR_ILLEGAL, "unknown mode: use octet");
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

static void take_answer(struct mtftp *mtftp, struct mtftp_session *session, struct answer *answer) {
    struct download *download = session->download;
    download->content =
        answer->serve ? find_below_root(mtftp, answer) : g_steal_pointer(&answer->content);
    if (download->content == NULL) {
        enum tftp_error error =
            answer->serve ? TFTP_ERROR_NOT_FOUND : (enum tftp_error) answer->refusal;
        mtftp_session_refuse(mtftp, session, TRANSFER_REFUSED, error,
                             answer->message != NULL ? answer->message
                                                     : "no such file, or no access");
    } else if (!content_is_file(download->content)) {
        /* What a provider makes is for the client that asked. */
        mtftp_session_refuse(mtftp, session, TRANSFER_REFUSED, TFTP_ERROR_UNDEFINED,
                             "not a file for MTFTP: ask port 69");
    } else if (session->wants_size) {
        mtftp_session_tell_size(mtftp, session);
    } else if (content_size(download->content) / MTFTP_BLOCK_SIZE >= MTFTP_BLOCKS_MAX) {
        mtftp_session_refuse(mtftp, session, TRANSFER_REFUSED, TFTP_ERROR_UNDEFINED,
                             "too large for MTFTP: ask port 69");
    } else {
        mtftp_session_start(mtftp, session);
    }
}

void mtftp_take_answers(struct mtftp *mtftp) {
    for (struct answer *answer = tftp_mailbox_take(mtftp->mailbox); answer != NULL;
         answer = tftp_mailbox_take(mtftp->mailbox)) {
        struct mtftp_session *session = find_session(mtftp, &answer->open.client, NULL);
        if (session != NULL && session->download->id == answer->download) {
            session->download->mark = answer->open.mark;
            take_answer(mtftp, session, answer);
        }
        answer_free(answer);
    }
}

/* ---- Events ---------------------------------------------------------------------------------- */

static void take_error(struct mtftp *mtftp, struct mtftp_session *session,
                       const struct tftp_packet *packet) {
    const void *text = packet->message.size > 0 ? (const void *) packet->message.data : "";
    g_autofree char *quoted = log_quote(text, (gssize) packet->message.size);
    g_autofree char *message = g_strdup_printf("ERROR %u %s", packet->error, quoted);
    mtftp_session_end(mtftp, session, TRANSFER_ABORTED, message);
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
    struct mtftp_session *session = find_session(mtftp, &datagram->peer, NULL);
    if (session == NULL || session->download->content == NULL)
        return; /* of a transfer that is over, or of one that was replaced */
    if (packet.opcode == TFTP_ERROR) {
        take_error(mtftp, session, &packet);
    } else if (packet.opcode == TFTP_ACK) {
        struct transfer_event event = {.kind = TRANSFER_EVENT_ACK, .number = packet.block};
        mtftp_session_step(mtftp, session, &event, "");
    }
}

void mtftp_take_packets(struct mtftp *mtftp) {
    if (mtftp->socket == NULL)
        return;
    const struct udp_datagram *datagrams = NULL;
    unsigned count = udp_receive(mtftp->socket, mtftp->server->batch, &datagrams);
    for (unsigned i = 0; i < count; i++)
        take_packet(mtftp, &datagrams[i]);
}

void mtftp_take_timers(struct mtftp *mtftp) {
    int64_t now_us = g_get_monotonic_time();
    for (struct timer *timer = timers_due(&mtftp->timers, now_us); timer != NULL;
         timer = timers_due(&mtftp->timers, now_us))
        mtftp_session_take_timer(mtftp, (struct mtftp_session *) timer);
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
        mtftp_session_refuse(mtftp, g_ptr_array_index(mtftp->sessions, 0), TRANSFER_FAILED,
                             TFTP_ERROR_UNDEFINED, message);
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
