/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * net/interfaces and net/neighbour: which links we serve and which address a client sees. What needs
 * links of our own runs in a network namespace made for it.
 */
#include "net/interfaces.h"

#include "net/neighbour.h"

#include <sched.h>
#include <string.h>
#include <unistd.h>

static struct address parse(const char *text) {
    struct address address;
    g_assert_true(address_parse(text, &address));
    return address;
}

static struct interface link_with(unsigned index, const char *name, const char *first,
                                  const char *second) {
    struct interface interface = {.index = index, .mtu = 1500, .up = TRUE};
    g_strlcpy(interface.name, name, sizeof(interface.name));
    interface.addresses[0] = (struct interface_address){parse(first), 24};
    interface.n_addresses = 1;
    if (second != NULL)
        interface.addresses[interface.n_addresses++] =
            (struct interface_address){parse(second), 16};
    return interface;
}

static struct interfaces *two_links(void) {
    struct interface list[] = {link_with(2, "eth0", "192.168.1.1", "10.7.0.1"),
                               link_with(5, "eth1", "192.168.2.1", NULL)};
    return interfaces_new(list, G_N_ELEMENTS(list));
}

static void expect_server(const struct interfaces *interfaces, unsigned index, const char *peer,
                          const char *expected) {
    struct address address = {0};
    struct address client = peer != NULL ? parse(peer) : (struct address){0};
    g_assert_true(
        interfaces_server_address(interfaces, index, peer != NULL ? &client : NULL, &address));
    char text[ADDRESS_TEXT_SIZE];
    g_assert_cmpstr(address_text(&address, text), ==, expected);
}

static void test_server_address(void) {
    struct interfaces *interfaces = two_links();
    expect_server(interfaces, 2, NULL, "192.168.1.1");
    expect_server(interfaces, 2, "192.168.1.77", "192.168.1.1");
    expect_server(interfaces, 2, "10.7.200.1", "10.7.0.1");
    expect_server(interfaces, 2, "172.16.0.1", "192.168.1.1"); /* a relay elsewhere */
    expect_server(interfaces, 5, "192.168.1.77", "192.168.2.1");
    struct address untouched = parse("192.0.2.1");
    g_assert_false(interfaces_server_address(interfaces, 9, NULL, &untouched));
    interfaces_unref(interfaces);
}

static void test_lookups(void) {
    struct interfaces *interfaces = two_links();
    g_assert_cmpuint(interfaces_count(interfaces), ==, 2);
    g_assert_cmpstr(interfaces_find(interfaces, 5)->name, ==, "eth1");
    g_assert_cmpuint(interfaces_find_name(interfaces, "eth0")->index, ==, 2);
    g_assert_null(interfaces_find(interfaces, 3));
    g_assert_null(interfaces_find_name(interfaces, "eth2"));
    g_assert_null(interfaces_get(interfaces, 2));
    struct address peer = parse("192.168.2.9");
    g_assert_cmpstr(interfaces_find_network(interfaces, &peer)->name, ==, "eth1");
    peer = parse("192.168.3.9");
    g_assert_null(interfaces_find_network(interfaces, &peer));
    struct interfaces *same = interfaces_ref(interfaces);
    interfaces_unref(interfaces);
    g_assert_cmpuint(interfaces_count(same), ==, 2);
    interfaces_unref(same);
}

static void test_broadcast(void) {
    struct interface interface = link_with(2, "eth0", "192.168.1.1", "10.7.0.1");
    char text[ADDRESS_TEXT_SIZE];
    struct address broadcast = interface_broadcast(&interface, &interface.addresses[0].address);
    g_assert_cmpstr(address_text(&broadcast, text), ==, "192.168.1.255");
    broadcast = interface_broadcast(&interface, &interface.addresses[1].address);
    g_assert_cmpstr(address_text(&broadcast, text), ==, "10.7.255.255");
}

