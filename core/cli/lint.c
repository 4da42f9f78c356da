/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * All judges in their order, and what they share.
 */
#include "cli/lint.h"

#include <string.h>

#include "provider/instance.h"
#include "provider/problem.h"

void lint_say(struct lint *lint, const char *where, const char *format, ...) {
    va_list arguments;

    va_start(arguments, format);
    char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (!g_hash_table_contains(lint->said, text))
        g_ptr_array_add(lint->candidate->problems, problem_new(FALSE, where, "%s", text));
    g_hash_table_add(lint->said, text);
}

const struct instance *lint_decider(const struct lint *lint, const struct lint_client *client) {
    const GPtrArray *instances = generation_get_instances(lint->candidate->generation);

    for (guint i = 0; i < instances->len; i++) {
        const struct instance *instance = g_ptr_array_index(instances, i);
        if (g_strcmp0(instance->config->name, trace_get_provider(client->trace)) == 0)
            return instance;
    }
    return NULL;
}

/* The setting of one instance that names the file. */
static const char *find_setting(const struct instance_config *config, const char *file) {
    for (guint i = 0; i < config->settings->len; i++) {
        const struct instance_setting *setting = g_ptr_array_index(config->settings, i);
        if (strcmp(setting->value, file) == 0)
            return setting->where;
    }
    return NULL;
}

const char *lint_where(const struct lint *lint, const struct lint_client *client) {
    const GPtrArray *instances = generation_get_instances(lint->candidate->generation);
    const struct instance *decider = lint_decider(lint, client);
    const char *where = NULL;

    if (decider != NULL && client->boot_file != NULL)
        where = find_setting(decider->config, client->boot_file);
    for (guint i = 0; where == NULL && client->boot_file != NULL && i < instances->len; i++) {
        const struct instance *instance = g_ptr_array_index(instances, i);
        where = find_setting(instance->config, client->boot_file);
    }
    if (where == NULL && decider != NULL)
        where = decider->config->where;
    return where != NULL ? where : lint->candidate->config->path;
}

void lint_check(const struct candidate *candidate) {
    struct lint lint = {
        .candidate = candidate,
        .root = content_root_open(candidate->config->root, NULL),
        .clients = g_ptr_array_new_with_free_func((GDestroyNotify) lint_client_free),
        .said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
    };

    lint_ask_all(&lint);
    lint_order(&lint);
    lint_files(&lint);
    lint_answers(&lint);
    g_ptr_array_unref(lint.clients);
    g_hash_table_unref(lint.said);
    g_clear_pointer(&lint.root, content_root_unref);
}
