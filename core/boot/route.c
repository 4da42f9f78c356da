/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: where the answer goes.
 */
#include "boot/route.h"

#include "boot/request.h"
#include "codec/dhcp.h"

/* An offer has no address to go to but the relay's, or everybody's on the link it came from. */
static void route_offer(const struct dhcp_header *header, struct route *route) {
    if (header->giaddr != 0) {
        route->to = address_from_number(header->giaddr, DHCP_PORT_SERVER);
        route->rule = "relay";
        route->interface_index = 0; /* the relay may be reached by another link by now */
    } else {
        route->to = address_from_number(UINT32_MAX, DHCP_PORT_CLIENT);
        route->rule = "broadcast";
    }
}

/* wdsmgfw.efi ignores broadcasts, so that ciaddr comes before them. */
static void route_boot_server(const struct dhcp_header *header, const struct request_origin *origin,
                              struct route *route) {
    if (!address_is_unspecified(&origin->source) && origin->source.port != 0) {
        route->to = origin->source;
        route->rule = "source";
        route->interface_index = 0; /* behind a router, the way back may be another one */
    } else if (header->ciaddr != 0) {
        route->to = address_from_number(header->ciaddr, DHCP_PORT_CLIENT);
        route->rule = "client";
    } else {
        route_offer(header, route);
    }
}

struct route route_find(const struct request *request) {
    const struct request_origin *origin = request_get_origin(request);
    const struct dhcp_view *view = request_get_view(request);
    struct route route = {
        .from = origin->server, .interface_index = origin->interface_index, .rule = "none"};
    route.from.port = 0;
    if (view == NULL)
        return route;
    if (request_get_stage(request) == BOOT_HOST_STAGE_BOOT_SERVER)
        route_boot_server(&view->header, origin, &route);
    else
        route_offer(&view->header, &route);
    return route;
}
