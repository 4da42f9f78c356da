/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The multicast server's life and the loop of its thread.
 */
#include "tftp/multicast-private.h"

#include "tftp/mtftp.h"

#define REQUEST_BYTES 1024 /* room for one datagram */

const char *multicast_counter_name(enum multicast_counter counter) {
    static const char *const names[MULTICAST_COUNTERS] = {
        [MULTICAST_COUNTER_STREAMS] = "multicast-streams",
        [MULTICAST_COUNTER_MEMBERS] = "multicast-members",
        [MULTICAST_COUNTER_JOINED] = "multicast-joined",
        [MULTICAST_COUNTER_ALONE] = "multicast-alone",
        [MULTICAST_COUNTER_COMPLETED] = "multicast-completed",
        [MULTICAST_COUNTER_LOST] = "multicast-lost",
        [MULTICAST_COUNTER_BLOCKS] = "multicast-blocks",
        [MULTICAST_COUNTER_BYTES] = "multicast-bytes",
        [MULTICAST_COUNTER_RESENT] = "multicast-resent",
        [MULTICAST_COUNTER_MASTERS] = "multicast-masters",
    };
    return counter < MULTICAST_COUNTERS ? names[counter] : "unknown";
}

static void take_packets(struct multicast_server *server, uint32_t slot) {
    if (slot == MULTICAST_TOKEN_MTFTP) {
        mtftp_take_packets(server->mtftp);
        return;
    }
    struct stream *stream = server->streams[slot];
    if (stream == NULL)
        return; /* it ended within this round */
    const struct udp_datagram *datagrams = NULL;
    unsigned count = udp_receive(stream->socket, server->batch, &datagrams);
    for (unsigned i = 0; i < count && server->streams[slot] == stream; i++)
        stream_take_packet(server, stream, &datagrams[i], g_get_monotonic_time());
}

static void take_timers(struct multicast_server *server) {
    int64_t now_us = g_get_monotonic_time();
    for (struct timer *timer = timers_due(&server->timers, now_us); timer != NULL;
         timer = timers_due(&server->timers, now_us))
        stream_take_timer(server, (struct stream *) timer, now_us);
}

void multicast_server_report(struct multicast_server *server, struct download *download,
                             const struct transfer_statistics *statistics) {
    gboolean completed = download->outcome == TRANSFER_COMPLETED;
    if (completed)
        server->counters[MULTICAST_COUNTER_COMPLETED]++;
    else if (download->outcome != TRANSFER_SIZE_PROBE)
        server->counters[MULTICAST_COUNTER_LOST]++;
    struct farewell *farewell = g_new0(struct farewell, 1);
    *farewell =
        (struct farewell){.link.data = farewell, .download = download, .statistics = *statistics};
    g_queue_push_tail_link(&server->ended, &farewell->link);
}

static void tell_end(const struct tftp_callbacks *owner, struct farewell *farewell) {
    struct tftp_report report = download_report(farewell->download, 0);
    report.statistics = farewell->statistics;
    if (owner->ended != NULL)
        owner->ended(owner->user, &report);
    download_free(farewell->download);
    g_free(farewell);
}

static void ask(const struct tftp_callbacks *owner, struct tftp_open *open) {
    if (owner->open != NULL)
        owner->open(owner->user, open);
    else
        tftp_open_serve(open, NULL);
}

static GQueue take_all(GQueue *queue) {
    GQueue all = *queue;
    g_queue_init(queue);
    return all;
}

/* Tells the owner of the ends and asks it for files, without the lock, since it has locks of its
 * own. FALSE: there was nothing. */
static gboolean tell_owner(struct multicast_server *server) {
    const struct tftp_callbacks *owner = &server->callbacks;
    GQueue ended = take_all(&server->ended);
    GQueue questions = take_all(mtftp_questions(server->mtftp));
    if (ended.length + questions.length == 0)
        return FALSE;
    g_mutex_unlock(&server->lock);
    if (owner->enter != NULL)
        owner->enter(owner->user);
    for (GList *link = g_queue_pop_head_link(&ended); link != NULL;
         link = g_queue_pop_head_link(&ended))
        tell_end(owner, link->data);
    for (struct tftp_open *open = g_queue_pop_head(&questions); open != NULL;
         open = g_queue_pop_head(&questions))
        ask(owner, open);
    if (owner->leave != NULL)
        owner->leave(owner->user);
    g_mutex_lock(&server->lock);
    return TRUE;
}

/* The owner may answer at once, and what comes of that is told, too. */
static void settle(struct multicast_server *server) {
    do {
        mtftp_take_answers(server->mtftp);
    } while (tell_owner(server));
}

static void stop_all(struct multicast_server *server) {
    for (unsigned i = 0; i < LIMIT_MULTICAST_GROUPS; i++)
        if (server->streams[i] != NULL)
            stream_stop(server, server->streams[i], "server stops", g_get_monotonic_time());
    mtftp_stop(server->mtftp, "server stops");
}

