/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The links that we serve, read with getifaddrs(3); changes are noticed in interfaces-watch.c.
 */
#include "net/interfaces.h"

#include "net/sockaddr.h"

#include <errno.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

G_DEFINE_QUARK(boothost_interfaces_error, interfaces_error)

struct interfaces {
    gatomicrefcount references;
    GArray *list; /* struct interface */
};

static struct interfaces *snapshot_new(GArray *list) {
    struct interfaces *interfaces = g_new0(struct interfaces, 1);
    g_atomic_ref_count_init(&interfaces->references);
    interfaces->list = list;
    return interfaces;
}

struct interfaces *interfaces_new(const struct interface *list, unsigned count) {
    GArray *copy = g_array_new(FALSE, TRUE, sizeof(struct interface));
    if (count > 0)
        g_array_append_vals(copy, list, count);
    return snapshot_new(copy);
}

struct interfaces *interfaces_ref(struct interfaces *interfaces) {
    g_atomic_ref_count_inc(&interfaces->references);
    return interfaces;
}

void interfaces_unref(struct interfaces *interfaces) {
    if (interfaces == NULL || !g_atomic_ref_count_dec(&interfaces->references))
        return;
    g_array_unref(interfaces->list);
    g_free(interfaces);
}

/* The entry called `name`, made when there is none yet. */
static struct interface *entry(GArray *list, const char *name, unsigned flags) {
    for (guint i = 0; i < list->len; i++) {
        struct interface *interface = &g_array_index(list, struct interface, i);
        if (strcmp(interface->name, name) == 0)
            return interface;
    }
    struct interface fresh = {
        .index = if_nametoindex(name),
        .up = (flags & IFF_UP) != 0 && (flags & IFF_RUNNING) != 0,
        .loopback = (flags & IFF_LOOPBACK) != 0,
    };
    g_strlcpy(fresh.name, name, sizeof(fresh.name));
    g_array_append_val(list, fresh);
    return &g_array_index(list, struct interface, list->len - 1);
}

static unsigned prefix_of(const struct sockaddr *netmask) {
    struct address mask = sockaddr_to_address(netmask);
    unsigned bits = 0;
    for (size_t i = 0; i < sizeof(mask.bytes); i++)
        bits += (unsigned) __builtin_popcount(mask.bytes[i]);
    return bits;
}

static void add_address(struct interface *interface, const struct ifaddrs *from) {
    if (interface->n_addresses == INTERFACE_ADDRESSES_MAX)
        return;
    struct interface_address *slot = &interface->addresses[interface->n_addresses++];
    slot->address = sockaddr_to_address(from->ifa_addr);
    /* The kernel leaves the family of a netmask out in some cases; it is the address' own. */
    struct sockaddr_in mask = {0};
    if (from->ifa_netmask != NULL)
        memcpy(&mask, from->ifa_netmask, sizeof(mask));
    mask.sin_family = AF_INET;
    slot->prefix = prefix_of((const struct sockaddr *) &mask);
}

static void add_mac(struct interface *interface, const struct sockaddr *address) {
    struct sockaddr_ll link;
    memcpy(&link, address, sizeof(link));
    if (link.sll_halen == sizeof(interface->mac))
        memcpy(interface->mac, link.sll_addr, sizeof(interface->mac));
}

static void add_mtu(GArray *list) {
    int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return;
    for (guint i = 0; i < list->len; i++) {
        struct interface *interface = &g_array_index(list, struct interface, i);
        struct ifreq question = {0};
        g_strlcpy(question.ifr_name, interface->name, sizeof(question.ifr_name));
        if (ioctl(descriptor, SIOCGIFMTU, &question) == 0 && question.ifr_mtu > 0)
            interface->mtu = (unsigned) question.ifr_mtu;
    }
    close(descriptor);
}

/* Every interface of the machine; NULL with errno. */
static GArray *read_all(void) {
    struct ifaddrs *first = NULL;
    if (getifaddrs(&first) != 0)
        return NULL;
    GArray *list = g_array_new(FALSE, TRUE, sizeof(struct interface));
    for (const struct ifaddrs *from = first; from != NULL; from = from->ifa_next) {
        /* An alias such as eth0:1 is the same link. */
        g_auto(GStrv) name = g_strsplit(from->ifa_name, ":", 2);
        struct interface *interface = entry(list, name[0], from->ifa_flags);
        if (from->ifa_addr != NULL && from->ifa_addr->sa_family == AF_INET)
            add_address(interface, from);
        else if (from->ifa_addr != NULL && from->ifa_addr->sa_family == AF_PACKET)
            add_mac(interface, from->ifa_addr);
    }
    freeifaddrs(first);
    add_mtu(list);
    return list;
}

