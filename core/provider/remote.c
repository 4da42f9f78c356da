/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An instance whose provider lives in a process of its own: the life of that process, seen from the
 * packet thread as one event source.
 */
#include "provider/remote.h"

#include <errno.h>
#include <inttypes.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "provider/remote-private.h"
#include "provider/value.h"

#define RETRY_US (1 * CLOCK_MILLISECOND) /* somebody else has the lock */

struct remote_source {
    GSource source;
    struct remote *remote;
};

/* ---- Words ----------------------------------------------------------------------------------- */

void remote_log(uint32_t level, const char *text, void *user) {
    struct remote *remote = user;
    g_mutex_lock(&remote->status_lock);
    if (remote->instance != NULL)
        instance_log(remote->instance, level, text);
    else
        log_line(LOG_LEVEL_INFO, NULL, remote->config->name, "provider %s: %s",
                 remote->config->name, text);
    g_mutex_unlock(&remote->status_lock);
}

static void show(struct remote *remote) {
    g_mutex_lock(&remote->status_lock);
    remote->shown_phase = remote->phase;
    remote->shown_pid = remote->peer != NULL ? remote->peer->child.pid : 0;
    g_mutex_unlock(&remote->status_lock);
}

static void note_end(struct remote *remote, const char *why) {
    g_mutex_lock(&remote->status_lock);
    g_free(remote->last_end);
    remote->last_end = g_strdup(why);
    g_mutex_unlock(&remote->status_lock);
}

static const char *phase_name(enum remote_phase phase) {
    static const char *const names[] = {[REMOTE_RUNNING] = "running",
                                        [REMOTE_DYING] = "ending",
                                        [REMOTE_WAITING] = "waiting",
                                        [REMOTE_STARTING] = "starting",
                                        [REMOTE_CLOSED] = "closed"};
    return names[phase];
}

void remote_put_status(struct remote *remote, GVariantBuilder *builder) {
    g_mutex_lock(&remote->status_lock);
    g_variant_builder_add(builder, "{sv}", "process",
                          g_variant_new_string(phase_name(remote->shown_phase)));
    g_variant_builder_add(builder, "{sv}", "pid",
                          g_variant_new_uint64((guint64) remote->shown_pid));
    g_variant_builder_add(builder, "{sv}", "restarts", g_variant_new_uint64(remote->restarts));
    g_variant_builder_add(builder, "{sv}", "last-end",
                          g_variant_new_string(remote->last_end != NULL ? remote->last_end : ""));
    g_mutex_unlock(&remote->status_lock);
}

/* ---- Starting -------------------------------------------------------------------------------- */

static void add(GPtrArray *arguments, const char *name, const char *value) {
    g_ptr_array_add(arguments, g_strdup(name));
    if (value != NULL)
        g_ptr_array_add(arguments, g_strdup(value));
}

static void add_all(GPtrArray *arguments, const char *name, char **values) {
    for (gsize i = 0; values != NULL && values[i] != NULL; i++)
        add(arguments, name, values[i]);
}

/* An interpreter must reach the script that the command names. */
static void add_scripts(GPtrArray *arguments, char **command) {
    for (gsize i = 0; command != NULL && command[i] != NULL; i++) {
        if (g_path_is_absolute(command[i]) && g_file_test(command[i], G_FILE_TEST_IS_REGULAR))
            add(arguments, "--read", command[i]);
    }
}

char **remote_make_arguments(const struct remote *remote) {
    const struct instance_config *config = remote->config;
    g_autofree char *memory = g_strdup_printf("%" PRIu64, config->memory);
    GPtrArray *arguments = g_ptr_array_new();
    add(arguments, remote->program, NULL);
    add(arguments, "--instance", config->name);
    add(arguments, "--memory", memory);
    if (remote->user != NULL)
        add(arguments, "--user", remote->user);
    add_all(arguments, "--read", config->read_files);
    add_all(arguments, remote->is_check ? "--read" : "--write", config->write_files);
    for (guint i = 0; i < remote->grants->len; i++)
        add(arguments, "--read", remote->grants->pdata[i]);
    add_scripts(arguments, config->command);
    if (config->network)
        add(arguments, "--network", NULL);
    if (remote->module_path != NULL) {
        add(arguments, "--module", remote->module_path);
        add(arguments, "--origin", remote->origin);
    } else {
        add(arguments, "--", NULL);
        for (gsize i = 0; config->command[i] != NULL; i++)
            add(arguments, config->command[i], NULL);
    }
    g_ptr_array_add(arguments, NULL);
    return (char **) g_ptr_array_free(arguments, FALSE);
}

