/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * core/base/text.c: words that people write.
 */
#include <glib.h>

#include "base/text.h"

#include <string.h>

static void test_reads_durations(void) {
    static const struct {
        const char *text;
        int64_t us;
    } good[] = {{"300ms", 300000},  {" 2s ", 2000000}, {"5min", 300000000},
                {"1h", 3600000000}, {"250us", 250},    {"0", 0}};
    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        int64_t us = -1;
        g_assert_true(text_parse_duration(good[i].text, &us));
        g_assert_cmpint(us, ==, good[i].us);
    }
}

static void test_refuses_what_is_no_duration(void) {
    static const char *const bad[] = {"", "5", "s", "-1s", "1.5s", "99999999999999999h", "2 weeks"};
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        int64_t us = 42;
        g_assert_false(text_parse_duration(bad[i], &us));
        g_assert_cmpint(us, ==, 42);
    }
}

static void test_reads_sizes(void) {
    static const struct {
        const char *text;
        int64_t bytes;
    } good[] = {{"512", 512},
                {"64K", 65536},
                {" 3m ", 3 * 1024 * 1024},
                {"2G", INT64_C(2) << 30},
                {"0", 0}};
    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        int64_t bytes = -1;
        g_assert_true(text_parse_size(good[i].text, &bytes));
        g_assert_cmpint(bytes, ==, good[i].bytes);
    }
}

static void test_refuses_what_is_no_size(void) {
    static const char *const bad[] = {"", "K", "-1K", "1.5M", "64 K B", "9999999999999999G", "1T"};
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        int64_t bytes = 42;
        g_assert_false(text_parse_size(bad[i], &bytes));
        g_assert_cmpint(bytes, ==, 42);
    }
}

static void test_reads_yes_and_no(void) {
    gboolean value = FALSE;
    g_assert_true(text_parse_boolean("Yes", &value));
    g_assert_true(value);
    g_assert_true(text_parse_boolean("off", &value));
    g_assert_false(value);
    g_assert_false(text_parse_boolean("maybe", &value));
}

static void test_finds_the_nearest_word(void) {
    static const char *const words[] = {"interfaces", "root", "state", NULL};
    g_assert_cmpstr(text_nearest("interface", words), ==, "interfaces");
    g_assert_cmpstr(text_nearest("rot", words), ==, "root");
    g_assert_null(text_nearest("banana", words));
    g_assert_null(text_nearest("", (const char *const[]){NULL}));
}

static void test_splits_lists(void) {
    g_auto(GStrv) items = text_split_list(" a; ;b c ;");
    g_assert_cmpuint(g_strv_length(items), ==, 2);
    g_assert_cmpstr(items[0], ==, "a");
    g_assert_cmpstr(items[1], ==, "b c");
}

static void test_tells_utf8(void) {
    static const struct {
        const char *text;
        gboolean is_utf8;
    } rows[] = {
        {"", TRUE},
        {"plain", TRUE},
        {"plain of more than a word", TRUE},
        {"K\xc3\xbc"
         "che",
         TRUE},
        {"of more than a word: \xe2\x82\xac", TRUE},
        {"\xff", FALSE},
        {"of more than a word: \xc3", FALSE},
        {"of more \xc3(than a word", FALSE},
        {"of more than a w\x80rd and on", FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpint(text_is_utf8(rows[i].text, strlen(rows[i].text)), ==, rows[i].is_utf8);
    g_assert_true(text_is_utf8("cut: \xe2\x82", 5));
    g_assert_false(text_is_utf8("cut: \xe2\x82", 6));
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/base/text/reads-durations", test_reads_durations);
    g_test_add_func("/boothost/base/text/refuses-what-is-no-duration",
                    test_refuses_what_is_no_duration);
    g_test_add_func("/boothost/base/text/reads-sizes", test_reads_sizes);
    g_test_add_func("/boothost/base/text/refuses-what-is-no-size", test_refuses_what_is_no_size);
    g_test_add_func("/boothost/base/text/reads-yes-and-no", test_reads_yes_and_no);
    g_test_add_func("/boothost/base/text/finds-the-nearest-word", test_finds_the_nearest_word);
    g_test_add_func("/boothost/base/text/splits-lists", test_splits_lists);
    g_test_add_func("/boothost/base/text/tells-utf-8", test_tells_utf8);
    return g_test_run();
}
