/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What one generation remembers passes to the next.
 */
#include "provider/succession.h"

#include "provider/generation.h"
#include "provider/instance.h"
#include "provider/state.h"
#include "provider/worker.h"

/* Two instances of one name and module. */
struct pair {
    struct instance *old;
    struct instance *heir;
    gboolean is_held;
};

struct succession {
    GArray *pairs;    /* struct pair */
    GPtrArray *names; /* of those that were taken over */
};

static struct instance *find_old(const struct generation *old, const struct instance *heir) {
    const GPtrArray *instances = generation_get_instances(old);
    for (guint i = 0; i < instances->len; i++) {
        struct instance *instance = instances->pdata[i];
        if (instance->provider->has_save &&
            g_strcmp0(instance->config->name, heir->config->name) == 0 &&
            g_strcmp0(instance->provider->name, heir->provider->name) == 0)
            return instance;
    }
    return NULL;
}

static struct succession *pair_all(const struct generation *old, const struct generation *heir) {
    struct succession *succession = g_new0(struct succession, 1);
    succession->pairs = g_array_new(FALSE, TRUE, sizeof(struct pair));
    succession->names = g_ptr_array_new_with_free_func(g_free);
    const GPtrArray *instances = generation_get_instances(heir);
    for (guint i = 0; i < instances->len; i++) {
        struct pair pair = {.heir = instances->pdata[i]};
        if (pair.heir->provider->has_save)
            pair.old = find_old(old, pair.heir);
        if (pair.old != NULL)
            g_array_append_val(succession->pairs, pair);
    }
    return succession;
}

static void warn(const struct pair *pair, GPtrArray *problems, const char *what, int32_t error) {
    g_ptr_array_add(problems, problem_new(FALSE, pair->heir->config->where,
                                          "[provider %s] starts without the memory of its "
                                          "predecessor: %s%s%s",
                                          pair->heir->config->name, what, error != 0 ? ": " : "",
                                          error != 0 ? g_strerror(-error) : ""));
}

static void take_over(struct succession *succession, const struct pair *pair, GPtrArray *problems) {
    struct state *state = state_new();
    int32_t error = instance_save(pair->old, state);
    if (error < 0) {
        warn(pair, problems, "save failed", error);
    } else if ((error = instance_restore(pair->heir, state)) < 0) {
        warn(pair, problems, "restore failed", error);
    } else {
        g_ptr_array_add(succession->names, g_strdup(pair->heir->config->name));
    }
    state_free(state);
}

static gboolean is_inline(const struct pair *pair) {
    return pair->old->thread_count == 0;
}

struct succession *succession_begin(struct generation *old, struct generation *heir,
                                    int64_t patience_us, GPtrArray *problems) {
    struct succession *succession = pair_all(old, heir);
    int64_t end = g_get_monotonic_time() + patience_us;
    for (guint i = 0; i < succession->pairs->len; i++) {
        struct pair *pair = &g_array_index(succession->pairs, struct pair, i);
        if (is_inline(pair))
            continue;
        pair->is_held = worker_hold(pair->old, MAX(end - g_get_monotonic_time(), 0));
        if (pair->is_held)
            take_over(succession, pair, problems);
        else
            warn(pair, problems, "it does not come back from a call; reload again to try it", 0);
    }
    return succession;
}

void succession_take_inline(struct succession *succession, GPtrArray *problems) {
    for (guint i = 0; i < succession->pairs->len; i++) {
        const struct pair *pair = &g_array_index(succession->pairs, struct pair, i);
        if (is_inline(pair))
            take_over(succession, pair, problems);
    }
}

const GPtrArray *succession_names(const struct succession *succession) {
    return succession->names;
}

void succession_end(struct succession *succession) {
    for (guint i = 0; i < succession->pairs->len; i++) {
        const struct pair *pair = &g_array_index(succession->pairs, struct pair, i);
        if (pair->is_held)
            worker_release(pair->old);
    }
    g_array_unref(succession->pairs);
    g_ptr_array_unref(succession->names);
    g_free(succession);
}
