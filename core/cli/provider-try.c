/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boothost provider try: asks one provider alone, without a configuration, and prints what it says.
 */
#include <string.h>

#include "cli/capture.h"
#include "cli/cli.h"
#include "cli/client-options.h"
#include "cli/json.h"
#include "cli/provider-settings.h"
#include "cli/try-facts.h"
#include "conformance/stand.h"
#include "provider/instance-config.h"
#include "provider/problem.h"
#include "tftp/path.h"

#define XID            UINT32_C(0x424f4f54)
#define DEFAULT_MAC    "52:54:00:12:34:56"
#define DEFAULT_SERVER UINT32_C(0xc0000201) /* 192.0.2.1, RFC 5737: for examples */
#define DEFAULT_CLIENT UINT32_C(0xc0000264) /* 192.0.2.100 */

struct options {
    GStrv config;
    char *packet;
    char *stage;
    char *server;
    char *address;
    char *relay;
    char *interface;
    char *file;
    gint attempt;
    gboolean live;
};

/* ---- Who asks -------------------------------------------------------------------------------- */

static struct request *parse(const struct cli *cli, const void *data, size_t size,
                             const struct request_origin *origin) {
    struct request *request = NULL;
    enum request_status status = request_new(data, size, origin, &request);
    if (status == REQUEST_OK)
        return request;
    if (status == REQUEST_MALFORMED) {
        cli_complain(cli, "the packet is malformed: the daemon would drop it");
        return NULL;
    }
    cli_complain(cli, "the packet is no netboot request for us (%s): no provider would be asked",
                 request_status_name(status));
    return NULL;
}

static gboolean read_stage(const struct cli *cli, const char *stage, bool *ret_boot_server) {
    *ret_boot_server =
        g_strcmp0(stage, "boot-server") == 0 ||
        (stage == NULL && (cli->client.item >= 0 || g_strcmp0(cli->client.loader, "wdsnbp") == 0));
    if (stage == NULL || *ret_boot_server || strcmp(stage, "discover") == 0)
        return TRUE;
    cli_complain(cli,
                 "--stage: '%s' is neither discover nor boot-server; for the content door "
                 "give --file",
                 stage);
    return FALSE;
}

static gboolean read_packet(const struct cli *cli, const struct options *options,
                            struct client_packet *packet, uint32_t *ret_server) {
    packet->xid = XID;
    if (!client_options_read(cli, DEFAULT_MAC, packet) ||
        !read_stage(cli, options->stage, &packet->boot_server) ||
        !client_options_address(cli, "server", options->server, ret_server) ||
        !client_options_address(cli, "address", options->address, &packet->client) ||
        !client_options_address(cli, "relay", options->relay, &packet->relay))
        return FALSE;
    *ret_server = *ret_server != 0 ? *ret_server : DEFAULT_SERVER;
    if (packet->boot_server && packet->client == 0)
        packet->client = DEFAULT_CLIENT;
    return TRUE;
}

/* NULL after a complaint. */
static struct request *make_request(const struct cli *cli, const struct options *options) {
    struct client_packet packet = {0};
    uint8_t data[CLIENT_PACKET_MAX];
    uint32_t server = 0;
    if (!read_packet(cli, options, &packet, &server))
        return NULL;
    size_t size = client_packet_build(&packet, data, sizeof data);
    uint32_t source = packet.relay != 0 ? packet.relay : packet.client;
    struct request_origin origin = {
        .source = address_from_number(source, DHCP_PORT_CLIENT),
        .server = address_from_number(server, 0),
        .interface_name = options->interface != NULL ? options->interface : "eth0",
        .interface_index = 1,
        .port = packet.boot_server ? DHCP_PORT_BOOT_SERVER : DHCP_PORT_SERVER,
        .attempt = (uint32_t) options->attempt,
    };
    return parse(cli, data, size, &origin);
}

