/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The order of the chain: who is never reached, and who is asked the same twice.
 */
#include <string.h>

#include "cli/lint.h"
#include "provider/instance.h"

/* ---- Never reached --------------------------------------------------------------------------- */

/* Was the provider called for this client? */
static gboolean was_asked(const struct lint_client *client, const char *name) {
    struct trace_entry entry;

    for (guint i = 0; trace_get_entry(client->trace, i, &entry); i++) {
        if (strcmp(entry.provider, name) == 0)
            return entry.verdict != TRACE_SKIPPED;
    }
    return FALSE;
}

/* How one provider stands to all clients that its match-* keys let in. */
struct reach {
    unsigned asked;
    unsigned before;     /* an earlier provider gave these their answer */
    const char *blocker; /* one that did */
    gboolean is_one_blocker;
};

/* A provider that refuses unknown machines, or holds them, is no catch-all: those it knows pass. */
static void count_reach(const struct lint *lint, const struct instance *instance,
                        gboolean usual_only, struct reach *reach) {
    const char *name = instance->config->name;

    *reach = (struct reach){.is_one_blocker = TRUE};
    for (guint i = 0; i < lint->clients->len; i++) {
        const struct lint_client *client = g_ptr_array_index(lint->clients, i);
        if ((usual_only && !client->is_usual) ||
            match_refuse(instance->match, client->request) != NULL)
            continue;
        if (was_asked(client, name)) {
            reach->asked++;
        } else if (client->verdict == BOOT_HOST_REPLY &&
                   trace_get_provider(client->trace) != NULL) {
            const char *decider = trace_get_provider(client->trace);
            if (reach->blocker != NULL && strcmp(reach->blocker, decider) != 0)
                reach->is_one_blocker = FALSE;
            reach->blocker = decider;
            reach->before++;
        } else {
            reach->asked++; /* refused: a machine that is known may come this far */
        }
    }
}

static void check_reach(struct lint *lint, const struct instance *instance) {
    const char *name = instance->config->name;
    struct reach reach;

    count_reach(lint, instance, TRUE, &reach);
    if (reach.asked + reach.before == 0)
        count_reach(lint, instance, FALSE, &reach); /* it is for rare machines alone */
    if (reach.asked > 0 || reach.before == 0)
        return;
    lint_say(lint, instance->config->where,
             "[provider %s] is never reached: '%s'%s answers every machine that it is for. Name "
             "'%s' before it in providers =, or give '%s' a match-* key",
             name, reach.blocker, reach.is_one_blocker ? "" : ", with others before it,", name,
             reach.blocker);
}

/* ---- Twice the same -------------------------------------------------------------------------- */

static gboolean same_program(const struct instance_config *a, const struct instance_config *b) {
    if (a->command != NULL && b->command != NULL)
        return g_strv_equal((const char *const *) a->command, (const char *const *) b->command);
    return a->module != NULL && g_strcmp0(a->module, b->module) == 0;
}

static gboolean same_settings(const struct instance_config *a, const struct instance_config *b) {
    if (a->settings->len != b->settings->len)
        return FALSE;
    for (guint i = 0; i < a->settings->len; i++) {
        const struct instance_setting *left = g_ptr_array_index(a->settings, i);
        gboolean found = FALSE;
        for (guint j = 0; j < b->settings->len && !found; j++) {
            const struct instance_setting *right = g_ptr_array_index(b->settings, j);
            found = strcmp(left->key, right->key) == 0 && strcmp(left->value, right->value) == 0;
        }
        if (!found)
            return FALSE;
    }
    return TRUE;
}

/* Is there a machine that both are for? */
static gboolean overlap(const struct lint *lint, const struct instance *a,
                        const struct instance *b) {
    for (guint i = 0; i < lint->clients->len; i++) {
        const struct lint_client *client = g_ptr_array_index(lint->clients, i);
        if (match_refuse(a->match, client->request) == NULL &&
            match_refuse(b->match, client->request) == NULL)
            return TRUE;
    }
    return FALSE;
}

static void check_twins(struct lint *lint, const struct instance *first,
                        const struct instance *second) {
    if (!same_program(first->config, second->config) ||
        !same_settings(first->config, second->config) || !overlap(lint, first, second))
        return;
    lint_say(lint, second->config->where,
             "[provider %s] asks the same as [provider %s]: module and settings are the same, and "
             "so are machines that both are for. Take one out, or let their match-* keys differ",
             second->config->name, first->config->name);
}

void lint_order(struct lint *lint) {
    const GPtrArray *instances = generation_get_instances(lint->candidate->generation);

    for (guint i = 0; i < instances->len; i++) {
        const struct instance *instance = g_ptr_array_index(instances, i);
        if (instance->provider->has_decide)
            check_reach(lint, instance);
        for (guint j = 0; j < i; j++)
            check_twins(lint, g_ptr_array_index(instances, j), instance);
    }
}