struct peer *remote_start_peer(struct remote *remote, GError **ret_error) {
    g_auto(GStrv) arguments = remote_make_arguments(remote);
    struct peer *peer =
        peer_new((const char *const *) arguments, REMOTE_OPEN_US, remote_log, remote, ret_error);
    if (peer == NULL)
        return NULL;
    GVariant *description =
        peer_call(peer, "Describe", NULL, "(a{sv}a(suubss))", REMOTE_OPEN_US, ret_error);
    if (description == NULL) {
        peer_free(peer);
        return NULL;
    }
    if (remote->description == NULL)
        remote->description = g_steal_pointer(&description);
    g_clear_pointer(&description, g_variant_unref);
    return peer;
}

static void watch_peer(struct remote *remote) {
    struct peer *peer = remote->peer;
    remote->socket_tag =
        g_source_add_unix_fd(remote->source, link_get_socket(peer->link), G_IO_IN | G_IO_HUP);
    remote->watch_tag = g_source_add_unix_fd(remote->source, peer->child.watch, G_IO_IN);
    remote->complaint_tag = NULL;
    if (peer->child.complaint >= 0)
        remote->complaint_tag =
            g_source_add_unix_fd(remote->source, peer->child.complaint, G_IO_IN | G_IO_HUP);
}

static void unwatch(struct remote *remote, gpointer *tag) {
    if (*tag != NULL)
        g_source_remove_unix_fd(remote->source, *tag);
    *tag = NULL;
}

void remote_adopt(struct remote *remote, struct peer *peer) {
    remote->peer = peer;
    remote->life++;
    remote->cpu_next_us = 0;
    remote->phase = REMOTE_RUNNING;
    supervisor_started(&remote->supervisor, g_get_monotonic_time());
    if (remote->source != NULL)
        watch_peer(remote);
    show(remote);
}

static struct peer *open_again(struct remote *remote, GError **ret_error) {
    struct peer *peer = remote_start_peer(remote, ret_error);
    if (peer == NULL)
        return NULL;
    g_autoptr(GVariant) problems = peer_call(peer, "Open", g_variant_ref(remote->opening),
                                             "(a(susb))", REMOTE_OPEN_US, ret_error);
    if (problems != NULL)
        return peer;
    peer_free(peer);
    return NULL;
}

static void put_off(struct remote *remote, const char *why) {
    int64_t now = g_get_monotonic_time();
    int64_t pause = supervisor_ended(&remote->supervisor, now);
    remote->phase = REMOTE_WAITING;
    remote->restart_us = now + pause;
    g_autofree char *shown = value_format_duration(pause);
    g_autofree char *text = g_strdup_printf("its process %s; it is started again %s%s", why,
                                            pause > 0 ? "in " : "at once", pause > 0 ? shown : "");
    remote_log(BOOT_HOST_LOG_WARNING, text, remote);
    note_end(remote, why);
    show(remote);
}

static gpointer start_again(gpointer data) {
    struct remote *remote = data;
    g_autoptr(GError) error = NULL;
    struct peer *peer = open_again(remote, &error);
    g_rec_mutex_lock(&remote->lock);
    if (remote->phase == REMOTE_CLOSED) {
        peer_free(peer);
    } else if (peer != NULL) {
        remote_adopt(remote, peer);
    } else {
        g_autofree char *why = g_strdup_printf("does not start: %s", error->message);
        supervisor_started(&remote->supervisor, g_get_monotonic_time());
        put_off(remote, why);
    }
    remote_wake(remote);
    g_rec_mutex_unlock(&remote->lock);
    remote_unref(remote);
    return NULL;
}

static void begin_start(struct remote *remote) {
    remote->phase = REMOTE_STARTING;
    g_mutex_lock(&remote->status_lock);
    remote->restarts++;
    g_mutex_unlock(&remote->status_lock);
    show(remote);
    GThread *thread = g_thread_try_new("provider-start", start_again, remote_ref(remote), NULL);
    if (thread != NULL) {
        g_thread_unref(thread);
        return;
    }
    put_off(remote, "cannot be started: no thread for it");
    remote_unref(remote);
}

