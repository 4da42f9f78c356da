/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The daemon as a whole: start and stop in one visible order.
 */
#include "daemon/daemon.h"

#include "base/limits.h"
#include "base/log.h"
#include "daemon/answering.h"
#include "daemon/backend.h"
#include "daemon/quiet.h"
#include "daemon/recent.h"
#include "daemon/reload.h"
#include "daemon/serving.h"
#include "daemon/recording.h"
#include "daemon/state.h"
#include "daemon/world.h"
#include "provider/life.h"
#include "provider/module-store.h"
#include "record/recorder.h"

#define CLOSE_PATIENCE_US (5 * CLOCK_SECOND) /* for providers to finish what they do */

G_DEFINE_QUARK(boothost_daemon_error, daemon_error)

gboolean daemon_may_tell(struct daemon *daemon) {
    int64_t now_us = clock_now(clock_coarse());
    gboolean watched = daemon->control != NULL && control_server_has_subscribers(daemon->control);
    if (watched || rate_has_room(&daemon->log_rate, now_us))
        return TRUE;
    uint64_t left_out = 0;
    return rate_allow(&daemon->log_rate, now_us, &left_out);
}

void daemon_tell(struct daemon *daemon, const char *event, const char *client, const char *format,
                 ...) {
    uint64_t left_out = 0;
    gboolean logged = rate_allow(&daemon->log_rate, clock_now(clock_coarse()), &left_out);
    gboolean watched = daemon->control != NULL && control_server_has_subscribers(daemon->control);
    if (!logged && !watched)
        return;
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (left_out > 0)
        log_warning("%" G_GUINT64_FORMAT
                    " lines about clients were left out: more than %d a second",
                    left_out, LIMIT_LOG_LINES);
    if (logged)
        log_line(LOG_LEVEL_INFO, client, NULL, "%s", text);
    if (!watched)
        return;
    GVariantDict facts;
    g_variant_dict_init(&facts, NULL);
    g_variant_dict_insert(&facts, "event", "s", event);
    g_variant_dict_insert(&facts, "client", "s", client);
    g_variant_dict_insert(&facts, "text", "s", text);
    control_server_emit(daemon->control, g_variant_dict_end(&facts));
}

/* ---- Links ----------------------------------------------------------------------------------- */

static char *describe_link(const struct interface *interface) {
    char text[ADDRESS_TEXT_SIZE];
    if (interface->n_addresses == 0)
        return g_strdup_printf("%s (no address yet)", interface->name);
    return g_strdup_printf("%s (%s)", interface->name,
                           address_text(&interface->addresses[0].address, text));
}

static void tell_links(const struct interfaces *interfaces) {
    g_autoptr(GString) list = g_string_new(NULL);
    for (unsigned i = 0; i < interfaces_count(interfaces); i++) {
        g_autofree char *link = describe_link(interfaces_get(interfaces, i));
        g_string_append_printf(list, "%s%s", i > 0 ? ", " : "", link);
    }
    log_info("serving on %s", list->len > 0 ? list->str : "no interface at the moment");
}

static gboolean on_links_changed(gpointer user) {
    struct daemon *daemon = user;
    g_autoptr(GError) error = NULL;
    struct interfaces *interfaces =
        interfaces_read((const char *const *) daemon->config->interfaces, &error);
    if (interfaces == NULL) {
        log_warning("links changed, but %s, ignoring", error->message);
        return G_SOURCE_CONTINUE;
    }
    interfaces_unref(daemon->interfaces);
    daemon->interfaces = interfaces;
    if (daemon->serving != NULL)
        serving_changed(daemon->serving, NULL);
    tell_links(interfaces);
    return G_SOURCE_CONTINUE;
}

static gboolean start_links(struct daemon *daemon, GError **error) {
    daemon->interfaces = interfaces_read((const char *const *) daemon->config->interfaces, error);
    if (daemon->interfaces == NULL)
        return FALSE;
    g_autoptr(GError) watch_error = NULL;
    daemon->interfaces_watch = interfaces_watch_new(&watch_error);
    if (daemon->interfaces_watch == NULL) {
        log_warning("%s: links are not watched, ignoring", watch_error->message);
    } else {
        g_source_set_callback(daemon->interfaces_watch, on_links_changed, daemon, NULL);
        g_source_attach(daemon->interfaces_watch, NULL);
    }
    daemon->neighbours = neighbour_table_new();
    return TRUE;
}

/* ---- Chain ----------------------------------------------------------------------------------- */

/* Logs every problem; returns the fatal ones as one text, or NULL. */
static char *tell_problems(const GPtrArray *problems) {
    g_autoptr(GString) fatal = g_string_new(NULL);
    for (guint i = 0; i < problems->len; i++) {
        const struct problem *problem = g_ptr_array_index(problems, i);
        g_autofree char *line =
            g_strdup_printf("%s%s%s", problem->where != NULL ? problem->where : "",
                            problem->where != NULL ? ": " : "", problem->text);
        if (problem->fatal)
            g_string_append_printf(fatal, "%s%s", fatal->len > 0 ? "\n" : "", line);
        log_line(problem->fatal ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, NULL, NULL, "%s", line);
    }
    return fatal->len > 0 ? g_string_free(g_steal_pointer(&fatal), FALSE) : NULL;
}

