/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * provider/remote-reply: a reply survives the way to another process, and changes the way back.
 */
#include <errno.h>
#include <glib.h>
#include <string.h>

#include "boot/reply.h"
#include "provider/remote-reply.h"

static struct reply *make_reply(void) {
    struct reply *reply = reply_new();
    struct boot_host_menu menu = {
        .size = sizeof(menu), .timeout_seconds = 5, .prompt = "Press F8 now"};
    struct boot_host_menu_item item = {.size = sizeof(item), .type = 7, .text = "Rescue"};
    g_assert_cmpint(reply_set(reply, BOOT_HOST_REPLY_BOOT_FILE, "a.efi"), ==, 0);
    g_assert_cmpint(reply_set(reply, BOOT_HOST_REPLY_MESSAGE, "wait"), ==, 0);
    g_assert_cmpint(reply_set_number(reply, BOOT_HOST_REPLY_POLL_SECONDS, 30), ==, 0);
    g_assert_cmpint(reply_option(reply, BOOT_HOST_SPACE_DHCP4, 15, "lab", 3), ==, 0);
    g_assert_cmpint(reply_menu(reply, &menu), ==, 0);
    g_assert_cmpint(reply_menu_item(reply, &item), ==, 0);
    item.type = 8;
    item.server = "10.0.0.9";
    g_assert_cmpint(reply_menu_item(reply, &item), ==, 0);
    g_assert_cmpint(reply_fact_set(reply, "image", "debian"), ==, 0);
    return reply;
}

static char *print(const struct reply *reply) {
    g_autoptr(GVariant) variant = g_variant_ref_sink(remote_reply_to_variant(reply));
    return g_variant_print(variant, TRUE);
}

static void assert_same(const struct reply *a, const struct reply *b) {
    g_autofree char *left = print(a);
    g_autofree char *right = print(b);
    g_assert_cmpstr(left, ==, right);
}

static void apply(struct reply *reply, GVariant *floating) {
    g_autoptr(GVariant) variant = g_variant_ref_sink(floating);
    const char *what = NULL;
    g_assert_cmpint(remote_reply_apply(reply, variant, &what), ==, 0);
}

static void test_whole(void) {
    struct reply *reply = make_reply();
    struct reply *copy = reply_new();
    apply(copy, remote_reply_to_variant(reply));
    assert_same(reply, copy);
    reply_unref(copy);
    reply_unref(reply);
}

static void test_no_change(void) {
    struct reply *reply = make_reply();
    struct reply *draft = reply_copy(reply);
    g_autoptr(GVariant) changes = g_variant_ref_sink(remote_reply_changes(reply, draft));
    g_assert_cmpuint(g_variant_n_children(changes), ==, 0);
    g_assert_false(remote_reply_has_changes(changes));
    reply_unref(draft);
    reply_unref(reply);
}

static void test_changes(void) {
    struct reply *base = make_reply();
    struct reply *draft = reply_copy(base);
    struct boot_host_menu none = {.size = sizeof(none)};
    reply_set(draft, BOOT_HOST_REPLY_BOOT_FILE, "b.efi");
    reply_set(draft, BOOT_HOST_REPLY_MESSAGE, NULL);
    reply_set(draft, BOOT_HOST_REPLY_REASON, "because");
    reply_set(draft, BOOT_HOST_REPLY_NOTE, "first");
    reply_set(draft, BOOT_HOST_REPLY_NOTE, "second");
    reply_option(draft, BOOT_HOST_SPACE_DHCP4, 15, "work", 4);
    reply_fact_set(draft, "image", NULL);
    reply_fact_set(draft, "owner", "me");
    g_assert_cmpint(reply_menu(draft, &none), ==, 0);

    struct reply *here = reply_copy(base);
    apply(here, remote_reply_changes(base, draft));
    assert_same(draft, here);
    g_assert_cmpstr(reply_get(here, BOOT_HOST_REPLY_REASON), ==, "because");
    g_assert_cmpstr(reply_note(here, 1), ==, "second");
    g_assert_cmpstr(reply_fact_get(here, "image"), ==, NULL);
    g_assert_null(reply_get_menu(here));
    reply_unref(here);
    reply_unref(draft);
    reply_unref(base);
}

static void test_what_cannot_be(void) {
    static const struct {
        const char *text;
        const char *what;
        int32_t error;
    } bad[] = {
        {"{'fields': <{@u 99: 'x'}>}", "fields", -ENOTSUP},
        {"{'fields': <{@u 2: 'no address'}>}", "fields", -EINVAL},
        {"{'options': <[(@u 1, @u 53, @ay [0x01])]>}", "options", -EPERM},
        {"{'facts': <{'Bad Name': 'x'}>}", "facts", -EINVAL},
        {"{'numbers': <{@u 1: @x 0}>}", "numbers", -EINVAL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GVariant) variant =
            g_variant_parse(G_VARIANT_TYPE_VARDICT, bad[i].text, NULL, NULL, NULL);
        g_assert_nonnull(variant);
        struct reply *reply = reply_new();
        const char *what = NULL;
        g_assert_cmpint(remote_reply_apply(reply, variant, &what), ==, bad[i].error);
        g_assert_cmpstr(what, ==, bad[i].what);
        reply_unref(reply);
    }
}

static void test_unknown_keys(void) {
    g_autoptr(GVariant) variant =
        g_variant_parse(G_VARIANT_TYPE_VARDICT, "{'colour': <'red'>, 'fields': <'no dictionary'>}",
                        NULL, NULL, NULL);
    struct reply *reply = reply_new();
    const char *what = NULL;
    g_assert_false(remote_reply_has_changes(variant));
    g_assert_cmpint(remote_reply_apply(reply, variant, &what), ==, 0);
    reply_unref(reply);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/provider/remote-reply/whole", test_whole);
    g_test_add_func("/boothost/provider/remote-reply/no-change", test_no_change);
    g_test_add_func("/boothost/provider/remote-reply/changes", test_changes);
    g_test_add_func("/boothost/provider/remote-reply/what-cannot-be", test_what_cannot_be);
    g_test_add_func("/boothost/provider/remote-reply/unknown-keys-are-ignored", test_unknown_keys);
    return g_test_run();
}
