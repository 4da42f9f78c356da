/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boothost check: is this configuration fit to be served? Reads, loads and opens everything as the
 * daemon would, changes nothing, and names every problem with file and line.
 */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/candidate.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "cli/lint.h"
#include "net/interfaces.h"
#include "provider/problem.h"

static void check_root(const struct config *config, GPtrArray *problems) {
    struct stat status;

    if (stat(config->root, &status) != 0)
        g_ptr_array_add(problems,
                        problem_new(TRUE, config->path,
                                    "root = %s is not there: create the folder and put the boot "
                                    "programs into it",
                                    config->root));
    else if (!S_ISDIR(status.st_mode))
        g_ptr_array_add(problems, problem_new(TRUE, config->path,
                                              "root = %s is no folder: name the folder that holds "
                                              "the boot programs",
                                              config->root));
    else if (access(config->root, R_OK | X_OK) != 0)
        g_ptr_array_add(problems,
                        problem_new(FALSE, config->path,
                                    "root = %s cannot be read by this user: the daemon's user must "
                                    "be able to",
                                    config->root));
}

static void check_state(const struct config *config, GPtrArray *problems) {
    if (!g_file_test(config->state, G_FILE_TEST_IS_DIR))
        g_ptr_array_add(problems,
                        problem_new(FALSE, config->path,
                                    "state = %s is no folder yet: create it, so that providers can "
                                    "keep their data there",
                                    config->state));
}

static void check_interfaces(const struct config *config, GPtrArray *problems) {
    g_autoptr(GError) error = NULL;
    struct interfaces *interfaces =
        interfaces_read((const char *const *) config->interfaces, &error);

    if (interfaces == NULL) {
        g_ptr_array_add(problems, problem_new(TRUE, config->path, "%s", error->message));
        return;
    }
    if (interfaces_count(interfaces) == 0)
        g_ptr_array_add(problems, problem_new(FALSE, config->path,
                                              "interfaces = auto finds none that is up and has an "
                                              "address: nobody would be served"));
    interfaces_unref(interfaces);
}

/* What the modules cannot know: the machine around the configuration. */
static void check_machine(struct candidate *candidate) {
    check_root(candidate->config, candidate->problems);
    check_state(candidate->config, candidate->problems);
    check_interfaces(candidate->config, candidate->problems);
    if (candidate->generation != NULL)
        lint_check(candidate);
}

/* ---- The result ------------------------------------------------------------------------------ */

static GVariant *result_facts(const struct candidate *candidate, const char *path) {
    GVariantBuilder facts, list;

    g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < candidate->problems->len; i++) {
        const struct problem *problem = g_ptr_array_index(candidate->problems, i);
        g_variant_builder_open(&list, G_VARIANT_TYPE_VARDICT);
        g_variant_builder_add(&list, "{sv}", "where",
                              g_variant_new_string(problem->where != NULL ? problem->where : path));
        g_variant_builder_add(&list, "{sv}", "text", g_variant_new_string(problem->text));
        g_variant_builder_add(&list, "{sv}", "fatal", g_variant_new_boolean(problem->fatal));
        g_variant_builder_close(&list);
    }
    g_variant_builder_init(&facts, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&facts, "{sv}", "config", g_variant_new_string(path));
    g_variant_builder_add(&facts, "{sv}", "valid",
                          g_variant_new_boolean(candidate_fatal_count(candidate) == 0));
    g_variant_builder_add(&facts, "{sv}", "problems", g_variant_builder_end(&list));
    return g_variant_ref_sink(g_variant_builder_end(&facts));
}

static void print_result(const struct candidate *candidate, const char *path) {
    unsigned fatal = candidate_fatal_count(candidate);

    candidate_print_problems(candidate, path, stdout);
    if (fatal > 0)
        printf("%s: %u error%s: the daemon would not serve this\n", path, fatal,
               fatal == 1 ? "" : "s");
    else
        printf("%s: fit to be served, %u provider%s\n", path, candidate->config->instances->len,
               candidate->config->instances->len == 1 ? "" : "s");
}

static int check(const struct cli *cli, const char *path, gboolean is_strict) {
    struct candidate candidate;

    candidate_load(path, &candidate);
    if (candidate.config != NULL)
        check_machine(&candidate);
    if (cli->json) {
        g_autoptr(GVariant) facts = result_facts(&candidate, path);
        json_print(facts);
    } else {
        print_result(&candidate, path);
    }
    guint wrong = is_strict ? candidate.problems->len : candidate_fatal_count(&candidate);
    int status = wrong == 0 ? CLI_DONE : CLI_NO;
    candidate_clear(&candidate);
    return status;
}

static int run(struct cli *cli, int argc, char **argv) {
    gboolean is_strict = FALSE;
    const GOptionEntry entries[] = {
        {"strict", 0, 0, G_OPTION_ARG_NONE, &is_strict, "Warnings count as errors", NULL},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };

    if (!cli_parse(cli, CLI_CONFIG | CLI_JSON, entries, &argc, &argv))
        return CLI_USAGE;
    if (argc > 1) {
        cli_complain(cli, "'%s' is too much; did you mean --config %s?", argv[1], argv[1]);
        return CLI_USAGE;
    }
    return check(cli, cli->config != NULL ? cli->config : CONFIG_DEFAULT_PATH, is_strict);
}

const struct verb verb_check = {
    .name = "check",
    .arguments = NULL,
    .summary = "is a configuration fit to be served?",
    .details =
        "Without --config, " CONFIG_DEFAULT_PATH " is checked. Nothing is changed, no daemon "
        "is needed.\nExit status: 0 when it is fit, 1 when not.",
    .run = run,
};
