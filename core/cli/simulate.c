/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boothost simulate: what would this client be answered, and why? The client is described by
 * options, or its packets are taken from a capture.
 */
#include <stdio.h>
#include <string.h>

#include "cli/arrival.h"
#include "cli/cli.h"
#include "cli/client-options.h"
#include "cli/facts.h"
#include "cli/json.h"
#include "cli/simulator.h"
#include "codec/dhcp.h"

#define SIMULATED_XID  0xb007b057
#define ATTEMPT_UNSAID G_MININT

struct options {
    char *stage;
    char *server;
    char *address;
    char *relay;
    char *interface;
    char *packet;
    gint attempt;
};

static void options_clear(struct options *options) {
    g_free(options->stage);
    g_free(options->server);
    g_free(options->address);
    g_free(options->relay);
    g_free(options->interface);
    g_free(options->packet);
}

/* ---- The request ----------------------------------------------------------------------------- */

/* What the simulator knows, then what the command line says. FALSE after a complaint. */
static gboolean init_arrival(const struct cli *cli, const struct options *options,
                             const struct simulator *simulator, struct arrival *arrival) {
    uint32_t server = 0;

    if (!client_options_address(cli, "server", options->server, &server))
        return FALSE;
    arrival_init(arrival, simulator);
    if (server != 0)
        arrival->server = server;
    if (options->interface != NULL)
        arrival->interface = options->interface;
    if (options->attempt > 0)
        arrival->attempt = (uint32_t) options->attempt;
    return TRUE;
}

/* ---- A client made up ------------------------------------------------------------------------ */

static gboolean read_stage(const struct cli *cli, const char *stage, bool *ret_boot_server) {
    if (stage == NULL) {
        *ret_boot_server = cli->client.item >= 0 || g_strcmp0(cli->client.loader, "wdsnbp") == 0;
        return TRUE;
    }
    *ret_boot_server = strcmp(stage, "boot-server") == 0;
    if (*ret_boot_server || strcmp(stage, "discover") == 0)
        return TRUE;
    cli_complain(cli, "--stage: '%s' is neither discover nor boot-server", stage);
    return FALSE;
}

static gboolean read_packet(const struct cli *cli, const struct options *options,
                            struct client_packet *packet) {
    packet->xid = SIMULATED_XID;
    return client_options_read(cli, NULL, packet) &&
           read_stage(cli, options->stage, &packet->boot_server) &&
           client_options_address(cli, "address", options->address, &packet->client) &&
           client_options_address(cli, "relay", options->relay, &packet->relay);
}

/* An address beside the server's, for a client that has to have one. */
static uint32_t neighbour_of(uint32_t server) {
    uint32_t client = (server & ~UINT32_C(0xff)) | 0xfe;
    return client != server ? client : client - 1;
}

/* ---- The result ------------------------------------------------------------------------------ */

static int judge(GVariant *facts) {
    return facts_text(facts, "silence")[0] == '\0' ? CLI_DONE : CLI_NO;
}

static int simulate_client(struct simulator *simulator, const struct options *options,
                           struct client_packet *packet) {
    const struct cli *cli = simulator->cli;
    uint8_t data[CLIENT_PACKET_MAX];
    struct arrival arrival;

    if (!init_arrival(cli, options, simulator, &arrival))
        return CLI_USAGE;
    packet->server = arrival.server;
    if (packet->boot_server && packet->client == 0)
        packet->client = neighbour_of(arrival.server);
    arrival.data = data;
    arrival.size = client_packet_build(packet, data, sizeof data);
    arrival_place(&arrival, packet);

    g_autoptr(GVariant) facts = simulator_run(simulator, arrival_request(&arrival));
    if (facts == NULL)
        return CLI_NO;
    if (cli->json)
        json_print(facts);
    else
        facts_print_simulation(facts);
    return judge(facts);
}

/* ---- Packets of a capture -------------------------------------------------------------------- */

/* NULL after a complaint. What the command line says comes before what the capture does. */
static GVariant *simulate_captured(struct simulator *simulator, const struct options *options,
                                   const struct capture_request *request) {
    struct arrival told, arrival;

    if (!init_arrival(simulator->cli, options, simulator, &told))
        return NULL;
    arrival = told;
    arrival_captured(&arrival, request);
    if (options->server != NULL)
        arrival.server = told.server;
    if (options->interface != NULL)
        arrival.interface = told.interface;
    if (options->attempt > 0)
        arrival.attempt = told.attempt;
    return simulator_run(simulator, arrival_request(&arrival));
}

static void print_captured(const struct capture_request *request, GVariant *facts) {
    char from[ADDRESS_TEXT_SIZE], to[ADDRESS_TEXT_SIZE];

    printf("frame %u, %s:%u to %s:%u\n", request->number, address_text(&request->from, from),
           request->from.port, address_text(&request->to, to), request->to.port);
    facts_print_simulation(facts);
    putchar('\n');
}

