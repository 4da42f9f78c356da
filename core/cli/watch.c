/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boothost watch: one line an event, as it comes.
 */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/facts.h"
#include "cli/json.h"
#include "control/client.h"

struct options {
    char *client;
    gint count;
};

struct watch {
    const struct cli *cli;
    const struct options *options;
    gint seen;
};

static void print_event(GVariant *event) {
    gint64 time_us = facts_number(event, "time-us", 0);
    const char *client = facts_text(event, "client");
    g_autofree char *when = facts_time_text(time_us);

    printf("%s.%03d  %-10s %s%s%s\n", when, (int) (time_us / 1000 % 1000),
           facts_text(event, "event"), client, client[0] != '\0' ? "  " : "",
           facts_text(event, "text"));
    fflush(stdout);
}

/* On standard error, so that a script knows when it may begin. */
static void watch_started(gpointer user) {
    const struct watch *watch = user;

    cli_complain(watch->cli, "waiting for events; Ctrl-C ends it");
}

static gboolean event_seen(GVariant *event, gpointer user) {
    struct watch *watch = user;
    const char *wanted = watch->options->client;

    if (wanted != NULL && g_ascii_strcasecmp(facts_text(event, "client"), wanted) != 0)
        return TRUE;
    if (watch->cli->json)
        json_print_line(event);
    else
        print_event(event);
    watch->seen++;
    return !ferror(stdout) && (watch->options->count == 0 || watch->seen < watch->options->count);
}

static int watch_daemon(const struct cli *cli, const struct options *options) {
    struct watch watch = {.cli = cli, .options = options};
    struct control_watch callbacks = {.started = watch_started, .seen = event_seen, .user = &watch};
    g_autoptr(GError) error = NULL;

    struct control_client *client = cli_connect(cli);
    if (client == NULL)
        return CLI_NO;
    gboolean ended = control_client_watch(client, &callbacks, &error);
    if (!ended)
        cli_complain(cli, "%s", error->message);
    control_client_free(client);
    return ended ? CLI_DONE : CLI_NO;
}

static int run(struct cli *cli, int argc, char **argv) {
    struct options options = {0};
    const GOptionEntry entries[] = {
        {"client", 0, 0, G_OPTION_ARG_STRING, &options.client, "Only events of this client", "MAC"},
        {"count", 'n', 0, G_OPTION_ARG_INT, &options.count, "End after so many events", "NUMBER"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    int status = CLI_USAGE;

    if (cli_parse(cli, CLI_SOCKET | CLI_JSON, entries, &argc, &argv)) {
        if (argc > 1)
            cli_complain(cli, "'%s' is too much; did you mean --client %s?", argv[1], argv[1]);
        else
            status = watch_daemon(cli, &options);
    }
    g_free(options.client);
    return status;
}

const struct verb verb_watch = {
    .name = "watch",
    .arguments = NULL,
    .summary = "what happens, as it happens",
    .details = "With --json, each event is one line. Ctrl-C ends it.",
    .run = run,
};
