/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The steps of a probe, each with its own words for what may have gone wrong.
 */
#include "cli/probe-boot.h"

#include <string.h>

#include "cli/packet-facts.h"
#include "cli/probe-menu.h"
#include "cli/tftp-client.h"
#include "codec/architecture.h"
#include "codec/tftp.h"
#include "net/udp.h"

/* ---- What an answer says --------------------------------------------------------------------- */

static void learn_server(struct probe *probe) {
    uint32_t id = 0;

    if (dhcp_option_get_u32(&probe->answer->view.options, DHCP_OPTION_SERVER_ID, &id))
        probe->server = address_from_number(id, 0);
    probe->packet.server = address_number(&probe->server);
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
        view->header.siaddr != 0 ? address_from_number(view->header.siaddr, 0) : probe->server;
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

/* ---- DISCOVER -------------------------------------------------------------------------------- */

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
            ? g_strdup_printf("; %u answers of other servers were heard", answer->others)
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
    probe->packet.relay = probe->link.relayed ? address_number(&probe->link.local) : 0;
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

/* ---- REQUEST on 4011 ------------------------------------------------------------------------- */

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
    probe->packet.client = address_number(&probe->link.local);
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

/* ---- The file -------------------------------------------------------------------------------- */

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
    if (address_number(&probe->server) == address_number(&fetch.server))
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

    *ret_sum = g_strdup(probe->expect_sha256);
    if (probe->expect_file == NULL)
        return TRUE;
    if (!g_file_get_contents(probe->expect_file, &content, &size, &error)) {
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

/* ---- The whole ------------------------------------------------------------------------------- */

void probe_boot(struct probe *probe, gboolean with_discover) {
    struct tftp_result result = {0};

    if ((!with_discover || (discover(probe) && choose_item(probe))) && request(probe) &&
        fetch(probe, &result))
        compare(probe, &result);
    add_facts(probe, &result);
    probe_report_end(&probe->report);
}
