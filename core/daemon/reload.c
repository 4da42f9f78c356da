/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Policy without a restart: prepared on a thread of its own, swapped on the packet thread.
 */
#include "daemon/reload.h"

#include "base/log.h"
#include "daemon/canary.h"
#include "daemon/recent.h"
#include "daemon/reload-answer.h"
#include "daemon/serving.h"
#include "daemon/state.h"
#include "daemon/world.h"
#include "provider/life.h"
#include "provider/succession.h"
#include "tftp/content.h"

#define HOLD_PATIENCE_US (20 * CLOCK_MILLISECOND) /* calls of workers wait so long at most */
#define STOP_PATIENCE_MS 5000                     /* for a provider that is just opening */

/* Somebody who asked. */
struct waiter {
    reload_done_fn done;
    gpointer user;
};

/* What is to take over: made on the helper thread, then the packet thread's. */
struct attempt {
    struct reload *reload;
    int64_t began_us;
    /* Given. */
    char *path;
    uint64_t number;
    struct config *old_config;
    struct generation *old;
    struct module_store *store;
    GPtrArray *samples; /* struct recent_sample * */
    /* Made. */
    GPtrArray *problems;
    struct config *config;
    struct generation *generation;
    struct interfaces *interfaces; /* NULL: as they are */
    struct content_root *root;
    struct succession *succession;
};

struct reload {
    struct daemon *daemon;
    GArray *waiters;         /* struct waiter: of the attempt that runs, else of nobody */
    GArray *later;           /* struct waiter: of the attempt after it */
    struct attempt *running; /* NULL: none */
    gboolean is_stopping;
};

/* ---- The helper thread ----------------------------------------------------------------------- */

static void complain(struct attempt *attempt, const char *setting, const GError *error) {
    g_ptr_array_add(attempt->problems,
                    problem_new(TRUE, attempt->path, "%s: %s", setting, error->message));
}

static gboolean is_same_list(const GStrv left, const GStrv right) {
    if (left == NULL || right == NULL)
        return left == right;
    return g_strv_equal((const char *const *) left, (const char *const *) right);
}

/* What the daemon itself needs of the configuration, before any provider is opened. */
static gboolean prepare_daemon(struct attempt *attempt) {
    const struct config *config = attempt->config;
    g_autoptr(GError) no_root = NULL;
    g_autoptr(GError) no_links = NULL;
    attempt->root = content_root_open(config->root, &no_root);
    if (no_root != NULL)
        complain(attempt, "root", no_root);
    if (!is_same_list(config->interfaces, attempt->old_config->interfaces))
        attempt->interfaces = interfaces_read((const char *const *) config->interfaces, &no_links);
    if (no_links != NULL)
        complain(attempt, "interfaces", no_links);
    return no_root == NULL && no_links == NULL;
}

static void prepare_chain(struct attempt *attempt) {
    struct generation_options options = {
        .clock = clock_monotonic(),
        .strict = TRUE,
        .store = attempt->store,
        .number = attempt->number,
    };
    attempt->generation = config_open_chain(attempt->config, &options, attempt->problems);
    if (attempt->generation == NULL)
        return;
    guint before = attempt->problems->len;
    canary_try(attempt->config, attempt->store, attempt->samples, attempt->problems);
    if (!problem_list_is_fatal(attempt->problems, before)) {
        attempt->succession = succession_begin(attempt->old, attempt->generation, HOLD_PATIENCE_US,
                                               attempt->problems);
        return;
    }
    generation_unref_later(attempt->generation);
    attempt->generation = NULL;
}

static gboolean finish(gpointer data);

/* Before anything else that waits: workers may be held. */
static void hand_over(struct attempt *attempt) {
    g_autoptr(GSource) source = g_idle_source_new();
    g_source_set_priority(source, G_PRIORITY_HIGH);
    g_source_set_callback(source, finish, attempt, NULL);
    g_source_attach(source, NULL);
}

