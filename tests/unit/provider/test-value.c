/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The types of settings: what is taken, what is refused, what it becomes.
 */
#include "provider/value.h"

#include <boothost/types.h>

static const struct {
    uint32_t type;
    const char *text;
    int64_t number;
} good[] = {
    {BOOT_HOST_TEXT, "", 0},
    {BOOT_HOST_TEXT, "Grüße", 0},
    {BOOT_HOST_SECRET, "x", 0},
    {BOOT_HOST_INTEGER, "-42", -42},
    {BOOT_HOST_INTEGER, "9223372036854775807", INT64_MAX},
    {BOOT_HOST_BOOLEAN, "yes", 1},
    {BOOT_HOST_BOOLEAN, "OFF", 0},
    {BOOT_HOST_DURATION, "300ms", 300000},
    {BOOT_HOST_DURATION, "2s", 2000000},
    {BOOT_HOST_DURATION, "5min", 300000000},
    {BOOT_HOST_DURATION, "1h", INT64_C(3600000000)},
    {BOOT_HOST_DURATION, "0", 0},
    {BOOT_HOST_PATH, "list", 0},
    {BOOT_HOST_LIST, "a; b", 0},
    {BOOT_HOST_LIST, "", 0},
    {BOOT_HOST_ADDRESS, "10.0.0.1", 0},
    {BOOT_HOST_ADDRESS, "fd00::1", 0},
    {99, "an unknown type is text", 0},
};

static const struct {
    uint32_t type;
    const char *text;
} bad[] = {
    {BOOT_HOST_TEXT, "\xff"}, /* not UTF-8 */
    {BOOT_HOST_INTEGER, ""},
    {BOOT_HOST_INTEGER, "9223372036854775808"},
    {BOOT_HOST_INTEGER, "4x"},
    {BOOT_HOST_BOOLEAN, "maybe"},
    {BOOT_HOST_DURATION, "300"},
    {BOOT_HOST_DURATION, "-1s"},
    {BOOT_HOST_DURATION, "1d"},
    {BOOT_HOST_DURATION, "9223372036854775807h"},
    {BOOT_HOST_PATH, ""},
    {BOOT_HOST_ADDRESS, "10.0.0"},
    {BOOT_HOST_ADDRESS, "10.0.0.1/24"},
};

static void test_good(void) {
    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        int64_t number = 4711;
        g_test_message("%s '%s'", value_type_name(good[i].type), good[i].text);
        g_assert_true(value_parse(good[i].type, good[i].text, &number));
        g_assert_cmpint(number, ==, good[i].number);
    }
}

static void test_bad(void) {
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        int64_t number = 4711;
        g_test_message("%s, case %zu", value_type_name(bad[i].type), i);
        g_assert_false(value_parse(bad[i].type, bad[i].text, &number));
        g_assert_cmpint(number, ==, 4711);
    }
}

static void test_durations_read_back(void) {
    static const char *const texts[] = {"0", "1us", "300ms", "2s", "5min", "1h", "90min"};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        int64_t us = 0;
        g_assert_true(value_parse(BOOT_HOST_DURATION, texts[i], &us));
        g_autofree char *text = value_format_duration(us);
        g_assert_cmpstr(text, ==, texts[i]);
    }
}

static void test_names(void) {
    g_assert_cmpstr(value_type_name(BOOT_HOST_DURATION), ==, "duration");
    g_assert_cmpstr(value_type_name(0), ==, "text");
    g_assert_cmpstr(value_type_name(UINT32_MAX), ==, "text");
    g_assert_cmpstr(value_type_help(BOOT_HOST_BOOLEAN), ==, "yes or no");
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/provider/value/takes-what-is-meant", test_good);
    g_test_add_func("/boothost/provider/value/refuses-the-rest-untouched", test_bad);
    g_test_add_func("/boothost/provider/value/durations-read-back", test_durations_read_back);
    g_test_add_func("/boothost/provider/value/types-have-names", test_names);
    return g_test_run();
}
