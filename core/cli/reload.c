/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boothost reload: the running daemon reads its configuration again and swaps its chain, or says
 * what is wrong and goes on as it was.
 */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/facts.h"
#include "cli/json.h"

static gboolean flag(GVariant *facts, const char *key) {
    gboolean value = FALSE;

    g_variant_lookup(facts, key, "b", &value);
    return value;
}

static void print_problems(GVariant *facts) {
    g_autoptr(GVariant) problems = facts_child(facts, "problems");

    for (gsize i = 0; problems != NULL && i < g_variant_n_children(problems); i++) {
        g_autoptr(GVariant) problem = g_variant_get_child_value(problems, i);
        printf("%s: %s: %s\n", facts_text(problem, "where"),
               flag(problem, "fatal") ? "error" : "warning", facts_text(problem, "text"));
    }
}

static void print_words(GVariant *facts, const char *key, const char *before, const char *after) {
    g_autoptr(GVariant) list = facts_child(facts, key);
    g_autofree char *words = list != NULL ? facts_value_text(list) : g_strdup("");

    if (words[0] != '\0')
        printf("%s%s%s\n", before, words, after);
}

static void print_result(GVariant *facts) {
    gint64 generation = facts_number(facts, "generation", 0);
    gint64 providers = facts_number(facts, "providers", 0);

    print_problems(facts);
    print_words(facts, "restart", "changed, but only a restart of boothostd takes it over: ", "");
    if (!flag(facts, "reloaded")) {
        printf("%s: not reloaded: generation %" G_GINT64_FORMAT " serves on\n",
               facts_text(facts, "config"), generation);
        return;
    }
    print_words(facts, "carried", "memory taken over: ", "");
    printf("%s: generation %" G_GINT64_FORMAT " serves, %" G_GINT64_FORMAT
           " provider%s; prepared in %.1f ms, swapped in %.2f ms\n",
           facts_text(facts, "config"), generation, providers, providers == 1 ? "" : "s",
           (double) facts_number(facts, "prepare-microseconds", 0) / 1000,
           (double) facts_number(facts, "swap-microseconds", 0) / 1000);
}

static int run(struct cli *cli, int argc, char **argv) {
    if (!cli_parse(cli, CLI_SOCKET | CLI_JSON, NULL, &argc, &argv))
        return CLI_USAGE;
    if (argc > 1) {
        cli_complain(cli,
                     "'%s' is too much: the daemon reads the file it was started with; `boothost "
                     "check --config FILE` judges another one",
                     argv[1]);
        return CLI_USAGE;
    }
    g_autoptr(GVariant) facts = cli_ask(cli, "Reload", NULL);
    if (facts == NULL)
        return CLI_NO;
    if (cli->json)
        json_print(facts);
    else
        print_result(facts);
    return flag(facts, "reloaded") ? CLI_DONE : CLI_NO;
}

const struct verb verb_reload = {
    .name = "reload",
    .arguments = NULL,
    .summary = "the daemon reads its configuration again, while machines boot",
    .details =
        "Requests that are being decided are answered by the chain they came to; no transfer is\n"
        "touched. Whatever is wrong is named, and then nothing changes.\n"
        "Exit status: 0 when the new chain serves, 1 when the old one goes on.",
    .run = run,
};