static gpointer prepare(gpointer data) {
    struct attempt *attempt = data;
    attempt->config = config_load(attempt->path, attempt->problems);
    if (attempt->config != NULL && prepare_daemon(attempt))
        prepare_chain(attempt);
    hand_over(attempt);
    return NULL;
}

/* ---- The swap: packet thread ----------------------------------------------------------------- */

static void forget_closed(GPtrArray *retired) {
    for (guint i = retired->len; i > 0; i--) {
        if (life_is_closed(retired->pdata[i - 1]))
            g_ptr_array_remove_index(retired, i - 1);
    }
}

static void swap(struct daemon *daemon, struct attempt *attempt) {
    succession_take_inline(attempt->succession, attempt->problems);
    struct generation *old = daemon->generation;
    struct config *old_config = daemon->config;
    daemon->generation = g_steal_pointer(&attempt->generation);
    daemon->config = config_ref(attempt->config);
    if (attempt->interfaces != NULL) {
        interfaces_unref(daemon->interfaces);
        daemon->interfaces = g_steal_pointer(&attempt->interfaces);
    }
    serving_changed(daemon->serving, g_steal_pointer(&attempt->root));
    recent_set_limit(daemon->recent, daemon->config->canary);

    struct life *life = generation_get_life(old);
    life_retire(life);
    forget_closed(daemon->retired);
    g_ptr_array_add(daemon->retired, life_ref(life));
    generation_unref(old);
    config_unref(old_config);
}

static gboolean is_same_record(const struct config_record *left,
                               const struct config_record *right) {
    return g_strcmp0(left->path, right->path) == 0 && left->size == right->size &&
           left->files == right->files && left->use_pseudonyms == right->use_pseudonyms;
}

GStrv reload_needs_restart(const struct config *started, const struct config *now) {
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();
    if (started->dhcp != now->dhcp)
        g_strv_builder_add(names, "dhcp");
    if (g_strcmp0(started->control, now->control) != 0)
        g_strv_builder_add(names, "control");
    if (g_strcmp0(started->state, now->state) != 0)
        g_strv_builder_add(names, "state");
    if (MAX(started->threads, 1) != MAX(now->threads, 1))
        g_strv_builder_add(names, "threads");
    if (MAX(started->tftp_threads, 1) != MAX(now->tftp_threads, 1))
        g_strv_builder_add(names, "tftp threads");
    if (!is_same_record(&started->record, &now->record))
        g_strv_builder_add(names, "record");
    return g_strv_builder_end(names);
}

/* ---- One attempt ----------------------------------------------------------------------------- */

static void unref_problem(gpointer problem) {
    problem_free(problem);
}

static struct attempt *attempt_new(struct reload *reload) {
    const struct daemon *daemon = reload->daemon;
    struct attempt *attempt = g_new0(struct attempt, 1);
    attempt->reload = reload;
    attempt->began_us = g_get_monotonic_time();
    attempt->path = g_strdup(daemon->config->path);
    attempt->number = generation_get_number(daemon->generation) + 1;
    attempt->old_config = config_ref(daemon->config);
    attempt->old = generation_ref(daemon->generation);
    attempt->store = daemon->store;
    attempt->samples = recent_list(daemon->recent);
    attempt->problems = g_ptr_array_new_with_free_func(unref_problem);
    return attempt;
}

static void attempt_free(struct attempt *attempt) {
    if (attempt->succession != NULL)
        succession_end(attempt->succession);
    generation_unref(attempt->generation);
    generation_unref(attempt->old);
    config_unref(attempt->config);
    config_unref(attempt->old_config);
    interfaces_unref(attempt->interfaces);
    if (attempt->root != NULL)
        content_root_unref(attempt->root);
    g_ptr_array_unref(attempt->samples);
    g_ptr_array_unref(attempt->problems);
    g_free(attempt->path);
    g_free(attempt);
}

