/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From what is known to what a simulation asks for.
 */
#include "cli/arrival.h"

#include "base/address.h"
#include "codec/dhcp.h"

/* Where nothing better is known: a documentation address (RFC 5737). */
#define DEFAULT_SERVER    0xc0000201 /* 192.0.2.1 */
#define DEFAULT_INTERFACE "eth0"

void arrival_init(struct arrival *arrival, const struct simulator *simulator) {
    *arrival = (struct arrival){
        .server = simulator->server != 0 ? simulator->server : DEFAULT_SERVER,
        .interface = simulator->interface != NULL ? simulator->interface : DEFAULT_INTERFACE,
        .attempt = 1,
    };
}

void arrival_place(struct arrival *arrival, const struct client_packet *packet) {
    arrival->source = packet->relay != 0 ? packet->relay : packet->client;
    arrival->port = packet->boot_server ? DHCP_PORT_BOOT_SERVER : DHCP_PORT_SERVER;
    arrival->source_port = DHCP_PORT_CLIENT;
    if (packet->relay != 0)
        arrival->source_port = DHCP_PORT_SERVER;
    else if (packet->boot_server && packet->loader != CLIENT_IPXE)
        arrival->source_port = DHCP_PORT_BOOT_SERVER;
}

/* ---- Packets of a capture -------------------------------------------------------------------- */

static uint32_t ipv4_number(const struct address *address) {
    uint32_t number = 0;

    for (int i = 0; i < 4; i++)
        number = number << 8 | address->bytes[i];
    return number;
}

static gboolean is_broadcast(uint32_t address) {
    return address == UINT32_MAX || (address & 0xff) == 0xff;
}

void arrival_captured(struct arrival *arrival, const struct capture_request *request) {
    uint32_t to = ipv4_number(&request->to);
    gsize size = 0;

    if (request->server.family == 4)
        arrival->server = ipv4_number(&request->server);
    else if (!is_broadcast(to))
        arrival->server = to; /* it knew the server's address */
    if (request->link[0] != '\0')
        arrival->interface = request->link;
    if (request->attempt > 0)
        arrival->attempt = request->attempt;
    arrival->data = g_bytes_get_data(request->packet, &size);
    arrival->size = size;
    arrival->source = ipv4_number(&request->from);
    arrival->source_port = request->from.port;
    arrival->port = request->to.port;
}

/* ---- What is asked --------------------------------------------------------------------------- */

static void add_address(GVariantBuilder *request, const char *key, uint32_t address) {
    char text[ADDRESS_TEXT_SIZE];

    address_number_text(address, text);
    g_variant_builder_add(request, "{sv}", key, g_variant_new_string(text));
}

GVariant *arrival_request(const struct arrival *arrival) {
    GVariantBuilder request;

    g_variant_builder_init(&request, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(
        &request, "{sv}", "packet",
        g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, arrival->data, arrival->size, 1));
    g_variant_builder_add(&request, "{sv}", "port", g_variant_new_uint16(arrival->port));
    g_variant_builder_add(&request, "{sv}", "source-port",
                          g_variant_new_uint16(arrival->source_port));
    g_variant_builder_add(&request, "{sv}", "interface", g_variant_new_string(arrival->interface));
    g_variant_builder_add(&request, "{sv}", "attempt", g_variant_new_uint32(arrival->attempt));
    add_address(&request, "source", arrival->source);
    add_address(&request, "server", arrival->server);
    return g_variant_builder_end(&request);
}
