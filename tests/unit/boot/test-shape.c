/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boot/shape: which firmware gets which shape, and when the other one.
 */
#include "boot/plan.h"
#include "support/ask.h"

static struct request *ask_attempt(const char *change, uint32_t attempt) {
    g_autoptr(Wire) wire = ask_change(wire_new(), change, NULL);
    struct request_origin origin = ask_origin(67);
    struct request *request = NULL;
    origin.attempt = attempt;
    g_assert_cmpint(ask_status(wire, &origin, &request), ==, REQUEST_OK);
    return request;
}

static void test_classes(void) {
    static const struct {
        const char *change;
        const char *firmware;
        enum answer_shape second;
    } rows[] = {
        {"chaddr = b8:27:eb:01:02:03", "raspberry-pi", ANSWER_DIRECT},
        {"option.93 = 00:29", "raspberry-pi", ANSWER_DIRECT},
        {"option.77 = \"iPXE\"", "ipxe", ANSWER_BOOT_SERVER},
        {"option.93 = 00:07", "uefi", ANSWER_BOOT_SERVER},
        {"option.93 = 00:00", "bios", ANSWER_BOOT_SERVER},
        {"option.93 = 77:77", "bios", ANSWER_BOOT_SERVER},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        for (uint32_t attempt = 1; attempt <= 4; attempt++) {
            g_autoptr(Request) request = ask_attempt(rows[i].change, attempt);
            struct shape_choice choice = shape_choose(request, true);
            gboolean is_second = attempt % 2 == 0;
            g_assert_cmpstr(choice.firmware, ==, rows[i].firmware);
            g_assert_cmpint(choice.shape, ==, is_second ? rows[i].second : ANSWER_DIRECT);
            g_assert_cmpint(choice.is_alternate, ==, is_second && rows[i].second != ANSWER_DIRECT);
        }
    }
}

static void test_other_servers(void) {
    g_autoptr(Request) request = ask_attempt("option.93 = 00:07", 2);
    g_assert_cmpint(shape_choose(request, false).shape, ==, ANSWER_DIRECT);
}

static void test_raspberry_pi(void) {
    g_autoptr(Wire) wire =
        ask_change(wire_new(), "chaddr = b8:27:eb:01:02:03", "option.77 = \"iPXE\"", NULL);
    g_autoptr(Request) ipxe = ask_wire(wire, 67);
    g_autoptr(Request) stranger = ask_attempt("chaddr = b8:27:ec:01:02:03", 1);
    g_autoptr(Request) board = ask_attempt("chaddr = d8:3a:dd:01:02:03", 1);
    g_assert_false(shape_is_raspberry_pi(ipxe));
    g_assert_false(shape_is_raspberry_pi(stranger));
    g_assert_true(shape_is_raspberry_pi(board));
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/boot/shape/depends-on-the-firmware", test_classes);
    g_test_add_func("/boothost/boot/shape/stays-where-fetching-is-not-seen", test_other_servers);
    g_test_add_func("/boothost/boot/shape/knows-a-raspberry-pi-by-its-mac", test_raspberry_pi);
    return g_test_run();
}