static gboolean start_store(struct daemon *daemon, GError **error) {
    g_autofree char *problem = NULL;
    daemon->store = module_store_open(daemon->config->state, &problem);
    if (daemon->store == NULL)
        g_set_error(error, DAEMON_ERROR, DAEMON_ERROR_CHAIN, "%s: %s", daemon->config->path,
                    problem);
    return daemon->store != NULL;
}

static gboolean start_chain(struct daemon *daemon, GError **error) {
    struct generation_options options = {
        .clock = daemon->clock, .store = daemon->store, .number = 1};
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func((GDestroyNotify) problem_free);
    daemon->generation = config_open_chain(daemon->config, &options, problems);
    g_autofree char *fatal = tell_problems(problems);
    if (daemon->generation != NULL)
        return TRUE;
    g_set_error(error, DAEMON_ERROR, DAEMON_ERROR_CHAIN,
                "the chain does not open: mend what is named above; `boothost check --config %s` "
                "tests it",
                daemon->config->path);
    return FALSE;
}

/* ---- Life ------------------------------------------------------------------------------------ */

/* Without a control socket machines still boot, so this is a warning and no more. */
static void start_control(struct daemon *daemon) {
    struct control_server_options options = {
        .path = daemon->config->control,
        .backend = backend_make(daemon),
    };
    g_autoptr(GError) error = NULL;
    daemon->control = control_server_new(&options, &error);
    if (daemon->control == NULL)
        log_warning("no control socket: %s; status and explain will not work, ignoring",
                    error->message);
}

static void unref_life(gpointer life) {
    life_unref(life);
}

struct daemon *daemon_new(struct config *config, GError **error) {
    struct daemon *daemon = g_new0(struct daemon, 1);
    daemon->world = world_new(NULL);
    daemon->config = config_ref(config);
    daemon->started = config_ref(config);
    daemon->clock = clock_monotonic();
    daemon->started_us = g_get_real_time();
    daemon->log_rate.limit = LIMIT_LOG_LINES;
    daemon->sessions = session_table_new(clock_coarse(), LIMIT_SESSIONS, LIMIT_SESSION_BYTES);
    struct quota_limits limits = quota_limits_parked();
    daemon->quota = quota_new(&limits);
    daemon->retired = g_ptr_array_new_with_free_func(unref_life);
    daemon->recent = recent_new();
    recent_set_limit(daemon->recent, config->canary);
    gboolean started = start_links(daemon, error) && recording_start(daemon, error) &&
                       start_store(daemon, error) && start_chain(daemon, error);
    if (started)
        daemon->serving = serving_new(daemon, error);
    if (daemon->serving != NULL)
        daemon->answering = answering_new(daemon, error);
    if (daemon->answering == NULL) {
        daemon_free(daemon);
        return NULL;
    }
    daemon->reload = reload_new(daemon);
    daemon->quiet = quiet_new();
    start_control(daemon);
    tell_links(daemon->interfaces);
    return daemon;
}

void daemon_run(struct daemon *daemon, const gboolean *stop) {
    while (!*stop)
        world_iterate(daemon->world, TRUE);
}

void daemon_reload(struct daemon *daemon) {
    reload_begin(daemon->reload, NULL, NULL);
}

static void close_chain(struct daemon *daemon, gboolean is_idle) {
    if (daemon->generation != NULL && !generation_finish(daemon->generation, CLOSE_PATIENCE_US))
        log_warning("a provider does not let go of its calls: leaving without it");
    else if (is_idle)
        module_store_free(daemon->store);
    g_ptr_array_unref(daemon->retired);
}

void daemon_free(struct daemon *daemon) {
    if (daemon == NULL)
        return;
    gboolean is_idle = reload_free(daemon->reload);
    if (!is_idle)
        log_warning("a provider does not come back from opening: leaving without it");
    control_server_free(daemon->control);
    daemon->control = NULL;
    quiet_free(daemon->quiet);
    answering_free(daemon->answering);
    serving_free(daemon->serving);
    recorder_free(daemon->recorder);
    close_chain(daemon, is_idle);
    if (daemon->interfaces_watch != NULL) {
        g_source_destroy(daemon->interfaces_watch);
        g_source_unref(daemon->interfaces_watch);
    }
    if (daemon->interfaces != NULL)
        interfaces_unref(daemon->interfaces);
    neighbour_table_free(daemon->neighbours);
    quota_free(daemon->quota);
    session_table_free(daemon->sessions);
    recent_free(daemon->recent);
    config_unref(daemon->config);
    config_unref(daemon->started);
    world_free(daemon->world);
    g_free(daemon);
}
