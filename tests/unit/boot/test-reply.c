/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boot/reply: what providers may set, and what is refused.
 */
#include "boot/reply.h"

#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "support/ask.h"

static char *text_of(size_t size) {
    return g_strnfill(size, 'a');
}

static void test_fields(void) {
    g_autoptr(Reply) reply = reply_new();
    g_assert_cmpstr(reply_get(reply, BOOT_HOST_REPLY_BOOT_FILE), ==, NULL);
    g_assert_cmpint(reply_set(reply, BOOT_HOST_REPLY_BOOT_FILE, "a/x64.efi"), ==, 0);
    g_assert_cmpint(reply_set(reply, BOOT_HOST_REPLY_SERVER, "10.0.0.9"), ==, 0);
    g_assert_cmpint(reply_set(reply, BOOT_HOST_REPLY_SHAPE, "boot-server"), ==, 0);
    g_assert_cmpstr(reply_get(reply, BOOT_HOST_REPLY_BOOT_FILE), ==, "a/x64.efi");
    g_assert_cmpstr(reply_get(reply, BOOT_HOST_REPLY_SERVER), ==, "10.0.0.9");
    g_assert_cmpint(reply_set(reply, BOOT_HOST_REPLY_BOOT_FILE, NULL), ==, 0);
    g_assert_cmpstr(reply_get(reply, BOOT_HOST_REPLY_BOOT_FILE), ==, NULL);
    g_assert_cmpint(reply_set(reply, BOOT_HOST_REPLY_SERVER, ""), ==, 0);
    g_assert_cmpstr(reply_get(reply, BOOT_HOST_REPLY_SERVER), ==, NULL);
}

