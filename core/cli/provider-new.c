/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boothost provider new: copies the template under a name of its own. What a template is, and how it
 * is built, is in its folder; here only names are replaced.
 */
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "provider/handshake.h"

#define WORD "template" /* stands for the name, in files and in their names */

struct options {
    char *language;
    char *templates;
};

/* ---- Where templates are --------------------------------------------------------------------- */

/* Of a build tree, beside the program's folder; else the installed one. */
static char *find_templates(const struct options *options) {
    if (options->templates != NULL)
        return g_strdup(options->templates);
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = g_path_get_dirname(program != NULL ? program : "");
    const char *const beside[] = {"../providers/provider-template",
                                  "../share/boothost/provider-template"};
    for (gsize i = 0; i < G_N_ELEMENTS(beside); i++) {
        g_autofree char *path = g_build_filename(folder, beside[i], NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR))
            return g_canonicalize_filename(path, NULL);
    }
    return g_strdup(BOOTHOST_TEMPLATE_FOLDER);
}

/* The folder of a language; NULL after a complaint. */
static char *find_language(const struct cli *cli, const struct options *options) {
    static const char *const known[] = {"c", "python", NULL};
    const char *language = options->language != NULL ? options->language : "c";
    if (!g_strv_contains(known, language)) {
        cli_complain(cli, "--language: '%s' is neither c nor python", language);
        return NULL;
    }
    g_autofree char *templates = find_templates(options);
    g_autofree char *folder = g_build_filename(templates, language, NULL);
    if (g_file_test(folder, G_FILE_TEST_IS_DIR))
        return g_steal_pointer(&folder);
    cli_complain(cli,
                 "%s is not there: it comes with boothost's development files; or name the "
                 "folder with --templates",
                 folder);
    return NULL;
}

/* ---- Copying --------------------------------------------------------------------------------- */

static char *replace(const char *text, const char *name) {
    g_auto(GStrv) parts = g_strsplit(text, WORD, -1);
    return g_strjoinv(name, parts);
}

static gboolean copy_file(const char *from, const char *to, const char *name, GError **error) {
    g_autofree char *text = NULL;
    GStatBuf info;
    if (!g_file_get_contents(from, &text, NULL, error))
        return FALSE;
    g_autofree char *renamed = replace(text, name);
    gboolean is_program = g_stat(from, &info) == 0 && (info.st_mode & 0100) != 0;
    return g_file_set_contents_full(to, renamed, -1, G_FILE_SET_CONTENTS_CONSISTENT,
                                    is_program ? 0755 : 0644, error);
}

static gboolean copy_all(const char *from, const char *to, const char *name, GError **error) {
    g_autoptr(GDir) folder = g_dir_open(from, 0, error);
    const char *file = NULL;
    gboolean done = folder != NULL;
    while (done && (file = g_dir_read_name(folder)) != NULL) {
        g_autofree char *renamed = replace(file, name);
        g_autofree char *source = g_build_filename(from, file, NULL);
        g_autofree char *target = g_build_filename(to, renamed, NULL);
        done = copy_file(source, target, name, error);
    }
    return done;
}

/* ---- The verb -------------------------------------------------------------------------------- */

/* As the handshake will demand it of the module. */
static gboolean is_name(const struct cli *cli, const char *name) {
    gsize length = strlen(name);
    gsize good = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");
    if (length > 0 && good == length && length <= HANDSHAKE_TEXT_MAX && name[0] != '-' &&
        name[length - 1] != '-')
        return TRUE;
    cli_complain(cli,
                 "'%s' is no module's name: wanted are lower-case letters, digits and '-', "
                 "such as my-devices",
                 name);
    return FALSE;
}

static gboolean is_empty(const char *path) {
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    return folder == NULL ? !g_file_test(path, G_FILE_TEST_EXISTS)
                          : g_dir_read_name(folder) == NULL;
}

static int create(const struct cli *cli, const char *source, const char *name, const char *path) {
    g_autoptr(GError) error = NULL;
    if (!is_empty(path)) {
        cli_complain(cli, "%s is there already and not empty: name another folder behind %s", path,
                     name);
        return CLI_NO;
    }
    if (g_mkdir_with_parents(path, 0755) != 0 || !copy_all(source, path, name, &error)) {
        cli_complain(cli, "%s could not be written: %s", path,
                     error != NULL ? error->message : "is its parent writable?");
        return CLI_NO;
    }
    printf("%s holds the provider %s. Next:\n"
           "  cd %s\n"
           "  make          builds it\n"
           "  make check    tests it and runs the conformance kit\n"
           "README.md says the rest.\n",
           path, name, path);
    return CLI_DONE;
}

static int choose(const struct cli *cli, const struct options *options, int argc, char **argv) {
    if (argc < 2 || argc > 3) {
        cli_complain(cli, "say 'provider new NAME' or 'provider new NAME FOLDER'");
        return CLI_USAGE;
    }
    if (!is_name(cli, argv[1]))
        return CLI_USAGE;
    g_autofree char *source = find_language(cli, options);
    if (source == NULL)
        return CLI_USAGE;
    return create(cli, source, argv[1], argc > 2 ? argv[2] : argv[1]);
}

static int run(struct cli *cli, int argc, char **argv) {
    struct options options = {0};
    const GOptionEntry entries[] = {
        {"language", 0, 0, G_OPTION_ARG_STRING, &options.language, "c or python (c)", "LANGUAGE"},
        {"templates", 0, 0, G_OPTION_ARG_FILENAME, &options.templates,
         "Folder of the templates (the installed one)", "FOLDER"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    int status = CLI_USAGE;

    if (cli_parse(cli, 0, entries, &argc, &argv))
        status = choose(cli, &options, argc, argv);
    g_free(options.language);
    g_free(options.templates);
    return status;
}

const struct verb verb_provider_new = {
    .name = "provider new",
    .arguments = "NAME [FOLDER]",
    .summary = "the source of a new provider: builds, and passes its tests",
    .details = "NAME is the word that administrators write after 'module ='. FOLDER (NAME) must be "
               "new or empty.\nExit status: 1 when the folder cannot be written.",
    .run = run,
};
