/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From the arguments that the runner makes to a trial.
 */
#include "conformance/child.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "conformance/checks.h"
#include "conformance/runner.h"
#include "provider/instance-config.h"

struct arguments {
    char *module;
    char *check;
    char *name;
    char *folder;
    gint64 deadline;
    GStrv settings;
    GStrv files;
    gboolean slow;
};

static struct instance_config *make_config(const struct arguments *arguments) {
    struct instance_config *config = instance_config_new(arguments->name);
    config->folder = g_strdup(arguments->folder);
    config->where = g_strdup("--config");
    config->deadline_us = arguments->deadline;
    for (gsize i = 0; arguments->settings != NULL && arguments->settings[i] != NULL; i++) {
        const char *word = arguments->settings[i];
        g_autofree char *key = g_strndup(word, strcspn(word, "="));
        const char *value = word + strlen(key);
        instance_config_add(config, key, value[0] == '=' ? value + 1 : value, "--config");
    }
    return config;
}

static int run(const struct arguments *arguments) {
    static const char *const none[] = {NULL};
    const struct check *check = check_find(arguments->check);
    if (check == NULL)
        return 2;
    struct instance_config *config = make_config(arguments);
    struct trial trial = {
        .path = arguments->module,
        .config = config,
        .files = arguments->files != NULL ? (const char *const *) arguments->files : none,
        .is_slow = arguments->slow,
        .report = report_new(RUNNER_DESCRIPTOR),
    };
    trial_run(&trial, check);
    report_free(trial.report);
    instance_config_unref(config);
    return 0;
}

static void arguments_clear(struct arguments *arguments) {
    g_free(arguments->module);
    g_free(arguments->check);
    g_free(arguments->name);
    g_free(arguments->folder);
    g_strfreev(arguments->settings);
    g_strfreev(arguments->files);
}

int child_main(int argc, char **argv) {
    struct arguments arguments = {0};
    const GOptionEntry entries[] = {
        {"module", 0, 0, G_OPTION_ARG_FILENAME, &arguments.module, NULL, NULL},
        {"check", 0, 0, G_OPTION_ARG_STRING, &arguments.check, NULL, NULL},
        {"name", 0, 0, G_OPTION_ARG_STRING, &arguments.name, NULL, NULL},
        {"folder", 0, 0, G_OPTION_ARG_FILENAME, &arguments.folder, NULL, NULL},
        {"deadline", 0, 0, G_OPTION_ARG_INT64, &arguments.deadline, NULL, NULL},
        {"setting", 0, 0, G_OPTION_ARG_STRING_ARRAY, &arguments.settings, NULL, NULL},
        {"file", 0, 0, G_OPTION_ARG_STRING_ARRAY, &arguments.files, NULL, NULL},
        {"slow", 0, 0, G_OPTION_ARG_NONE, &arguments.slow, NULL, NULL},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    setlocale(LC_CTYPE, "");
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, entries, NULL);
    int status = 2;
    if (g_option_context_parse(context, &argc, &argv, NULL) && arguments.module != NULL &&
        arguments.check != NULL && arguments.name != NULL && arguments.folder != NULL &&
        arguments.deadline > 0)
        status = run(&arguments);
    else
        fputs("boothost-conformance is started by 'boothost provider test'\n", stderr);
    arguments_clear(&arguments);
    return status;
}
