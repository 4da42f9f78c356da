/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The TFTP server from a request to its content: caps, name, options, the owner's answer.
 */
#include "tftp/server-private.h"

#include <string.h>

/* Requests that were refused before they had a download are answered from any data socket. */
#define REFUSAL_SOCKET 0

/* A read request on its way through the checks. */
struct request {
    const struct udp_datagram *datagram;
    const struct tftp_packet *packet;
    struct tftp_agreement agreement;
    struct tftp_open open;
};

/* Refuses a request that did not become a download. */
static void refuse_early(struct tftp_server *server, const struct request *request,
                         enum tftp_error error, const char *message) {
    server_send_error(server, REFUSAL_SOCKET, request->datagram, error, message);
    server_report(server, download_new(&request->open, REFUSAL_SOCKET), TRANSFER_REFUSED, message);
}

static unsigned link_mtu(const struct tftp_server *server, unsigned interface) {
    const struct interface *link =
        server->interfaces != NULL ? interfaces_find(server->interfaces, interface) : NULL;
    return link != NULL ? link->mtu : 0;
}

void server_publish(struct tftp_server *server) {
    if (server->share.running != NULL)
        g_atomic_int_set(&server->share.running[server->share.place],
                         (gint) download_table_count(server->table));
}

/* How many transfers may run here: the cap is for all servers on this port. */
static unsigned most_here(const struct tftp_server *server) {
    unsigned most = MIN(server->settings.transfers, server->most_transfers);
    unsigned elsewhere = 0;
    for (unsigned i = 0; i < server->share.count; i++) {
        if (i != server->share.place)
            elsewhere += (unsigned) g_atomic_int_get(&server->share.running[i]);
    }
    return most - MIN(most, elsewhere);
}

/* Makes room for one more where it can; FALSE: the request is dropped and counted. Silence, since
 * a client that hears nothing asks again, and one that hears an ERROR gives up. */
static gboolean make_room(struct tftp_server *server, const struct address *client,
                          unsigned *ret_socket) {
    for (;;) {
        switch (download_table_room(server->table, client, most_here(server), ret_socket)) {
        case DOWNLOAD_ROOM:
            return TRUE;
        case DOWNLOAD_ROOM_SOURCE:
            server->counters[TFTP_COUNTER_LIMIT_SOURCE]++;
            return FALSE;
        case DOWNLOAD_ROOM_CLIENT:
            server->counters[TFTP_COUNTER_LIMIT_CLIENT]++;
            return FALSE;
        case DOWNLOAD_ROOM_TOTAL:
            server->counters[TFTP_COUNTER_LIMIT_TOTAL]++;
            break;
        }
        /* A flood from invented addresses never answers; real clients do within milliseconds. */
        struct download *oldest = download_table_oldest(server->table);
        if (oldest == NULL)
            return FALSE;
        server_end(server, oldest, TRANSFER_TIMED_OUT,
                   "too many transfers at once, and this client has not answered yet");
    }
}

static void begin_download(struct tftp_server *server, const struct request *request,
                           unsigned socket) {
    struct download *download = download_new(&request->open, socket);
    download->agreement = request->agreement;
    download->settings = server->settings;
    download->id = ++server->last_id;
    if (download->agreement.netascii)
        server->netascii++;
    download_table_add(server->table, download);
    server_publish(server);
    server_ask(server, download);
}

/* Whether the client repeats what it asked for, rather than asking for it in another way. */
static gboolean is_same_request(const struct download *old, const struct request *request) {
    return tftp_agreement_equal(&old->agreement, &request->agreement) &&
           address_equal(&old->server, &request->open.server);
}

static void take_read_request(struct tftp_server *server, struct request *request) {
    server->counters[TFTP_COUNTER_REQUESTS]++;
    char name[TFTP_PATH_MAX];
    enum tftp_path_status status =
        tftp_path_canonical(request->packet->file.data, request->packet->file.size, name);
    if (status != TFTP_PATH_OK) {
        refuse_early(server, request, TFTP_ERROR_ACCESS, tftp_path_status_text(status));
        return;
    }
    request->open.name = name;
    unsigned family = request->open.client.family;
    if (tftp_options_agree(request->packet, &server->settings,
                           link_mtu(server, request->open.interface), family,
                           &request->agreement) != TFTP_OPTIONS_OK) {
        server->counters[TFTP_COUNTER_MODE_REFUSED]++;
        refuse_early(server, request, TFTP_ERROR_ILLEGAL, "unknown mode: use octet");
        return;
    }
    if (request->agreement.netascii && server->netascii >= LIMIT_NETASCII) {
        server->counters[TFTP_COUNTER_LIMIT_TOTAL]++;
        return;
    }
    struct download *old = download_table_find_name(server->table, &request->open.client, name);
    /* While its content is on the way, asking again must not start the wait anew. */
    if (old != NULL &&
        (old->content == NULL || (is_same_request(old, request) && server_repeat(server, old)))) {
        server->counters[TFTP_COUNTER_REPEATED]++;
        return;
    }
    if (old != NULL)
        server_end(server, old, TRANSFER_REPLACED, "the client asked anew");
    unsigned socket = 0;
    if (make_room(server, &request->open.client, &socket))
        begin_download(server, request, socket);
}

