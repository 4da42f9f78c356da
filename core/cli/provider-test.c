/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boothost provider test: the conformance kit, told as TAP, a check a line, or as JSON.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "cli/provider-settings.h"
#include "conformance/runner.h"
#include "provider/instance-config.h"

#define OUTPUT_LINES 30 /* of a failed check's own output: from an error on, else its end */

struct options {
    GStrv config;
    GStrv files;
    char *check;
    gboolean rules;
    gboolean valgrind;
};

/* ---- Words ----------------------------------------------------------------------------------- */

/* Where a sanitizer begins to speak; `count`: it does not. */
static guint find_error(const GStrv lines, guint count) {
    guint at = 0;
    while (at < count && strstr(lines[at], "ERROR: ") == NULL &&
           strstr(lines[at], "WARNING: ThreadSanitizer") == NULL &&
           strstr(lines[at], "runtime error:") == NULL)
        at++;
    return at;
}

static void print_output(const char *output) {
    g_auto(GStrv) lines = g_strsplit(output, "\n", -1);
    guint count = g_strv_length(lines);
    guint at = find_error(lines, count);
    if (at == count)
        at = count > OUTPUT_LINES ? count - OUTPUT_LINES : 0;
    for (guint i = at; i < MIN(count, at + OUTPUT_LINES); i++) {
        if (lines[i][0] != '\0')
            printf("#   | %s\n", lines[i]);
    }
}

static void print_rule(const struct rule *rule) {
    printf("#   the rule: %s; see abi/rules/%02u-%s.md\n", rule->words, rule->number, rule->name);
}

/* The rule itself is told once, behind the last of its findings. */
static void print_findings(const struct runner_outcome *outcome) {
    for (guint i = 0; i < outcome->findings->len; i++) {
        const struct runner_finding *finding = g_ptr_array_index(outcome->findings, i);
        const struct runner_finding *next =
            i + 1 < outcome->findings->len ? outcome->findings->pdata[i + 1] : NULL;
        const struct rule *rule = rule_find(finding->rule);
        printf("# %s rule %u (%s): %s\n", finding->is_warning ? "warning:" : "breaks",
               finding->rule, rule != NULL ? rule->name : "?", finding->text);
        if (rule != NULL && (next == NULL || next->rule != finding->rule))
            print_rule(rule);
    }
}

static void print_tap(unsigned number, const struct check *check,
                      const struct runner_outcome *outcome) {
    gboolean failed = outcome->result == RUNNER_FAILED;
    printf("%s %u - %s: %s", failed ? "not ok" : "ok", number, check->name, check->words);
    if (outcome->result == RUNNER_SKIPPED)
        printf(" # SKIP %s", outcome->reason);
    putchar('\n');
    print_findings(outcome);
    for (guint i = 0; i < outcome->notes->len; i++)
        printf("# %s\n", (const char *) g_ptr_array_index(outcome->notes, i));
    if (failed)
        print_output(outcome->output);
    fflush(stdout);
}

static GVariant *findings_facts(const struct runner_outcome *outcome) {
    GVariantBuilder list;
    g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < outcome->findings->len; i++) {
        const struct runner_finding *finding = g_ptr_array_index(outcome->findings, i);
        g_variant_builder_open(&list, G_VARIANT_TYPE_VARDICT);
        g_variant_builder_add(&list, "{sv}", "rule", g_variant_new_uint32(finding->rule));
        g_variant_builder_add(&list, "{sv}", "warning", g_variant_new_boolean(finding->is_warning));
        g_variant_builder_add(&list, "{sv}", "text", g_variant_new_string(finding->text));
        g_variant_builder_close(&list);
    }
    return g_variant_builder_end(&list);
}

