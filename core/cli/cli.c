/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From the command line to the verb, with a helping word for every slip of the keyboard.
 */
#include "cli/cli.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "control/client.h"

static const struct verb *const verbs[] = {
    &verb_check,  &verb_simulate, &verb_diff,  &verb_explain,  &verb_reload,
    &verb_status, &verb_watch,    &verb_probe, &verb_provider, NULL,
};

const struct verb *cli_verb_at(unsigned index) {
    return index < G_N_ELEMENTS(verbs) ? verbs[index] : NULL;
}

void cli_complain(const struct cli *cli, const char *format, ...) {
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    fprintf(stderr, "boothost%s%s: %s\n", cli->verb != NULL ? " " : "",
            cli->verb != NULL ? cli->verb->name : "", text);
}

/* ---- Options --------------------------------------------------------------------------------- */

#define SHARED_MAX 6 /* entries of one table below, the end included */
#define TABLES     5 /* the verb's own, and one for each bit of enum cli_options */

/* All that one verb takes: tables that end in an entry without a name. */
struct options {
    const GOptionEntry *tables[TABLES];
    unsigned count;
    GOptionEntry config[SHARED_MAX];
    GOptionEntry client[SHARED_MAX];
    GOptionEntry socket[SHARED_MAX];
    GOptionEntry json[SHARED_MAX];
};

static void options_init(struct options *options, struct cli *cli, enum cli_options shared,
                         const GOptionEntry *own) {
    *options = (struct options){
        .config = {{"config", 'c', 0, G_OPTION_ARG_FILENAME, &cli->config, "The configuration file",
                    "FILE"}},
        .client = {{"arch", 'a', 0, G_OPTION_ARG_STRING, &cli->client.arch,
                    "Architecture, such as bios, x64-uefi or 7 (x64-uefi)", "ARCH"},
                   {"mac", 'm', 0, G_OPTION_ARG_STRING, &cli->client.mac, "MAC address", "MAC"},
                   {"uuid", 'u', 0, G_OPTION_ARG_STRING, &cli->client.uuid,
                    "SMBIOS UUID (made from the MAC)", "UUID"},
                   {"loader", 'l', 0, G_OPTION_ARG_STRING, &cli->client.loader,
                    "Which program asks: firmware, ipxe, grub or wdsnbp (firmware)", "LOADER"},
                   {"item", 0, 0, G_OPTION_ARG_INT, &cli->client.item,
                    "Number of the menu entry that is chosen", "NUMBER"}},
        .socket = {{"socket", 's', 0, G_OPTION_ARG_FILENAME, &cli->socket,
                    "The daemon's control socket (" CONTROL_SOCKET ")", "SOCKET"}},
        .json = {{"json", 'j', 0, G_OPTION_ARG_NONE, &cli->json, "Print JSON", NULL}},
    };
    const struct {
        gboolean wanted;
        const GOptionEntry *table;
    } all[TABLES] = {
        {(shared & CLI_CLIENT) != 0, options->client},
        {own != NULL, own},
        {(shared & CLI_CONFIG) != 0, options->config},
        {(shared & CLI_SOCKET) != 0, options->socket},
        {(shared & CLI_JSON) != 0, options->json},
    };
    for (unsigned i = 0; i < TABLES; i++) {
        if (all[i].wanted)
            options->tables[options->count++] = all[i].table;
    }
}

static GOptionContext *context_new(const struct verb *verb, const struct options *options) {
    g_autofree char *usage =
        g_strdup_printf("%s%s- %s", verb->arguments != NULL ? verb->arguments : "",
                        verb->arguments != NULL ? " " : "", verb->summary);
    GOptionContext *context = g_option_context_new(usage);

    for (unsigned i = 0; i < options->count; i++)
        g_option_context_add_main_entries(context, options->tables[i], NULL);
    g_option_context_set_description(context, verb->details);
    return context;
}

/* The long option nearest to the one that GOption choked on; NULL: none is near. */
static const char *nearest_option(const char *message, const struct options *options) {
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    const char *dashes = strstr(message, "--");

    if (dashes == NULL)
        return NULL;
    for (unsigned i = 0; i < options->count; i++) {
        for (const GOptionEntry *entry = options->tables[i]; entry->long_name != NULL; entry++)
            g_ptr_array_add(names, (gpointer) entry->long_name);
    }
    g_ptr_array_add(names, (gpointer) "help");
    g_ptr_array_add(names, NULL);
    g_autofree char *word = g_strndup(dashes + 2, strcspn(dashes + 2, "= "));
    return text_nearest(word, (const char *const *) names->pdata);
}

gboolean cli_parse(struct cli *cli, enum cli_options shared, const GOptionEntry *entries, int *argc,
                   char ***argv) {
    struct options options;
    g_autoptr(GError) error = NULL;

    options_init(&options, cli, shared, entries);
    g_autoptr(GOptionContext) context = context_new(cli->verb, &options);
    if (g_option_context_parse(context, argc, argv, &error))
        return TRUE;
    const char *near = nearest_option(error->message, &options);
    if (g_error_matches(error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION) && near != NULL)
        cli_complain(cli, "%s: did you mean --%s?", error->message, near);
    else
        cli_complain(cli, "%s; try 'boothost %s --help'", error->message, cli->verb->name);
    return FALSE;
}