static int simulate_capture(struct simulator *simulator, const struct options *options,
                            const GPtrArray *requests) {
    GVariantBuilder all;
    int status = CLI_NO;

    g_variant_builder_init(&all, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < requests->len; i++) {
        const struct capture_request *request = g_ptr_array_index(requests, i);
        g_autoptr(GVariant) facts = simulate_captured(simulator, options, request);
        if (facts == NULL)
            continue; /* it was complained about */
        if (judge(facts) == CLI_DONE)
            status = CLI_DONE;
        if (!simulator->cli->json)
            print_captured(request, facts);
        g_variant_builder_add_value(
            &all, facts_replace(facts, "", "frame", g_variant_new_uint32(request->number)));
    }
    g_autoptr(GVariant) list = g_variant_ref_sink(g_variant_builder_end(&all));
    if (simulator->cli->json)
        json_print(list);
    return status;
}

/* The requests of --packet; NULL after a complaint. */
static GPtrArray *read_capture(const struct cli *cli, const struct options *options) {
    const struct client_options *client = &cli->client;
    g_autoptr(GError) error = NULL;

    if (client->arch != NULL || client->mac != NULL || client->uuid != NULL ||
        client->loader != NULL || client->item >= 0 || options->stage != NULL ||
        options->address != NULL || options->relay != NULL) {
        cli_complain(cli, "--packet: the capture says who asks; leave out the other options");
        return NULL;
    }
    GPtrArray *requests = capture_read(options->packet, &error);
    if (requests == NULL)
        cli_complain(cli, "%s", error->message);
    return requests;
}

/* ---- The verb -------------------------------------------------------------------------------- */

static int simulate(const struct cli *cli, const struct options *options) {
    g_autoptr(GPtrArray) requests = NULL;
    struct client_packet packet = {0};
    struct simulator simulator;
    int status = CLI_NO;

    if (options->attempt < 1 && options->attempt != ATTEMPT_UNSAID) {
        cli_complain(cli, "--attempt: counts from 1");
        return CLI_USAGE;
    }
    if (options->packet != NULL)
        requests = read_capture(cli, options);
    if (options->packet != NULL ? requests == NULL : !read_packet(cli, options, &packet))
        return CLI_USAGE;
    if (requests != NULL && requests->len == 0) {
        cli_complain(cli, "%s holds no DHCP request to port 67 or 4011", options->packet);
        return CLI_NO;
    }
    if (simulator_init(&simulator, cli))
        status = requests != NULL ? simulate_capture(&simulator, options, requests)
                                  : simulate_client(&simulator, options, &packet);
    simulator_clear(&simulator);
    return status;
}

static int run(struct cli *cli, int argc, char **argv) {
    struct options options = {.attempt = ATTEMPT_UNSAID};
    const GOptionEntry entries[] = {
        {"stage", 0, 0, G_OPTION_ARG_STRING, &options.stage, "discover or boot-server (discover)",
         "STAGE"},
        {"server", 0, 0, G_OPTION_ARG_STRING, &options.server,
         "Our address as the client sees it (of the first interface)", "ADDRESS"},
        {"address", 0, 0, G_OPTION_ARG_STRING, &options.address,
         "The client's own address, at stage boot-server", "ADDRESS"},
        {"relay", 0, 0, G_OPTION_ARG_STRING, &options.relay, "Address of the relay it is behind",
         "ADDRESS"},
        {"interface", 'i', 0, G_OPTION_ARG_STRING, &options.interface,
         "Interface it arrives on (the first one)", "NAME"},
        {"attempt", 0, 0, G_OPTION_ARG_INT, &options.attempt,
         "How often it came without fetching anything (1)", "NUMBER"},
        {"packet", 'p', 0, G_OPTION_ARG_FILENAME, &options.packet,
         "Take the requests of this capture instead (pcap, pcapng)", "FILE"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    int status = CLI_USAGE;

    if (cli_parse(cli, CLI_CLIENT | CLI_SOCKET | CLI_CONFIG | CLI_JSON, entries, &argc, &argv)) {
        if (argc > 1)
            cli_complain(cli, "'%s' is too much: all is said by options", argv[1]);
        else
            status = simulate(cli, &options);
    }
    options_clear(&options);
    return status;
}

const struct verb verb_simulate = {
    .name = "simulate",
    .arguments = NULL,
    .summary = "what a client would be answered, and why",
    .details = "Without --config the running daemon is asked. With it, no daemon and no privileges "
               "are needed.\nExit status: 0 when there would be an answer, 1 when not.",
    .run = run,
};