/* ---- Ending ---------------------------------------------------------------------------------- */

void remote_kill(struct remote *remote, const char *why) {
    if (remote->phase != REMOTE_RUNNING)
        return;
    remote->phase = REMOTE_DYING;
    remote->killed_why = why != NULL ? g_strdup_printf("was killed: it %s", why) : NULL;
    unwatch(remote, &remote->socket_tag);
    unwatch(remote, &remote->complaint_tag);
    child_kill(&remote->peer->child);
    show(remote);
}

/* Its last words. */
static void read_complaints(struct remote *remote) {
    char *unused = NULL;
    for (unsigned i = 0; i < 16 && remote->peer->child.complaint >= 0; i++) {
        if (!peer_take_complaints(remote->peer, &unused))
            break;
    }
    g_free(unused);
}

static void bury(struct remote *remote) {
    char *end = child_reap(&remote->peer->child);
    if (end == NULL)
        return;
    g_autofree char *why =
        remote->killed_why != NULL ? g_steal_pointer(&remote->killed_why) : g_strdup(end);
    g_free(end);
    read_complaints(remote);
    unwatch(remote, &remote->watch_tag);
    g_clear_pointer(&remote->peer, peer_free);
    put_off(remote, why);
    g_autofree char *words = g_strdup_printf("its process %s", why);
    remote_fail_waiters(remote);
    remote_fail_calls(remote, false, words);
}

/* ---- The packet thread's source -------------------------------------------------------------- */

static bool take_messages(struct remote *remote, char **ret_why) {
    bool is_fine = true;
    while (is_fine && remote->phase == REMOTE_RUNNING) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GDBusMessage) message = g_queue_pop_head(&remote->peer->inbox);
        if (message == NULL)
            message = link_take(remote->peer->link, &error);
        if (error != NULL) {
            *ret_why = g_strdup_printf("sent what is no message: %s", error->message);
            return false;
        }
        if (message == NULL)
            break;
        is_fine = remote_take_message(remote, message, ret_why);
    }
    return is_fine;
}

static bool has_event(const struct remote *remote, gpointer tag) {
    return tag != NULL && g_source_query_unix_fd(remote->source, tag) != 0;
}

static void look_after(struct remote *remote) {
    char *why = NULL;
    bool is_open = true;
    bool is_fine = true;
    if (has_event(remote, remote->complaint_tag)) {
        is_fine = peer_take_complaints(remote->peer, &why);
        if (remote->peer->child.complaint < 0)
            unwatch(remote, &remote->complaint_tag);
    }
    if (is_fine && has_event(remote, remote->socket_tag)) {
        is_open = link_flush(remote->peer->link) && link_receive(remote->peer->link, &why);
        if (!is_open)
            g_clear_pointer(&why, g_free);
    }
    if (is_fine)
        is_fine = take_messages(remote, &why);
    /* A process that goes by itself says how by its exit status, not by its closed socket. */
    if (remote->phase == REMOTE_RUNNING && (!is_fine || !is_open))
        remote_kill(remote, is_fine ? NULL : why);
    g_free(why);
}

static void kill_hung(struct remote *remote, int64_t now_us) {
    if (remote->phase != REMOTE_RUNNING || remote_next_hang(remote) > now_us)
        return;
    remote_kill(remote, "did not come back from a call, long after its deadline");
}

static int64_t cpu_time_ns(pid_t pid) {
    clockid_t its_clock;
    struct timespec used;
    if (clock_getcpuclockid(pid, &its_clock) != 0 || clock_gettime(its_clock, &used) != 0)
        return 0;
    return (int64_t) used.tv_sec * 1000000000 + used.tv_nsec;
}

/* A call that never ends misses its deadline; this is for what computes beside its calls. Half of a
 * processor counts: it goes last where others compute, too. */
static void kill_busy(struct remote *remote, int64_t now_us) {
    if (remote->phase != REMOTE_RUNNING || now_us < remote->cpu_next_us)
        return;
    int64_t used_ns = cpu_time_ns(remote->peer->child.pid);
    bool is_first = remote->cpu_next_us == 0;
    bool is_busy = used_ns - remote->cpu_used_ns > REMOTE_CPU_US * 500;
    bool is_idle = remote->answers == 0;
    remote->cpu_used_ns = used_ns;
    remote->cpu_next_us = now_us + REMOTE_CPU_US;
    remote->answers = 0;
    if (!is_first && is_busy && is_idle)
        remote_kill(remote, "computed without end, though it had nothing to answer");
}

