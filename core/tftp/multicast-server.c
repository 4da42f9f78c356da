/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The multicast server's life and the loop of its thread.
 */
#include "tftp/multicast-private.h"

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

/* Tells the owner of the ends, without the lock, since the owner has locks of its own. */
static void tell_owner(struct multicast_server *server) {
    const struct tftp_callbacks *owner = &server->callbacks;
    GQueue ended = server->ended;
    g_queue_init(&server->ended);
    if (ended.length == 0)
        return;
    g_mutex_unlock(&server->lock);
    if (owner->enter != NULL)
        owner->enter(owner->user);
    for (GList *link = g_queue_pop_head_link(&ended); link != NULL;
         link = g_queue_pop_head_link(&ended)) {
        struct receiver *receiver = link->data;
        struct tftp_report report = download_report(receiver->download, 0);
        report.statistics = receiver->statistics;
        if (owner->ended != NULL)
            owner->ended(owner->user, &report);
        download_free(receiver->download);
        g_free(receiver);
    }
    if (owner->leave != NULL)
        owner->leave(owner->user);
    g_mutex_lock(&server->lock);
}

static void stop_all(struct multicast_server *server) {
    for (unsigned i = 0; i < LIMIT_MULTICAST_GROUPS; i++)
        if (server->streams[i] != NULL)
            stream_stop(server, server->streams[i], "server stops", g_get_monotonic_time());
}

static int64_t time_to_wait(struct multicast_server *server) {
    int64_t next_us = timers_next_us(&server->timers);
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
        tell_owner(server);
    }
    stop_all(server);
    tell_owner(server);
    g_mutex_unlock(&server->lock);
    return NULL;
}

struct multicast_server *multicast_server_new(const struct multicast_settings *settings,
                                              const struct tftp_callbacks *callbacks,
                                              GError **error) {
    struct poller *poller = poller_new(error);
    if (poller == NULL)
        return NULL;
    struct multicast_server *server = g_new0(struct multicast_server, 1);
    g_mutex_init(&server->lock);
    server->poller = poller;
    server->callbacks = *callbacks;
    multicast_settings_copy(settings, &server->settings);
    server->pace.bytes_per_second = settings->rate;
    timers_init(&server->timers);
    g_queue_init(&server->ended);
    server->batch = udp_batch_new(REQUEST_BYTES);
    server->buffer = g_malloc(TFTP_HEADER_SIZE + LIMIT_TFTP_BLOCK_MAX);
    return server;
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
    poller_free(server->poller);
    timers_clear(&server->timers);
    multicast_settings_clear(&server->settings);
    udp_batch_free(server->batch);
    g_free(server->buffer);
    g_mutex_clear(&server->lock);
    g_free(server);
}

void multicast_server_configure(struct multicast_server *server,
                                const struct multicast_settings *settings) {
    g_mutex_lock(&server->lock);
    multicast_settings_clear(&server->settings);
    multicast_settings_copy(settings, &server->settings);
    server->pace.bytes_per_second = settings->rate;
    g_mutex_unlock(&server->lock);
}

gboolean multicast_server_join(struct multicast_server *server, struct download *download,
                               struct content *content) {
    g_mutex_lock(&server->lock);
    struct stream *stream = stream_for(server, download, content);
    server->counters[stream != NULL ? MULTICAST_COUNTER_JOINED : MULTICAST_COUNTER_ALONE]++;
    if (stream != NULL) {
        stream_join(server, stream, download, content, g_get_monotonic_time());
        /* Most servers never need it. */
        if (server->thread == NULL)
            server->thread = g_thread_new("multicast", run, server);
        poller_wake(server->poller); /* to another time to wait */
    }
    g_mutex_unlock(&server->lock);
    return stream != NULL;
}

void multicast_server_counters(struct multicast_server *server,
                               uint64_t ret_counters[MULTICAST_COUNTERS]) {
    g_mutex_lock(&server->lock);
    for (unsigned i = 0; i < MULTICAST_COUNTERS; i++)
        ret_counters[i] = server->counters[i];
    g_mutex_unlock(&server->lock);
}
