/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boothost probe: boots once as a PXE client would, over real sockets, up to the last byte of the
 * boot file: DISCOVER and OFFER, REQUEST and ACK on port 4011, TFTP, checksum.
 *
 * It asks for no lease: this machine has an address already, and a proxyDHCP server gives none.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/client-options.h"
#include "cli/packet-facts.h"
#include "cli/probe-dhcp.h"
#include "cli/probe-link.h"
#include "cli/probe-menu.h"
#include "cli/probe-report.h"
#include "cli/tftp-client.h"
#include "codec/architecture.h"
#include "codec/tftp.h"
#include "net/udp.h"

#define DEFAULT_MAC        "02:b0:07:b0:57:01" /* locally administered, so that it is nobody's */
#define DEFAULT_TIMEOUT_US (6 * CLOCK_SECOND)  /* a little more than EDK2 waits for its offers */

struct options {
    struct client_options client;
    char *server;
    char *interface;
    char *stage;
    char *timeout;
    char *expect_file;
    char *expect_sha256;
    gboolean verbose;
};

struct probe {
    const struct cli *cli;
    const struct options *options;
    struct client_packet packet;
    struct probe_link link;
    struct probe_report report;
    struct probe_answer *answer; /* the last one */
    int64_t timeout_us;
    char mac[IDENTITY_MAC_TEXT_SIZE];
    struct address server; /* option 54 of the offer; or --server */
    char *file;            /* to fetch; NULL: none yet */
    struct address source; /* server to fetch it from */
};

static void options_clear(struct options *options) {
    client_options_clear(&options->client);
    g_free(options->server);
    g_free(options->interface);
    g_free(options->stage);
    g_free(options->timeout);
    g_free(options->expect_file);
    g_free(options->expect_sha256);
}

/* ---- What an answer says ------------------------------------------------------------------------ */

static void learn_server(struct probe *probe) {
    uint32_t id = 0;

    if (dhcp_option_get_u32(&probe->answer->view.options, DHCP_OPTION_SERVER_ID, &id))
        probe->server = probe_ipv4_address(id, 0);
    probe->packet.server = probe_ipv4_number(&probe->server);
}

/* Boot file and its server, as firmware finds them: the fields first, then the options. */
static void learn_file(struct probe *probe) {
    const struct dhcp_view *view = &probe->answer->view;
    struct span file = view->file;

    if (file.size == 0 && dhcp_option_get(&view->options, DHCP_OPTION_BOOT_FILE, &file))
        file = span_until_nul(file);
    if (file.size > 0) {
        g_free(probe->file);
        probe->file = g_strndup((const char *) file.data, file.size);
    }
    probe->source =
        view->header.siaddr != 0 ? probe_ipv4_address(view->header.siaddr, 0) : probe->server;
}

/* A step with an answer: what firmware takes from it. */
static void report_answer(struct probe *probe, const char *step) {
    GVariant *facts = packet_facts(&probe->answer->view, probe->answer->size);
    char from[ADDRESS_TEXT_SIZE], server[ADDRESS_TEXT_SIZE];

    probe_report_ok(&probe->report, step, probe->answer->microseconds, facts,
                    "from %s: %s%s%s, server %s", address_text(&probe->answer->from, from),
                    probe->file != NULL ? "boot file '" : "no boot file yet",
                    probe->file != NULL ? probe->file : "", probe->file != NULL ? "'" : "",
                    address_text(&probe->source, server));
}

/* ---- DISCOVER ----------------------------------------------------------------------------------- */

static struct udp_socket *open_socket(struct probe *probe, uint16_t port, const char *step) {
    struct udp_options options = {.local = {.family = 4, .port = port},
                                  .broadcast = TRUE,
                                  .shared = port == DHCP_PORT_CLIENT};
    g_autoptr(GError) error = NULL;

    if (probe->link.relayed && port == DHCP_PORT_SERVER)
        options.local = probe->link.local, options.local.port = port;
    struct udp_socket *socket = udp_open(&options, &error);
    if (socket == NULL)
        probe_report_failed(&probe->report, step, 0, "%s", error->message);
    return socket;
}

static gboolean exchange(struct probe *probe, struct udp_socket *socket, struct address to,
                         uint8_t answer_type) {
    uint8_t data[CLIENT_PACKET_MAX];
    size_t size = client_packet_build(&probe->packet, data, sizeof data);
    struct probe_exchange exchange = {
        .socket = socket,
        .to = to,
        .local = probe->link.local,
        .interface = probe->link.index,
        .packet = data,
        .size = size,
        .answer_type = answer_type,
        .server = probe->server,
        .timeout_us = probe->timeout_us,
    };

    return probe_exchange_run(&exchange, probe->answer);
}