static void set_timer(struct remote *remote) {
    int64_t next = INT64_MAX;
    if (remote->phase == REMOTE_RUNNING) {
        next = MIN(remote_next_hang(remote), remote->cpu_next_us);
        GIOCondition condition = G_IO_IN | G_IO_HUP;
        if (link_has_unsent(remote->peer->link))
            condition |= G_IO_OUT;
        g_source_modify_unix_fd(remote->source, remote->socket_tag, condition);
    } else if (remote->phase == REMOTE_WAITING) {
        next = remote->restart_us;
    }
    if (next != INT64_MAX)
        g_source_set_ready_time(remote->source, next);
}

static void serve(struct remote *remote) {
    int64_t now = g_get_monotonic_time();
    g_source_set_ready_time(remote->source, -1);
    if (remote->phase == REMOTE_RUNNING)
        look_after(remote);
    kill_hung(remote, now);
    kill_busy(remote, now);
    if (remote->phase == REMOTE_DYING)
        bury(remote);
    if (remote->phase == REMOTE_WAITING && remote->restart_us <= g_get_monotonic_time())
        begin_start(remote);
    remote_send_queue(remote);
    if (remote->phase != REMOTE_CLOSED)
        set_timer(remote);
}

static gboolean dispatch_source(GSource *source, GSourceFunc callback, gpointer user) {
    struct remote *remote = remote_ref(((struct remote_source *) source)->remote);
    if (g_rec_mutex_trylock(&remote->lock)) {
        if (remote->source != NULL)
            serve(remote);
        g_rec_mutex_unlock(&remote->lock);
    } else {
        g_source_set_ready_time(source, g_get_monotonic_time() + RETRY_US);
    }
    remote_unref(remote);
    return G_SOURCE_CONTINUE;
}

static void finalize_source(GSource *source) {
    remote_unref(((struct remote_source *) source)->remote);
}

void remote_attach(struct remote *remote) {
    static GSourceFuncs functions = {.dispatch = dispatch_source, .finalize = finalize_source};
    GSource *source = g_source_new(&functions, sizeof(struct remote_source));
    ((struct remote_source *) source)->remote = remote_ref(remote);
    g_source_set_name(source, "provider-remote");
    remote->source = source;
    watch_peer(remote);
    g_source_set_ready_time(source, 0);
    g_source_attach(source, remote->context);
}

/* A round that is under way ends first: it has the lock. */
void remote_detach(struct remote *remote) {
    if (remote->source == NULL)
        return;
    g_source_destroy(remote->source);
    g_source_unref(remote->source);
    remote->source = NULL;
    remote->socket_tag = remote->watch_tag = remote->complaint_tag = NULL;
}

void remote_wake(struct remote *remote) {
    if (remote->source != NULL)
        g_source_set_ready_time(remote->source, 0);
}

/* ---- Life ------------------------------------------------------------------------------------ */

struct remote *remote_ref(struct remote *remote) {
    g_atomic_ref_count_inc(&remote->refs);
    return remote;
}

void remote_unref(struct remote *remote) {
    if (remote == NULL || !g_atomic_ref_count_dec(&remote->refs))
        return;
    peer_free(remote->peer);
    g_hash_table_unref(remote->held);
    g_hash_table_unref(remote->waiters);
    g_ptr_array_unref(remote->grants);
    g_clear_pointer(&remote->description, g_variant_unref);
    g_clear_pointer(&remote->opening, g_variant_unref);
    g_main_context_unref(remote->context);
    instance_config_unref(remote->config);
    g_rec_mutex_clear(&remote->lock);
    g_mutex_clear(&remote->waiters_lock);
    g_cond_clear(&remote->waiters_changed);
    g_mutex_clear(&remote->status_lock);
    g_free(remote->schema);
    g_free(remote->program);
    g_free(remote->user);
    g_free(remote->module_path);
    g_free(remote->origin);
    g_free(remote->hash);
    g_free(remote->killed_why);
    g_free(remote->last_end);
    g_free(remote);
}