static void test_bad_fields(void) {
    g_autoptr(Reply) reply = reply_new();
    g_autofree char *long_file = text_of(LIMIT_BOOT_FILE + 1);
    g_autofree char *long_name = text_of(64);
    g_autofree char *long_message = text_of(LIMIT_MESSAGE_BYTES + 1);
    static const struct {
        uint32_t field;
        const char *text;
        int32_t status;
    } rows[] = {
        {0, "a", -ENOTSUP},
        {99, "a", -ENOTSUP},
        {BOOT_HOST_REPLY_BOOT_FILE, "a\nb", -EINVAL},
        {BOOT_HOST_REPLY_BOOT_FILE, "\xff\xfe", -EINVAL},
        {BOOT_HOST_REPLY_SERVER, "next-server", -EINVAL},
        {BOOT_HOST_REPLY_SERVER_NAME, "a\tb", -EINVAL},
        {BOOT_HOST_REPLY_SHAPE, "round", -EINVAL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpint(reply_set(reply, rows[i].field, rows[i].text), ==, rows[i].status);
    g_assert_cmpint(reply_set(reply, BOOT_HOST_REPLY_BOOT_FILE, long_file), ==, -E2BIG);
    g_assert_cmpint(reply_set(reply, BOOT_HOST_REPLY_SERVER_NAME, long_name), ==, -E2BIG);
    g_assert_cmpint(reply_set(reply, BOOT_HOST_REPLY_MESSAGE, long_message), ==, -E2BIG);
    for (uint32_t field = 1; field <= BOOT_HOST_REPLY_SHAPE; field++)
        g_assert_cmpstr(reply_get(reply, field), ==, NULL);
}

static void test_numbers(void) {
    g_autoptr(Reply) reply = reply_new();
    int64_t value = 0;
    g_assert_cmpint(reply_get_number(reply, BOOT_HOST_REPLY_POLL_SECONDS, &value), ==, -ENOENT);
    g_assert_cmpint(reply_set_number(reply, BOOT_HOST_REPLY_POLL_SECONDS, 0), ==, -EINVAL);
    g_assert_cmpint(reply_set_number(reply, BOOT_HOST_REPLY_POLL_SECONDS, 3601), ==, -EINVAL);
    g_assert_cmpint(reply_set_number(reply, 2, 5), ==, -ENOTSUP);
    g_assert_cmpint(reply_set_number(reply, BOOT_HOST_REPLY_POLL_SECONDS, 5), ==, 0);
    g_assert_cmpint(reply_get_number(reply, BOOT_HOST_REPLY_POLL_SECONDS, &value), ==, 0);
    g_assert_cmpint(value, ==, 5);
}

static void test_remarks(void) {
    g_autoptr(Reply) reply = reply_new();
    g_assert_cmpint(reply_set(reply, BOOT_HOST_REPLY_REASON, "because"), ==, 0);
    for (int i = 0; i < LIMIT_NOTES; i++)
        g_assert_cmpint(reply_set(reply, BOOT_HOST_REPLY_NOTE, i == 0 ? "first" : "more"), ==, 0);
    g_assert_cmpint(reply_set(reply, BOOT_HOST_REPLY_NOTE, "too many"), ==, -ENOSPC);
    g_assert_cmpstr(reply_note(reply, 0), ==, "first");
    g_assert_cmpstr(reply_note(reply, LIMIT_NOTES), ==, NULL);
    g_assert_cmpstr(reply_get(reply, BOOT_HOST_REPLY_NOTE), ==, "more");
    reply_clear_remarks(reply);
    g_assert_cmpstr(reply_note(reply, 0), ==, NULL);
    g_assert_cmpstr(reply_get(reply, BOOT_HOST_REPLY_REASON), ==, NULL);
}

static void test_long_remarks(void) {
    g_autoptr(Reply) reply = reply_new();
    g_autofree char *ascii = text_of(LIMIT_REASON_BYTES - 1);
    g_autofree char *text = g_strconcat(ascii, "\xc3\xa4", "tail", NULL);
    g_assert_cmpint(reply_set(reply, BOOT_HOST_REPLY_REASON, text), ==, 0);
    g_assert_cmpstr(reply_get(reply, BOOT_HOST_REPLY_REASON), ==, ascii);
    g_assert_cmpint(reply_set(reply, BOOT_HOST_REPLY_NOTE, text), ==, 0);
    g_assert_cmpstr(reply_note(reply, 0), ==, ascii);
}

static void test_options(void) {
    g_autoptr(Reply) reply = reply_new();
    uint32_t space = 0;
    uint32_t code = 0;
    struct boot_host_span value = {0};
    g_assert_cmpint(reply_option(reply, BOOT_HOST_SPACE_DHCP4, 252, "a", 1), ==, 0);
    g_assert_cmpint(reply_option(reply, BOOT_HOST_SPACE_PXE, 128, "b", 1), ==, 0);
    g_assert_cmpint(reply_option(reply, BOOT_HOST_SPACE_DHCP4, 252, "cd", 2), ==, 0);
    g_assert_true(reply_get_option(reply, 0, &space, &code, &value));
    g_assert_cmpuint(space, ==, BOOT_HOST_SPACE_PXE);
    g_assert_true(reply_get_option(reply, 1, &space, &code, &value));
    g_assert_cmpuint(code, ==, 252);
    g_assert_cmpmem(value.data, value.size, "cd", 2);
    g_assert_false(reply_get_option(reply, 2, &space, &code, &value));
}

static void test_bad_options(void) {
    g_autoptr(Reply) reply = reply_new();
    static const uint8_t reserved[] = {52, 53, 54, 60, 82, 97, 255};
    static const uint8_t inside[] = {6, 8, 9, 10, 71, 255};
    uint8_t big[256] = {0};
    for (size_t i = 0; i < sizeof(reserved); i++)
        g_assert_cmpint(reply_option(reply, BOOT_HOST_SPACE_DHCP4, reserved[i], "a", 1), ==,
                        -EPERM);
    for (size_t i = 0; i < sizeof(inside); i++)
        g_assert_cmpint(reply_option(reply, BOOT_HOST_SPACE_PXE, inside[i], "a", 1), ==, -EPERM);
    g_assert_cmpint(reply_option(reply, BOOT_HOST_SPACE_RELAY, 1, "a", 1), ==, -ENOTSUP);
    g_assert_cmpint(reply_option(reply, BOOT_HOST_SPACE_DHCP4, 0, "a", 1), ==, -EINVAL);
    g_assert_cmpint(reply_option(reply, BOOT_HOST_SPACE_DHCP4, 256, "a", 1), ==, -EINVAL);
    g_assert_cmpint(reply_option(reply, BOOT_HOST_SPACE_DHCP4, 12, NULL, 1), ==, -EINVAL);
    g_assert_cmpint(reply_option(reply, BOOT_HOST_SPACE_DHCP4, 12, big, 256), ==, -E2BIG);
    for (uint32_t i = 0; i < LIMIT_REPLY_OPTIONS; i++)
        g_assert_cmpint(reply_option(reply, BOOT_HOST_SPACE_DHCP4, 128 + i, "", 0), ==, 0);
    g_assert_cmpint(reply_option(reply, BOOT_HOST_SPACE_DHCP4, 12, "a", 1), ==, -ENOSPC);
}

static int32_t add_item(struct reply *reply, uint32_t type, const char *text, const char *server) {
    struct boot_host_menu_item item = {sizeof(item), type, text, server};
    return reply_menu_item(reply, &item);
}

/* All zeros behind the last. */
static struct boot_host_menu_item item_at(const struct reply *reply, uint32_t index) {
    struct boot_host_menu_item item = {0};
    g_assert_true(reply_get_menu_item(reply, index, &item) == (item.text != NULL));
    return item;
}

static int32_t begin_menu(struct reply *reply, uint32_t timeout, const char *prompt) {
    struct boot_host_menu menu = {sizeof(menu), timeout, prompt};
    return reply_menu(reply, &menu);
}

static void test_menu(void) {
    g_autoptr(Reply) reply = reply_new();
    g_assert_cmpint(begin_menu(reply, 10, "Choose"), ==, 0);
    g_assert_null(reply_get_menu(reply));
    g_assert_cmpint(add_item(reply, 32768, "Install", "10.0.0.9"), ==, 0);
    g_assert_cmpint(add_item(reply, BOOT_HOST_ITEM_LOCAL, "Disk", NULL), ==, 0);
    g_assert_cmpstr(reply_get_menu(reply)->prompt, ==, "Choose");
    g_assert_cmpuint(reply_get_menu(reply)->timeout_seconds, ==, 10);
    g_assert_cmpstr(item_at(reply, 0).server, ==, "10.0.0.9");
    g_assert_cmpstr(item_at(reply, 1).text, ==, "Disk");
    g_assert_null(item_at(reply, 1).server);
    g_assert_null(item_at(reply, 2).text);
    g_assert_cmpint(begin_menu(reply, 0, NULL), ==, 0);
    g_assert_null(reply_get_menu(reply));
}

static void test_bad_menus(void) {
    g_autoptr(Reply) reply = reply_new();
    g_autofree char *prompt = text_of(200);
    g_autofree char *label = text_of(256);
    struct boot_host_menu small = {4, 0, "Choose"};
    g_assert_cmpint(reply_menu(reply, NULL), ==, -EINVAL);
    g_assert_cmpint(reply_menu(reply, &small), ==, -EINVAL);
    g_assert_cmpint(begin_menu(reply, 256, "Choose"), ==, -EINVAL);
    g_assert_cmpint(begin_menu(reply, 1, ""), ==, -EINVAL);
    g_assert_cmpint(begin_menu(reply, 1, prompt), ==, -E2BIG);
    g_assert_cmpint(add_item(reply, 1, "no menu yet", NULL), ==, -EINVAL);
    g_assert_cmpint(begin_menu(reply, 1, "Choose"), ==, 0);
    g_assert_cmpint(add_item(reply, 65535, "test", NULL), ==, -EINVAL);
    g_assert_cmpint(add_item(reply, 1, "", NULL), ==, -EINVAL);
    g_assert_cmpint(add_item(reply, 1, NULL, NULL), ==, -EINVAL);
    g_assert_cmpint(add_item(reply, 1, "a\x1b[2J", NULL), ==, -EINVAL);
    g_assert_cmpint(add_item(reply, 1, label, NULL), ==, -E2BIG);
    g_assert_cmpint(add_item(reply, 1, "a", "fd00::1"), ==, -EINVAL);
    g_assert_cmpint(add_item(reply, 1, "a", "server"), ==, -EINVAL);
    g_assert_null(reply_get_menu(reply));
}

static void test_full_menu(void) {
    g_autoptr(Reply) reply = reply_new();
    uint32_t count = 0;
    g_assert_cmpint(begin_menu(reply, 1, "Choose"), ==, 0);
    while (add_item(reply, count + 1, "An entry of the menu", NULL) == 0)
        count++;
    g_assert_cmpuint(count, >=, 6);
    g_assert_cmpint(add_item(reply, 99, "An entry of the menu", NULL), ==, -ENOSPC);
    g_assert_null(item_at(reply, count).text);
    g_assert_cmpint(add_item(reply, BOOT_HOST_ITEM_LOCAL, "a", NULL), ==, 0);
}

static void test_menu_and_option_43(void) {
    g_autoptr(Reply) reply = reply_new();
    uint32_t space = 0;
    uint32_t code = 0;
    struct boot_host_span value = {0};
    g_assert_cmpint(reply_option(reply, BOOT_HOST_SPACE_DHCP4, 43, "\x06\x01\x08\xff", 4), ==, 0);
    g_assert_cmpint(begin_menu(reply, 1, "Choose"), ==, 0);
    g_assert_false(reply_get_option(reply, 0, &space, &code, &value));
    g_assert_cmpint(reply_option(reply, BOOT_HOST_SPACE_DHCP4, 43, "\x06\x01\x08\xff", 4), ==,
                    -EPERM);
}

static void test_facts(void) {
    g_autoptr(Reply) reply = reply_new();
    g_autofree char *long_value = text_of(LIMIT_FACT_BYTES + 1);
    g_autofree char *long_name = text_of(LIMIT_FACT_NAME + 1);
    const char *name = NULL;
    const char *value = NULL;
    g_assert_cmpint(reply_fact_set(reply, "image", "debian"), ==, 0);
    g_assert_cmpint(reply_fact_set(reply, "image", "fedora"), ==, 0);
    g_assert_cmpint(reply_fact_set(reply, "owner_2", ""), ==, 0);
    g_assert_cmpstr(reply_fact_get(reply, "image"), ==, "fedora");
    g_assert_true(reply_fact(reply, 1, &name, &value));
    g_assert_cmpstr(name, ==, "owner_2");
    g_assert_false(reply_fact(reply, 2, &name, &value));
    g_assert_cmpint(reply_fact_set(reply, "image", NULL), ==, 0);
    g_assert_cmpstr(reply_fact_get(reply, "image"), ==, NULL);
    g_assert_cmpint(reply_fact_set(reply, "Image", "a"), ==, -EINVAL);
    g_assert_cmpint(reply_fact_set(reply, "", "a"), ==, -EINVAL);
    g_assert_cmpint(reply_fact_set(reply, NULL, "a"), ==, -EINVAL);
    g_assert_cmpint(reply_fact_set(reply, long_name, "a"), ==, -EINVAL);
    g_assert_cmpint(reply_fact_set(reply, "image", "\xff"), ==, -EINVAL);
    g_assert_cmpint(reply_fact_set(reply, "image", long_value), ==, -E2BIG);
}

static void test_many_facts(void) {
    g_autoptr(Reply) reply = reply_new();
    for (int i = 0; i < LIMIT_FACTS; i++) {
        g_autofree char *name = g_strdup_printf("fact-%d", i);
        g_assert_cmpint(reply_fact_set(reply, name, "a"), ==, 0);
    }
    g_assert_cmpint(reply_fact_set(reply, "one-more", "a"), ==, -ENOSPC);
    g_assert_cmpint(reply_fact_set(reply, "fact-0", "b"), ==, 0);
}

static void test_copy(void) {
    g_autoptr(Reply) reply = reply_new();
    g_assert_cmpint(reply_set(reply, BOOT_HOST_REPLY_BOOT_FILE, "a"), ==, 0);
    g_assert_cmpint(reply_set(reply, BOOT_HOST_REPLY_NOTE, "note"), ==, 0);
    g_assert_cmpint(reply_fact_set(reply, "image", "debian"), ==, 0);
    g_assert_cmpint(reply_option(reply, BOOT_HOST_SPACE_DHCP4, 252, "a", 1), ==, 0);
    g_assert_cmpint(begin_menu(reply, 1, "Choose"), ==, 0);
    g_assert_cmpint(add_item(reply, 1, "a", "10.0.0.9"), ==, 0);
    g_autoptr(Reply) copy = reply_copy(reply);
    g_assert_cmpint(reply_set(copy, BOOT_HOST_REPLY_BOOT_FILE, "b"), ==, 0);
    g_assert_cmpint(reply_fact_set(copy, "image", "fedora"), ==, 0);
    g_assert_cmpint(begin_menu(copy, 0, NULL), ==, 0);
    g_assert_cmpstr(reply_get(reply, BOOT_HOST_REPLY_BOOT_FILE), ==, "a");
    g_assert_cmpstr(reply_fact_get(reply, "image"), ==, "debian");
    g_assert_cmpstr(item_at(reply, 0).server, ==, "10.0.0.9");
    g_assert_cmpstr(reply_note(copy, 0), ==, "note");
    reply_unref(g_steal_pointer(&reply));
    g_assert_cmpstr(reply_get(copy, BOOT_HOST_REPLY_BOOT_FILE), ==, "b");
}

/* Much more than one small piece of memory holds. */
static void test_copy_of_much(void) {
    g_autoptr(Reply) reply = reply_new();
    g_autofree char *value = text_of(LIMIT_FACT_BYTES);
    for (int i = 0; i < LIMIT_FACTS; i++) {
        g_autofree char *name = g_strdup_printf("fact-%d", i);
        g_assert_cmpint(reply_fact_set(reply, name, value), ==, 0);
    }
    g_autoptr(Reply) copy = reply_copy(reply);
    g_assert_cmpint(reply_fact_set(reply, "fact-7", NULL), ==, 0);
    g_assert_cmpint(reply_fact_set(reply, "fact-8", "short"), ==, 0);
    g_assert_cmpstr(reply_fact_get(copy, "fact-7"), ==, value);
    g_assert_cmpstr(reply_fact_get(copy, "fact-8"), ==, value);
    reply_unref(g_steal_pointer(&reply));
    g_assert_cmpstr(reply_fact_get(copy, "fact-63"), ==, value);
}

static void test_nothing(void) {
    const struct reply *nothing = reply_nothing();
    g_autoptr(Reply) reply = reply_copy(nothing);
    reply_unref(reply_ref(nothing));
    g_assert_cmpint(reply_set(reply, BOOT_HOST_REPLY_BOOT_FILE, "a"), ==, 0);
    g_assert_cmpstr(reply_get(nothing, BOOT_HOST_REPLY_BOOT_FILE), ==, NULL);
    g_assert_cmpstr(reply_get(nothing, BOOT_HOST_REPLY_NOTE), ==, NULL);
    g_assert_cmpstr(reply_fact_get(nothing, "image"), ==, NULL);
    g_assert_null(reply_get_menu(nothing));
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/boot/reply/keeps-fields", test_fields);
    g_test_add_func("/boothost/boot/reply/refuses-bad-fields", test_bad_fields);
    g_test_add_func("/boothost/boot/reply/keeps-numbers-in-range", test_numbers);
    g_test_add_func("/boothost/boot/reply/collects-remarks", test_remarks);
    g_test_add_func("/boothost/boot/reply/cuts-long-remarks-between-characters", test_long_remarks);
    g_test_add_func("/boothost/boot/reply/replaces-options", test_options);
    g_test_add_func("/boothost/boot/reply/refuses-options-of-the-host", test_bad_options);
    g_test_add_func("/boothost/boot/reply/keeps-a-menu", test_menu);
    g_test_add_func("/boothost/boot/reply/refuses-bad-menus", test_bad_menus);
    g_test_add_func("/boothost/boot/reply/says-when-a-menu-is-full", test_full_menu);
    g_test_add_func("/boothost/boot/reply/has-a-menu-or-an-option-43", test_menu_and_option_43);
    g_test_add_func("/boothost/boot/reply/keeps-facts", test_facts);
    g_test_add_func("/boothost/boot/reply/caps-facts", test_many_facts);
    g_test_add_func("/boothost/boot/reply/copies-are-independent", test_copy);
    g_test_add_func("/boothost/boot/reply/copies-however-much-there-is", test_copy_of_much);
    g_test_add_func("/boothost/boot/reply/shares-the-empty-one", test_nothing);
    return g_test_run();
}
