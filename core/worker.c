/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boothost-worker: runs one provider in a process of its own. Started by the daemon alone; confines
 * itself, then serves a module (--module FILE) or turns into a program (-- PROGRAM ARGUMENT...).
 */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "base/log.h"
#include "provider/loader.h"
#include "provider/sandbox.h"
#include "provider/serve.h"

#define EXIT_USAGE      2
#define EXIT_NO_PROGRAM 127

struct options {
    char *instance;
    char *module;
    char *origin;
    char *user;
    char **read_paths;
    char **write_paths;
    char **program;
    gint64 memory;
    gboolean network;
};

static gboolean parse_options(int *argc, char ***argv, struct options *options) {
    const GOptionEntry entries[] = {
        {"instance", 0, 0, G_OPTION_ARG_STRING, &options->instance, "Whose process it is", "NAME"},
        {"module", 0, 0, G_OPTION_ARG_FILENAME, &options->module, "The module to serve", "FILE"},
        {"origin", 0, 0, G_OPTION_ARG_FILENAME, &options->origin, "What it is a copy of", "FILE"},
        {"user", 0, 0, G_OPTION_ARG_STRING, &options->user, "Whom to become, as root", "USER"},
        {"read", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->read_paths, "May be read", "PATH"},
        {"write", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->write_paths, "And written", "PATH"},
        {"memory", 0, 0, G_OPTION_ARG_INT64, &options->memory, "How much it may have", "BYTES"},
        {"network", 0, 0, G_OPTION_ARG_NONE, &options->network, "It may make sockets", NULL},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->program, NULL, NULL},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new("[-- PROGRAM ARGUMENT...]");
    g_option_context_add_main_entries(context, entries, NULL);
    g_autoptr(GError) error = NULL;
    gboolean is_fine = g_option_context_parse(context, argc, argv, &error);
    if (is_fine && (options->module != NULL) != (options->program != NULL) && options->memory > 0)
        return TRUE;
    fprintf(stderr, "boothost-worker is started by boothostd: %s\n",
            error != NULL ? error->message
                          : "it needs --memory, and --module or a program, but not both");
    return FALSE;
}

/* The inherited socket, or -1. */
static int find_socket(void) {
    const char *text = g_getenv("BOOTHOST_PROVIDER_FD");
    gint64 number = -1;
    if (text == NULL || !g_ascii_string_to_signed(text, 10, 3, 1024, &number, NULL) ||
        fcntl((int) number, F_GETFD) < 0)
        return -1;
    return (int) number;
}

static int serve_module(const struct options *options, int socket, int file) {
    g_autofree char *refusal = NULL;
    fcntl(socket, F_SETFD, FD_CLOEXEC);
    struct module *module = module_load_descriptor(
        file, options->origin != NULL ? options->origin : options->module, &refusal);
    int status = serve(socket, options->instance, module, refusal);
    module_unref(module);
    return status;
}

static G_NORETURN void become_program(const struct options *options) {
    execvp(options->program[0], options->program);
    fprintf(stderr,
            "%s cannot be run: %s; it must be readable and executable for the user that "
            "providers run as\n",
            options->program[0], g_strerror(errno));
    _exit(EXIT_NO_PROGRAM); /* as if it had been the program: nothing of ours runs any more */
}

/* The module as it is now, in memory, where nobody can overwrite it. It is read while we may:
 * private copies of modules are the daemon's alone. -1: errno says why. */
static int copy_module(const char *path) {
    g_autofree char *name = g_path_get_basename(path);
    int from = open(path, O_RDONLY | O_CLOEXEC);
    int copy = memfd_create(name, MFD_CLOEXEC);
    ssize_t count = from >= 0 && copy >= 0 ? 1 : -1;
    while (count > 0)
        count = sendfile(copy, from, NULL, 1 << 30);
    int error = errno;
    if (from >= 0)
        close(from);
    if (count < 0 && copy >= 0) {
        close(copy);
        copy = -1;
    }
    errno = error;
    return copy;
}

static int run(const struct options *options, int socket) {
    int file = options->module != NULL ? copy_module(options->module) : -1;
    if (options->module != NULL && file < 0) {
        fprintf(stderr, "%s cannot be read: %s\n", options->module, g_strerror(errno));
        return EXIT_FAILURE;
    }
    struct sandbox sandbox = {
        .user = options->user,
        .memory = (uint64_t) options->memory,
        .network = options->network,
        .is_program = options->program != NULL,
        .read_paths = options->read_paths,
        .write_paths = options->write_paths,
        .socket = socket,
        .file = file,
    };
    g_autoptr(GError) error = NULL;
    if (!sandbox_enter(&sandbox, &error) || !sandbox_filter_calls(&sandbox, &error)) {
        fprintf(stderr, "%s\n", error->message);
        return EXIT_FAILURE;
    }
    if (sandbox.is_program)
        become_program(options);
    return serve_module(options, socket, file);
}

int main(int argc, char **argv) {
    struct options options = {0};
    if (!parse_options(&argc, &argv, &options))
        return EXIT_USAGE;
    int socket = find_socket();
    if (socket < 0) {
        fprintf(stderr, "boothost-worker is started by boothostd: BOOTHOST_PROVIDER_FD names no "
                        "socket\n");
        return EXIT_USAGE;
    }
    signal(SIGPIPE, SIG_IGN);
    log_to_stderr(FALSE);
    int status = run(&options, socket);
    g_strfreev(options.read_paths);
    g_strfreev(options.write_paths);
    g_strfreev(options.program);
    g_free(options.instance);
    g_free(options.module);
    g_free(options.origin);
    g_free(options.user);
    return status;
}