static void start(struct reload *reload) {
    reload->running = attempt_new(reload);
    g_autoptr(GError) error = NULL;
    GThread *thread = g_thread_try_new("reload", prepare, reload->running, &error);
    if (thread != NULL) {
        g_thread_unref(thread);
        return;
    }
    complain(reload->running, "no thread for it", error);
    hand_over(reload->running);
}

/* ---- The answer ------------------------------------------------------------------------------ */

static void answer_all(GArray *waiters, const struct daemon *daemon,
                       const struct reload_result *result) {
    for (guint i = 0; i < waiters->len; i++) {
        const struct waiter *waiter = &g_array_index(waiters, struct waiter, i);
        if (waiter->done != NULL)
            waiter->done(reload_answer_facts(daemon, result), waiter->user);
    }
    g_array_set_size(waiters, 0);
}

static void conclude(struct reload *reload, struct attempt *attempt) {
    struct daemon *daemon = reload->daemon;
    g_autoptr(GPtrArray) nothing = g_ptr_array_new();
    int64_t ready_us = g_get_monotonic_time();
    struct reload_result result = {
        .is_reloaded = attempt->generation != NULL && !reload->is_stopping,
        .config = attempt->path,
        .problems = attempt->problems,
        .carried = nothing,
        .prepare_us = ready_us - attempt->began_us,
    };
    if (result.is_reloaded) {
        swap(daemon, attempt);
        result.carried = succession_names(attempt->succession);
        result.swap_us = g_get_monotonic_time() - ready_us;
    } else if (reload->is_stopping) {
        g_ptr_array_add(attempt->problems, problem_new(TRUE, NULL, "the daemon is stopping"));
    }
    g_auto(GStrv) restart = reload_needs_restart(daemon->started, daemon->config);
    result.restart = (const char *const *) restart;
    reload_answer_tell(daemon, &result);
    answer_all(reload->waiters, daemon, &result);
}

static gboolean finish(gpointer data) {
    struct attempt *attempt = data;
    struct reload *reload = attempt->reload;
    conclude(reload, attempt);
    attempt_free(attempt);
    reload->running = NULL;

    GArray *next = reload->later;
    reload->later = reload->waiters;
    reload->waiters = next;
    if (next->len > 0)
        start(reload);
    return G_SOURCE_REMOVE;
}

/* ---- Life ------------------------------------------------------------------------------------ */

struct reload *reload_new(struct daemon *daemon) {
    struct reload *reload = g_new0(struct reload, 1);
    reload->daemon = daemon;
    reload->waiters = g_array_new(FALSE, FALSE, sizeof(struct waiter));
    reload->later = g_array_new(FALSE, FALSE, sizeof(struct waiter));
    return reload;
}

void reload_begin(struct reload *reload, reload_done_fn done, gpointer user) {
    struct waiter waiter = {.done = done, .user = user};
    g_array_append_val(reload->running != NULL ? reload->later : reload->waiters, waiter);
    if (reload->running == NULL)
        start(reload);
}

static gboolean ring(gpointer rung) {
    *(gboolean *) rung = TRUE;
    return G_SOURCE_REMOVE;
}

gboolean reload_free(struct reload *reload) {
    if (reload == NULL)
        return TRUE;
    gboolean is_over = FALSE;
    reload->is_stopping = TRUE;
    g_array_append_vals(reload->waiters, reload->later->data, reload->later->len);
    g_array_set_size(reload->later, 0);
    guint alarm = reload->running != NULL ? g_timeout_add(STOP_PATIENCE_MS, ring, &is_over) : 0;
    while (reload->running != NULL && !is_over)
        world_iterate(reload->daemon->world, TRUE);
    if (is_over)
        return FALSE;
    if (alarm != 0)
        g_source_remove(alarm);
    g_array_unref(reload->waiters);
    g_array_unref(reload->later);
    g_free(reload);
    return TRUE;
}
