/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The TFTP server's life and the loop of its thread.
 */
#include "tftp/server-private.h"

#include <errno.h>
#include <sys/resource.h>
#include <unistd.h>

#define OTHER_DESCRIPTORS 256 /* left to the rest of the daemon */

const char *tftp_counter_name(enum tftp_counter counter) {
    static const char *const names[TFTP_COUNTERS] = {
        [TFTP_COUNTER_REQUESTS] = "requests",
        [TFTP_COUNTER_COMPLETED] = "completed",
        [TFTP_COUNTER_SIZE_PROBES] = "size-probes",
        [TFTP_COUNTER_ABORTED] = "aborted",
        [TFTP_COUNTER_TIMED_OUT] = "timed-out",
        [TFTP_COUNTER_REFUSED] = "refused",
        [TFTP_COUNTER_FAILED] = "failed",
        [TFTP_COUNTER_REPLACED] = "replaced",
        [TFTP_COUNTER_REPEATED] = "repeated",
        [TFTP_COUNTER_WRITE_REFUSED] = "write-refused",
        [TFTP_COUNTER_MALFORMED] = "malformed",
        [TFTP_COUNTER_MODE_REFUSED] = "mode-refused",
        [TFTP_COUNTER_LIMIT_TOTAL] = "limit-total",
        [TFTP_COUNTER_LIMIT_SOURCE] = "limit-source",
        [TFTP_COUNTER_LIMIT_CLIENT] = "limit-client",
        [TFTP_COUNTER_FOREIGN] = "foreign",
        [TFTP_COUNTER_LATE] = "late",
        [TFTP_COUNTER_BYTES] = "bytes",
    };
    return counter < TFTP_COUNTERS ? names[counter] : "unknown";
}

/* Tokens: the data sockets first, then the listeners. */
static void take_packets(struct tftp_server *server, uint32_t token) {
    gboolean request = token >= DOWNLOAD_SOCKETS;
    struct udp_socket *socket =
        request ? server->listeners[token - DOWNLOAD_SOCKETS] : server->sockets[token];
    const struct udp_datagram *datagrams = NULL;
    unsigned count = udp_receive(socket, server->batch, &datagrams);
    for (unsigned i = 0; i < count; i++) {
        if (request)
            server_take_request(server, &datagrams[i]);
        else
            server_take_packet(server, token, &datagrams[i]);
    }
}

/* The listeners last: a client's next request must not overtake its last acknowledgement. */
static void take_all(struct tftp_server *server, const uint32_t *tokens, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        if (tokens[i] < DOWNLOAD_SOCKETS)
            take_packets(server, tokens[i]);
    }
    for (unsigned i = 0; i < count; i++) {
        if (tokens[i] >= DOWNLOAD_SOCKETS)
            take_packets(server, tokens[i]);
    }
}

static void take_timers(struct tftp_server *server) {
    for (struct timer *timer = timers_due(&server->timers, server->now_us); timer != NULL;
         timer = timers_due(&server->timers, server->now_us))
        server_take_timer(server, (struct download *) timer);
}

/* How long the thread may wait for packets; -1: for ever. */
static int64_t time_to_wait(struct tftp_server *server) {
    int64_t next_us = timers_next_us(&server->timers);
    int64_t idle_us = content_cache_expire(server->cache, server->now_us);
    if (next_us < 0 || (idle_us >= 0 && idle_us < next_us))
        next_us = idle_us;
    return next_us >= 0 ? MAX(next_us - g_get_monotonic_time(), 0) : -1;
}

static void end_all(struct tftp_server *server) {
    for (struct download *download = download_table_any(server->table); download != NULL;
         download = download_table_any(server->table))
        server_refuse(server, download, TRANSFER_FAILED, TFTP_ERROR_UNDEFINED, "server stops");
}

/* The owner may answer at once, and what comes of its answers is told, too. It may also keep us
 * waiting, so what is to be sent goes first. */
static void settle(struct tftp_server *server) {
    do {
        udp_outbox_flush(server->outbox);
        if (server_has_news(server)) {
            g_mutex_unlock(&server->lock);
            server_tell_owner(server);
            g_mutex_lock(&server->lock);
            server->now_us = g_get_monotonic_time();
        }
        for (struct answer *answer = tftp_mailbox_take(server->mailbox); answer != NULL;
             answer = tftp_mailbox_take(server->mailbox))
            server_take_answer(server, answer);
        server_forget_found(server);
    } while (server_has_news(server));
    udp_outbox_flush(server->outbox);
}

