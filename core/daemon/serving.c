/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Files for clients: life, and the door between the transfer thread and the world.
 */
#include "daemon/serving-private.h"

#include "base/log.h"
#include "daemon/fetched.h"
#include "daemon/state.h"
#include "daemon/world.h"
#include "net/udp.h"
#include "tftp/feed.h"

#define FILE_THREADS 4   /* that may wait for a disk or a provider's reader */
#define RUNNING_MOST 256 /* transfers that status lists */

/* ---- The desk: what was left is taken first, so that it stays in order ------------------------ */

static gpointer take_first(struct desk *desk, GQueue *queue) {
    g_mutex_lock(&desk->lock);
    gpointer first = g_queue_pop_head(queue);
    g_mutex_unlock(&desk->lock);
    return first;
}

/* Inside the world. */
static void clear_desk(struct desk *desk) {
    struct serving *serving = desk->serving;
    for (struct tftp_report *report = take_first(desk, &desk->ends); report != NULL;
         report = take_first(desk, &desk->ends)) {
        fetched_note(serving->daemon, serving->locator, report);
        fetched_free(report);
    }
    for (struct tftp_open *open = take_first(desk, &desk->opens); open != NULL;
         open = take_first(desk, &desk->opens))
        serving_ask(serving, open);
}

static gboolean take_desk(gpointer desk) {
    clear_desk(desk);
    return G_SOURCE_REMOVE;
}

static void leave_at_desk(struct desk *desk, GQueue *queue, gpointer what) {
    g_mutex_lock(&desk->lock);
    gboolean was_empty = desk->opens.length + desk->ends.length == 0;
    g_queue_push_tail(queue, what);
    g_mutex_unlock(&desk->lock);
    if (!was_empty)
        return;
    g_autoptr(GSource) source = g_idle_source_new();
    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, take_desk, desk, NULL);
    g_source_attach(source, NULL);
}

/* ---- Transfer thread ------------------------------------------------------------------------- */

static void on_enter(gpointer user) {
    struct desk *desk = user;
    desk->is_inside = world_try_enter(desk->serving->daemon->world);
    if (desk->is_inside)
        clear_desk(desk);
}

static void on_leave(gpointer user) {
    struct desk *desk = user;
    if (desk->is_inside)
        world_leave(desk->serving->daemon->world);
    desk->is_inside = FALSE;
}

static void on_open(gpointer user, struct tftp_open *open) {
    struct desk *desk = user;
    if (!g_utf8_validate(open->name, -1, NULL)) {
        /* The contract hands providers UTF-8 and nothing else. */
        tftp_open_complete(open, NULL, TFTP_REFUSAL_NOT_FOUND, NULL);
        return;
    }
    if (desk->is_inside)
        serving_ask(desk->serving, open);
    else
        leave_at_desk(desk, &desk->opens, open);
}

static void on_ended(gpointer user, const struct tftp_report *report) {
    struct desk *desk = user;
    if (desk->is_inside)
        fetched_note(desk->serving->daemon, desk->serving->locator, report);
    else
        leave_at_desk(desk, &desk->ends, fetched_copy(report));
}

static struct tftp_callbacks open_desk(struct serving *serving, struct desk *desk) {
    desk->serving = serving;
    g_mutex_init(&desk->lock);
    return (struct tftp_callbacks){
        .enter = on_enter, .leave = on_leave, .open = on_open, .ended = on_ended, .user = desk};
}

static void close_desk(struct desk *desk) {
    g_mutex_clear(&desk->lock);
}

/* ---- Life ------------------------------------------------------------------------------------ */

static struct multicast_server_options multicast_options(const struct serving *serving) {
    const struct config *config = serving->daemon->config;
    return (struct multicast_server_options){.settings = &config->multicast,
                                             .directory = config->mtftp,
                                             .tftp = config->tftp,
                                             .root = serving->root};
}

static gboolean start_pool(struct serving *serving, GError **error) {
    const struct daemon *daemon = serving->daemon;
    struct tftp_callbacks callbacks[LIMIT_THREADS];
    for (unsigned i = 0; i < LIMIT_THREADS; i++)
        callbacks[i] = open_desk(serving, &serving->desks[i]);
    int inherited = udp_inherited(69);
    struct tftp_server_options options = {
        .settings = daemon->config->tftp,
        .root = serving->root,
        .multicast = serving->multicast,
        .inherited = &inherited,
        .n_inherited = inherited >= 0 ? 1 : 0,
        .interfaces = daemon->interfaces,
    };
    unsigned threads = MAX(daemon->config->tftp_threads, 1);
    serving->pool = tftp_pool_new(&options, callbacks, threads, error);
    if (serving->pool != NULL && tftp_pool_count(serving->pool) < threads)
        log_warning(
            "port 69 was handed over by the service manager as one socket: one thread sends "
            "files, not %u; take it out of the socket unit to have more",
            threads);
    return serving->pool != NULL;
}

