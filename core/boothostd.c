/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boothostd: the daemon, in the foreground. A thin main: options, signals, exit codes.
 */
#include <glib-unix.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "daemon/daemon.h"

#define EXIT_USAGE 2

struct options {
    char *config;
    gboolean verbose;
    gboolean version;
};

static gboolean parse_options(int *argc, char ***argv, struct options *options) {
    const GOptionEntry entries[] = {
        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &options->config,
         "Configuration file (" CONFIG_DEFAULT_PATH ")", "FILE"},
        {"verbose", 'v', 0, G_OPTION_ARG_NONE, &options->verbose, "Log details, too", NULL},
        {"version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Print the version", NULL},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new("- network boot provider host");
    g_option_context_add_main_entries(context, entries, NULL);
    g_autoptr(GError) error = NULL;
    if (g_option_context_parse(context, argc, argv, &error) && *argc == 1)
        return TRUE;
    fprintf(stderr, "boothostd: %s; try --help\n",
            error != NULL ? error->message : "too many arguments");
    return FALSE;
}

static struct config *load_config(const char *path) {
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func((GDestroyNotify) problem_free);
    struct config *config = config_load(path, problems);
    for (guint i = 0; i < problems->len; i++) {
        const struct problem *problem = g_ptr_array_index(problems, i);
        log_line(problem->fatal ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, NULL, NULL, "%s: %s",
                 problem->where != NULL ? problem->where : path, problem->text);
    }
    return config;
}

static gboolean on_signal(gpointer stop) {
    *(gboolean *) stop = TRUE;
    return G_SOURCE_CONTINUE;
}

static gboolean on_hangup(gpointer user) {
    struct daemon *const *daemon = user;
    if (*daemon != NULL)
        daemon_reload(*daemon);
    return G_SOURCE_CONTINUE;
}

static int serve(struct config *config) {
    g_autoptr(GError) error = NULL;
    struct daemon *daemon = NULL;
    guint hangup = g_unix_signal_add(SIGHUP, on_hangup, &daemon); /* or an early one would end us */
    daemon = daemon_new(config, &error);
    if (daemon == NULL) {
        log_error("%s", error->message);
        return EXIT_FAILURE;
    }
    gboolean stop = FALSE;
    guint sources[] = {g_unix_signal_add(SIGTERM, on_signal, &stop),
                       g_unix_signal_add(SIGINT, on_signal, &stop), hangup};
    daemon_run(daemon, &stop);
    for (gsize i = 0; i < G_N_ELEMENTS(sources); i++)
        g_source_remove(sources[i]);
    log_info("stopping");
    daemon_free(daemon);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv) {
    struct options options = {0};
    if (!parse_options(&argc, &argv, &options))
        return EXIT_USAGE;
    if (options.version) {
        printf("boothostd %s\n", BOOTHOST_VERSION);
        return EXIT_SUCCESS;
    }
    log_to_stderr(options.verbose);
    struct config *config =
        load_config(options.config != NULL ? options.config : CONFIG_DEFAULT_PATH);
    int status = config != NULL ? serve(config) : EXIT_FAILURE;
    config_unref(config);
    g_free(options.config);
    return status;
}
