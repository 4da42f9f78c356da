/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The groups [provider NAME]: the host's own keys become typed, all others are kept for the
 * provider's schema, which the module alone knows.
 */
#include "config/config-provider.h"

#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/text.h"
#include "config/key-file.h"
#include "provider/instance-config.h"
#include "provider/problem.h"

/* Takes a value of one of the host's keys; NULL when it is fine, else what was expected. */
typedef const char *(*set_fn)(struct instance_config *instance, const char *value);

static const char *set_module(struct instance_config *instance, const char *value) {
    g_free(instance->module);
    instance->module = g_strdup(value);
    return value[0] != '\0' ? NULL : "the module's name, such as filter";
}

static const char *set_command(struct instance_config *instance, const char *value) {
    g_autoptr(GError) error = NULL;
    g_strfreev(instance->command);
    instance->command = NULL;
    if (!g_shell_parse_argv(value, NULL, &instance->command, &error))
        return "a program and its arguments, as a shell would read them";
    if (!g_path_is_absolute(instance->command[0]))
        return "the absolute path of a program, and its arguments";
    return NULL;
}

static const char *set_isolation(struct instance_config *instance, const char *value) {
    instance->is_isolated = strcmp(value, "process") == 0;
    return instance->is_isolated || strcmp(value, "none") == 0 ? NULL : "none or process";
}

static const char *set_memory(struct instance_config *instance, const char *value) {
    int64_t bytes = 0;
    if (!text_parse_size(value, &bytes) || bytes < LIMIT_MEMORY_MIN || bytes > LIMIT_MEMORY_MAX)
        return "16M to 64G (bytes, such as 256M)";
    instance->memory = (uint64_t) bytes;
    return NULL;
}

static const char *set_network(struct instance_config *instance, const char *value) {
    return text_parse_boolean(value, &instance->network) ? NULL : "yes or no";
}

static const char *set_files(const struct instance_config *instance, GStrv *files,
                             const char *value) {
    g_strfreev(*files);
    *files = text_split_list(value);
    for (gsize i = 0; (*files)[i] != NULL; i++) {
        char *path = g_canonicalize_filename((*files)[i], instance->folder);
        g_free((*files)[i]);
        (*files)[i] = path;
    }
    return (*files)[0] != NULL ? NULL : "at least one file or folder";
}

static const char *set_read_files(struct instance_config *instance, const char *value) {
    return set_files(instance, &instance->read_files, value);
}

static const char *set_write_files(struct instance_config *instance, const char *value) {
    return set_files(instance, &instance->write_files, value);
}

static const char *set_deadline(struct instance_config *instance, const char *value) {
    int64_t us = 0;
    if (!text_parse_duration(value, &us) || us < CLOCK_MILLISECOND || us > 60 * CLOCK_SECOND)
        return "a time from 1ms to 60s, such as 300ms";
    instance->deadline_us = us;
    return NULL;
}

static const char *set_policy(enum instance_policy *policy, const char *value) {
    static const char *const words[] = {
        [INSTANCE_NEXT] = "next", [INSTANCE_DROP] = "drop", [INSTANCE_ABORT] = "abort"};
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        if (strcmp(value, words[i]) == 0) {
            *policy = (enum instance_policy) i;
            return NULL;
        }
    }
    return "next, drop or abort";
}

static const char *set_on_error(struct instance_config *instance, const char *value) {
    return set_policy(&instance->on_error, value);
}

static const char *set_on_timeout(struct instance_config *instance, const char *value) {
    return set_policy(&instance->on_timeout, value);
}

static const char *set_critical(struct instance_config *instance, const char *value) {
    return text_parse_boolean(value, &instance->critical) ? NULL : "yes or no";
}

static const char *set_match(GStrv *match, const char *value) {
    g_strfreev(*match);
    *match = text_split_list(value);
    return (*match)[0] != NULL ? NULL : "at least one item";
}

static const char *set_match_architecture(struct instance_config *instance, const char *value) {
    return set_match(&instance->match_architecture, value);
}

static const char *set_match_network(struct instance_config *instance, const char *value) {
    return set_match(&instance->match_network, value);
}

static const char *set_match_interface(struct instance_config *instance, const char *value) {
    return set_match(&instance->match_interface, value);
}

static const char *set_match_vendor_class(struct instance_config *instance, const char *value) {
    return set_match(&instance->match_vendor_class, value);
}

