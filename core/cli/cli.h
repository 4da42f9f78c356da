/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the verbs of the command line share: their table, their options, their exit codes and their
 * voice. Results go to standard output, everything else to standard error.
 */
#pragma once

#include <glib.h>

struct control_client;

/* Exit codes of every verb. */
#define CLI_DONE  0
#define CLI_NO    1 /* the answer is no: a problem, no boot, an unknown client, no daemon */
#define CLI_USAGE 2 /* the command line makes no sense */

/* The client that a command line describes, as written; client-options.h reads it. */
struct client_options {
    char *arch; /* NULL here and below: not given */
    char *mac;
    char *uuid;
    char *loader;
    gint item; /* -1: not given */
};

/* What the command line said, of what more than one verb takes. */
struct cli {
    const struct verb *verb;
    char *socket;  /* --socket; NULL: the default */
    char *config;  /* --config; NULL: none given */
    gboolean json; /* --json */
    struct client_options client;
};

/* Which of the shared options a verb takes. */
enum cli_options {
    CLI_SOCKET = 1 << 0,
    CLI_CONFIG = 1 << 1,
    CLI_JSON = 1 << 2,
    CLI_CLIENT = 1 << 3, /* --arch, --mac and so on */
};

struct verb {
    const char *name;
    const char *arguments; /* as in the usage line: "MAC|UUID|IP"; NULL: none */
    const char *summary;   /* one line */
    const char *details;   /* further lines of --help; NULL: none */
    int (*run)(struct cli *cli, int argc, char **argv); /* argv[0] is the verb */
};

extern const struct verb verb_check, verb_simulate, verb_explain, verb_status, verb_watch,
    verb_probe, verb_provider, verb_reload, verb_diff;
/* Words behind `provider` that take options of their own. */
extern const struct verb verb_provider_new, verb_provider_test, verb_provider_try;

/* The verbs in the order of --help; NULL behind the last. */
const struct verb *cli_verb_at(unsigned index);

/* The whole program. */
int cli_main(int argc, char **argv);

/* Takes a verb's own options (NULL: none) and the shared ones out of the command line. FALSE, after
 * saying what is wrong and naming the nearest known option: return CLI_USAGE. */
gboolean cli_parse(struct cli *cli, enum cli_options shared, const GOptionEntry *entries, int *argc,
                   char ***argv);

/* "boothost VERB: text" on standard error. Return CLI_USAGE or CLI_NO after it. */
void cli_complain(const struct cli *cli, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Connects to the daemon, or complains and returns NULL. */
struct control_client *cli_connect(const struct cli *cli);
/* Asks the daemon; complains and returns NULL when it fails. `parameters` as in control/client.h. */
GVariant *cli_ask(const struct cli *cli, const char *method, GVariant *parameters);
