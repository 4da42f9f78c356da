/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boot/expand: ${fact} in configured text.
 */
#include <errno.h>
#include <string.h>

#include "support/ask.h"

static void test_values(void) {
    static const struct {
        const char *text;
        const char *result;
    } rows[] = {
        {"", ""},
        {"plain $ {text}", "plain $ {text}"},
        {"${image}", "debian"},
        {"a/${image}/${mac}.efi", "a/debian/52:54:00:00:00:01.efi"},
        {"${image:-other}", "debian"},
        {"${nothing:-other}", "other"},
        {"${nothing:-}", ""},
        {"${empty:-other}", "other"},
        {"[${empty}]", "[]"},
        {"${image}${image}", "debiandebian"},
        {"${architecture}", "mine"},
        {"$${image}", "$debian"},
    };
    g_autoptr(Wire) wire = wire_new();
    g_autoptr(Request) request = ask_wire(wire, 67);
    g_autoptr(Reply) reply = reply_new();
    g_assert_cmpint(reply_fact_set(reply, "image", "debian"), ==, 0);
    g_assert_cmpint(reply_fact_set(reply, "empty", ""), ==, 0);
    g_assert_cmpint(reply_fact_set(reply, "architecture", "mine"), ==, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char buffer[64] = "untouched";
        int64_t length = reply_expand(reply, request, rows[i].text, buffer, sizeof(buffer));
        g_assert_cmpstr(buffer, ==, rows[i].result);
        g_assert_cmpint(length, ==, (int64_t) strlen(rows[i].result));
        g_assert_true(reply_template_is_valid(rows[i].text));
    }
}

static void test_errors(void) {
    static const struct {
        const char *text;
        int64_t status;
        gboolean is_valid;
    } rows[] = {
        {"a ${nothing}", -ENOENT, TRUE}, {"a ${image", -EINVAL, FALSE}, {"${}", -EINVAL, FALSE},
        {"${Image}", -EINVAL, FALSE},    {"${a b}", -EINVAL, FALSE},    {"${:-a}", -EINVAL, FALSE},
    };
    g_autoptr(Reply) reply = reply_new();
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char buffer[16] = "untouched";
        g_assert_cmpint(reply_expand(reply, NULL, rows[i].text, buffer, sizeof(buffer)), ==,
                        rows[i].status);
        g_assert_cmpstr(buffer, ==, "");
        g_assert_cmpint(reply_template_is_valid(rows[i].text), ==, rows[i].is_valid);
    }
    g_assert_cmpint(reply_expand(reply, NULL, NULL, NULL, 0), ==, -EINVAL);
}

static void test_small_buffers(void) {
    g_autoptr(Reply) reply = reply_new();
    g_assert_cmpint(reply_fact_set(reply, "image", "debian"), ==, 0);
    for (size_t size = 0; size <= 10; size++) {
        g_autofree char *buffer = g_malloc(size + 1);
        buffer[size] = '#';
        g_assert_cmpint(reply_expand(reply, NULL, "<${image}>", buffer, size), ==, 8);
        g_assert_cmpint(buffer[size], ==, '#');
        if (size > 0)
            g_assert_cmpint(strncmp(buffer, "<debian>", size - 1), ==, 0);
        if (size > 0)
            g_assert_cmpint(buffer[MIN(size - 1, 8)], ==, '\0');
    }
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/boot/expand/replaces-facts", test_values);
    g_test_add_func("/boothost/boot/expand/refuses-what-it-cannot-replace", test_errors);
    g_test_add_func("/boothost/boot/expand/keeps-within-the-buffer", test_small_buffers);
    return g_test_run();
}
