/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * net/sockaddr: socket addresses both ways, and which addresses share a network.
 */
#include "net/sockaddr.h"

#include <arpa/inet.h>
#include <glib.h>
#include <string.h>

static struct address parse(const char *text, uint16_t port) {
    struct address address;
    g_assert_true(address_parse(text, &address));
    address.port = port;
    return address;
}

static void test_round_trips(void) {
    static const char *const texts[] = {"192.0.2.1",   "0.0.0.0", "255.255.255.255",
                                        "2001:db8::1", "::",      "fe80::1"};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        struct address address = parse(texts[i], 4011);
        union sockaddr_any kernel;
        g_assert_cmpuint(sockaddr_from_address(&address, &kernel), >, 0);
        struct address back = sockaddr_to_address(&kernel.any);
        g_assert_true(address_equal(&address, &back));
        g_assert_cmpuint(back.port, ==, 4011);
    }
}

static void test_wire_order(void) {
    struct address address = parse("192.0.2.1", 69);
    union sockaddr_any kernel;
    g_assert_cmpuint(sockaddr_from_address(&address, &kernel), ==, sizeof(struct sockaddr_in));
    g_assert_cmphex(ntohl(kernel.v4.sin_addr.s_addr), ==, 0xc0000201);
    g_assert_cmpuint(ntohs(kernel.v4.sin_port), ==, 69);
}

static void test_nothing(void) {
    struct address none = {0};
    union sockaddr_any kernel;
    g_assert_cmpuint(sockaddr_from_address(&none, &kernel), ==, 0);
    struct address back = sockaddr_to_address(&kernel.any);
    g_assert_cmpuint(back.family, ==, 0);
}

static void test_mapped_addresses(void) {
    struct sockaddr_in6 mapped = {.sin6_family = AF_INET6, .sin6_port = htons(69)};
    g_assert_cmpint(inet_pton(AF_INET6, "::ffff:192.0.2.7", &mapped.sin6_addr), ==, 1);
    struct address address = sockaddr_to_address((const struct sockaddr *) &mapped);
    struct address expected = parse("192.0.2.7", 69);
    g_assert_true(address_equal(&address, &expected));
}

static void test_networks(void) {
    static const struct {
        const char *a;
        const char *b;
        unsigned prefix;
        gboolean same;
    } rows[] = {
        {"10.1.2.3", "10.1.2.200", 24, TRUE},     {"10.1.2.3", "10.1.3.3", 24, FALSE},
        {"10.1.2.3", "10.1.3.3", 23, TRUE},       {"10.1.2.3", "10.1.2.4", 32, FALSE},
        {"10.1.2.3", "10.1.2.3", 32, TRUE},       {"10.1.2.3", "99.1.2.3", 0, TRUE},
        {"10.1.2.3", "10.1.2.3", 33, FALSE},      {"10.1.2.127", "10.1.2.128", 25, FALSE},
        {"2001:db8::1", "2001:db8::2", 64, TRUE}, {"2001:db8::1", "2001:db9::1", 32, FALSE},
        {"10.1.2.3", "2001:db8::1", 0, FALSE},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct address a = parse(rows[i].a, 0);
        struct address b = parse(rows[i].b, 0);
        g_assert_cmpint(sockaddr_same_network(&a, &b, rows[i].prefix), ==, rows[i].same);
    }
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/net/sockaddr/there-and-back", test_round_trips);
    g_test_add_func("/boothost/net/sockaddr/network-order", test_wire_order);
    g_test_add_func("/boothost/net/sockaddr/no-address", test_nothing);
    g_test_add_func("/boothost/net/sockaddr/mapped-addresses-are-ipv4", test_mapped_addresses);
    g_test_add_func("/boothost/net/sockaddr/networks", test_networks);
    return g_test_run();
}
