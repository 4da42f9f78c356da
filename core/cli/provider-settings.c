/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A file may be a whole configuration, or a sample with nothing but the provider's group.
 */
#include "cli/provider-settings.h"

#include <string.h>

#include "config/config-provider.h"
#include "config/key-file.h"
#include "provider/instance-config.h"
#include "provider/problem.h"

#define GROUP "provider "

/* "deny-file" of "deny-file=x"; NULL: the word is a file's name. */
static char *key_of(const char *word) {
    gsize length =
        strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._");
    return length > 0 && word[length] == '=' ? g_strndup(word, length) : NULL;
}

static void set(struct instance_config *config, const char *key, const char *value,
                const char *where) {
    for (guint i = config->settings->len; i > 0; i--) {
        const struct instance_setting *setting = g_ptr_array_index(config->settings, i - 1);
        if (strcmp(setting->key, key) == 0)
            g_ptr_array_remove_index(config->settings, i - 1);
    }
    instance_config_add(config, key, value, where);
}

/* ---- A file ---------------------------------------------------------------------------------- */

/* Does this group configure the module at `path`? */
static gboolean is_of_module(const struct key_group *group, const char *path) {
    const struct key_line *line = key_group_line(group, "module");
    g_autofree char *file = g_path_get_basename(path);
    g_autofree char *stem = g_strndup(file, strlen(file) - strlen(".so"));
    return line != NULL && (strcmp(line->value, path) == 0 || strcmp(line->value, stem) == 0);
}

/* The group of the module, else the only one there is; NULL after a complaint. */
static const struct key_group *find_group(const struct cli *cli, const struct key_file *file,
                                          const char *path, const char *module) {
    const struct key_group *found = NULL;
    unsigned count = 0, fitting = 0;
    for (guint i = 0; i < file->groups->len; i++) {
        const struct key_group *group = g_ptr_array_index(file->groups, i);
        if (!g_str_has_prefix(group->name, GROUP))
            continue;
        count++;
        gboolean fits = is_of_module(group, module);
        fitting += fits ? 1 : 0;
        if (found == NULL || (fits && fitting == 1))
            found = group;
    }
    if (fitting == 1 || count == 1)
        return found;
    cli_complain(cli,
                 "%s: %s group [provider NAME] is for %s: write its settings with "
                 "--config KEY=VALUE",
                 path, fitting > 1 ? "more than one" : "no", module);
    return NULL;
}

static gboolean complain_of(const struct cli *cli, const GPtrArray *problems) {
    gboolean is_fatal = FALSE;
    for (guint i = 0; i < problems->len; i++) {
        const struct problem *problem = g_ptr_array_index(problems, i);
        if (problem->fatal)
            cli_complain(cli, "%s: %s", problem->where != NULL ? problem->where : "--config",
                         problem->text);
        is_fatal = is_fatal || problem->fatal;
    }
    return is_fatal;
}

static struct instance_config *read_group(const struct cli *cli, const struct key_file *file,
                                          const struct key_group *group, const char *path) {
    g_autoptr(GPtrArray) problems = problem_list_new();
    g_autoptr(GPtrArray) configs = g_ptr_array_new();
    g_autofree char *absolute = g_canonicalize_filename(path, NULL);
    g_autofree char *folder = g_path_get_dirname(absolute);
    const char *const names[] = {group->name + strlen(GROUP), NULL};
    config_provider_read_all(file, names, group->where, folder, configs, problems);
    struct instance_config *config = configs->len > 0 ? configs->pdata[0] : NULL;
    if (!complain_of(cli, problems))
        return config;
    instance_config_unref(config);
    return NULL;
}

static struct instance_config *read_file(const struct cli *cli, const char *path,
                                         const char *module) {
    g_autoptr(GPtrArray) problems = problem_list_new();
    struct key_file *file = key_file_read(path, problems);
    struct instance_config *config = NULL;
    const struct key_group *group =
        complain_of(cli, problems) ? NULL : find_group(cli, file, path, module);
    if (group != NULL)
        config = read_group(cli, file, group, path);
    key_file_free(file);
    return config;
}

/* ---- All words ------------------------------------------------------------------------------- */

static struct instance_config *config_new(const char *module) {
    g_autofree char *file = g_path_get_basename(module);
    g_autofree char *stem = g_strndup(file, strcspn(file, "."));
    struct instance_config *config = instance_config_new(stem);
    config->folder = g_get_current_dir();
    config->where = g_strdup("--config");
    return config;
}

struct instance_config *provider_settings_read(const struct cli *cli, const char *const *words,
                                               const char *module) {
    struct instance_config *config = config_new(module);
    for (gsize i = 0; words != NULL && words[i] != NULL; i++) {
        g_autofree char *key = key_of(words[i]);
        if (key != NULL) {
            set(config, key, words[i] + strlen(key) + 1, "--config");
            continue;
        }
        struct instance_config *of_file = read_file(cli, words[i], module);
        if (of_file != NULL) {
            for (guint j = 0; j < config->settings->len; j++) {
                const struct instance_setting *setting = g_ptr_array_index(config->settings, j);
                set(of_file, setting->key, setting->value, setting->where);
            }
        }
        instance_config_unref(config);
        config = of_file;
        if (config == NULL)
            return NULL;
    }
    return config;
}
