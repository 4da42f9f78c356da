/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tftp/path: every spelling of a name ends in one path below the root, or nowhere.
 */
#include "tftp/path.h"

#include <string.h>

static const char untouched[] = "untouched";

static enum tftp_path_status canonical(const void *wire, size_t size, char path[TFTP_PATH_MAX]) {
    g_strlcpy(path, untouched, TFTP_PATH_MAX);
    return tftp_path_canonical(wire, size, path);
}

static void test_spellings(void) {
    static const struct {
        const char *wire;
        const char *path;
    } rows[] = {
        {"pxelinux.0", "pxelinux.0"},
        {"/pxelinux.0", "pxelinux.0"},
        {"///efi//boot///bootx64.efi", "efi/boot/bootx64.efi"},
        {"\\Boot\\BCD", "Boot/BCD"},
        {"smsboot\\x64\\wdsnbp.com", "smsboot/x64/wdsnbp.com"},
        {"\\\\Boot/./Fonts\\wgl4_boot.ttf", "Boot/Fonts/wgl4_boot.ttf"},
        {"./grub.cfg", "grub.cfg"},
        {"grub/", "grub"},
        {"a.b/..c/d..", "a.b/..c/d.."},
        {"...", "..."},
        {"menü.efi", "menü.efi"},
        {"with blank.efi", "with blank.efi"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char path[TFTP_PATH_MAX];
        g_assert_cmpint(canonical(rows[i].wire, strlen(rows[i].wire), path), ==, TFTP_PATH_OK);
        g_assert_cmpstr(path, ==, rows[i].path);
    }
}

static void test_tails_are_cut(void) {
    static const char wire[] = "boot/ipxe.efi\xff\xff\0\xff \t\r\n\0";
    char path[TFTP_PATH_MAX];
    g_assert_cmpint(canonical(wire, sizeof(wire), path), ==, TFTP_PATH_OK);
    g_assert_cmpstr(path, ==, "boot/ipxe.efi");
}

static void expect_refusal(const char *wire, size_t size, enum tftp_path_status status) {
    char path[TFTP_PATH_MAX];
    g_assert_cmpint(canonical(wire, size, path), ==, status);
    g_assert_cmpstr(path, ==, untouched);
}

static void test_parents_are_refused(void) {
    static const char *const names[] = {"..",
                                        "../etc/passwd",
                                        "..\\..\\etc\\passwd",
                                        "/../etc/shadow",
                                        "boot/../../",
                                        "boot\\..\\x",
                                        "a/..",
                                        "a/..\xff\xff",
                                        "./../x",
                                        "////..////etc/hosts"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        expect_refusal(names[i], strlen(names[i]), TFTP_PATH_PARENT);
}

static void test_control_bytes_are_refused(void) {
    expect_refusal("a\0b", 3, TFTP_PATH_CONTROL);
    expect_refusal("a\nb", 3, TFTP_PATH_CONTROL);
    expect_refusal("a\x7f/b", 4, TFTP_PATH_CONTROL);
    expect_refusal("\x1b[2Jx", 5, TFTP_PATH_CONTROL);
}

static void test_nothing_is_left(void) {
    expect_refusal("", 0, TFTP_PATH_EMPTY);
    expect_refusal("///", 3, TFTP_PATH_EMPTY);
    expect_refusal("\\.\\", 3, TFTP_PATH_EMPTY);
    expect_refusal("\xff\xff\xff\xff", 4, TFTP_PATH_EMPTY);
    expect_refusal(" \0 ", 3, TFTP_PATH_EMPTY);
}

static void test_length_is_bounded(void) {
    char wire[TFTP_PATH_MAX];
    memset(wire, 'a', sizeof(wire));
    char path[TFTP_PATH_MAX];
    g_assert_cmpint(canonical(wire, TFTP_PATH_MAX - 1, path), ==, TFTP_PATH_OK);
    g_assert_cmpuint(strlen(path), ==, TFTP_PATH_MAX - 1);
    expect_refusal(wire, TFTP_PATH_MAX, TFTP_PATH_TOO_LONG);
}

static void test_every_status_has_a_text(void) {
    for (int status = TFTP_PATH_OK; status <= TFTP_PATH_TOO_LONG; status++)
        g_assert_cmpuint(strlen(tftp_path_status_text(status)), >, 5);
}

static void test_folders(void) {
    char folder[TFTP_PATH_MAX];
    tftp_path_folder("debian/x64/shimx64.efi", folder);
    g_assert_cmpstr(folder, ==, "debian/x64");
    tftp_path_folder("shimx64.efi", folder);
    g_assert_cmpstr(folder, ==, "");
}

static void test_bare_names_lie_beside(void) {
    char path[TFTP_PATH_MAX];
    g_assert_true(tftp_path_beside("debian", "grubx64.efi", path));
    g_assert_cmpstr(path, ==, "debian/grubx64.efi");
    g_assert_false(tftp_path_beside("", "grubx64.efi", path));
    g_assert_false(tftp_path_beside("debian", "efi/grubx64.efi", path));
    char longest[TFTP_PATH_MAX];
    memset(longest, 'a', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    g_assert_false(tftp_path_beside("debian", longest, path));
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/tftp/path/every-spelling-has-one-path", test_spellings);
    g_test_add_func("/boothost/tftp/path/rubbish-behind-the-name-is-cut", test_tails_are_cut);
    g_test_add_func("/boothost/tftp/path/parent-folders-are-refused", test_parents_are_refused);
    g_test_add_func("/boothost/tftp/path/control-bytes-are-refused",
                    test_control_bytes_are_refused);
    g_test_add_func("/boothost/tftp/path/a-name-of-nothing-is-refused", test_nothing_is_left);
    g_test_add_func("/boothost/tftp/path/length-is-bounded", test_length_is_bounded);
    g_test_add_func("/boothost/tftp/path/every-status-has-a-text", test_every_status_has_a_text);
    g_test_add_func("/boothost/tftp/path/folder-of-a-path", test_folders);
    g_test_add_func("/boothost/tftp/path/bare-names-lie-beside-the-boot-program",
                    test_bare_names_lie_beside);
    return g_test_run();
}
