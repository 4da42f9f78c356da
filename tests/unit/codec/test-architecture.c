/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * codec/architecture: the IANA table and the sets that names stand for.
 */
#include "codec/architecture.h"

#include <glib.h>

#define LAST_CODE 0x29

static void test_every_code_has_name_and_title(void) {
    for (uint16_t code = 0; code <= LAST_CODE; code++) {
        g_assert_nonnull(architecture_name(code));
        g_assert_nonnull(architecture_title(code));
        g_assert_true(architecture_has_code(architecture_name(code), code));
    }
}

static void test_names_are_kebab_case(void) {
    for (uint16_t code = 0; code <= LAST_CODE; code++) {
        g_assert_true(
            g_regex_match_simple("^[a-z0-9]+(-[a-z0-9]+)*$", architecture_name(code), 0, 0));
    }
}

static void test_known_codes_have_their_names(void) {
    static const struct {
        uint16_t code;
        const char *name;
    } rows[] = {
        {0x00, "x86-bios"},         {0x06, "ia32-uefi"},         {0x07, "x64-uefi"},
        {0x0a, "arm32-uefi"},       {0x0b, "arm64-uefi"},        {0x0f, "ia32-uefi-http"},
        {0x10, "x64-uefi-http"},    {0x13, "arm64-uefi-http"},   {0x16, "arm64-uboot"},
        {0x1b, "riscv64-uefi"},     {0x1c, "riscv64-uefi-http"}, {0x20, "s390-extended"},
        {0x27, "loongarch64-uefi"}, {0x29, "raspberry-pi"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpstr(architecture_name(rows[i].code), ==, rows[i].name);
}

static void test_x64_is_seven_and_nine(void) {
    g_assert_true(architecture_has_code("x64-uefi", 7));
    g_assert_true(architecture_has_code("x64-uefi", 9));
    g_assert_false(architecture_has_code("x64-uefi", 6));
    g_assert_false(architecture_has_code("x64-uefi", 0x10));
    g_assert_true(architecture_has_code("x64-uefi-http", 0x10));
    uint16_t code = 0;
    g_assert_true(architecture_code("x64-uefi", &code));
    g_assert_cmpuint(code, ==, 7);
}

static void test_unknown_codes_belong_nowhere(void) {
    g_assert_null(architecture_name(LAST_CODE + 1));
    g_assert_null(architecture_title(0xffff));
    g_assert_false(architecture_is_uefi(0xffff));
    g_assert_false(architecture_is_bios(0xffff));
    g_assert_false(architecture_is_http(0xffff));
    g_assert_false(architecture_has_code("x64-uefi", 0xffff));
}

static void test_unknown_name_leaves_output_alone(void) {
    uint16_t code = 4711;
    g_assert_false(architecture_code("x64", &code));
    g_assert_false(architecture_code("", &code));
    g_assert_false(architecture_code("X64-UEFI", &code));
    g_assert_cmpuint(code, ==, 4711);
}

static void test_iteration_gives_each_name_once(void) {
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t i = 0; architecture_name_at(i) != NULL; i++)
        g_assert_true(g_hash_table_add(seen, (char *) architecture_name_at(i)));
    g_assert_cmpuint(g_hash_table_size(seen), ==, LAST_CODE + 1 - 1); /* 7 and 9 share one */
    for (uint16_t code = 0; code <= LAST_CODE; code++)
        g_assert_true(g_hash_table_contains(seen, architecture_name(code)));
    g_assert_cmpstr(architecture_name_at(0), ==, "x86-bios");
}

static void test_traits_follow_the_name(void) {
    for (uint16_t code = 0; code <= LAST_CODE; code++) {
        const char *name = architecture_name(code);
        g_assert_cmpint(architecture_is_http(code), ==, g_str_has_suffix(name, "-http"));
        g_assert_cmpint(architecture_is_uefi(code), ==, strstr(name, "-uefi") != NULL);
    }
    g_assert_true(architecture_is_bios(0x00));
    g_assert_true(architecture_is_bios(0x14));
    g_assert_false(architecture_is_bios(0x07));
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/codec/architecture/every-code-has-name-and-title",
                    test_every_code_has_name_and_title);
    g_test_add_func("/boothost/codec/architecture/names-are-kebab-case", test_names_are_kebab_case);
    g_test_add_func("/boothost/codec/architecture/known-codes-have-their-names",
                    test_known_codes_have_their_names);
    g_test_add_func("/boothost/codec/architecture/x64-is-seven-and-nine",
                    test_x64_is_seven_and_nine);
    g_test_add_func("/boothost/codec/architecture/unknown-codes-belong-nowhere",
                    test_unknown_codes_belong_nowhere);
    g_test_add_func("/boothost/codec/architecture/unknown-name-leaves-output-alone",
                    test_unknown_name_leaves_output_alone);
    g_test_add_func("/boothost/codec/architecture/iteration-gives-each-name-once",
                    test_iteration_gives_each_name_once);
    g_test_add_func("/boothost/codec/architecture/traits-follow-the-name",
                    test_traits_follow_the_name);
    return g_test_run();
}
