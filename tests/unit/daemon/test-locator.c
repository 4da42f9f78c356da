/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * daemon/locator: from an address to a session, with a neighbour table and without one.
 */
#include "daemon/locator.h"

#include "base/limits.h"
#include "boot/trace.h"
#include "net/neighbour.h"
#include "support/ask.h"

#define LOOPBACK_INDEX 1 /* its neighbours have no MAC, so the address decides */

struct fixture {
    struct clock_fake clock;
    struct session_table *sessions;
    struct session *session; /* of 127.0.0.7 */
};

static struct address address(const char *text) {
    struct address address = {0};
    g_assert_true(address_parse(text, &address));
    return address;
}

static void set_up(struct fixture *fixture, gconstpointer unused) {
    g_autoptr(Wire) wire = wire_new_vector("pxe/edk2-x64-discover");
    g_autoptr(Request) request = ask_wire(wire, 67);
    g_autoptr(Trace) trace = trace_new(1, BOOT_HOST_STAGE_DISCOVER);
    struct address client = address("127.0.0.7");
    clock_fake_init(&fixture->clock, CLOCK_SECOND);
    fixture->sessions = session_table_new(&fixture->clock.base, 4, LIMIT_SESSION_BYTES);
    session_decided(fixture->sessions, request, trace);
    fixture->session = session_find(fixture->sessions, "52:54:00:ee:1a:cb");
    g_assert_nonnull(fixture->session);
    session_set_address(fixture->sessions, fixture->session, &client);
}

static void tear_down(struct fixture *fixture, gconstpointer unused) {
    session_table_free(fixture->sessions);
}

static void check(struct fixture *fixture, struct neighbour_table *neighbours) {
    struct locator *locator = locator_new(fixture->sessions, neighbours);
    struct address known = address("127.0.0.7");
    struct address stranger = address("127.0.0.8");
    uint64_t mark = 99;
    for (int64_t now_us = 0; now_us < 3 * CLOCK_SECOND; now_us += 50 * CLOCK_MILLISECOND) {
        g_assert_true(locator_find(locator, &known, LOOPBACK_INDEX, now_us, &mark) ==
                      fixture->session);
        g_assert_cmpuint(mark, ==, 0);
        g_assert_true(locator_recall(locator, &known, mark) == fixture->session);
        g_assert_null(locator_find(locator, &stranger, LOOPBACK_INDEX, now_us, &mark));
    }
    locator_free(locator);
}

static void test_by_address_alone(struct fixture *fixture, gconstpointer unused) {
    check(fixture, NULL);
}

static void test_by_address_where_there_is_no_mac(struct fixture *fixture, gconstpointer unused) {
    struct neighbour_table *neighbours = neighbour_table_new();
    if (neighbours == NULL) {
        g_test_skip("netlink is denied here");
        return;
    }
    check(fixture, neighbours);
    neighbour_table_free(neighbours);
}

static void test_the_mac_goes_first(struct fixture *fixture, gconstpointer unused) {
    /* The address is another machine's by now; the mark is of when the request came. */
    struct locator *locator = locator_new(fixture->sessions, NULL);
    struct address other = address("127.0.0.8");
    const uint8_t mac[6] = {0x52, 0x54, 0x00, 0xee, 0x1a, 0xcb};
    const uint8_t stranger[6] = {0x52, 0x54, 0x00, 0xee, 0x1a, 0xcc};
    g_assert_true(locator_recall(locator, &other, locator_mark(mac)) == fixture->session);
    g_assert_null(locator_recall(locator, &other, locator_mark(stranger)));
    locator_free(locator);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
    g_test_add("/boothost/daemon/locator/" name, struct fixture, NULL, set_up, function, tear_down)
    ADD("by-its-address-alone", test_by_address_alone);
    ADD("by-its-address-where-there-is-no-mac", test_by_address_where_there_is_no_mac);
    ADD("the-mac-goes-first", test_the_mac_goes_first);
    return g_test_run();
}