static gpointer run(gpointer data) {
    struct tftp_server *server = data;
    tftp_mailbox_take_home(server->mailbox);
    uint32_t tokens[POLLER_EVENTS_MAX];
    g_mutex_lock(&server->lock);
    while (!g_atomic_int_get(&server->stop)) {
        server_publish(server);
        int64_t timeout_us = time_to_wait(server);
        g_mutex_unlock(&server->lock);
        unsigned count = poller_wait(server->poller, timeout_us, tokens);
        g_mutex_lock(&server->lock);
        server->now_us = g_get_monotonic_time();
        take_all(server, tokens, count);
        udp_outbox_flush(server->outbox);
        take_timers(server);
        settle(server);
    }
    end_all(server);
    settle(server);
    g_mutex_unlock(&server->lock);
    return NULL;
}

static gboolean watch(struct tftp_server *server, struct udp_socket *socket, uint32_t token,
                      GError **error) {
    if (poller_add(server->poller, udp_descriptor(socket), token))
        return TRUE;
    g_set_error(error, UDP_ERROR, UDP_ERROR_FAILED, "cannot watch a TFTP socket: %s",
                g_strerror(errno));
    return FALSE;
}

static gboolean add_listener(struct tftp_server *server, struct udp_socket *socket,
                             GError **error) {
    if (socket == NULL)
        return FALSE;
    unsigned place = server->n_listeners++;
    server->listeners[place] = socket;
    return watch(server, socket, DOWNLOAD_SOCKETS + place, error);
}

static gboolean open_listeners(struct tftp_server *server,
                               const struct tftp_server_options *options, GError **error) {
    static const struct address everywhere = {.family = 4, .port = TFTP_PORT};
    const struct address *listen = options->n_listen > 0 ? options->listen : &everywhere;
    unsigned count = MIN(MAX(options->n_listen, 1), SERVER_LISTENERS_MAX);
    for (unsigned i = 0; i < count; i++) {
        struct udp_options udp = {.local = listen[i], .sharded = server->share.count > 1};
        if (!add_listener(server, udp_open(&udp, error), error))
            return FALSE;
    }
    return TRUE;
}

/* Each descriptor ends up in a listener or closed. */
static gboolean adopt_listeners(struct tftp_server *server,
                                const struct tftp_server_options *options, GError **error) {
    gboolean good = server->poller != NULL;
    for (unsigned i = 0; i < options->n_inherited; i++) {
        struct udp_options udp = {0};
        struct udp_socket *socket = NULL;
        if (good && i < SERVER_LISTENERS_MAX)
            socket = udp_adopt(options->inherited[i], &udp, error);
        if (socket == NULL)
            close(options->inherited[i]);
        good = good && add_listener(server, socket, error);
    }
    return good;
}

static gboolean open_data_sockets(struct tftp_server *server, GError **error) {
    struct udp_options udp = {.local = {.family = udp_local(server->listeners[0]).family},
                              .plain = TRUE,
                              .send_buffer = LIMIT_SEND_BUFFER};
    for (unsigned i = 0; i < DOWNLOAD_SOCKETS; i++) {
        server->sockets[i] = udp_open(&udp, error);
        if (server->sockets[i] == NULL || !watch(server, server->sockets[i], i, error))
            return FALSE;
    }
    return TRUE;
}

/* How many transfers the process' descriptors suffice for, since each holds a file open and a flood
 * of requests must not keep the rest of the daemon from opening its own. The soft limit exists for
 * programs that use select(2); we raise it to the hard one. */