static gboolean is_auto(const char *const *names) {
    return names == NULL || names[0] == NULL ||
           (names[1] == NULL && g_ascii_strcasecmp(names[0], "auto") == 0);
}

static gboolean is_served(const struct interface *interface, const char *const *names) {
    if (interface->index == 0) /* it vanished while we read */
        return FALSE;
    if (!is_auto(names))
        return g_strv_contains(names, interface->name);
    return interface->up && !interface->loopback && interface->n_addresses > 0;
}

/* Checks that every configured name exists. */
static gboolean check_names(const GArray *list, const char *const *names, GError **error) {
    g_autoptr(GString) known = g_string_new(NULL);
    for (guint i = 0; i < list->len; i++)
        g_string_append_printf(known, "%s%s", i > 0 ? ", " : "",
                               g_array_index(list, struct interface, i).name);
    for (unsigned n = 0; names[n] != NULL; n++) {
        gboolean found = FALSE;
        for (guint i = 0; i < list->len && !found; i++)
            found = strcmp(g_array_index(list, struct interface, i).name, names[n]) == 0;
        if (found)
            continue;
        g_set_error(error, INTERFACES_ERROR, INTERFACES_ERROR_UNKNOWN,
                    "there is no interface '%s'; this machine has %s", names[n], known->str);
        return FALSE;
    }
    return TRUE;
}

struct interfaces *interfaces_read(const char *const *names, GError **error) {
    g_autoptr(GArray) all = read_all();
    if (all == NULL) {
        g_set_error(error, INTERFACES_ERROR, INTERFACES_ERROR_FAILED,
                    "cannot read the list of interfaces: %s", g_strerror(errno));
        return NULL;
    }
    if (!is_auto(names) && !check_names(all, names, error))
        return NULL;
    GArray *served = g_array_new(FALSE, TRUE, sizeof(struct interface));
    for (guint i = 0; i < all->len; i++) {
        const struct interface *interface = &g_array_index(all, struct interface, i);
        if (is_served(interface, names))
            g_array_append_vals(served, interface, 1);
    }
    return snapshot_new(served);
}

unsigned interfaces_count(const struct interfaces *interfaces) {
    return interfaces->list->len;
}

const struct interface *interfaces_get(const struct interfaces *interfaces, unsigned position) {
    if (position >= interfaces->list->len)
        return NULL;
    return &g_array_index(interfaces->list, struct interface, position);
}

const struct interface *interfaces_find(const struct interfaces *interfaces, unsigned index) {
    for (unsigned i = 0; i < interfaces_count(interfaces); i++) {
        if (interfaces_get(interfaces, i)->index == index)
            return interfaces_get(interfaces, i);
    }
    return NULL;
}

const struct interface *interfaces_find_name(const struct interfaces *interfaces,
                                             const char *name) {
    for (unsigned i = 0; i < interfaces_count(interfaces); i++) {
        if (strcmp(interfaces_get(interfaces, i)->name, name) == 0)
            return interfaces_get(interfaces, i);
    }
    return NULL;
}

/* The interface's address in whose network `peer` is. */
static const struct interface_address *address_near(const struct interface *interface,
                                                    const struct address *peer) {
    for (unsigned i = 0; i < interface->n_addresses; i++) {
        const struct interface_address *own = &interface->addresses[i];
        if (sockaddr_same_network(&own->address, peer, own->prefix))
            return own;
    }
    return NULL;
}

const struct interface *interfaces_find_network(const struct interfaces *interfaces,
                                                const struct address *peer) {
    for (unsigned i = 0; i < interfaces_count(interfaces); i++) {
        if (address_near(interfaces_get(interfaces, i), peer) != NULL)
            return interfaces_get(interfaces, i);
    }
    return NULL;
}

gboolean interfaces_server_address(const struct interfaces *interfaces, unsigned index,
                                   const struct address *peer, struct address *ret_address) {
    const struct interface *interface = interfaces_find(interfaces, index);
    if (interface == NULL || interface->n_addresses == 0)
        return FALSE;
    const struct interface_address *near = peer != NULL ? address_near(interface, peer) : NULL;
    *ret_address = near != NULL ? near->address : interface->addresses[0].address;
    return TRUE;
}

struct address interface_broadcast(const struct interface *interface,
                                   const struct address *address) {
    struct address broadcast = *address;
    for (unsigned i = 0; i < interface->n_addresses; i++) {
        const struct interface_address *own = &interface->addresses[i];
        if (!address_equal(&own->address, address) || address->family != 4)
            continue;
        for (unsigned bit = own->prefix; bit < 32; bit++)
            broadcast.bytes[bit / 8] |= (uint8_t) (0x80 >> (bit % 8));
    }
    return broadcast;
}
