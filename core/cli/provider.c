/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boothost provider list|show: which modules are there, what can be configured, and why one is
 * refused. Loads them as the daemon would and opens none. The other words behind `provider` are in
 * files of their own.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/facts.h"
#include "cli/json.h"
#include "cli/module-facts.h"
#include "config/config.h"
#include "provider/loader.h"
#include "provider/problem.h"

struct options {
    char *modules;
};

/* The folder of --modules, else of the configuration, else the installed one. */
static char *find_folder(const struct cli *cli, const struct options *options) {
    const char *path = cli->config != NULL ? cli->config : CONFIG_DEFAULT_PATH;

    if (options->modules != NULL)
        return g_canonicalize_filename(options->modules, NULL);
    if (cli->config == NULL && !g_file_test(path, G_FILE_TEST_EXISTS))
        return g_strdup(BOOTHOST_MODULE_FOLDER);

    g_autoptr(GPtrArray) problems = problem_list_new();
    struct config *config = config_load(path, problems);
    if (config == NULL) {
        cli_complain(cli, "%s cannot be used: 'boothost check' says why; or give --modules", path);
        return NULL;
    }
    char *folder = g_strdup(config->modules);
    config_unref(config);
    return folder;
}

/* ---- list ------------------------------------------------------------------------------------ */

static gint compare_names(gconstpointer a, gconstpointer b) {
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* Paths of the *.so files in a folder, by name; NULL after a complaint. */
static GPtrArray *list_files(const struct cli *cli, const char *folder) {
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, &error);
    const char *name = NULL;

    if (dir == NULL) {
        cli_complain(cli, "%s; name the folder of the modules with --modules", error->message);
        return NULL;
    }
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    while ((name = g_dir_read_name(dir)) != NULL) {
        if (g_str_has_suffix(name, ".so"))
            g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
    }
    g_ptr_array_sort(paths, compare_names);
    return paths;
}

static void print_list_row(GVariant *module) {
    const char *refused = facts_text(module, "refused");

    if (refused[0] != '\0')
        printf("refused      %s\n", refused);
    else
        printf("%-12s %-10s ABI %-6s %-10s %s\n", facts_text(module, "name"),
               facts_text(module, "version"), facts_text(module, "abi"),
               facts_text(module, "threads"), facts_text(module, "summary"));
}

static int list(const struct cli *cli, const struct options *options) {
    g_autofree char *folder = find_folder(cli, options);
    g_autoptr(GPtrArray) paths = folder != NULL ? list_files(cli, folder) : NULL;
    GVariantBuilder modules;

    if (paths == NULL)
        return CLI_NO;
    g_variant_builder_init(&modules, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < paths->len; i++) {
        g_autoptr(GVariant) module = module_facts(g_ptr_array_index(paths, i));
        g_variant_builder_add_value(&modules, module);
        if (!cli->json)
            print_list_row(module);
    }
    g_autoptr(GVariant) all = g_variant_ref_sink(g_variant_builder_end(&modules));
    if (cli->json)
        json_print(all);
    else if (paths->len == 0)
        cli_complain(cli, "%s holds no module (*.so)", folder);
    return paths->len > 0 ? CLI_DONE : CLI_NO;
}

/* ---- show ------------------------------------------------------------------------------------ */

static void print_setting(GVariant *setting) {
    g_autoptr(GVariant) required = g_variant_lookup_value(setting, "required", NULL);
    const char *otherwise = facts_text(setting, "default");

    printf("  %-20s %-9s %s", facts_text(setting, "name"), facts_text(setting, "type"),
           facts_text(setting, "help"));
    if (required != NULL && g_variant_get_boolean(required))
        fputs(" (required)", stdout);
    else if (otherwise[0] != '\0')
        printf(" (%s)", otherwise);
    putchar('\n');
}

static void print_module(GVariant *module) {
    static const char *const lines[] = {"name", "version", "summary", "path",
                                        "abi",  "threads", "doors"};
    g_autoptr(GVariant) settings = facts_child(module, "settings");

    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autoptr(GVariant) value = g_variant_lookup_value(module, lines[i], NULL);
        g_autofree char *text = value != NULL ? facts_value_text(value) : g_strdup("");
        facts_print_line(lines[i], text);
    }
    puts(g_variant_n_children(settings) > 0 ? "settings" : "settings     none");
    for (gsize i = 0; i < g_variant_n_children(settings); i++) {
        g_autoptr(GVariant) setting = g_variant_get_child_value(settings, i);
        print_setting(setting);
    }
}

