/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who goes through the chain: a DISCOVER of each kind of machine, unknown to everybody; and for
 * each provider that listens to some networks or interfaces alone, machines from there.
 */
#include <string.h>

#include "boot/answer.h"
#include "boot/reply.h"
#include "boot/request.h"
#include "cli/lint.h"
#include "codec/architecture.h"
#include "codec/dhcp.h"
#include "provider/chain.h"
#include "provider/instance.h"

#define DEFAULT_SERVER    "192.0.2.1" /* RFC 5737 */
#define DEFAULT_INTERFACE "eth0"

static const char *const usual[] = {"x86-bios",   "ia32-uefi",     "x64-uefi",
                                    "arm64-uefi", "x64-uefi-http", NULL};

void lint_client_free(struct lint_client *client) {
    lint_file_clear(&client->file);
    g_clear_pointer(&client->request, request_unref);
    g_clear_pointer(&client->trace, trace_unref);
    g_free(client->boot_file);
    g_free(client);
}

/* ---- What it is told ------------------------------------------------------------------------- */

struct asking {
    struct lint *lint;
    struct lint_client *client;
    gboolean is_done;
};

static gboolean is_ours(const struct decision *decision, const char *file) {
    return decision->verdict == BOOT_HOST_REPLY && file != NULL && strstr(file, "://") == NULL &&
           reply_get(decision->reply, BOOT_HOST_REPLY_SERVER) == NULL;
}

static void decided(const struct decision *decision, void *user) {
    struct asking *asking = user;
    struct lint_client *client = asking->client;
    const char *file = reply_get(decision->reply, BOOT_HOST_REPLY_BOOT_FILE);
    struct answer answer;

    client->verdict = decision->verdict;
    client->boot_file = g_strdup(file);
    client->is_ours = is_ours(decision, file);
    client->items_left_out = reply_menu_left_out(decision->reply);
    client->made = answer_make(decision->request, decision->reply, decision->verdict,
                               &asking->lint->candidate->config->policy, decision->trace, &answer);
    client->trace = trace_ref(decision->trace);
    asking->is_done = TRUE;
}

static void ask(struct lint *lint, struct lint_client *client) {
    struct asking asking = {.lint = lint, .client = client};

    chain_decide(lint->candidate->generation, client->request, decided, &asking);
    while (!asking.is_done) /* a provider works on a thread of its own */
        g_main_context_iteration(NULL, TRUE);
    if (client->is_ours)
        lint_file_find(lint, client, client->boot_file, &client->file);
}

/* ---- Who asks -------------------------------------------------------------------------------- */

/* Where it stands: what the match-* keys of `made_for` want. */
static void place(const struct instance *made_for, struct request_origin *origin) {
    struct match_network network;

    address_parse(DEFAULT_SERVER, &origin->server);
    if (made_for == NULL)
        return;
    const struct instance_config *config = made_for->config;
    if (config->match_interface != NULL)
        origin->interface_name = config->match_interface[0];
    if (config->match_network == NULL || !match_parse_network(config->match_network[0], &network) ||
        network.family != 4)
        return;
    if (network.bits < 31)
        network.bytes[3] |= 1; /* the first machine in it */
    origin->server = address_from_ipv4(network.bytes, 0);
}

/* `number`: a machine of its own for each, since providers watch for those that come back. Its MAC
 * is nobody's: locally administered. */
static struct request *make_request(const struct lint_client *client, uint16_t number) {
    struct client_packet packet = {.loader = client->loader, .xid = number};
    struct request_origin origin = {
        .interface_name = DEFAULT_INTERFACE, .port = DHCP_PORT_SERVER, .attempt = 1};
    uint8_t data[CLIENT_PACKET_MAX];
    struct request *request = NULL;

    packet.mac[0] = 0x02;
    packet.mac[4] = (uint8_t) (number >> 8);
    packet.mac[5] = (uint8_t) number;
    client_architecture_parse(client->architecture, &packet.architecture);
    client_packet_uuid(packet.mac, packet.uuid);
    place(client->made_for, &origin);
    size_t size = client_packet_build(&packet, data, sizeof data);
    return request_new(data, size, &origin, &request) == REQUEST_OK ? request : NULL;
}

static void ask_one(struct lint *lint, const char *architecture, enum client_loader loader,
                    const struct instance *made_for) {
    struct lint_client *client = g_new0(struct lint_client, 1);

    client->architecture = architecture;
    client->loader = loader;
    client->is_usual = g_strv_contains(usual, architecture);
    client->made_for = made_for;
    client->request = make_request(client, (uint16_t) (lint->clients->len + 1));
    if (client->request == NULL) {
        lint_client_free(client);
        return;
    }
    ask(lint, client);
    g_ptr_array_add(lint->clients, client);
}

/* iPXE and GRUB run on machines that are usual, and do not ask by HTTP Boot. */
static void ask_loaders(struct lint *lint, const char *architecture,
                        const struct instance *made_for) {
    uint16_t code = 0;

    ask_one(lint, architecture, CLIENT_FIRMWARE, made_for);
    architecture_code(architecture, &code);
    if (g_strv_contains(usual, architecture) && !architecture_is_http(code)) {
        ask_one(lint, architecture, CLIENT_IPXE, made_for);
        ask_one(lint, architecture, CLIENT_GRUB, made_for);
    }
}

void lint_ask_all(struct lint *lint) {
    const GPtrArray *instances = generation_get_instances(lint->candidate->generation);

    for (size_t i = 0; architecture_name_at(i) != NULL; i++)
        ask_loaders(lint, architecture_name_at(i), NULL);
    for (guint i = 0; i < instances->len; i++) {
        const struct instance *instance = g_ptr_array_index(instances, i);
        if (instance->config->match_network == NULL && instance->config->match_interface == NULL)
            continue;
        for (guint j = 0; usual[j] != NULL; j++)
            ask_loaders(lint, usual[j], instance);
    }
}