static void add_facts(GVariantBuilder *list, const struct check *check,
                      const struct runner_outcome *outcome) {
    const char *reason = outcome->reason != NULL ? outcome->reason : "";
    g_variant_builder_open(list, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(list, "{sv}", "check", g_variant_new_string(check->name));
    g_variant_builder_add(list, "{sv}", "rule", g_variant_new_uint32(check->rule));
    g_variant_builder_add(list, "{sv}", "words", g_variant_new_string(check->words));
    g_variant_builder_add(list, "{sv}", "result",
                          g_variant_new_string(runner_result_name(outcome->result)));
    g_variant_builder_add(list, "{sv}", "reason", g_variant_new_string(reason));
    g_variant_builder_add(list, "{sv}", "microseconds", g_variant_new_int64(outcome->microseconds));
    g_variant_builder_add(list, "{sv}", "findings", findings_facts(outcome));
    g_variant_builder_add(
        list, "{sv}", "notes",
        g_variant_new_strv((const char *const *) outcome->notes->pdata, outcome->notes->len));
    g_variant_builder_close(list);
}

static int print_rules(void) {
    const struct rule *rule = NULL;
    for (size_t i = 0; (rule = rule_at(i)) != NULL; i++)
        printf("%2u  %-10s  %s\n", rule->number, rule->name, rule->words);
    return CLI_DONE;
}

/* ---- All checks ------------------------------------------------------------------------------ */

/* Where a run of checks has come to. */
struct session {
    const struct cli *cli;
    struct runner runner;
    const char *broken; /* why the checks that are left make no sense; NULL: they do */
    unsigned number;
    unsigned failed;
    gboolean is_unusable; /* the settings are */
    GVariantBuilder facts;
};

static void skip_check(struct runner_outcome *outcome, const char *reason) {
    *outcome = (struct runner_outcome){
        .result = RUNNER_SKIPPED,
        .findings = g_ptr_array_new(),
        .notes = g_ptr_array_new(),
        .reason = g_strdup(reason),
        .output = g_strdup(""),
    };
}

static gboolean try_check(struct session *session, const struct check *check,
                          struct runner_outcome *outcome) {
    g_autoptr(GError) error = NULL;
    if (session->broken != NULL) {
        skip_check(outcome, session->broken);
        return TRUE;
    }
    if (runner_run(&session->runner, check, outcome, &error))
        return TRUE;
    cli_complain(session->cli, "no child process could be started: %s", error->message);
    return FALSE;
}

static void learn(struct session *session, const struct check *check,
                  const struct runner_outcome *outcome) {
    gboolean failed = outcome->result == RUNNER_FAILED;
    session->failed += failed ? 1 : 0;
    session->is_unusable = session->is_unusable || outcome->result == RUNNER_USAGE;
    if (failed && check->rule == RULE_TABLE)
        session->broken = "it does not load";
    for (guint i = 0; i < outcome->findings->len && check->rule == RULE_OPEN; i++) {
        const struct runner_finding *finding = g_ptr_array_index(outcome->findings, i);
        if (finding->rule == RULE_OPEN && !finding->is_warning)
            session->broken = "it does not open";
    }
}

static gboolean run_check(struct session *session, const struct check *check) {
    struct runner_outcome outcome;
    if (!try_check(session, check, &outcome))
        return FALSE;
    session->number++;
    learn(session, check, &outcome);
    if (session->is_unusable) {
        if (!session->cli->json)
            printf("Bail out! the settings do not fit the module: %s\n", outcome.reason);
        cli_complain(session->cli, "%s; give settings with --config KEY=VALUE or --config FILE",
                     outcome.reason);
    } else if (session->cli->json) {
        add_facts(&session->facts, check, &outcome);
    } else {
        print_tap(session->number, check, &outcome);
    }
    runner_outcome_clear(&outcome);
    return !session->is_unusable;
}

static unsigned count_checks(const struct options *options) {
    unsigned count = 0;
    while (check_at(count) != NULL)
        count++;
    return options->check != NULL ? 1 : count;
}

static int finish(struct session *session, const char *path, gboolean complete) {
    g_autoptr(GVariant) checks = g_variant_ref_sink(g_variant_builder_end(&session->facts));
    if (session->is_unusable)
        return CLI_USAGE;
    if (session->cli->json) {
        GVariantBuilder facts;
        g_variant_builder_init(&facts, G_VARIANT_TYPE_VARDICT);
        g_variant_builder_add(&facts, "{sv}", "module", g_variant_new_string(path));
        g_variant_builder_add(&facts, "{sv}", "passed",
                              g_variant_new_boolean(complete && session->failed == 0));
        g_variant_builder_add(&facts, "{sv}", "checks", checks);
        g_autoptr(GVariant) all = g_variant_ref_sink(g_variant_builder_end(&facts));
        json_print(all);
    }
    return complete && session->failed == 0 ? CLI_DONE : CLI_NO;
}

static int run_checks(const struct cli *cli, const struct options *options, const char *path) {
    struct instance_config *config =
        provider_settings_read(cli, (const char *const *) options->config, path);
    if (config == NULL)
        return CLI_USAGE;
    struct session session = {
        .cli = cli,
        .runner = {path, config, (const char *const *) options->files, options->valgrind},
    };
    gboolean complete = TRUE;
    g_variant_builder_init(&session.facts, G_VARIANT_TYPE("aa{sv}"));
    if (!cli->json)
        printf("1..%u\n", count_checks(options));
    for (size_t i = 0; complete && check_at(i) != NULL; i++) {
        const struct check *check = check_at(i);
        if (options->check == NULL || strcmp(check->name, options->check) == 0)
            complete = run_check(&session, check);
    }
    instance_config_unref(config);
    return finish(&session, path, complete);
}

/* ---- The verb -------------------------------------------------------------------------------- */

static gboolean knows_check(const struct cli *cli, const char *name) {
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    if (name == NULL || check_find(name) != NULL)
        return TRUE;
    for (size_t i = 0; check_at(i) != NULL; i++)
        g_ptr_array_add(names, (gpointer) check_at(i)->name);
    g_ptr_array_add(names, NULL);
    const char *near = text_nearest(name, (const char *const *) names->pdata);
    g_autofree char *all = g_strjoinv(", ", (GStrv) names->pdata);
    if (near != NULL)
        cli_complain(cli, "--check: there is no check '%s': did you mean '%s'?", name, near);
    else
        cli_complain(cli, "--check: there is no check '%s': there are %s", name, all);
    return FALSE;
}

static int choose(const struct cli *cli, const struct options *options, int argc, char **argv) {
    if (options->rules)
        return print_rules();
    if (argc != 2) {
        cli_complain(cli, "which module? Say 'provider test FILE.so'");
        return CLI_USAGE;
    }
    if (!knows_check(cli, options->check))
        return CLI_USAGE;
    g_autofree char *path = g_canonicalize_filename(argv[1], NULL);
    g_autofree char *valgrind = options->valgrind ? g_find_program_in_path("valgrind") : NULL;
    if (options->valgrind && valgrind == NULL) {
        cli_complain(cli, "--valgrind: it is not installed; install the package valgrind");
        return CLI_NO;
    }
    return run_checks(cli, options, path);
}

static int run(struct cli *cli, int argc, char **argv) {
    struct options options = {0};
    const GOptionEntry entries[] = {
        {"config", 'c', 0, G_OPTION_ARG_STRING_ARRAY, &options.config,
         "A setting, or a file with the provider's group; may be given again", "KEY=VALUE|FILE"},
        {"file", 'f', 0, G_OPTION_ARG_STRING_ARRAY, &options.files,
         "A name that its content door has; may be given again", "NAME"},
        {"check", 0, 0, G_OPTION_ARG_STRING, &options.check, "Only this check", "NAME"},
        {"rules", 0, 0, G_OPTION_ARG_NONE, &options.rules, "List the rules of the contract", NULL},
        {"valgrind", 0, 0, G_OPTION_ARG_NONE, &options.valgrind, "Run each check under valgrind",
         NULL},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    int status = CLI_USAGE;

    if (cli_parse(cli, CLI_JSON, entries, &argc, &argv))
        status = choose(cli, &options, argc, argv);
    g_strfreev(options.config);
    g_strfreev(options.files);
    g_free(options.check);
    return status;
}

const struct verb verb_provider_test = {
    .name = "provider test",
    .arguments = "FILE.so",
    .summary = "does a module keep the contract?",
    .details =
        "Each check runs in a process of its own and prints a line of TAP; what breaks a rule "
        "names its number.\nA module may be built with -fsanitize=address or =thread: what that "
        "finds is a finding here.\n"
        "Exit status: 0 when all checks pass, 1 when one fails, 2 when the settings do not fit.",
    .run = run,
};