void server_take_request(struct tftp_server *server, const struct udp_datagram *datagram) {
    static const uint8_t broadcast[4] = {255, 255, 255, 255};
    struct tftp_packet packet;
    struct span bytes = {.data = datagram->data, .size = datagram->size};
    /* RFC 1123 section 4.2.3.5: a request to the broadcast address is for nobody. Source port 0
     * cannot be answered. */
    if (datagram->truncated || datagram->peer.port == 0 || tftp_parse(bytes, &packet) != TFTP_OK ||
        memcmp(datagram->local.bytes, broadcast, sizeof(broadcast)) == 0) {
        server->counters[TFTP_COUNTER_MALFORMED]++;
        return;
    }
    if (packet.opcode == TFTP_WRQ) {
        server->counters[TFTP_COUNTER_WRITE_REFUSED]++;
        server_send_error(server, REFUSAL_SOCKET, datagram, TFTP_ERROR_ACCESS,
                          "this server is read-only");
        return;
    }
    if (packet.opcode != TFTP_RRQ) {
        server->counters[TFTP_COUNTER_MALFORMED]++;
        return;
    }
    char wire_name[SERVER_REQUEST_BYTES + 1];
    memcpy(wire_name, packet.file.data, packet.file.size);
    wire_name[packet.file.size] = '\0';
    struct request request = {
        .datagram = datagram,
        .packet = &packet,
        .open = {.client = datagram->peer,
                 .server = datagram->local,
                 .interface = datagram->interface,
                 .name = "",
                 .wire_name = wire_name,
                 .arrived_us = g_get_monotonic_time()},
    };
    take_read_request(server, &request);
}

static enum tftp_error error_of_content(const GError *error) {
    if (error == NULL || error->code == CONTENT_ERROR_NOT_FOUND)
        return TFTP_ERROR_NOT_FOUND;
    return error->code == CONTENT_ERROR_FAILED ? TFTP_ERROR_UNDEFINED : TFTP_ERROR_ACCESS;
}

/* RFC 1350's usual text. */
static const char *usual_text(enum tftp_error error) {
    switch (error) {
    case TFTP_ERROR_NOT_FOUND:
        return "file not found";
    case TFTP_ERROR_ACCESS:
        return "access violation";
    default:
        return "the file cannot be sent";
    }
}

void server_forget_found(struct tftp_server *server) {
    g_clear_pointer(&server->found.content, content_unref);
}

/* A file that a thousand machines ask for at once is looked for once a batch: all of these requests
 * came before we looked. */
static struct content *find_name(struct tftp_server *server, const char *name, GError **error) {
    struct found *found = &server->found;
    if (found->content == NULL || strcmp(found->name, name) != 0) {
        server_forget_found(server);
        found->content = content_root_find(server->root, name, error);
        if (g_strlcpy(found->name, name, sizeof(found->name)) >= sizeof(found->name))
            found->name[0] = '\0'; /* too long to be remembered */
    }
    return found->content != NULL ? content_ref(found->content) : NULL;
}

/* The first of the answer's names that is below the root; else NULL, and why the last is not. */
static struct content *find_below_root(struct tftp_server *server, const struct answer *answer,
                                       enum tftp_error *ret_error) {
    enum tftp_error error = TFTP_ERROR_NOT_FOUND;
    for (unsigned i = 0; server->root != NULL && answer->names[i] != NULL; i++) {
        g_autoptr(GError) failure = NULL;
        struct content *content = find_name(server, answer->names[i], &failure);
        if (content != NULL)
            return content;
        error = error_of_content(failure);
    }
    *ret_error = error;
    return NULL;
}

void server_take_answer(struct tftp_server *server, struct answer *answer) {
    struct download *download =
        download_table_find(server->table, &answer->open.client, answer->socket);
    if (download == NULL || download->id != answer->download) {
        server->counters[TFTP_COUNTER_LATE] += answer->rings ? 0 : 1;
        answer_free(answer);
        return;
    }
    if (answer->rings) {
        server_take_bytes(server, download);
        answer_free(answer);
        return;
    }
    download->mark = answer->open.mark;
    enum tftp_error error = (enum tftp_error) answer->refusal;
    struct content *content = g_steal_pointer(&answer->content);
    if (answer->serve)
        content = find_below_root(server, answer, &error);
    if (answer->refusal == TFTP_REFUSAL_BUSY) {
        server->counters[TFTP_COUNTER_LIMIT_TOTAL]++;
        server_end(server, download, TRANSFER_FAILED, answer->message);
    } else if (content != NULL) {
        server_start(server, download, content);
    } else {
        server_refuse(server, download, TRANSFER_REFUSED, error,
                      answer->message != NULL ? answer->message : usual_text(error));
    }
    answer_free(answer);
}