struct serving *serving_new(struct daemon *daemon, GError **error) {
    struct serving *serving = g_new0(struct serving, 1);
    serving->daemon = daemon;
    serving->root = content_root_open(daemon->config->root, error);
    if (serving->root == NULL) {
        serving_free(serving);
        return NULL;
    }
    serving->locator = locator_new(daemon->sessions, daemon->neighbours);
    struct multicast_server_options multicast = multicast_options(serving);
    multicast.callbacks = open_desk(serving, &serving->multicast_desk);
    serving->multicast = multicast_server_new(&multicast, error);
    if (serving->multicast == NULL) {
        serving_free(serving);
        return NULL;
    }
    serving->file_threads =
        g_thread_pool_new(serving_answer_from_file, NULL, FILE_THREADS, FALSE, NULL);
    serving->feeds = feeds_new();
    if (start_pool(serving, error))
        return serving;
    serving_free(serving);
    return NULL;
}

void serving_free(struct serving *serving) {
    if (serving == NULL)
        return;
    struct world *world = serving->daemon->world;
    world_leave(world); /* their threads may want to enter before they end */
    tftp_pool_free(serving->pool);
    multicast_server_free(serving->multicast);
    world_enter(world);
    for (unsigned i = 0; i < LIMIT_THREADS; i++)
        clear_desk(&serving->desks[i]);
    clear_desk(&serving->multicast_desk);
    /* What the transfer thread still left ends here; providers that are asked at this moment
     * answer, or miss their deadline, into tftp_open_complete, which then is a no-op. */
    while (world_iterate(world, serving->asking > 0) || serving->asking > 0) {
    }
    world_leave(world);
    if (serving->file_threads != NULL)
        g_thread_pool_free(serving->file_threads, FALSE, TRUE);
    feeds_free(serving->feeds);
    world_enter(world);
    if (serving->root != NULL)
        content_root_unref(serving->root);
    locator_free(serving->locator);
    for (unsigned i = 0; i < LIMIT_THREADS; i++)
        close_desk(&serving->desks[i]);
    close_desk(&serving->multicast_desk);
    g_free(serving);
}

void serving_changed(struct serving *serving, struct content_root *root) {
    struct daemon *daemon = serving->daemon;
    if (root != NULL) {
        content_root_unref(serving->root);
        serving->root = root;
    }
    struct multicast_server_options multicast = multicast_options(serving);
    g_autoptr(GError) error = NULL;
    if (!multicast_server_configure(serving->multicast, &multicast, &error))
        log_warning("no MTFTP: %s, ignoring", error->message);
    tftp_pool_configure(serving->pool, &daemon->config->tftp, serving->root, daemon->interfaces);
}

GVariant *serving_counters(const struct serving *serving) {
    uint64_t counters[TFTP_COUNTERS];
    unsigned running = 0;
    tftp_pool_counters(serving->pool, counters, &running);
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{st}"));
    g_variant_builder_add(&builder, "{st}", "running", (uint64_t) running);
    for (unsigned i = 0; i < TFTP_COUNTERS; i++)
        g_variant_builder_add(&builder, "{st}", tftp_counter_name(i), counters[i]);
    uint64_t multicast[MULTICAST_COUNTERS];
    multicast_server_counters(serving->multicast, multicast);
    for (unsigned i = 0; i < MULTICAST_COUNTERS; i++)
        g_variant_builder_add(&builder, "{st}", multicast_counter_name(i), multicast[i]);
    return g_variant_builder_end(&builder);
}

static void add_running(const struct tftp_report *report, gpointer user) {
    char address[ADDRESS_TEXT_SIZE];
    GVariantDict facts;
    g_variant_dict_init(&facts, NULL);
    g_variant_dict_insert(&facts, "client", "s", address_text(&report->client, address));
    g_variant_dict_insert(&facts, "name", "s", report->name);
    g_variant_dict_insert(&facts, "bytes", "t", report->statistics.bytes);
    g_variant_dict_insert(&facts, "size", "t", report->statistics.size);
    g_variant_dict_insert(&facts, "resent", "t", report->statistics.resent);
    g_variant_builder_add_value(user, g_variant_dict_end(&facts));
}

GVariant *serving_running(const struct serving *serving) {
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("aa{sv}"));
    tftp_pool_running(serving->pool, RUNNING_MOST, add_running, &builder);
    multicast_server_running(serving->multicast, RUNNING_MOST, add_running, &builder);
    return g_variant_builder_end(&builder);
}
