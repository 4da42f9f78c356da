/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boothost simulate: what would this client be answered, and why? Asked of the running daemon, or
 * worked out here from a candidate configuration, without a daemon, privileges or side effects.
 */
#include <stdio.h>
#include <string.h>

#include "boot/request.h"
#include "cli/candidate.h"
#include "cli/cli.h"
#include "cli/client-options.h"
#include "cli/facts.h"
#include "cli/json.h"
#include "cli/packet-facts.h"
#include "codec/dhcp.h"
#include "control/simulation.h"
#include "net/interfaces.h"

#define SIMULATED_XID 0xb007b057

/* Documentation addresses (RFC 5737), where nothing better is known. */
#define DEFAULT_SERVER    0xc0000201 /* 192.0.2.1 */
#define DEFAULT_INTERFACE "eth0"

struct options {
    char *stage;
    char *server;
    char *address;
    char *relay;
    char *interface;
    gint attempt;
};

/* Where the packet comes from, and the packet. Addresses in host byte order. */
struct scene {
    struct client_packet packet;
    uint32_t server;
    const char *interface;
    gint attempt;
};

static void options_clear(struct options *options) {
    g_free(options->stage);
    g_free(options->server);
    g_free(options->address);
    g_free(options->relay);
    g_free(options->interface);
}

/* ---- The scene ---------------------------------------------------------------------------------- */

static gboolean read_stage(const struct cli *cli, const struct options *options,
                           gboolean *ret_boot_server) {
    const char *stage = options->stage;

    if (stage == NULL)
        *ret_boot_server = cli->client.item >= 0 || g_strcmp0(cli->client.loader, "wdsnbp") == 0;
    else if (strcmp(stage, "discover") == 0)
        *ret_boot_server = FALSE;
    else if (strcmp(stage, "boot-server") == 0)
        *ret_boot_server = TRUE;
    else {
        cli_complain(cli, "--stage: '%s' is neither discover nor boot-server", stage);
        return FALSE;
    }
    return TRUE;
}

/* An address beside the server's, for a client that has to have one. */
static uint32_t neighbour_of(uint32_t server) {
    uint32_t client = (server & ~UINT32_C(0xff)) | 0xfe;
    return client != server ? client : client - 1;
}

static gboolean read_scene(const struct cli *cli, const struct options *options,
                           struct scene *scene) {
    gboolean boot_server = FALSE;

    if (!client_options_read(cli, NULL, &scene->packet) ||
        !read_stage(cli, options, &boot_server) ||
        !client_options_address(cli, "server", options->server, &scene->server) ||
        !client_options_address(cli, "address", options->address, &scene->packet.client) ||
        !client_options_address(cli, "relay", options->relay, &scene->packet.relay))
        return FALSE;
    if (options->attempt < 1) {
        cli_complain(cli, "--attempt: counts from 1");
        return FALSE;
    }
    scene->packet.boot_server = boot_server;
    scene->packet.xid = SIMULATED_XID;
    scene->interface = options->interface;
    scene->attempt = options->attempt;
    return TRUE;
}

static void complete_scene(struct scene *scene, uint32_t server, const char *interface) {
    if (scene->server == 0)
        scene->server = server != 0 ? server : DEFAULT_SERVER;
    if (scene->interface == NULL)
        scene->interface = interface != NULL ? interface : DEFAULT_INTERFACE;
    if (scene->packet.boot_server && scene->packet.client == 0)
        scene->packet.client = neighbour_of(scene->server);
    scene->packet.server = scene->server;
}

static void add_address(GVariantBuilder *request, const char *key, uint32_t address) {
    char text[IDENTITY_IPV4_TEXT_SIZE];

    identity_format_ipv4(address, text);
    g_variant_builder_add(request, "{sv}", key, g_variant_new_string(text));
}

/* Source address and port as the firmware uses them: see the captures of client-packet.c. */
static void add_source(GVariantBuilder *request, const struct client_packet *packet) {
    uint16_t port = DHCP_PORT_CLIENT;

    if (packet->relay != 0)
        port = DHCP_PORT_SERVER;
    else if (packet->boot_server && packet->loader != CLIENT_IPXE)
        port = DHCP_PORT_BOOT_SERVER;
    add_address(request, "source", packet->relay != 0 ? packet->relay : packet->client);
    g_variant_builder_add(request, "{sv}", "source-port", g_variant_new_uint16(port));
}

/* The request of control/simulation.h. Floating reference. */
static GVariant *make_request(const struct scene *scene) {
    uint8_t data[CLIENT_PACKET_MAX];
    size_t size = client_packet_build(&scene->packet, data, sizeof data);
    GVariantBuilder request;

    g_variant_builder_init(&request, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&request, "{sv}", "packet",
                          g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, data, size, 1));
    g_variant_builder_add(
        &request, "{sv}", "port",
        g_variant_new_uint16(scene->packet.boot_server ? DHCP_PORT_BOOT_SERVER : DHCP_PORT_SERVER));
    g_variant_builder_add(&request, "{sv}", "interface", g_variant_new_string(scene->interface));
    g_variant_builder_add(&request, "{sv}", "attempt",
                          g_variant_new_uint32((guint32) scene->attempt));
    add_address(&request, "server", scene->server);
    add_source(&request, &scene->packet);
    return g_variant_builder_end(&request);
}