/* `word`: as after "module =", or a path. */
static char *find_module(const struct cli *cli, const struct options *options, const char *word) {
    g_autofree char *error = NULL;

    if (strchr(word, '/') != NULL)
        return g_canonicalize_filename(word, NULL);
    g_autofree char *folder = find_folder(cli, options);
    if (folder == NULL)
        return NULL;
    char *path = module_find(folder, word, &error);
    if (path == NULL)
        cli_complain(cli, "%s", error);
    return path;
}

static int show(const struct cli *cli, const struct options *options, const char *word) {
    g_autofree char *path = find_module(cli, options, word);

    if (path == NULL)
        return CLI_NO;
    g_autoptr(GVariant) module = module_facts(path);
    const char *refused = facts_text(module, "refused");
    if (cli->json)
        json_print(module);
    else if (refused[0] == '\0')
        print_module(module);
    if (refused[0] != '\0' && !cli->json)
        cli_complain(cli, "%s", refused);
    return refused[0] == '\0' ? CLI_DONE : CLI_NO;
}

/* ---- The verb -------------------------------------------------------------------------------- */

static int choose(const struct cli *cli, const struct options *options, int argc, char **argv) {
    static const char *const actions[] = {"list", "show", "new", "try", "test", NULL};

    if (argc == 2 && strcmp(argv[1], "list") == 0)
        return list(cli, options);
    if (argc == 3 && strcmp(argv[1], "show") == 0)
        return show(cli, options, argv[2]);
    const char *near = argc > 1 ? text_nearest(argv[1], actions) : NULL;
    if (near != NULL && strcmp(near, argv[1]) != 0)
        cli_complain(cli, "'%s' is unknown: did you mean '%s'?", argv[1], near);
    else
        cli_complain(
            cli, "say 'provider list', 'provider show NAME', 'provider new NAME', 'provider try "
                 "FILE.so' or 'provider test FILE.so'; options go behind that");
    return CLI_USAGE;
}

/* A word with options of its own; NULL: none of these. */
static const struct verb *find_word(int argc, char **argv) {
    const struct verb *const words[] = {&verb_provider_new, &verb_provider_test,
                                        &verb_provider_try};
    for (gsize i = 0; argc > 1 && i < G_N_ELEMENTS(words); i++) {
        if (strcmp(words[i]->name + strlen("provider "), argv[1]) == 0)
            return words[i];
    }
    return NULL;
}

static int run_word(struct cli *cli, const struct verb *word, int argc, char **argv) {
    g_autofree char *program = g_strconcat("boothost ", word->name, NULL);
    g_set_prgname(program);
    cli->verb = word;
    return word->run(cli, argc - 1, argv + 1);
}

static int run(struct cli *cli, int argc, char **argv) {
    const struct verb *word = find_word(argc, argv);
    if (word != NULL)
        return run_word(cli, word, argc, argv);
    struct options options = {0};
    const GOptionEntry entries[] = {
        {"modules", 0, 0, G_OPTION_ARG_FILENAME, &options.modules, "Folder of the modules",
         "FOLDER"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    int status = CLI_USAGE;

    if (cli_parse(cli, CLI_CONFIG | CLI_JSON, entries, &argc, &argv))
        status = choose(cli, &options, argc, argv);
    g_free(options.modules);
    return status;
}

const struct verb verb_provider = {
    .name = "provider",
    .arguments = "list|show|new|try|test",
    .summary = "provider modules: which there are, and making, trying and testing one",
    .details = "  list            which modules there are\n"
               "  show NAME       all about one; NAME is the word after 'module =', or a path\n"
               "  new NAME        the source of a new one; see 'boothost provider new --help'\n"
               "  try FILE.so     what one alone answers; see 'boothost provider try --help'\n"
               "  test FILE.so    does it keep the contract? See 'boothost provider test --help'\n"
               "No daemon is needed; 'boothost status' shows what is running.\nExit status: 1 when "
               "a module that is shown is refused.",
    .run = run,
};