static const struct {
    const char *name;
    set_fn set;
} host_keys[] = {
    {"module", set_module},
    {"command", set_command},
    {"deadline", set_deadline},
    {"on-error", set_on_error},
    {"on-timeout", set_on_timeout},
    {"isolation", set_isolation},
    {"memory", set_memory},
    {"network", set_network},
    {"read-files", set_read_files},
    {"write-files", set_write_files},
    {"critical", set_critical},
    {"match-architecture", set_match_architecture},
    {"match-network", set_match_network},
    {"match-interface", set_match_interface},
    {"match-vendor-class", set_match_vendor_class},
};

static void read_line(struct instance_config *instance, const struct key_line *line,
                      GPtrArray *problems) {
    for (gsize i = 0; i < G_N_ELEMENTS(host_keys); i++) {
        if (strcmp(host_keys[i].name, line->key) != 0)
            continue;
        const char *expected = host_keys[i].set(instance, line->value);
        if (expected != NULL)
            g_ptr_array_add(problems, problem_new(TRUE, line->where, "%s = %s: expected %s",
                                                  line->key, line->value, expected));
        return;
    }
    instance_config_add(instance, line->key, line->value, line->where);
}

static struct instance_config *read_provider(const struct key_group *group, const char *name,
                                             const char *folder, GPtrArray *problems) {
    struct instance_config *instance = instance_config_new(name);
    instance->where = g_strdup(group->where);
    instance->folder = g_strdup(folder);
    for (guint i = 0; i < group->lines->len; i++)
        read_line(instance, g_ptr_array_index(group->lines, i), problems);
    if (instance->command != NULL && (instance->module != NULL || instance->is_isolated))
        g_ptr_array_add(problems, problem_new(TRUE, group->where,
                                              "provider '%s' has a command, which is a process of "
                                              "its own already: remove module and isolation",
                                              name));
    else if (instance->module == NULL && instance->command == NULL)
        g_ptr_array_add(problems, problem_new(TRUE, group->where,
                                              "provider '%s' has no module: add module = NAME; "
                                              "`boothost provider list` shows which there are",
                                              name));
    return instance;
}

/* The names of all provider groups, for suggestions. */
static GStrv group_names(const struct key_file *file) {
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    for (guint i = 0; i < file->groups->len; i++) {
        const struct key_group *group = g_ptr_array_index(file->groups, i);
        if (g_str_has_prefix(group->name, "provider "))
            g_strv_builder_add(builder, group->name + strlen("provider "));
    }
    return g_strv_builder_end(builder);
}

static void report_missing(const struct key_file *file, const char *name, const char *where,
                           GPtrArray *problems) {
    g_auto(GStrv) groups = group_names(file);
    const char *near = text_nearest(name, (const char *const *) groups);
    g_autofree char *hint = near != NULL ? g_strdup_printf("did you mean '%s'?", near)
                                         : g_strdup_printf("add it with module = NAME");
    g_ptr_array_add(problems, problem_new(TRUE, where,
                                          "the chain names '%s', but there is no "
                                          "[provider %s]: %s",
                                          name, name, hint));
}

static void report_unused(const struct key_file *file, const char *const *names,
                          GPtrArray *problems) {
    g_auto(GStrv) groups = group_names(file);
    for (gsize i = 0; groups[i] != NULL; i++) {
        g_autofree char *full = g_strconcat("provider ", groups[i], NULL);
        if (!g_strv_contains(names, groups[i]))
            g_ptr_array_add(problems, problem_new(FALSE, key_file_group(file, full)->where,
                                                  "provider '%s' is in no chain and is never asked",
                                                  groups[i]));
    }
}

void config_provider_read_all(const struct key_file *file, const char *const *names,
                              const char *where, const char *folder, GPtrArray *instances,
                              GPtrArray *problems) {
    for (gsize i = 0; names[i] != NULL; i++) {
        g_autofree char *full = g_strconcat("provider ", names[i], NULL);
        const struct key_group *group = key_file_group(file, full);
        if (group == NULL) {
            report_missing(file, names[i], where, problems);
            continue;
        }
        for (gsize j = 0; j < i; j++) {
            if (strcmp(names[i], names[j]) == 0)
                g_ptr_array_add(problems,
                                problem_new(TRUE, where, "the chain names '%s' twice", names[i]));
        }
        g_ptr_array_add(instances, read_provider(group, names[i], folder, problems));
    }
    report_unused(file, names, problems);
}