static struct request *make_captured(const struct cli *cli, const struct options *options,
                                     const struct capture_request *captured) {
    gsize size = 0;
    const void *data = g_bytes_get_data(captured->packet, &size);
    struct request_origin origin = {
        .source = captured->from,
        .server = address_from_number(DEFAULT_SERVER, 0),
        .interface_name = options->interface != NULL ? options->interface : "eth0",
        .interface_index = 1,
        .port = captured->to.port,
        .attempt = (uint32_t) options->attempt,
    };
    return parse(cli, data, size, &origin);
}

/* ---- What it says ---------------------------------------------------------------------------- */

/* The content door, by the client whose decision `answer` is. NULL: the name is none. */
static GVariant *try_file(const struct cli *cli, const struct options *options, struct stand *stand,
                          struct request *last, const struct stand_answer *answer) {
    char name[TFTP_PATH_MAX];
    enum tftp_path_status status = tftp_path_canonical(options->file, strlen(options->file), name);
    if (status != TFTP_PATH_OK) {
        cli_complain(cli, "--file: no client gets through with this name: %s",
                     tftp_path_status_text(status));
        return NULL;
    }
    struct request_origin origin = *request_get_origin(last);
    origin.port = 69;
    struct request *request = request_new_file(last, answer->trace, &origin, name);
    struct stand_answer content;
    stand_ask(stand, request, &content);
    GVariant *facts = try_facts_content(name, &content);
    stand_answer_clear(&content);
    request_unref(request);
    return facts;
}

/* One request from end to end; takes it. NULL after a complaint. */
static GVariant *try_request(const struct cli *cli, const struct options *options,
                             struct stand *stand, struct request *request) {
    struct stand_answer answer;
    stand_ask(stand, request, &answer);
    GVariant *content = NULL;
    gboolean done = TRUE;
    if (options->file != NULL) {
        content = try_file(cli, options, stand, request, &answer);
        done = content != NULL;
    }
    GVariant *facts = done ? try_facts(request, &answer, content) : NULL;
    stand_answer_clear(&answer);
    request_unref(request);
    return facts != NULL ? g_variant_ref_sink(facts) : NULL;
}

static int show(const struct cli *cli, const struct options *options, struct stand *stand,
                struct request *request, GVariantBuilder *list) {
    g_autoptr(GVariant) facts = request != NULL ? try_request(cli, options, stand, request) : NULL;
    if (facts == NULL)
        return CLI_USAGE;
    if (!cli->json)
        try_facts_print(facts);
    else if (list == NULL)
        json_print(facts);
    if (list != NULL)
        g_variant_builder_add_value(list, facts);
    return try_facts_failed(facts) ? CLI_NO : CLI_DONE;
}

static int show_capture(const struct cli *cli, const struct options *options, struct stand *stand) {
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) captured = capture_read(options->packet, &error);
    GVariantBuilder list;
    int status = CLI_DONE;
    if (captured == NULL || captured->len == 0) {
        cli_complain(cli, "%s", error != NULL ? error->message : "the capture holds no request");
        return CLI_NO;
    }
    g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < captured->len; i++) {
        struct request *request = make_captured(cli, options, g_ptr_array_index(captured, i));
        int one = show(cli, options, stand, request, &list);
        status = one == CLI_DONE ? status : CLI_NO;
    }
    g_autoptr(GVariant) all = g_variant_ref_sink(g_variant_builder_end(&list));
    if (cli->json)
        json_print(all);
    return status;
}

/* ---- The verb -------------------------------------------------------------------------------- */

static struct stand *open_stand(const struct cli *cli, const struct options *options,
                                struct module *module, struct instance_config *config) {
    g_autoptr(GPtrArray) problems = problem_list_new();
    g_free(config->module);
    config->module = g_strdup(module->provider.name);
    struct stand *stand = stand_open(module, config, !options->live, problems);
    for (guint i = 0; i < problems->len; i++) {
        const struct problem *problem = g_ptr_array_index(problems, i);
        cli_complain(cli, "%s%s", problem->fatal ? "" : "warning: ", problem->text);
    }
    return stand;
}

