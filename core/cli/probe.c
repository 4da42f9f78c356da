/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boothost probe: boots once as a PXE client would, over real sockets, up to the last byte of the
 * boot file: DISCOVER and OFFER, REQUEST and ACK on port 4011, TFTP, checksum.
 *
 * It asks for no lease: this machine has an address already, and a proxyDHCP server gives none.
 */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/client-options.h"
#include "cli/probe-boot.h"

#define DEFAULT_MAC        "02:b0:07:b0:57:01" /* locally administered, so that it is nobody's */
#define DEFAULT_TIMEOUT_US (6 * CLOCK_SECOND)  /* a little more than EDK2 waits for its offers */

struct options {
    char *server;
    char *interface;
    char *stage;
    char *timeout;
    char *expect_file;
    char *expect_sha256;
    gboolean verbose;
};

static void options_clear(struct options *options) {
    g_free(options->server);
    g_free(options->interface);
    g_free(options->stage);
    g_free(options->timeout);
    g_free(options->expect_file);
    g_free(options->expect_sha256);
}

static gboolean read_timeout(const struct cli *cli, const char *text, int64_t *ret_us) {
    *ret_us = DEFAULT_TIMEOUT_US;
    if (text == NULL || (text_parse_duration(text, ret_us) && *ret_us > 0))
        return TRUE;
    cli_complain(cli, "--timeout: '%s' is no time such as 500ms or 6s", text);
    return FALSE;
}

static gboolean read_stage(const struct cli *cli, const struct options *options,
                           gboolean *ret_discover) {
    *ret_discover = g_strcmp0(options->stage, "boot-server") != 0;
    if (options->stage != NULL && *ret_discover && strcmp(options->stage, "discover") != 0) {
        cli_complain(cli, "--stage: '%s' is neither discover nor boot-server", options->stage);
        return FALSE;
    }
    if (options->server == NULL && (options->interface == NULL || !*ret_discover)) {
        cli_complain(cli,
                     "which server? Give --server ADDRESS, or --interface NAME to ask everyone "
                     "there");
        return FALSE;
    }
    return TRUE;
}

/* CLI_DONE: go on. */
static int read_probe(const struct cli *cli, const struct options *options, struct probe *probe,
                      gboolean *ret_discover) {
    g_autoptr(GError) error = NULL;

    if (!client_options_read(cli, DEFAULT_MAC, &probe->packet) ||
        !read_timeout(cli, options->timeout, &probe->timeout_us) ||
        !read_stage(cli, options, ret_discover))
        return CLI_USAGE;
    if (!probe_link_find(options->server, options->interface, &probe->link, &error)) {
        cli_complain(cli, "%s", error->message);
        return g_error_matches(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT) ? CLI_USAGE : CLI_NO;
    }
    identity_format_mac(probe->packet.mac, probe->mac);
    probe->packet.xid = g_random_int();
    if (options->server != NULL) {
        probe->server = probe->link.to;
        probe->server.port = 0;
    }
    probe->source = probe->server;
    return CLI_DONE;
}

static int probe_server(const struct cli *cli, const struct options *options) {
    struct probe probe = {.expect_file = options->expect_file,
                          .expect_sha256 = options->expect_sha256};
    gboolean with_discover = TRUE;

    int status = read_probe(cli, options, &probe, &with_discover);
    if (status != CLI_DONE)
        return status;
    probe_report_init(&probe.report, cli->json, options->verbose);
    probe.answer = g_new0(struct probe_answer, 1);
    probe_boot(&probe, with_discover);
    status = probe.report.worked ? CLI_DONE : CLI_NO;
    probe_report_clear(&probe.report);
    g_free(probe.answer);
    g_free(probe.file);
    return status;
}

static int run(struct cli *cli, int argc, char **argv) {
    struct options options = {0};
    const GOptionEntry entries[] = {
        {"server", 0, 0, G_OPTION_ARG_STRING, &options.server, "The server to boot from",
         "ADDRESS"},
        {"interface", 'i', 0, G_OPTION_ARG_STRING, &options.interface,
         "Interface to ask on (the way to the server)", "NAME"},
        {"stage", 0, 0, G_OPTION_ARG_STRING, &options.stage,
         "Begin with discover, or with boot-server: port 4011 alone (discover)", "STAGE"},
        {"timeout", 't', 0, G_OPTION_ARG_STRING, &options.timeout,
         "How long to wait for each answer (6s)", "TIME"},
        {"expect-file", 0, 0, G_OPTION_ARG_FILENAME, &options.expect_file,
         "The boot file must equal this file", "FILE"},
        {"expect-sha256", 0, 0, G_OPTION_ARG_STRING, &options.expect_sha256,
         "The boot file must have this checksum", "SUM"},
        {"verbose", 'v', 0, G_OPTION_ARG_NONE, &options.verbose, "Show every field of the answers",
         NULL},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    int status = CLI_USAGE;

    if (cli_parse(cli, CLI_CLIENT | CLI_JSON, entries, &argc, &argv)) {
        if (argc > 1)
            cli_complain(cli, "'%s' is too much; did you mean --server %s?", argv[1], argv[1]);
        else
            status = probe_server(cli, &options);
    }
    options_clear(&options);
    return status;
}

const struct verb verb_probe = {
    .name = "probe",
    .arguments = NULL,
    .summary = "boot once over the network as a client would, and say how it went",
    .details = "Needs the right to use UDP port 68 (root), and an address on the network.\n"
               "Exit status: 0 when the whole boot worked, 1 when not.",
    .run = run,
};