/* ---- With a candidate configuration ------------------------------------------------------------- */

struct outcome {
    GVariant *facts;
    GMainLoop *loop;
};

static void simulated(GVariant *facts, gpointer user) {
    struct outcome *outcome = user;

    outcome->facts = g_variant_ref(facts);
    g_main_loop_quit(outcome->loop);
}

/* The first interface that the configuration serves, if this machine has one. */
static void complete_from_config(struct scene *scene, const struct config *config) {
    struct interfaces *interfaces = interfaces_read((const char *const *) config->interfaces, NULL);
    const struct interface *first = interfaces != NULL && interfaces_count(interfaces) > 0
                                        ? interfaces_get(interfaces, 0)
                                        : NULL;
    uint32_t server = 0;
    char text[ADDRESS_TEXT_SIZE];

    if (first != NULL && first->n_addresses > 0)
        identity_parse_ipv4(address_text(&first->addresses[0].address, text), &server);
    complete_scene(scene, server, first != NULL ? g_intern_string(first->name) : NULL);
    g_clear_pointer(&interfaces, interfaces_unref);
}

static GVariant *simulate_candidate(const struct cli *cli, struct scene *scene) {
    struct candidate candidate;
    struct outcome outcome = {0};
    g_autoptr(GError) error = NULL;

    candidate_load(cli->config, &candidate);
    candidate_print_problems(&candidate, cli->config, stderr);
    if (candidate.generation == NULL) {
        cli_complain(cli, "%s cannot be used: see above", cli->config);
    } else {
        complete_from_config(scene, candidate.config);
        g_autoptr(GVariant) request = g_variant_ref_sink(make_request(scene));
        outcome.loop = g_main_loop_new(NULL, FALSE);
        if (!simulation_run(candidate.generation, &candidate.config->policy, request, simulated,
                            &outcome, &error))
            cli_complain(cli, "%s", error->message);
        else if (outcome.facts == NULL) /* a provider works on a thread of its own */
            g_main_loop_run(outcome.loop);
        g_main_loop_unref(outcome.loop);
    }
    candidate_clear(&candidate);
    return outcome.facts;
}

/* ---- With the daemon ---------------------------------------------------------------------------- */

/* The first interface that the daemon serves. */
static void complete_from_status(struct scene *scene, GVariant *status) {
    g_autoptr(GVariant) interfaces = facts_child(status, "interfaces");
    uint32_t server = 0;
    const char *name = NULL;

    if (interfaces != NULL && g_variant_n_children(interfaces) > 0) {
        g_autoptr(GVariant) first = g_variant_get_child_value(interfaces, 0);
        g_autofree const char **addresses = NULL;
        if (g_variant_lookup(first, "addresses", "^a&s", &addresses) && addresses[0] != NULL)
            identity_parse_ipv4(addresses[0], &server);
        name = g_intern_string(facts_text(first, "name"));
    }
    complete_scene(scene, server, name);
}

static GVariant *simulate_daemon(const struct cli *cli, struct scene *scene) {
    g_autoptr(GVariant) status = cli_ask(cli, "Status", NULL);

    if (status == NULL)
        return NULL;
    complete_from_status(scene, status);
    return cli_ask(cli, "Simulate", g_variant_new("(@a{sv})", make_request(scene)));
}

/* ---- The result --------------------------------------------------------------------------------- */

/* The packet's bytes become its fields. */
static GVariant *decode(GVariant *facts) {
    g_autoptr(GVariant) packet = g_variant_lookup_value(facts, "packet", G_VARIANT_TYPE_BYTESTRING);
    GVariant *answer = NULL;

    if (packet != NULL) {
        gsize size = 0;
        const void *data = g_variant_get_fixed_array(packet, &size, 1);
        answer = packet_facts_of(data, size);
    }
    return g_variant_ref_sink(facts_replace(facts, "packet", "answer", answer));
}

static void print(GVariant *facts) {
    g_autoptr(GVariant) answer = facts_child(facts, "answer");

    facts_print_decision(facts);
    if (answer == NULL)
        return;
    printf("answer, %s of %" G_GINT64_FORMAT " bytes\n", facts_text(answer, "message"),
           facts_number(answer, "size", 0));
    packet_facts_print(answer);
}

static int simulate(const struct cli *cli, const struct options *options) {
    struct scene scene = {0};

    if (!read_scene(cli, options, &scene))
        return CLI_USAGE;
    g_autoptr(GVariant) facts =
        cli->config != NULL ? simulate_candidate(cli, &scene) : simulate_daemon(cli, &scene);
    if (facts == NULL)
        return CLI_NO;
    g_autoptr(GVariant) decoded = decode(facts);
    if (cli->json)
        json_print(decoded);
    else
        print(decoded);
    return facts_text(decoded, "silence")[0] == '\0' ? CLI_DONE : CLI_NO;
}

static int run(struct cli *cli, int argc, char **argv) {
    struct options options = {.attempt = 1};
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