static int try_module(const struct cli *cli, const struct options *options, struct module *module,
                      const char *path) {
    struct instance_config *config =
        provider_settings_read(cli, (const char *const *) options->config, path);
    if (config == NULL)
        return CLI_USAGE;
    struct stand *stand = open_stand(cli, options, module, config);
    int status = CLI_NO;
    if (stand != NULL) {
        status = options->packet != NULL
                     ? show_capture(cli, options, stand)
                     : show(cli, options, stand, make_request(cli, options), NULL);
        stand_close(stand);
    }
    instance_config_unref(config);
    return status;
}

static int try(const struct cli *cli, const struct options *options, int argc, char **argv) {
    g_autofree char *error = NULL;
    if (argc != 2 || options->attempt < 1) {
        cli_complain(cli, argc != 2 ? "which module? Say 'provider try FILE.so'"
                                    : "--attempt: counts from 1");
        return CLI_USAGE;
    }
    g_autofree char *path = g_canonicalize_filename(argv[1], NULL);
    struct module *module = module_load(path, &error);
    if (module == NULL) {
        cli_complain(cli, "%s", error);
        return CLI_NO;
    }
    int status = try_module(cli, options, module, path);
    module_unref(module);
    return status;
}

static void options_clear(struct options *options) {
    g_strfreev(options->config);
    g_free(options->packet);
    g_free(options->stage);
    g_free(options->server);
    g_free(options->address);
    g_free(options->relay);
    g_free(options->interface);
    g_free(options->file);
}

static int run(struct cli *cli, int argc, char **argv) {
    struct options options = {.attempt = 1};
    const GOptionEntry entries[] = {
        {"config", 'c', 0, G_OPTION_ARG_STRING_ARRAY, &options.config,
         "A setting, or a file with the provider's group; may be given again", "KEY=VALUE|FILE"},
        {"stage", 0, 0, G_OPTION_ARG_STRING, &options.stage, "discover or boot-server (discover)",
         "STAGE"},
        {"file", 'f', 0, G_OPTION_ARG_STRING, &options.file,
         "Then ask the content door for this name", "NAME"},
        {"server", 0, 0, G_OPTION_ARG_STRING, &options.server,
         "Our address as the client sees it (192.0.2.1)", "ADDRESS"},
        {"address", 0, 0, G_OPTION_ARG_STRING, &options.address, "The client's own address",
         "ADDRESS"},
        {"relay", 0, 0, G_OPTION_ARG_STRING, &options.relay, "Address of the relay it is behind",
         "ADDRESS"},
        {"interface", 'i', 0, G_OPTION_ARG_STRING, &options.interface,
         "Interface it arrives on (eth0)", "NAME"},
        {"attempt", 0, 0, G_OPTION_ARG_INT, &options.attempt,
         "How often it came without fetching anything (1)", "NUMBER"},
        {"packet", 'p', 0, G_OPTION_ARG_FILENAME, &options.packet,
         "Take the requests of this capture instead (pcap)", "FILE"},
        {"live", 0, 0, G_OPTION_ARG_NONE, &options.live,
         "Open it for real, not as a check without side effects", NULL},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    int status = CLI_USAGE;

    if (cli_parse(cli, CLI_CLIENT | CLI_JSON, entries, &argc, &argv))
        status = try(cli, &options, argc, argv);
    options_clear(&options);
    return status;
}

const struct verb verb_provider_try = {
    .name = "provider try",
    .arguments = "FILE.so",
    .summary = "what one provider alone answers, and how long it takes",
    .details = "Nothing is needed but the module: no configuration, daemon or privileges.\n"
               "Exit status: 1 when it does not open or a call of it fails.",
    .run = run,
};
