/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Choosing from the menu of an offer.
 */
#include "cli/probe-menu.h"

#include <glib.h>

#include "codec/pxe.h"
#include "support/vector.h"

static void parse_vector(const char *name, GBytes **ret_bytes, struct dhcp_view *ret_view) {
    *ret_bytes = vector_load(name);
    g_assert_cmpint(dhcp_parse(vector_span(*ret_bytes), ret_view), ==, DHCP_OK);
}

static void test_real_menu(void) {
    g_autoptr(GBytes) bytes = NULL;
    struct dhcp_view view;
    uint16_t item = 0;

    parse_vector("pxe/dnsmasq-bios-menu-offer", &bytes, &view);
    g_assert_true(probe_menu_is_there(&view));
    g_assert_true(probe_menu_choose(&view, &item));
    g_assert_cmpuint(item, ==, 32768);
}

static void test_no_menu(void) {
    g_autoptr(GBytes) bytes = NULL;
    struct dhcp_view view;
    uint16_t item = 7;

    parse_vector("pxe/direct-offer", &bytes, &view);
    g_assert_false(probe_menu_is_there(&view));
    g_assert_false(probe_menu_choose(&view, &item));
    g_assert_cmpuint(item, ==, 7);
}

/* A datagram whose option 43 holds the menu of these bytes. */
static gboolean choose_from(struct span menu, uint16_t *ret_item) {
    const struct dhcp_header header = {.op = DHCP_OP_REPLY, .hlen = 6};
    uint8_t vendor[64], data[400];
    struct writer inner, writer;
    struct dhcp_view view;

    writer_init(&inner, vendor, sizeof vendor);
    dhcp_option_put(&inner, PXE_SUBOPTION_BOOT_MENU, menu);
    writer_init(&writer, data, sizeof data);
    dhcp_start(&writer, &header, NULL, NULL);
    dhcp_option_put(&writer, DHCP_OPTION_VENDOR_SPECIFIC, (struct span){vendor, inner.size});
    g_assert_true(dhcp_finish(&writer, 300));
    g_assert_cmpint(dhcp_parse((struct span){data, writer.size}, &view), ==, DHCP_OK);
    return probe_menu_choose(&view, ret_item);
}

static void test_first_that_is_not_local(void) {
    static const uint8_t menu[] = {0, 0, 2, 'H', 'D', 0, 5, 1, 'A', 0, 6, 1, 'B'};
    uint16_t item = 0;

    g_assert_true(choose_from((struct span){menu, sizeof menu}, &item));
    g_assert_cmpuint(item, ==, 5);
}

static void test_local_alone(void) {
    static const uint8_t menu[] = {0, 0, 2, 'H', 'D'};
    uint16_t item = 0;

    g_assert_false(choose_from((struct span){menu, sizeof menu}, &item));
}

static void test_cut_entry(void) {
    static const uint8_t menu[] = {0, 0, 2, 'H', 'D', 0, 5, 9, 'A'};
    uint16_t item = 0;

    g_assert_false(choose_from((struct span){menu, sizeof menu}, &item));
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/cli/probe-menu/real-menu", test_real_menu);
    g_test_add_func("/boothost/cli/probe-menu/no-menu", test_no_menu);
    g_test_add_func("/boothost/cli/probe-menu/first-that-is-not-local",
                    test_first_that_is_not_local);
    g_test_add_func("/boothost/cli/probe-menu/local-disk-alone-is-no-choice", test_local_alone);
    g_test_add_func("/boothost/cli/probe-menu/an-entry-cut-short-is-no-choice", test_cut_entry);
    return g_test_run();
}
