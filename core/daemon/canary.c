/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Recent requests through the twin of a chain that is to serve.
 */
#include "daemon/canary.h"

#include "boot/request.h"
#include "boot/trace.h"
#include "config/config.h"
#include "daemon/recent.h"
#include "provider/chain.h"

#define FAILURES_TOLD    5                  /* enough to see what is wrong */
#define CLOSE_TIMEOUT_US (5 * CLOCK_SECOND) /* the twin may go on closing by itself then */

struct canary {
    const struct config *config;
    const struct recent_sample *sample;
    GPtrArray *problems;
    gboolean is_decided;
    unsigned failures;
};

static gboolean is_failure(const struct trace_entry *entry) {
    return entry->verdict < 0;
}

static gboolean has_failed_before(const struct trace *trace, const char *provider) {
    struct trace_entry entry;
    for (guint i = 0; trace_get_entry(trace, i, &entry); i++) {
        if (is_failure(&entry) && g_strcmp0(entry.provider, provider) == 0)
            return TRUE;
    }
    return FALSE;
}

static const char *find_place(const struct config *config, const char *provider) {
    for (guint i = 0; i < config->instances->len; i++) {
        const struct instance_config *instance = config->instances->pdata[i];
        if (g_strcmp0(instance->name, provider) == 0)
            return instance->where;
    }
    return config->path;
}

static void report(struct canary *canary, const struct trace_entry *entry) {
    const char *client = request_get_client(canary->sample->request);
    canary->failures++;
    g_ptr_array_add(canary->problems,
                    problem_new(TRUE, find_place(canary->config, entry->provider),
                                "[provider %s] would fail for %s, for whom it did not fail before: "
                                "%s%s%s (canary: a recent request was tried)",
                                entry->provider, client, trace_verdict_name(entry->verdict),
                                entry->reason != NULL ? ": " : "",
                                entry->reason != NULL ? entry->reason : ""));
}

static void on_decided(const struct decision *decision, void *user) {
    struct canary *canary = user;
    struct trace_entry entry;
    for (guint i = 0; trace_get_entry(decision->trace, i, &entry); i++) {
        if (is_failure(&entry) && !has_failed_before(canary->sample->trace, entry.provider))
            report(canary, &entry);
    }
    canary->is_decided = TRUE;
}

/* The twin's warnings are the chain's own, told already. */
static struct generation *open_twin(struct canary *canary, struct module_store *store,
                                    GMainContext *context) {
    g_autoptr(GPtrArray) found = problem_list_new();
    struct generation_options options = {
        .clock = clock_monotonic(), .check = TRUE, .store = store, .context = context};
    struct generation *twin = config_open_chain(canary->config, &options, found);
    for (guint i = 0; twin == NULL && i < found->len; i++) {
        const struct problem *problem = found->pdata[i];
        if (problem->fatal)
            g_ptr_array_add(canary->problems,
                            problem_new(TRUE, problem->where, "%s", problem->text));
    }
    return twin;
}

void canary_try(const struct config *config, struct module_store *store, const GPtrArray *samples,
                GPtrArray *problems) {
    if (samples->len == 0)
        return;
    g_autoptr(GMainContext) context = g_main_context_new();
    struct canary canary = {.config = config, .problems = problems};
    struct generation *twin = open_twin(&canary, store, context);
    for (guint i = 0; twin != NULL && i < samples->len && canary.failures < FAILURES_TOLD; i++) {
        canary.sample = samples->pdata[i];
        canary.is_decided = FALSE;
        chain_decide(twin, canary.sample->request, on_decided, &canary);
        while (!canary.is_decided)
            g_main_context_iteration(context, TRUE);
    }
    if (twin != NULL)
        generation_finish(twin, CLOSE_TIMEOUT_US);
}
