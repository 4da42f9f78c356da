/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * base/log: what a line looks like, and that foreign text cannot leave its quotes.
 */
#include "base/log.h"

#include <string.h>

static void assert_quoted(const void *data, gssize size, const char *expected) {
    g_autofree char *quoted = log_quote(data, size);
    g_assert_cmpstr(quoted, ==, expected);
}

static void test_plain_text_stays(void) {
    assert_quoted("", -1, "''");
    assert_quoted("pxelinux.0", -1, "'pxelinux.0'");
    assert_quoted("pxelinux.0", 3, "'pxe'");
    assert_quoted("zu gro\xc3\x9f", -1, "'zu gro\xc3\x9f'");
}

static void test_control_bytes_are_escaped(void) {
    assert_quoted("a\nb\r\x1b[2J", -1, "'a\\x0ab\\x0d\\x1b[2J'");
    assert_quoted("a\0b", 3, "'a\\x00b'");
    assert_quoted("\x7f", -1, "'\\x7f'");
    /* U+009B is a control sequence introducer to terminals, U+202E turns the line round. */
    assert_quoted("\xc2\x9b", -1, "'\\xc2\\x9b'");
    assert_quoted("\xe2\x80\xae", -1, "'\\xe2\\x80\\xae'");
}

static void test_quotes_cannot_be_left(void) {
    assert_quoted("it's", -1, "'it\\x27s'");
    assert_quoted("a\\b", -1, "'a\\x5cb'");
}

static void test_one_bad_byte_escapes_itself_alone(void) {
    assert_quoted("\xc3\x9f\xff\xc3\x9f", -1, "'\xc3\x9f\\xff\xc3\x9f'");
    assert_quoted("\xc3", -1, "'\\xc3'");
    assert_quoted("boot.efi\xff\xff", -1, "'boot.efi\\xff\\xff'");
}

static void test_long_text_is_cut_and_marked(void) {
    char text[200];
    memset(text, 'a', sizeof text);
    g_autofree char *fits = log_quote(text, 120);
    g_assert_cmpuint(strlen(fits), ==, 122);
    g_assert_true(g_str_has_suffix(fits, "a'"));
    g_autofree char *cut = log_quote(text, 121);
    g_assert_cmpuint(strlen(cut), ==, 125);
    g_assert_true(g_str_has_suffix(cut, "a...'"));
}

static void test_cut_falls_between_characters(void) {
    char text[200];
    memset(text, 'a', sizeof text);
    memcpy(text + 119, "\xe2\x82\xac", 3); /* the euro sign, across byte 120 */
    g_autofree char *cut = log_quote(text, sizeof text);
    g_assert_cmpuint(strlen(cut), ==, 1 + 119 + 4);
    g_assert_true(g_utf8_validate(cut, -1, NULL));
    g_assert_null(strstr(cut, "\\x"));
    g_assert_true(g_str_has_suffix(cut, "a...'"));
}

/* Writes one line a level in a process of its own, as the writer can be set only once. */
static void write_lines(gboolean verbose) {
    log_to_stderr(verbose);
    log_error("cannot bind port %d", 67);
    log_warning("list is empty");
    log_info("serving");
    log_debug("details");
    log_line(LOG_LEVEL_INFO, "52:54:00:12:34:56", "menu", "offered");
}

static void test_level_is_named(void) {
    if (g_test_subprocess()) {
        write_lines(FALSE);
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*error: cannot bind port 67\n*warning: list is empty\n*serving\n*"
                              "52:54:00:12:34:56: offered\n*");
    g_test_trap_assert_stderr_unmatched("*details*");
    g_test_trap_assert_stderr_unmatched("*: serving*");
}

static void test_verbose_shows_debug(void) {
    if (g_test_subprocess()) {
        write_lines(TRUE);
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*details\n*");
}

/* Without log_to_stderr(), as in every other test program: an error we report is no mistake in
 * the program, so G_DEBUG=fatal-criticals and g_test_init() must not abort on it. */
static void test_our_errors_do_not_abort(void) {
    if (g_test_subprocess()) {
        log_error("cannot bind");
        log_warning("ignoring");
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*cannot bind*");
}

static GLogWriterOutput keep_fields(GLogLevelFlags level, const GLogField *fields, gsize count,
                                    gpointer data) {
    GString *kept = data;
    for (gsize i = 0; i < count; i++)
        g_string_append_printf(kept, "%s=%s;", fields[i].key, (const char *) fields[i].value);
    return G_LOG_WRITER_HANDLED;
}

static void test_fields_name_client_and_provider(void) {
    if (!g_test_subprocess()) {
        g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
        g_test_trap_assert_passed();
        return;
    }
    g_autoptr(GString) kept = g_string_new(NULL);
    g_log_set_writer_func(keep_fields, kept, NULL);
    log_line(LOG_LEVEL_WARNING, "aa", "menu", "slow");
    g_assert_cmpstr(kept->str, ==,
                    "MESSAGE=aa: slow;PRIORITY=4;GLIB_DOMAIN=boothost;BOOTHOST_CLIENT=aa;"
                    "BOOTHOST_PROVIDER=menu;");
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/base/log/quote-keeps-plain-text", test_plain_text_stays);
    g_test_add_func("/boothost/base/log/quote-escapes-control-bytes",
                    test_control_bytes_are_escaped);
    g_test_add_func("/boothost/base/log/quote-cannot-be-left", test_quotes_cannot_be_left);
    g_test_add_func("/boothost/base/log/quote-escapes-one-bad-byte-alone",
                    test_one_bad_byte_escapes_itself_alone);
    g_test_add_func("/boothost/base/log/quote-cuts-long-text", test_long_text_is_cut_and_marked);
    g_test_add_func("/boothost/base/log/quote-cuts-between-characters",
                    test_cut_falls_between_characters);
    g_test_add_func("/boothost/base/log/level-is-named", test_level_is_named);
    g_test_add_func("/boothost/base/log/verbose-shows-debug", test_verbose_shows_debug);
    g_test_add_func("/boothost/base/log/our-errors-do-not-abort", test_our_errors_do_not_abort);
    g_test_add_func("/boothost/base/log/fields-name-client-and-provider",
                    test_fields_name_client_and_provider);
    return g_test_run();
}