static void test_the_machine(void) {
    g_autoptr(GError) error = NULL;
    struct interfaces *named = interfaces_read((const char *const[]){"lo", NULL}, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(interfaces_count(named), ==, 1);
    const struct interface *loopback = interfaces_get(named, 0);
    g_assert_cmpuint(loopback->index, ==, if_nametoindex("lo"));
    g_assert_true(loopback->loopback);
    g_assert_cmpuint(loopback->mtu, >, 0);
    interfaces_unref(named);

    struct interfaces *automatic = interfaces_read((const char *const[]){"auto", NULL}, &error);
    g_assert_no_error(error);
    for (unsigned i = 0; i < interfaces_count(automatic); i++) {
        const struct interface *interface = interfaces_get(automatic, i);
        g_assert_false(interface->loopback);
        g_assert_true(interface->up);
        g_assert_cmpuint(interface->n_addresses, >, 0);
    }
    interfaces_unref(automatic);
}

static void test_unknown_name(void) {
    g_autoptr(GError) error = NULL;
    g_assert_null(interfaces_read((const char *const[]){"lo", "eht0", NULL}, &error));
    g_assert_error(error, INTERFACES_ERROR, INTERFACES_ERROR_UNKNOWN);
    g_assert_nonnull(strstr(error->message, "eht0"));
    g_assert_nonnull(strstr(error->message, "lo"));
}

/* Runs ip(8) in the test's namespace. */
static void ip(const char *arguments) {
    g_autofree char *command = g_strdup_printf("ip %s", arguments);
    int status = -1;
    g_autofree char *said = NULL;
    g_autoptr(GError) error = NULL;
    g_spawn_command_line_sync(command, NULL, &said, &status, &error);
    g_assert_no_error(error);
    if (status != 0)
        g_error("'%s' fails: %s", command, said);
}

/* Two links of our own in a namespace of our own; FALSE, and the test is skipped, without the
 * right to make one. */
static gboolean make_namespace(void) {
    if (unshare(CLONE_NEWNET) != 0) {
        g_test_skip("no right to make a network namespace: run as root");
        return FALSE;
    }
    ip("link set lo up");
    ip("link add left type veth peer name right");
    ip("link set left address 52:54:00:00:00:01 mtu 1400");
    ip("address add 10.11.0.1/24 dev left");
    ip("address add 10.12.0.1/16 dev left label left:1");
    ip("link set left up");
    ip("link set right up");
    return TRUE;
}

/* The kernel gives a veth its carrier a moment after both ends are up. */
static struct interfaces *read_when_up(void) {
    gint64 end = g_get_monotonic_time() + 5 * G_USEC_PER_SEC;
    struct interfaces *interfaces = interfaces_read(NULL, NULL);
    while (interfaces_count(interfaces) == 0 && g_get_monotonic_time() < end) {
        g_usleep(5000);
        interfaces_unref(interfaces);
        interfaces = interfaces_read(NULL, NULL);
    }
    return interfaces;
}

static void test_links_of_a_namespace(void) {
    if (!make_namespace())
        return;
    struct interfaces *interfaces = read_when_up();
    g_assert_cmpuint(interfaces_count(interfaces), ==, 1); /* right has no address */
    const struct interface *left = interfaces_get(interfaces, 0);
    g_assert_cmpstr(left->name, ==, "left");
    g_assert_cmpuint(left->mtu, ==, 1400);
    g_assert_cmpmem(left->mac, 6, "\x52\x54\0\0\0\1", 6);
    g_assert_cmpuint(left->n_addresses, ==, 2);
    g_assert_cmpuint(left->addresses[0].prefix, ==, 24);
    g_assert_cmpuint(left->addresses[1].prefix, ==, 16);
    expect_server(interfaces, left->index, "10.12.9.9", "10.12.0.1");
    interfaces_unref(interfaces);

    /* A listed link is served without an address, too. */
    interfaces = interfaces_read((const char *const[]){"right", NULL}, NULL);
    g_assert_cmpuint(interfaces_count(interfaces), ==, 1);
    struct address none;
    g_assert_false(
        interfaces_server_address(interfaces, interfaces_get(interfaces, 0)->index, NULL, &none));
    interfaces_unref(interfaces);
}

static gboolean note_change(gpointer user) {
    gboolean *changed = user;
    *changed = TRUE;
    return G_SOURCE_CONTINUE;
}

static void test_watch(void) {
    if (!make_namespace())
        return;
    g_autoptr(GError) error = NULL;
    GMainContext *context = g_main_context_new();
    GSource *watch = interfaces_watch_new(&error);
    g_assert_no_error(error);
    gboolean changed = FALSE;
    g_source_set_callback(watch, note_change, &changed, NULL);
    g_source_attach(watch, context);
    ip("address add 10.13.0.1/24 dev right");
    gint64 end = g_get_monotonic_time() + 5 * G_USEC_PER_SEC;
    while (!changed && g_get_monotonic_time() < end) {
        g_main_context_iteration(context, FALSE);
        g_usleep(5000);
    }
    g_assert_true(changed);
    g_source_destroy(watch);
    g_source_unref(watch);
    g_main_context_unref(context);
}

static void test_neighbours(void) {
    if (!make_namespace())
        return;
    ip("neighbour add 10.11.0.7 lladdr 52:54:00:aa:bb:cc dev left nud reachable");
    struct neighbour_table *table = neighbour_table_new();
    g_assert_nonnull(table);
    unsigned left = if_nametoindex("left");
    struct address known = parse("10.11.0.7");
    struct address unknown = parse("10.11.0.8");
    uint8_t mac[6] = {0};
    for (unsigned i = 0; i < 3; i++) {
        g_assert_false(neighbour_find(table, &unknown, left, mac));
        g_assert_true(neighbour_find(table, &known, left, mac));
        g_assert_cmpmem(mac, 6, "\x52\x54\0\xaa\xbb\xcc", 6);
    }
    g_assert_false(neighbour_find(table, &known, if_nametoindex("right"), mac));
    g_assert_false(neighbour_find(table, &known, 0, mac));
    g_assert_false(neighbour_find(table, &(struct address){0}, left, mac));
    neighbour_table_free(table);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/boothost/net/interfaces/" name, function)
    ADD("a-client-sees-our-address-in-its-network", test_server_address);
    ADD("links-are-found", test_lookups);
    ADD("directed-broadcasts", test_broadcast);
    ADD("the-machines-own-links", test_the_machine);
    ADD("an-unknown-name-is-explained", test_unknown_name);
    ADD("links-of-a-namespace", test_links_of_a_namespace);
    ADD("changes-are-noticed", test_watch);
    ADD("neighbours-are-found", test_neighbours);
    return g_test_run();
}
