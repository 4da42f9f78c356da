/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boothost status: what the daemon serves, since when, and what it has counted.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/facts.h"
#include "cli/json.h"

/* "3 d 2 h", "5 min": the two greatest units. */
static char *age_text(gint64 seconds) {
    if (seconds >= 86400)
        return g_strdup_printf("%" G_GINT64_FORMAT " d %" G_GINT64_FORMAT " h", seconds / 86400,
                               seconds % 86400 / 3600);
    if (seconds >= 3600)
        return g_strdup_printf("%" G_GINT64_FORMAT " h %" G_GINT64_FORMAT " min", seconds / 3600,
                               seconds % 3600 / 60);
    if (seconds >= 60)
        return g_strdup_printf("%" G_GINT64_FORMAT " min", seconds / 60);
    return g_strdup_printf("%" G_GINT64_FORMAT " s", seconds);
}

static void print_head(GVariant *status) {
    gint64 started = facts_number(status, "started-us", 0);
    g_autofree char *since = facts_time_text(started);
    g_autofree char *age = age_text((g_get_real_time() - started) / G_USEC_PER_SEC);
    g_autofree char *clients =
        g_strdup_printf("%" G_GINT64_FORMAT " remembered", facts_number(status, "sessions", 0));

    printf("boothostd %s, up %s since %s, generation %" G_GINT64_FORMAT "\n",
           facts_text(status, "version"), age, since, facts_number(status, "generation", 0));
    facts_print_line("config", facts_text(status, "config"));
    facts_print_line("root", facts_text(status, "root"));
    facts_print_line("UDP ports", facts_text(status, "ports"));
    facts_print_line("clients", clients);
}

static gboolean is_telling(const char *key, const char *text) {
    static const char *const silent[] = {"name", "path", "image", NULL};

    return !g_strv_contains(silent, key) && text[0] != '\0' && strcmp(text, "0") != 0;
}

/* Each dictionary of a list: its name, then everything else that is neither empty nor 0. */
static void print_row(GVariant *row) {
    g_autoptr(GString) line = g_string_new(NULL);
    GVariantIter iter;
    GVariant *value = NULL;
    const char *key = NULL;

    g_variant_iter_init(&iter, row);
    while (g_variant_iter_next(&iter, "{&sv}", &key, &value)) {
        g_autofree char *text = facts_value_text(value);
        if (is_telling(key, text))
            g_string_append_printf(line, "%s%s %s", line->len > 0 ? ", " : "", key, text);
        g_variant_unref(value);
    }
    printf("  %-16s %s\n", facts_text(row, "name"), line->str);
}

static void print_list(const char *title, GVariant *list) {
    if (list == NULL || g_variant_n_children(list) == 0)
        return;
    puts(title);
    for (gsize i = 0; i < g_variant_n_children(list); i++) {
        g_autoptr(GVariant) row = g_variant_get_child_value(list, i);
        print_row(row);
    }
}

static void print_counters(const char *title, GVariant *counters) {
    GVariantIter iter;
    GVariant *value = NULL;
    const char *name = NULL;
    gboolean titled = FALSE;

    if (counters == NULL)
        return;
    g_variant_iter_init(&iter, counters);
    while (g_variant_iter_next(&iter, "{&s@*}", &name, &value)) {
        g_autofree char *text = facts_value_text(value);
        if (strcmp(text, "0") != 0) {
            if (!titled)
                puts(title);
            titled = TRUE;
            printf("  %-24s %12s\n", name, text);
        }
        g_variant_unref(value);
    }
}

static void print_generations(GVariant *status) {
    g_autoptr(GVariant) list = facts_child(status, "generations");

    if (list == NULL)
        return;
    puts("generations");
    for (gsize i = 0; i < g_variant_n_children(list); i++) {
        g_autoptr(GVariant) row = g_variant_get_child_value(list, i);
        gint64 opened = facts_number(row, "opened-us", 0);
        g_autofree char *age = age_text((g_get_real_time() - opened) / G_USEC_PER_SEC);
        printf("  %-16" G_GINT64_FORMAT " %s, opened %s ago, %" G_GINT64_FORMAT " in flight\n",
               facts_number(row, "number", 0), facts_text(row, "state"), age,
               facts_number(row, "in-flight", 0));
    }
}

static void print_status(GVariant *status) {
    static const char *const lists[] = {"interfaces", "providers", "transfers"};
    static const char *const counters[] = {"requests", "tftp", "recording"};

    print_head(status);
    print_generations(status);
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
        g_autoptr(GVariant) list = facts_child(status, lists[i]);
        print_list(lists[i], list);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(counters); i++) {
        g_autoptr(GVariant) counted = facts_child(status, counters[i]);
        print_counters(counters[i], counted);
    }
}

static int run(struct cli *cli, int argc, char **argv) {
    if (!cli_parse(cli, CLI_SOCKET | CLI_JSON, NULL, &argc, &argv))
        return CLI_USAGE;
    if (argc > 1) {
        cli_complain(cli, "'%s' is too much: it takes options only", argv[1]);
        return CLI_USAGE;
    }
    g_autoptr(GVariant) status = cli_ask(cli, "Status", NULL);
    if (status == NULL)
        return CLI_NO;
    if (cli->json)
        json_print(status);
    else
        print_status(status);
    return CLI_DONE;
}

const struct verb verb_status = {
    .name = "status",
    .arguments = NULL,
    .summary = "what the daemon serves, and what it has counted",
    .details = NULL,
    .run = run,
};