static void no_offer(struct probe *probe) {
    const struct probe_answer *answer = probe->answer;
    g_autofree char *others =
        answer->others > 0
            ? g_strdup_printf("; %u answers of ordinary DHCP servers were heard", answer->others)
            : g_strdup("");

    probe_report_failed(
        &probe->report, "OFFER", answer->microseconds,
        "no boot server answered %u DISCOVERs%s. On the server: is boothostd running "
        "and serving this network (boothost status)? Was this client denied (boothost "
        "explain %s)? Is UDP port 67 open in its firewall, and 68 in ours?",
        answer->sent, others, probe->mac);
}

static gboolean discover(struct probe *probe) {
    uint16_t port = probe->link.relayed ? DHCP_PORT_SERVER : DHCP_PORT_CLIENT;
    char to[ADDRESS_TEXT_SIZE];

    struct udp_socket *socket = open_socket(probe, port, "DISCOVER");
    if (socket == NULL)
        return FALSE;
    probe->packet.relay = probe->link.relayed ? probe_ipv4_number(&probe->link.local) : 0;
    probe_report_ok(&probe->report, "DISCOVER", 0, NULL, "%s, %s, to %s%s", probe->mac,
                    architecture_name(probe->packet.architecture) != NULL
                        ? architecture_name(probe->packet.architecture)
                        : "unknown architecture",
                    address_text(&probe->link.to, to),
                    probe->link.relayed ? " as a relay, since it is in another network" : "");
    gboolean came = exchange(probe, socket, probe->link.to, DHCP_MESSAGE_OFFER);
    udp_close(socket);
    probe->packet.relay = 0;
    if (!came) {
        no_offer(probe);
        return FALSE;
    }
    learn_server(probe);
    learn_file(probe);
    report_answer(probe, "OFFER");
    return TRUE;
}

/* ---- REQUEST on 4011 ---------------------------------------------------------------------------- */

/* With a menu in the offer, its first entry that is no local boot is chosen, as a user would. */
static gboolean choose_item(struct probe *probe) {
    uint16_t item = 0;

    if (probe->packet.has_item || !probe_menu_is_there(&probe->answer->view))
        return TRUE;
    if (!probe_menu_choose(&probe->answer->view, &item)) {
        probe_report_failed(&probe->report, "menu", 0,
                            "the menu offers nothing but the local disk: choose by --item NUMBER");
        return FALSE;
    }
    probe->packet.has_item = TRUE;
    probe->packet.item = item;
    probe_report_ok(&probe->report, "menu", 0, NULL, "chose its entry %u", item);
    return TRUE;
}

static gboolean request(struct probe *probe) {
    char to[ADDRESS_TEXT_SIZE];
    struct address server = probe->server;

    struct udp_socket *socket = open_socket(probe, 0, "REQUEST");
    if (socket == NULL)
        return FALSE;
    server.port = DHCP_PORT_BOOT_SERVER;
    probe->packet.boot_server = true;
    probe->packet.xid++; /* EDK2 takes a new one */
    probe->packet.client = probe_ipv4_number(&probe->link.local);
    probe_report_ok(&probe->report, "REQUEST", 0, NULL, "to %s port %u", address_text(&server, to),
                    server.port);
    gboolean came = exchange(probe, socket, server, DHCP_MESSAGE_ACK);
    udp_close(socket);
    if (!came) {
        probe_report_failed(&probe->report, "ACK", probe->answer->microseconds,
                            "no answer from port 4011: is UDP port 4011 open in the server's "
                            "firewall? On the server, boothost explain %s says what it decided",
                            probe->mac);
        return FALSE;
    }
    learn_file(probe);
    report_answer(probe, "ACK");
    return TRUE;
}

/* ---- The file ----------------------------------------------------------------------------------- */

static gboolean fetch(struct probe *probe, struct tftp_result *ret_result) {
    struct tftp_fetch fetch = {
        .server = probe->source, .file = probe->file, .timeout_us = probe->timeout_us};
    g_autoptr(GError) error = NULL;
    char server[ADDRESS_TEXT_SIZE];

    if (probe->file == NULL) {
        probe_report_failed(&probe->report, "download", 0,
                            "the answers name no boot file: boothost explain %s says why",
                            probe->mac);
        return FALSE;
    }
    if (strstr(probe->file, "://") != NULL) {
        probe_report_failed(&probe->report, "download", 0,
                            "'%s' is a URL: this probe fetches by TFTP alone", probe->file);
        return FALSE;
    }
    fetch.server.port = TFTP_PORT;
    if (probe_ipv4_number(&probe->server) == probe_ipv4_number(&fetch.server))
        fetch.local = probe->link.local; /* the address that the server knows us by */
    if (!tftp_fetch_run(&fetch, ret_result, &error)) {
        probe_report_failed(&probe->report, "download", ret_result->microseconds,
                            "'%s' from %s: %s", probe->file, address_text(&fetch.server, server),
                            error->message);
        return FALSE;
    }
    probe_report_ok(&probe->report, "download", ret_result->microseconds, NULL,
                    "'%s' from %s: %" G_GUINT64_FORMAT " bytes, blocks of %u, window %u%s",
                    probe->file, address_text(&fetch.server, server), ret_result->bytes,
                    ret_result->block_size, ret_result->window_size,
                    ret_result->repeats > 0 ? ", with losses" : "");
    return TRUE;
}

