/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The kernel's own choice of a source address, found out by connecting a datagram socket, which
 * sends nothing.
 */
#include "cli/probe-link.h"

#include <gio/gio.h>
#include <net/if.h>

#include "codec/dhcp.h"
#include "codec/identity.h"
#include "net/interfaces.h"
#include "net/sockaddr.h"

/* All interfaces of this machine, loopback too. */
static struct interfaces *all_interfaces(GError **error) {
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    struct if_nameindex *list = if_nameindex();

    for (unsigned i = 0; list != NULL && list[i].if_index != 0; i++)
        g_ptr_array_add(names, list[i].if_name);
    g_ptr_array_add(names, NULL);
    struct interfaces *interfaces = interfaces_read((const char *const *) names->pdata, error);
    if (list != NULL)
        if_freenameindex(list);
    return interfaces;
}

static gboolean find_local(const char *server, struct address *ret_local, GError **error) {
    g_autoptr(GSocketAddress) to = g_inet_socket_address_new_from_string(server, DHCP_PORT_SERVER);
    g_autoptr(GSocket) socket =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, error);

    if (socket == NULL || !g_socket_connect(socket, to, NULL, error)) {
        g_prefix_error(error, "there is no way to %s: ", server);
        return FALSE;
    }
    g_autoptr(GSocketAddress) local = g_socket_get_local_address(socket, error);
    if (local == NULL)
        return FALSE;
    g_autofree char *text =
        g_inet_address_to_string(g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(local)));
    return address_parse(text, ret_local);
}

static void take_interface(struct probe_link *link, const struct interface *interface) {
    link->index = interface->index;
    g_strlcpy(link->name, interface->name, sizeof link->name);
}

/* Our interface that has link->local, and whether the server is in its network. */
static void place_server(const struct interfaces *interfaces, struct probe_link *link) {
    link->relayed = TRUE;
    for (unsigned i = 0; i < interfaces_count(interfaces); i++) {
        const struct interface *interface = interfaces_get(interfaces, i);
        for (unsigned j = 0; j < interface->n_addresses; j++) {
            const struct interface_address *own = &interface->addresses[j];
            if (!address_equal(&own->address, &link->local))
                continue;
            take_interface(link, interface);
            if (sockaddr_same_network(&own->address, &link->to, own->prefix))
                link->relayed = FALSE;
        }
    }
}

static gboolean find_by_server(const struct interfaces *interfaces, const char *server,
                               struct probe_link *link, GError **error) {
    uint32_t number = 0;

    if (!identity_parse_ipv4(server, &number)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                    "--server: '%s' is no IPv4 address", server);
        return FALSE;
    }
    link->to = address_from_number(number, DHCP_PORT_SERVER);
    if (!find_local(server, &link->local, error))
        return FALSE;
    place_server(interfaces, link);
    return TRUE;
}

/* The interface was named: its first address, and the network's broadcast when no server was. */
static gboolean find_by_interface(const struct interfaces *interfaces, const char *name,
                                  struct probe_link *link, GError **error) {
    const struct interface *interface = interfaces_find_name(interfaces, name);

    if (interface == NULL || interface->n_addresses == 0) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                    interface == NULL ? "there is no interface '%s': 'ip link' lists them"
                                      : "'%s' has no IPv4 address: give it one first",
                    name);
        return FALSE;
    }
    take_interface(link, interface);
    link->local = interface->addresses[0].address;
    if (link->to.family == 0)
        link->to = address_from_number(UINT32_MAX, DHCP_PORT_SERVER);
    return TRUE;
}

gboolean probe_link_find(const char *server, const char *interface, struct probe_link *ret_link,
                         GError **error) {
    struct interfaces *interfaces = all_interfaces(error);
    struct probe_link link = {0};

    if (interfaces == NULL)
        return FALSE;
    gboolean found = server == NULL || find_by_server(interfaces, server, &link, error);
    if (found && interface != NULL)
        found = find_by_interface(interfaces, interface, &link, error);
    interfaces_unref(interfaces);
    if (found)
        *ret_link = link;
    return found;
}