/* ---- The daemon ------------------------------------------------------------------------------ */

struct control_client *cli_connect(const struct cli *cli) {
    g_autoptr(GError) error = NULL;

    struct control_client *client = control_client_new(cli->socket, &error);
    if (client == NULL)
        cli_complain(cli, "%s", error->message);
    return client;
}

GVariant *cli_ask(const struct cli *cli, const char *method, GVariant *parameters) {
    g_autoptr(GVariant) sunk = parameters != NULL ? g_variant_ref_sink(parameters) : NULL;
    g_autoptr(GError) error = NULL;

    struct control_client *client = cli_connect(cli);
    if (client == NULL)
        return NULL;
    GVariant *result = control_client_call(client, method, sunk, &error);
    if (result == NULL)
        cli_complain(cli, "%s", error->message);
    control_client_free(client);
    return result;
}

/* ---- Verbs ----------------------------------------------------------------------------------- */

static void print_usage(FILE *to) {
    fputs("Usage: boothost [--socket SOCKET] VERB [OPTION...]\n\nVerbs:\n", to);
    for (unsigned i = 0; verbs[i] != NULL; i++) {
        g_autofree char *words =
            g_strconcat(verbs[i]->name, verbs[i]->arguments != NULL ? " " : "",
                        verbs[i]->arguments != NULL ? verbs[i]->arguments : "", NULL);
        fprintf(to, "  %-28s %s\n", words, verbs[i]->summary);
    }
    fputs("\n"
          "'boothost VERB --help' lists the options of a verb, 'man boothost' says all.\n"
          "  --socket SOCKET  the daemon's control socket (" CONTROL_SOCKET ")\n"
          "  --version        print the version\n"
          "  --help           print this\n"
          "Exit status: 0 done, 1 the answer is no, 2 the command line makes no sense.\n",
          to);
}

static const struct verb *find_verb(const char *name) {
    for (unsigned i = 0; verbs[i] != NULL; i++) {
        if (strcmp(verbs[i]->name, name) == 0)
            return verbs[i];
    }
    return NULL;
}

static int unknown_verb(const struct cli *cli, const char *name) {
    const char *names[G_N_ELEMENTS(verbs)] = {NULL};

    for (unsigned i = 0; verbs[i] != NULL; i++)
        names[i] = verbs[i]->name;
    const char *near = text_nearest(name, names);
    if (near != NULL) {
        cli_complain(cli, "there is no verb '%s': did you mean '%s'?", name, near);
    } else {
        g_autofree char *all = g_strjoinv(", ", (GStrv) names);
        cli_complain(cli, "there is no verb '%s': there are %s", name, all);
    }
    return CLI_USAGE;
}

/* The options before the verb, up to the first word that is none. */
static gboolean parse_global(struct cli *cli, gboolean *ret_version, gboolean *ret_help, int *argc,
                             char ***argv) {
    const GOptionEntry entries[] = {
        {"socket", 's', 0, G_OPTION_ARG_FILENAME, &cli->socket, NULL, NULL},
        {"version", 'V', 0, G_OPTION_ARG_NONE, ret_version, NULL, NULL},
        {"help", 'h', 0, G_OPTION_ARG_NONE, ret_help, NULL, NULL},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;

    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_strict_posix(context, TRUE);
    if (g_option_context_parse(context, argc, argv, &error))
        return TRUE;
    cli_complain(cli, "%s: options of a verb go behind it; try 'boothost --help'", error->message);
    return FALSE;
}

static int run_verb(struct cli *cli, int argc, char **argv) {
    cli->verb = find_verb(argv[0]);
    if (cli->verb == NULL)
        return unknown_verb(cli, argv[0]);

    g_autofree char *program = g_strconcat("boothost ", cli->verb->name, NULL);
    g_set_prgname(program);
    int status = cli->verb->run(cli, argc, argv);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        cli_complain(cli, "the result could not be written: is the disk full?");
        return CLI_NO;
    }
    return status;
}

static void cli_clear(struct cli *cli) {
    g_free(cli->socket);
    g_free(cli->config);
    g_free(cli->client.arch);
    g_free(cli->client.mac);
    g_free(cli->client.uuid);
    g_free(cli->client.loader);
}

int cli_main(int argc, char **argv) {
    struct cli cli = {.client.item = -1};
    gboolean version = FALSE, help = FALSE;
    int status = CLI_USAGE;

    setlocale(LC_CTYPE, "");
    if (parse_global(&cli, &version, &help, &argc, &argv)) {
        if (version) {
            puts("boothost " BOOTHOST_VERSION);
            status = CLI_DONE;
        } else if (help) {
            print_usage(stdout);
            status = CLI_DONE;
        } else if (argc < 2) {
            print_usage(stderr);
        } else {
            status = run_verb(&cli, argc - 1, argv + 1);
        }
    }
    cli_clear(&cli);
    return status;
}
