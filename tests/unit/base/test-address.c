/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * base/address: text and comparison of addresses of both families.
 */
#include "base/address.h"

#include <glib.h>
#include <string.h>

static void test_text_there_and_back(void) {
    static const struct {
        const char *text;
        uint8_t family;
    } rows[] = {
        {"10.0.0.1", 4}, {"255.255.255.255", 4}, {"0.0.0.0", 4}, {"fd00::1", 6}, {"::", 6},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct address address;
        memset(&address, 0xaa, sizeof address);
        g_assert_true(address_parse(rows[i].text, &address));
        g_assert_cmpuint(address.family, ==, rows[i].family);
        g_assert_cmpuint(address.port, ==, 0);
        char text[ADDRESS_TEXT_SIZE];
        g_assert_cmpstr(address_text(&address, text), ==, rows[i].text);
    }
}

static void test_rubbish_leaves_output_alone(void) {
    static const char *const bad[] = {"",           "10.0.0", "10.0.0.256",
                                      "fd00::1::2", "host",   "10.0.0.1 "};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        struct address address = {.family = 77};
        g_assert_false(address_parse(bad[i], &address));
        g_assert_cmpuint(address.family, ==, 77);
    }
}

static void test_no_address_has_no_text(void) {
    struct address none = {0};
    char text[ADDRESS_TEXT_SIZE] = "x";
    g_assert_cmpstr(address_text(&none, text), ==, "");
    g_assert_true(address_is_unspecified(&none));
}

static void test_ports_are_not_compared(void) {
    static const uint8_t bytes[] = {10, 0, 0, 1};
    struct address left = address_from_ipv4(bytes, 67);
    struct address right = address_from_ipv4(bytes, 4011);
    g_assert_true(address_equal(&left, &right));
    g_assert_cmpuint(left.port, ==, 67);
    right.bytes[3] = 2;
    g_assert_false(address_equal(&left, &right));
}

static void test_families_differ(void) {
    struct address four;
    struct address six;
    g_assert_true(address_parse("0.0.0.0", &four));
    g_assert_true(address_parse("::", &six));
    g_assert_false(address_equal(&four, &six));
    g_assert_true(address_is_unspecified(&four));
    g_assert_true(address_is_unspecified(&six));
    g_assert_true(address_parse("::1", &six));
    g_assert_false(address_is_unspecified(&six));
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/base/address/text-there-and-back", test_text_there_and_back);
    g_test_add_func("/boothost/base/address/rubbish-leaves-output-alone",
                    test_rubbish_leaves_output_alone);
    g_test_add_func("/boothost/base/address/no-address-has-no-text", test_no_address_has_no_text);
    g_test_add_func("/boothost/base/address/ports-are-not-compared", test_ports_are_not_compared);
    g_test_add_func("/boothost/base/address/families-differ", test_families_differ);
    return g_test_run();
}
