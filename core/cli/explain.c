/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boothost explain: why did this client get what it got? The daemon remembers its last decisions
 * and transfers; the newest decision is the answer, the others its history.
 */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/facts.h"
#include "cli/json.h"

/* The newest decision's facts, and then those of the client: one dictionary. */
static GVariant *merge(GVariant *session) {
    g_autoptr(GVariant) decisions = facts_child(session, "decisions");
    gsize count = decisions != NULL ? g_variant_n_children(decisions) : 0;
    GVariantBuilder all;

    g_variant_builder_init(&all, G_VARIANT_TYPE_VARDICT);
    g_autoptr(GVariant) newest = count > 0 ? g_variant_get_child_value(decisions, count - 1) : NULL;
    GVariant *const parts[] = {newest, session};
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        gsize entries = parts[i] != NULL ? g_variant_n_children(parts[i]) : 0;
        for (gsize j = 0; j < entries; j++) {
            g_autoptr(GVariant) entry = g_variant_get_child_value(parts[i], j);
            g_variant_builder_add_value(&all, entry);
        }
    }
    return g_variant_ref_sink(g_variant_builder_end(&all));
}

/* ---- For people ------------------------------------------------------------------------------ */

static void print_client(GVariant *session) {
    g_autofree char *first = facts_time_text(facts_number(session, "first-seen", 0));
    g_autofree char *last = facts_time_text(facts_number(session, "last-seen", 0));
    g_autofree char *attempts =
        g_strdup_printf("%" G_GINT64_FORMAT, facts_number(session, "attempts", 0));

    facts_print_line("client", facts_text(session, "client"));
    facts_print_line("uuid", facts_text(session, "uuid"));
    facts_print_line("address", facts_text(session, "address"));
    facts_print_line("first seen", first);
    facts_print_line("last seen", last);
    facts_print_line("attempts", attempts);
    facts_print_line("likely", facts_text(session, "likely"));
}

static void print_history(GVariant *decisions) {
    gsize count = decisions != NULL ? g_variant_n_children(decisions) : 0;

    if (count < 2)
        return;
    puts("earlier decisions");
    for (gsize i = 0; i + 1 < count; i++) {
        g_autoptr(GVariant) decision = g_variant_get_child_value(decisions, i);
        g_autofree char *when = facts_time_text(facts_number(decision, "time", 0));
        printf("  %s  %-12s %-8s %s\n", when, facts_text(decision, "stage"),
               facts_text(decision, "verdict"), facts_text(decision, "boot-file"));
    }
}

static void print_transfers(GVariant *transfers) {
    if (transfers == NULL || g_variant_n_children(transfers) == 0)
        return;
    puts("transfers");
    for (gsize i = 0; i < g_variant_n_children(transfers); i++) {
        g_autoptr(GVariant) transfer = g_variant_get_child_value(transfers, i);
        g_autofree char *when = facts_time_text(facts_number(transfer, "time", 0));
        printf("  %s  %-12s %12" G_GINT64_FORMAT " bytes  %8" G_GINT64_FORMAT
               " ms  %" G_GINT64_FORMAT " resent  %s\n",
               when, facts_text(transfer, "outcome"), facts_number(transfer, "bytes", 0),
               facts_number(transfer, "microseconds", 0) / 1000,
               facts_number(transfer, "retransmits", 0), facts_text(transfer, "name"));
    }
}

static void print(GVariant *session) {
    g_autoptr(GVariant) decisions = facts_child(session, "decisions");
    g_autoptr(GVariant) transfers = facts_child(session, "transfers");
    gsize count = decisions != NULL ? g_variant_n_children(decisions) : 0;

    print_client(session);
    if (count > 0) {
        g_autoptr(GVariant) newest = g_variant_get_child_value(decisions, count - 1);
        facts_print_line("stage", facts_text(newest, "stage"));
        facts_print_decision(newest);
    }
    print_history(decisions);
    print_transfers(transfers);
}

static int explain(const struct cli *cli, const char *client) {
    g_autoptr(GVariant) session = cli_ask(cli, "Explain", g_variant_new("(s)", client));

    if (session == NULL)
        return CLI_NO;
    if (cli->json) {
        g_autoptr(GVariant) all = merge(session);
        json_print(all);
    } else {
        print(session);
    }
    return CLI_DONE;
}

static int run(struct cli *cli, int argc, char **argv) {
    if (!cli_parse(cli, CLI_SOCKET | CLI_JSON, NULL, &argc, &argv))
        return CLI_USAGE;
    if (argc != 2) {
        cli_complain(cli, "say which client: explain MAC, UUID or address");
        return CLI_USAGE;
    }
    if (!g_utf8_validate(argv[1], -1, NULL)) {
        cli_complain(cli, "that is no MAC, UUID or address");
        return CLI_USAGE;
    }
    return explain(cli, argv[1]);
}

const struct verb verb_explain = {
    .name = "explain",
    .arguments = "MAC|UUID|IP",
    .summary = "why a client got what it got",
    .details = "Exit status: 1 when the daemon does not know the client.",
    .run = run,
};