/* The checksum the administrator expects; NULL: none. FALSE after a report. */
static gboolean expected_sum(struct probe *probe, char **ret_sum) {
    g_autofree char *content = NULL;
    g_autoptr(GError) error = NULL;
    gsize size = 0;

    *ret_sum = g_strdup(probe->options->expect_sha256);
    if (probe->options->expect_file == NULL)
        return TRUE;
    if (!g_file_get_contents(probe->options->expect_file, &content, &size, &error)) {
        probe_report_failed(&probe->report, "checksum", 0, "--expect-file: %s", error->message);
        return FALSE;
    }
    g_free(*ret_sum);
    *ret_sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *) content, size);
    return TRUE;
}

static void compare(struct probe *probe, const struct tftp_result *result) {
    g_autofree char *expected = NULL;

    if (!expected_sum(probe, &expected))
        return;
    if (expected != NULL && g_ascii_strcasecmp(expected, result->sha256) != 0)
        probe_report_failed(&probe->report, "checksum", 0,
                            "sha256 %s, but %s was expected: is this another version of the file?",
                            result->sha256, expected);
    else
        probe_report_ok(&probe->report, "checksum", 0, NULL, "sha256 %s%s", result->sha256,
                        expected != NULL ? ", as expected" : "");
}

static void add_facts(struct probe *probe, const struct tftp_result *result) {
    char server[ADDRESS_TEXT_SIZE];

    probe_report_fact(&probe->report, "client", g_variant_new_string(probe->mac));
    probe_report_fact(&probe->report, "server",
                      g_variant_new_string(address_text(&probe->source, server)));
    probe_report_fact(&probe->report, "boot-file",
                      g_variant_new_string(probe->file != NULL ? probe->file : ""));
    probe_report_fact(&probe->report, "bytes", g_variant_new_uint64(result->bytes));
    probe_report_fact(&probe->report, "sha256", g_variant_new_string(result->sha256));
}

/* ---- The whole ---------------------------------------------------------------------------------- */

static void boot(struct probe *probe, gboolean with_discover) {
    struct tftp_result result = {0};

    if ((!with_discover || (discover(probe) && choose_item(probe))) && request(probe) &&
        fetch(probe, &result))
        compare(probe, &result);
    add_facts(probe, &result);
    probe_report_end(&probe->report);
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
static int read_probe(struct probe *probe, gboolean *ret_discover) {
    const struct options *options = probe->options;
    g_autoptr(GError) error = NULL;

    if (!client_options_read(probe->cli, &options->client, DEFAULT_MAC, &probe->packet) ||
        !read_timeout(probe->cli, options->timeout, &probe->timeout_us) ||
        !read_stage(probe->cli, options, ret_discover))
        return CLI_USAGE;
    if (!probe_link_find(options->server, options->interface, &probe->link, &error)) {
        cli_complain(probe->cli, "%s", error->message);
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
    struct probe probe = {.cli = cli, .options = options};
    gboolean with_discover = TRUE;

    int status = read_probe(&probe, &with_discover);
    if (status != CLI_DONE)
        return status;
    probe_report_init(&probe.report, cli->json, options->verbose);
    probe.answer = g_new0(struct probe_answer, 1);
    boot(&probe, with_discover);
    status = probe.report.worked ? CLI_DONE : CLI_NO;
    probe_report_clear(&probe.report);
    g_free(probe.answer);
    g_free(probe.file);
    return status;
}

static int run(struct cli *cli, int argc, char **argv) {
    struct options options = {.client.item = -1};
    const GOptionEntry entries[] = {
        {"server", 0, 0, G_OPTION_ARG_STRING, &options.server, "The server to boot from",
         "ADDRESS"},
        {"interface", 'i', 0, G_OPTION_ARG_STRING, &options.interface,
         "Interface to ask on (the way to the server)", "NAME"},
        CLIENT_OPTION_ENTRIES(options.client),
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

    if (cli_parse(cli, CLI_JSON, entries, &argc, &argv)) {
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
