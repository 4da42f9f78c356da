/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boot/vendor: option 43 from what the answer wishes and what the providers add.
 */
#include "boot/vendor.h"

#include <string.h>

#include "support/ask.h"

#define OWN UINT32_C(0x0a630002)

static void assert_value(const struct vendor_wish *wish, const char *bytes, size_t size) {
    uint8_t value[PXE_VENDOR_MAX];
    size_t length = 99;
    g_assert_true(vendor_encode(wish, value, &length));
    g_assert_cmpmem(value, length, bytes, size);
}

static void add_item(struct reply *reply, uint32_t type, const char *server) {
    const struct boot_host_menu_item item = {sizeof(item), type, "x", server};
    g_assert_cmpint(reply_menu_item(reply, &item), ==, 0);
}

static void test_nothing(void) {
    g_autoptr(Reply) reply = reply_new();
    const struct vendor_wish wish = {.reply = reply};
    assert_value(&wish, "", 0);
}

static void test_direct(void) {
    const struct vendor_wish wish = {.direct = true};
    assert_value(&wish, "\x06\x01\x08\xff", 4);
}

static void test_boot_item(void) {
    const struct vendor_wish wish = {.has_boot_item = true, .boot_item = {0x8001, 3}};
    assert_value(&wish, "\x47\x04\x80\x01\x00\x03\xff", 7);
}

static void test_suboptions(void) {
    g_autoptr(Reply) reply = reply_new();
    const struct vendor_wish alone = {.reply = reply};
    const struct vendor_wish beside = {.reply = reply, .direct = true};
    g_assert_cmpint(reply_option(reply, BOOT_HOST_SPACE_PXE, 200, "ab", 2), ==, 0);
    g_assert_cmpint(reply_option(reply, BOOT_HOST_SPACE_DHCP4, 252, "no", 2), ==, 0);
    assert_value(&alone,
                 "\xc8\x02"
                 "ab"
                 "\xff",
                 5);
    assert_value(&beside,
                 "\x06\x01\x08\xc8\x02"
                 "ab"
                 "\xff",
                 8);
}

/* 43.8 lists a type once, and the local disk has no server. */
static void test_mtftp(void) {
    static const char value[] = "\x01\x04\xef\xff\x02\x07"
                                "\x02\x02\xdd\x06" /* 1757 and 1759, the low byte first */
                                "\x03\x02\xdf\x06"
                                "\x04\x01\x02"
                                "\x05\x01\x05"
                                "\x06\x01\x08"
                                "\xff";
    const struct pxe_mtftp mtftp = {.address = 0xefff0207,
                                    .client_port = 1757,
                                    .server_port = 1759,
                                    .open_timeout = 2,
                                    .reopen_delay = 5};
    struct vendor_wish wish = {.mtftp = &mtftp, .direct = true};
    assert_value(&wish, value, sizeof(value) - 1);
    wish.direct = false;
    uint8_t alone[PXE_VENDOR_MAX];
    size_t size = 0;
    g_assert_true(vendor_encode(&wish, alone, &size));
    g_assert_cmpuint(size, ==, sizeof(value) - 1 - 3);
}

static void test_menu(void) {
    static const char value[] = "\x06\x01\x03"
                                "\x08\x0e\x00\x05\x01\x0a\x63\x00\x02\x00\x06\x01\x0a\x00\x00\x09"
                                "\x09\x10\x00\x05\x01x\x00\x00\x01x\x00\x06\x01x\x00\x05\x01x"
                                "\x0a\x04\xff"
                                "Now"
                                "\xff";
    const struct boot_host_menu menu = {sizeof(menu), BOOT_HOST_MENU_WAIT, "Now"};
    g_autoptr(Reply) reply = reply_new();
    const struct vendor_wish wish = {.reply = reply, .menu = true, .own_address = OWN};
    g_assert_cmpint(reply_menu(reply, &menu), ==, 0);
    add_item(reply, 5, NULL);
    add_item(reply, BOOT_HOST_ITEM_LOCAL, NULL);
    add_item(reply, 6, "10.0.0.9");
    add_item(reply, 5, NULL);
    assert_value(&wish, value, sizeof(value) - 1);
    g_assert_true(vendor_menu_fits(reply));
}

static void test_too_much(void) {
    uint8_t big[250] = {0};
    uint8_t value[PXE_VENDOR_MAX];
    size_t size = 99;
    g_autoptr(Reply) reply = reply_new();
    const struct vendor_wish wish = {.reply = reply, .direct = true};
    g_assert_cmpint(reply_option(reply, BOOT_HOST_SPACE_PXE, 200, big, 249), ==, 0);
    g_assert_true(vendor_encode(&wish, value, &size));
    g_assert_cmpuint(size, ==, PXE_VENDOR_MAX);
    g_assert_cmpint(reply_option(reply, BOOT_HOST_SPACE_PXE, 200, big, 250), ==, 0);
    g_assert_false(vendor_encode(&wish, value, &size));
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/boot/vendor/is-empty-without-a-wish", test_nothing);
    g_test_add_func("/boothost/boot/vendor/says-download-at-once", test_direct);
    g_test_add_func("/boothost/boot/vendor/echoes-a-boot-item", test_boot_item);
    g_test_add_func("/boothost/boot/vendor/carries-suboptions-of-providers", test_suboptions);
    g_test_add_func("/boothost/boot/vendor/tells-of-mtftp", test_mtftp);
    g_test_add_func("/boothost/boot/vendor/holds-a-menu", test_menu);
    g_test_add_func("/boothost/boot/vendor/refuses-what-does-not-fit", test_too_much);
    return g_test_run();
}
