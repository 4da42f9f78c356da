/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The TFTP server's inside, shared by its own files: server.c (life and loop), server-request.c
 * (from a request to its content), server-transfer.c (from the content to the end), server-send.c
 * (what goes to clients), server-due.c (a window on its way) and server-owner.c (what the owner is
 * asked and told).
 */
#pragma once

#include "codec/tftp.h"
#include "net/poller.h"
#include "net/udp-outbox.h"
#include "tftp/content-cache.h"
#include "tftp/mailbox.h"
#include "tftp/multicast-server.h"
#include "tftp/server.h"
#include "tftp/download.h"

struct feed;

#define SERVER_LISTENERS_MAX 64
#define SERVER_REQUEST_BYTES 1024 /* room for one datagram: twice the longest request */

/* What was found below the root last, within one batch of answers. */
struct found {
    char name[TFTP_PATH_MAX];
    struct content *content; /* NULL: nothing */
};

struct tftp_server {
    struct udp_socket *listeners[SERVER_LISTENERS_MAX];
    unsigned n_listeners;
    struct udp_socket *sockets[DOWNLOAD_SOCKETS]; /* transfers' */
    struct poller *poller;
    struct tftp_mailbox *mailbox;
    struct multicast_server *multicast; /* the owner's; NULL: none */
    GThread *thread;
    gint stop; /* atomic */
    struct tftp_callbacks callbacks;

    struct tftp_share share;
    unsigned most_transfers; /* that our file descriptors suffice for */

    GMutex lock; /* over all below: held by the thread but while it waits for packets */
    struct tftp_settings settings;
    struct content_root *root;
    struct interfaces *interfaces;
    struct download_table *table;
    struct timers timers;
    uint64_t counters[TFTP_COUNTERS];
    uint64_t last_id;
    struct pace pace;  /* of all transfers together */
    unsigned netascii; /* transfers with converted text under way */

    /* The thread's own. */
    GQueue asked;   /* struct tftp_open, for the owner */
    GQueue ended;   /* struct download, by its link: the same */
    int64_t now_us; /* when it woke up: one look at the clock serves a batch */
    struct udp_batch *batch;
    struct udp_outbox *outbox; /* flushed before the thread waits */
    struct content_cache *cache;
    struct found found;
};

/* Lets the others on this port know how many transfers there are. */
void server_publish(struct tftp_server *server);

/* A datagram on one of the listeners. */
void server_take_request(struct tftp_server *server, const struct udp_datagram *datagram);

/* The owner's answer; frees it. */
void server_take_answer(struct tftp_server *server, struct answer *answer);

/* A batch of answers is over: what was found for it is looked for anew. */
void server_forget_found(struct tftp_server *server);

/* A datagram on a data socket. */
void server_take_packet(struct tftp_server *server, unsigned socket,
                        const struct udp_datagram *datagram);

/* The time of the download's timer has come. */
void server_take_timer(struct tftp_server *server, struct download *download);

/* A udp_unread_fn for the paths of downloads; `user` is the server. */
void server_take_unread(struct udp_path *path, gpointer user);

/* The download has its content, whose reference it takes over: the first packet goes out. */
void server_start(struct tftp_server *server, struct download *download, struct content *content);

/* The client repeats its request. FALSE: it begins anew, and the download is over. */
gboolean server_repeat(struct tftp_server *server, struct download *download);

/* Send by the outbox. FALSE with errno: the content cannot be read. */
void server_send_oack(struct tftp_server *server, struct download *download);
gboolean server_send_blocks(struct tftp_server *server, struct download *download, uint64_t first,
                            unsigned count);

/* Sends what the state machine wants sent, as far as it is there, and sets the timer. The rest when
 * more has come. FALSE with errno: the content cannot be read. */
gboolean server_send_window(struct tftp_server *server, struct download *download,
                            const struct transfer_action *action);
gboolean server_send_rest(struct tftp_server *server, struct download *download);

/* Has server_take_bytes() called when the feed has what the download waits for, as it is when the
 * timer of a window that was kept back runs out. */
void server_listen(struct tftp_server *server, const struct download *download, struct feed *feed);
void server_take_bytes(struct tftp_server *server, struct download *download);

/* Sends one ERROR from a data socket to `peer`, at once. */
void server_send_error(struct tftp_server *server, unsigned socket, const struct udp_datagram *peer,
                       enum tftp_error error, const char *message);

/* Tells the client by an ERROR, then ends the download. */
void server_refuse(struct tftp_server *server, struct download *download,
                   enum transfer_outcome outcome, enum tftp_error error, const char *message);

/* Counts the end of the download and has it told to the owner. */
void server_end(struct tftp_server *server, struct download *download,
                enum transfer_outcome outcome, const char *message);

/* The same for one that never came into the table. */
void server_report(struct tftp_server *server, struct download *download,
                   enum transfer_outcome outcome, const char *message);

/* Has the owner asked for the download's content; ends it when too many are being asked for. */
void server_ask(struct tftp_server *server, struct download *download);

/* Whether there is something to tell. */
gboolean server_has_news(const struct tftp_server *server);

/* Tells it: ends and questions, in one batch. Without the server's lock. */
void server_tell_owner(struct tftp_server *server);
