/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boot/route: relay, broadcast, source, client.
 */
#include "boot/route.h"

#include "support/ask.h"

static void assert_route(const struct request *request, const char *rule, const char *to,
                         uint16_t port, uint32_t interface_index) {
    char text[ADDRESS_TEXT_SIZE];
    struct route route = route_find(request);
    g_assert_cmpstr(route.rule, ==, rule);
    g_assert_cmpstr(address_text(&route.to, text), ==, to);
    g_assert_cmpuint(route.to.port, ==, port);
    g_assert_cmpuint(route.interface_index, ==, interface_index);
    g_assert_cmpstr(address_text(&route.from, text), ==, ASK_SERVER);
}

static void test_broadcast(void) {
    g_autoptr(Request) request = ask_vector("pxe/edk2-x64-discover", 67);
    assert_route(request, "broadcast", "255.255.255.255", 68, 2);
}

static void test_relay(void) {
    g_autoptr(Wire) wire = wire_new();
    g_autoptr(Request) request = ask_wire(ask_change(wire, "giaddr = 10.1.0.1", NULL), 67);
    assert_route(request, "relay", "10.1.0.1", 67, 0);
}

static void test_source(void) {
    g_autoptr(Wire) wire = wire_new_vector("pxe/edk2-x64-boot-server");
    struct request_origin origin = ask_origin(4011);
    g_autoptr(Request) request = NULL;
    origin.source.port = 50000;
    ask_change(wire, "giaddr = 10.1.0.1", NULL);
    g_assert_cmpint(ask_status(wire, &origin, &request), ==, REQUEST_OK);
    assert_route(request, "source", "10.99.0.101", 50000, 0);
}

static void test_client(void) {
    g_autoptr(Wire) wire = wire_new_vector("pxe/edk2-x64-boot-server");
    struct request_origin origin = ask_origin(4011);
    g_autoptr(Request) request = NULL;
    origin.source = (struct address){.family = 4, .port = 68};
    g_assert_cmpint(ask_status(wire, &origin, &request), ==, REQUEST_OK);
    assert_route(request, "client", "10.99.0.101", 68, 2);
}

static void test_client_without_address(void) {
    g_autoptr(Wire) wire = wire_new_vector("pxe/edk2-x64-boot-server");
    struct request_origin origin = ask_origin(4011);
    g_autoptr(Request) request = NULL;
    origin.source = (struct address){.family = 4, .port = 68};
    ask_change(wire, "ciaddr = 0.0.0.0", NULL);
    g_assert_cmpint(ask_status(wire, &origin, &request), ==, REQUEST_OK);
    assert_route(request, "broadcast", "255.255.255.255", 68, 2);
}

static void test_no_packet(void) {
    struct request_origin origin = ask_origin(4011);
    g_autoptr(Request) request = request_new_file(NULL, NULL, &origin, "a");
    assert_route(request, "none", "", 0, 2);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/boot/route/offers-are-broadcast", test_broadcast);
    g_test_add_func("/boothost/boot/route/relays-get-their-offers", test_relay);
    g_test_add_func("/boothost/boot/route/4011-goes-back-to-its-source", test_source);
    g_test_add_func("/boothost/boot/route/ciaddr-stands-in-for-a-source", test_client);
    g_test_add_func("/boothost/boot/route/broadcast-is-the-last-resort",
                    test_client_without_address);
    g_test_add_func("/boothost/boot/route/files-have-no-route", test_no_packet);
    return g_test_run();
}