static unsigned most_transfers(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return LIMIT_TRANSFERS;
    struct rlimit raised = {.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
    if (limit.rlim_cur < limit.rlim_max && setrlimit(RLIMIT_NOFILE, &raised) == 0)
        limit = raised;
    rlim_t others = MIN(OTHER_DESCRIPTORS, limit.rlim_cur / 2);
    return (unsigned) CLAMP(limit.rlim_cur - others, 1, LIMIT_TRANSFERS);
}

static struct tftp_server *server_alloc(const struct tftp_server_options *options) {
    struct tftp_server *server = g_new0(struct tftp_server, 1);
    g_mutex_init(&server->lock);
    server->callbacks = options->callbacks;
    server->multicast = options->multicast;
    server->share = options->share;
    server->settings = tftp_settings_complete(&options->settings);
    server->root = options->root != NULL ? content_root_ref(options->root) : NULL;
    server->interfaces = options->interfaces != NULL ? interfaces_ref(options->interfaces) : NULL;
    server->most_transfers = most_transfers();
    server->table = download_table_new();
    timers_init(&server->timers);
    server->batch = udp_batch_new(SERVER_REQUEST_BYTES);
    server->outbox = udp_outbox_new(server_take_unread, server);
    server->cache = content_cache_new();
    server->now_us = g_get_monotonic_time();
    g_queue_init(&server->asked);
    g_queue_init(&server->ended);
    return server;
}

struct tftp_server *tftp_server_new(const struct tftp_server_options *options, GError **error) {
    struct tftp_server *server = server_alloc(options);
    server->poller = poller_new(error);
    gboolean good = server->poller != NULL;
    if (good)
        server->mailbox = tftp_mailbox_new(server->poller);
    /* Even after a failure, since it closes what was handed over. */
    if (options->n_inherited > 0)
        good = adopt_listeners(server, options, error);
    else
        good = good && open_listeners(server, options, error);
    if (!good || !open_data_sockets(server, error)) {
        tftp_server_free(server);
        return NULL;
    }
    server->thread = g_thread_new("tftp", run, server);
    return server;
}

void tftp_server_free(struct tftp_server *server) {
    if (server == NULL)
        return;
    if (server->thread != NULL) {
        g_atomic_int_set(&server->stop, 1);
        poller_wake(server->poller);
        g_thread_join(server->thread);
    }
    if (server->mailbox != NULL) {
        tftp_mailbox_close(server->mailbox);
        tftp_mailbox_unref(server->mailbox);
    }
    for (unsigned i = 0; i < server->n_listeners; i++)
        udp_close(server->listeners[i]);
    for (unsigned i = 0; i < DOWNLOAD_SOCKETS; i++)
        udp_close(server->sockets[i]);
    poller_free(server->poller);
    download_table_free(server->table);
    timers_clear(&server->timers);
    content_root_unref(server->root);
    interfaces_unref(server->interfaces);
    udp_batch_free(server->batch);
    udp_outbox_free(server->outbox);
    content_cache_free(server->cache);
    g_mutex_clear(&server->lock);
    g_free(server);
}

uint16_t tftp_server_port(const struct tftp_server *server) {
    return udp_local(server->listeners[0]).port;
}

void tftp_server_configure(struct tftp_server *server, const struct tftp_settings *settings,
                           struct content_root *root, struct interfaces *interfaces) {
    g_mutex_lock(&server->lock);
    server->settings = tftp_settings_complete(settings);
    content_root_unref(server->root);
    server->root = root != NULL ? content_root_ref(root) : NULL;
    interfaces_unref(server->interfaces);
    server->interfaces = interfaces != NULL ? interfaces_ref(interfaces) : NULL;
    g_mutex_unlock(&server->lock);
}

void tftp_server_counters(struct tftp_server *server, uint64_t ret_counters[TFTP_COUNTERS],
                          unsigned *ret_running) {
    g_mutex_lock(&server->lock);
    for (unsigned i = 0; i < TFTP_COUNTERS; i++)
        ret_counters[i] = server->counters[i];
    if (ret_running != NULL)
        *ret_running = download_table_count(server->table);
    g_mutex_unlock(&server->lock);
}

struct visit {
    void (*visit)(const struct tftp_report *report, gpointer user);
    gpointer user;
    unsigned left;
    int64_t now_us;
};

static gboolean visit_download(struct download *download, gpointer data) {
    struct visit *visit = data;
    if (visit->left == 0)
        return FALSE;
    visit->left--;
    struct tftp_report report = download_report(download, visit->now_us);
    visit->visit(&report, visit->user);
    return TRUE;
}

void tftp_server_running(struct tftp_server *server, unsigned most,
                         void (*visit)(const struct tftp_report *report, gpointer user),
                         gpointer user) {
    struct visit all = {
        .visit = visit, .user = user, .left = most, .now_us = g_get_monotonic_time()};
    g_mutex_lock(&server->lock);
    download_table_foreach(server->table, visit_download, &all);
    g_mutex_unlock(&server->lock);
}