static int64_t time_to_wait(struct multicast_server *server) {
    int64_t next_us = timers_next_us(&server->timers);
    int64_t other_us = mtftp_next_us(server->mtftp);
    if (next_us < 0 || (other_us >= 0 && other_us < next_us))
        next_us = other_us;
    return next_us >= 0 ? MAX(next_us - g_get_monotonic_time(), 0) : -1;
}

static gpointer run(gpointer data) {
    struct multicast_server *server = data;
    uint32_t tokens[POLLER_EVENTS_MAX];
    g_mutex_lock(&server->lock);
    while (!server->stop) {
        int64_t timeout_us = time_to_wait(server);
        g_mutex_unlock(&server->lock);
        unsigned count = poller_wait(server->poller, timeout_us, tokens);
        g_mutex_lock(&server->lock);
        for (unsigned i = 0; i < count; i++)
            take_packets(server, tokens[i]);
        take_timers(server);
        mtftp_take_timers(server->mtftp);
        settle(server);
    }
    stop_all(server);
    settle(server);
    g_mutex_unlock(&server->lock);
    return NULL;
}

/* Most servers never need it. */
static void need_thread(struct multicast_server *server) {
    if (server->thread == NULL)
        server->thread = g_thread_new("multicast", run, server);
    poller_wake(server->poller); /* to another time to wait */
}

struct multicast_server *multicast_server_new(const struct multicast_server_options *options,
                                              GError **error) {
    struct poller *poller = poller_new(error);
    if (poller == NULL)
        return NULL;
    struct multicast_server *server = g_new0(struct multicast_server, 1);
    g_mutex_init(&server->lock);
    server->poller = poller;
    server->callbacks = options->callbacks;
    timers_init(&server->timers);
    g_queue_init(&server->ended);
    server->batch = udp_batch_new(REQUEST_BYTES);
    server->buffer = g_malloc(TFTP_HEADER_SIZE + LIMIT_TFTP_BLOCK_MAX);
    server->mtftp = mtftp_new(server);
    if (multicast_server_configure(server, options, error))
        return server;
    multicast_server_free(server);
    return NULL;
}

void multicast_server_free(struct multicast_server *server) {
    if (server == NULL)
        return;
    if (server->thread != NULL) {
        g_mutex_lock(&server->lock);
        server->stop = TRUE;
        g_mutex_unlock(&server->lock);
        poller_wake(server->poller);
        g_thread_join(server->thread);
    }
    mtftp_free(server->mtftp);
    poller_free(server->poller);
    timers_clear(&server->timers);
    multicast_settings_clear(&server->settings);
    udp_batch_free(server->batch);
    g_free(server->buffer);
    g_mutex_clear(&server->lock);
    g_free(server);
}

gboolean multicast_server_configure(struct multicast_server *server,
                                    const struct multicast_server_options *options,
                                    GError **error) {
    g_mutex_lock(&server->lock);
    multicast_settings_clear(&server->settings);
    multicast_settings_copy(options->settings, &server->settings);
    server->pace.bytes_per_second = options->settings->rate;
    gboolean good = mtftp_configure(server->mtftp, options, error);
    if (options->directory != NULL && good)
        need_thread(server);
    g_mutex_unlock(&server->lock);
    return good;
}

gboolean multicast_server_join(struct multicast_server *server, struct download *download,
                               struct content *content, gboolean is_near) {
    g_mutex_lock(&server->lock);
    /* What may pass no router reaches nobody behind one. */
    gboolean in_reach = is_near || server->settings.ttl > 1;
    struct stream *stream = in_reach ? stream_for(server, download, content) : NULL;
    server->counters[stream != NULL ? MULTICAST_COUNTER_JOINED : MULTICAST_COUNTER_ALONE]++;
    if (stream != NULL) {
        stream_join(server, stream, download, content, g_get_monotonic_time());
        need_thread(server);
    }
    g_mutex_unlock(&server->lock);
    return stream != NULL;
}

void multicast_server_running(struct multicast_server *server, unsigned most,
                              void (*visit)(const struct tftp_report *report, gpointer user),
                              gpointer user) {
    int64_t now_us = g_get_monotonic_time();
    g_mutex_lock(&server->lock);
    for (unsigned i = 0; i < LIMIT_MULTICAST_GROUPS; i++) {
        const struct stream *stream = server->streams[i];
        GList *link = stream != NULL ? stream->group.members.head : NULL;
        for (; link != NULL && most > 0; link = link->next, most--) {
            const struct receiver *receiver = link->data;
            struct tftp_report report = download_report(receiver->download, now_us);
            report.statistics = stream_statistics(stream, receiver, now_us);
            visit(&report, user);
        }
    }
    g_mutex_unlock(&server->lock);
}

void multicast_server_counters(struct multicast_server *server,
                               uint64_t ret_counters[MULTICAST_COUNTERS]) {
    g_mutex_lock(&server->lock);
    for (unsigned i = 0; i < MULTICAST_COUNTERS; i++)
        ret_counters[i] = server->counters[i];
    g_mutex_unlock(&server->lock);
}
