/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The harness around all it can host: the same provider as an object and as a command, which must
 * not differ, and the modules that ship with the daemon.
 */
#include "actor.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>

#define MAC "52:54:00:12:34:56"

struct fixture {
    BootHostHarness *harness;
};

static const char *const *command(void) {
    static const char *const words[] = {TEST_COMMAND, NULL};
    return words;
}

static void set_up(struct fixture *fixture, gconstpointer kind) {
    if (g_str_equal(kind, "object")) {
        g_autoptr(BootHostProvider) provider = actor_new();
        fixture->harness = boot_host_harness_new_for_provider(provider);
    } else {
        fixture->harness = boot_host_harness_new_for_command(command());
    }
    boot_host_harness_set(fixture->harness, "prefix", "boot");
}

static void set_up_open(struct fixture *fixture, gconstpointer kind) {
    g_autoptr(GError) error = NULL;
    set_up(fixture, kind);
    g_assert_true(boot_host_harness_open(fixture->harness, BOOT_HOST_OPEN_FLAGS_NONE, &error));
    g_assert_no_error(error);
}

static void tear_down(struct fixture *fixture, gconstpointer kind) {
    g_object_unref(fixture->harness);
}

static BootHostResult *decide(struct fixture *fixture, const char *word) {
    g_autoptr(BootHostRequest) request = g_object_new(
        BOOT_HOST_TYPE_REQUEST, "mac", MAC, "architecture", "x64-uefi", "host-name", word, NULL);
    return boot_host_harness_decide(fixture->harness, request);
}

static BootHostResult *ask_for(struct fixture *fixture, const char *file) {
    g_autoptr(BootHostRequest) request =
        g_object_new(BOOT_HOST_TYPE_REQUEST, "mac", MAC, "file", file, "stage",
                     BOOT_HOST_REQUEST_STAGE_FILE, NULL);
    return boot_host_harness_content(fixture->harness, request);
}

static gboolean said(struct fixture *fixture, const char *text) {
    g_auto(GStrv) lines = boot_host_harness_get_lines(fixture->harness);
    for (gsize i = 0; lines[i] != NULL; i++) {
        if (strstr(lines[i], text) != NULL)
            return TRUE;
    }
    g_test_message("nobody said '%s'", text);
    return FALSE;
}

static void assert_bytes(GBytes *bytes, const char *expected) {
    g_assert_nonnull(bytes);
    g_assert_cmpmem(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), expected,
                    strlen(expected));
}

/* ---- Decisions. ------------------------------------------------------------------------------ */

static void test_reply(struct fixture *fixture, gconstpointer kind) {
    boot_host_harness_set_fact(fixture->harness, "owner", "alice");
    boot_host_harness_set_fact(fixture->harness, "gone", "not yet");
    g_autoptr(BootHostResult) result = decide(fixture, "reply");
    BootHostReply *reply = boot_host_result_get_reply(result);
    g_assert_cmpint(boot_host_result_get_verdict(result), ==, BOOT_HOST_VERDICT_REPLY);
    g_assert_cmpint(boot_host_result_get_errno(result), ==, 0);
    g_assert_cmpstr(boot_host_result_get_boot_file(result), ==, "boot.efi");
    g_assert_cmpstr(boot_host_result_get_reason(result), ==, "it asked nicely");
    g_assert_cmpstr(boot_host_result_get_fact(result, "served"), ==, "1");
    g_assert_cmpstr(boot_host_result_get_fact(result, "owner"), ==, "alice");
    g_assert_cmpstr(boot_host_result_get_fact(result, "mac"), ==, MAC);
    g_assert_null(boot_host_result_get_fact(result, "gone"));
    g_assert_cmpstr(boot_host_reply_get_notes(reply)[0], ==, "a note");
    g_assert_null(boot_host_reply_get_notes(reply)[1]);
    assert_bytes(boot_host_reply_get_option(reply, BOOT_HOST_OPTION_SPACE_DHCP4, 209), "\1\2");
}

static void test_menu(struct fixture *fixture, gconstpointer kind) {
    g_autoptr(BootHostResult) result = decide(fixture, "menu");
    g_autoptr(GVariant) menu = boot_host_reply_get_menu(boot_host_result_get_reply(result));
    g_autoptr(GVariant) expected = g_variant_ref_sink(g_variant_new_parsed(
        "(uint32 5, 'Choose', [(uint32 0, 'Disk', ''), (uint32 7, 'Net', '10.0.0.2')])"));
    g_assert_cmpvariant(menu, expected);
}

static void test_hold(struct fixture *fixture, gconstpointer kind) {
    g_autoptr(BootHostResult) result = decide(fixture, "hold");
    BootHostReply *reply = boot_host_result_get_reply(result);
    g_assert_cmpint(boot_host_result_get_verdict(result), ==, BOOT_HOST_VERDICT_HOLD);
    g_assert_cmpstr(boot_host_reply_get_message(reply), ==, "wait");
    g_assert_cmpuint(boot_host_reply_get_poll_seconds(reply), ==, 30);
}

static void test_verdicts(struct fixture *fixture, gconstpointer kind) {
    g_autoptr(BootHostResult) passed = decide(fixture, "else");
    g_autoptr(BootHostResult) dropped = decide(fixture, "drop");
    g_assert_cmpint(boot_host_result_get_verdict(passed), ==, BOOT_HOST_VERDICT_PASS);
    g_assert_cmpint(boot_host_result_get_verdict(dropped), ==, BOOT_HOST_VERDICT_DROP);
}

static void assert_failed(BootHostResult *result, int number) {
    g_assert_cmpint(boot_host_result_get_verdict(result), ==, BOOT_HOST_VERDICT_FAILED);
    g_assert_cmpint(boot_host_result_get_errno(result), ==, number);
    g_assert_null(boot_host_result_get_boot_file(result)); /* what was set is discarded */
}

static void test_failures(struct fixture *fixture, gconstpointer kind) {
    g_autoptr(BootHostResult) failed = decide(fixture, "fail");
    g_autoptr(BootHostResult) nothing = decide(fixture, "nothing");
    g_autoptr(BootHostResult) strange = decide(fixture, "99");
    assert_failed(failed, ENOENT);
    g_assert_cmpstr(boot_host_result_get_failure(failed), ==, "no such image");
    assert_failed(nothing, EIO);
    assert_failed(strange, EPROTO);
}

static void test_later(struct fixture *fixture, gconstpointer kind) {
    static const char *const words[] = {"soon", "thread", "now"};
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        g_autoptr(BootHostResult) result = decide(fixture, words[i]);
        g_assert_cmpint(boot_host_result_get_verdict(result), ==, BOOT_HOST_VERDICT_REPLY);
        g_assert_cmpstr(boot_host_result_get_boot_file(result), ==, "boot.efi");
    }
}

static void test_deadline(struct fixture *fixture, gconstpointer kind) {
    boot_host_harness_set_deadline(fixture->harness, 200);
    g_autoptr(BootHostResult) late = decide(fixture, "never");
    boot_host_harness_set_deadline(fixture->harness, 5000);
    g_autoptr(BootHostResult) next = decide(fixture, "reply");
    assert_failed(late, ETIMEDOUT);
    g_assert_cmpint(boot_host_result_get_verdict(next), ==, BOOT_HOST_VERDICT_REPLY);
}

/* ---- Content. -------------------------------------------------------------------------------- */

static void test_content(struct fixture *fixture, gconstpointer kind) {
    boot_host_harness_set_fact(fixture->harness, "owner", "bob");
    g_autoptr(BootHostResult) bytes = ask_for(fixture, "bytes");
    g_autoptr(BootHostResult) text = ask_for(fixture, "text");
    g_autoptr(BootHostResult) path = ask_for(fixture, "path");
    g_autoptr(BootHostResult) name = ask_for(fixture, "name");
    g_autoptr(BootHostResult) stream = ask_for(fixture, "stream");
    g_autoptr(BootHostResult) soon = ask_for(fixture, "soon");
    g_assert_cmpint(boot_host_result_get_verdict(bytes), ==, BOOT_HOST_VERDICT_REPLY);
    g_assert_cmpuint(g_bytes_get_size(boot_host_result_get_bytes(bytes)), ==, 3);
    assert_bytes(boot_host_result_get_bytes(text), "bob");
    g_assert_cmpstr(boot_host_result_get_path(path), ==, "/etc/hostname");
    g_assert_cmpstr(boot_host_result_get_name(name), ==, "other.efi");
    assert_bytes(boot_host_result_get_bytes(stream), "streamed");
    assert_bytes(boot_host_result_get_bytes(soon), "late");
}

static void test_big_content(struct fixture *fixture, gconstpointer kind) {
    g_autoptr(BootHostResult) result = ask_for(fixture, "big");
    gsize size = 0;
    const guint8 *bytes = g_bytes_get_data(boot_host_result_get_bytes(result), &size);
    g_assert_cmpuint(size, ==, ACTOR_BIG_BYTES);
    for (gsize i = 0; i < size; i++)
        g_assert_cmpuint(bytes[i], ==, (guint8) (i * 31 >> 3));
}

static void test_other_content(struct fixture *fixture, gconstpointer kind) {
    g_autoptr(BootHostResult) drop = ask_for(fixture, "drop");
    g_autoptr(BootHostResult) other = ask_for(fixture, "not-mine");
    g_autoptr(BootHostResult) nothing = ask_for(fixture, "nothing-given");
    g_autoptr(BootHostResult) wrong = ask_for(fixture, "wrong-length");
    g_assert_cmpint(boot_host_result_get_verdict(drop), ==, BOOT_HOST_VERDICT_DROP);
    g_assert_cmpint(boot_host_result_get_verdict(other), ==, BOOT_HOST_VERDICT_PASS);
    assert_failed(nothing, EPROTO);
    assert_failed(wrong, EPROTO);
}

/* ---- Life. ----------------------------------------------------------------------------------- */

static void test_event(struct fixture *fixture, gconstpointer kind) {
    g_autoptr(BootHostRequest) request = boot_host_request_new(MAC, "x64-uefi");
    boot_host_harness_event(fixture->harness, request, BOOT_HOST_EVENT_KIND_TRANSFER_DONE, "a.efi",
                            NULL, 4711);
    g_autoptr(BootHostResult) after = decide(fixture, "reply"); /* events have no answer */
    g_assert_true(said(fixture, "info: event 2 of " MAC ": a.efi, -, 4711"));
}

static void test_swap(struct fixture *fixture, gconstpointer kind) {
    g_autoptr(GError) error = NULL;
    g_autoptr(BootHostResult) before = decide(fixture, "reply");
    boot_host_harness_set(fixture->harness, "prefix", "next");
    g_assert_true(boot_host_harness_swap(fixture->harness, &error));
    g_assert_no_error(error);
    g_autoptr(BootHostResult) after = decide(fixture, "reply");
    g_assert_cmpstr(boot_host_result_get_boot_file(before), ==, "boot.efi");
    g_assert_cmpstr(boot_host_result_get_boot_file(after), ==, "next.efi");
    g_assert_cmpstr(boot_host_result_get_fact(after, "served"), ==, "2");
    g_assert_true(said(fixture, "debug: closed"));
}

static void test_describe(struct fixture *fixture, gconstpointer kind) {
    g_autoptr(GError) error = NULL;
    const char *name = NULL;
    guint32 at_once = 0;
    g_autoptr(GVariant) described = boot_host_harness_describe(fixture->harness, &error);
    g_assert_no_error(error);
    g_autoptr(GVariant) facts = g_variant_get_child_value(described, 0);
    g_autoptr(GVariant) settings = g_variant_get_child_value(described, 1);
    g_assert_true(g_variant_lookup(facts, "name", "&s", &name));
    g_assert_true(g_variant_lookup(facts, "at-once", "u", &at_once));
    g_assert_cmpstr(name, ==, "actor");
    g_assert_cmpuint(at_once, ==, 4);
    g_assert_cmpuint(g_variant_n_children(settings), ==, 4);
}

static void test_open(struct fixture *fixture, gconstpointer kind) {
    g_autoptr(GError) error = NULL;
    boot_host_harness_set_name(fixture->harness, "first");
    boot_host_harness_set(fixture->harness, "wait", "300ms");
    boot_host_harness_set(fixture->harness, "prefix", "odd");
    g_assert_true(boot_host_harness_open(fixture->harness, BOOT_HOST_OPEN_FLAGS_CHECK, &error));
    g_assert_true(said(fixture, "debug: first opens: wait 300000, flags 1"));
    g_assert_true(said(fixture, "warning: prefix: that is odd"));
    g_assert_false(boot_host_harness_open(fixture->harness, BOOT_HOST_OPEN_FLAGS_NONE, &error));
    g_assert_error(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_BUSY);
}

static void test_open_fails(struct fixture *fixture, gconstpointer kind) {
    g_autoptr(GError) error = NULL;
    boot_host_harness_set(fixture->harness, "prefix", "broken");
    g_assert_false(boot_host_harness_open(fixture->harness, BOOT_HOST_OPEN_FLAGS_NONE, &error));
    g_assert_error(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_DENIED);
    g_assert_cmpstr(error->message, ==, "the database is locked");
}

static void test_open_reports(struct fixture *fixture, gconstpointer kind) {
    g_autoptr(GError) error = NULL;
    boot_host_harness_set(fixture->harness, "prefix", "wrong");
    g_assert_false(boot_host_harness_open(fixture->harness, BOOT_HOST_OPEN_FLAGS_NONE, &error));
    g_assert_error(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_INVALID);
    g_assert_true(said(fixture, "error: list:3: that is wrong"));
}

static void test_settings(struct fixture *fixture, gconstpointer kind) {
    g_autoptr(GError) error = NULL;
    boot_host_harness_set(fixture->harness, "prefix", NULL);
    boot_host_harness_set(fixture->harness, "wait", "soon");
    boot_host_harness_set(fixture->harness, "label.one", "One");
    boot_host_harness_set(fixture->harness, "labels", "One");
    g_assert_false(boot_host_harness_open(fixture->harness, BOOT_HOST_OPEN_FLAGS_NONE, &error));
    g_assert_error(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_INVALID);
    g_assert_true(said(fixture, "error: prefix: the setting is required"));
    g_assert_true(said(fixture, "error: wait: the value is not of the setting's type"));
    g_assert_true(said(fixture, "error: labels: the provider has no such setting"));
    g_assert_false(said(fixture, "label.one"));
}

static void test_not_open(struct fixture *fixture, gconstpointer kind) {
    g_autoptr(BootHostResult) result = decide(fixture, "reply");
    assert_failed(result, ENOTCONN);
}

/* ---- What only a program can do. ------------------------------------------------------------- */

static void test_forgets(struct fixture *fixture, gconstpointer kind) {
    g_autoptr(BootHostResult) result = decide(fixture, "forget");
    assert_failed(result, EPROTO);
    g_assert_nonnull(strstr(boot_host_result_get_failure(result), "forgot to complete"));
}

static void test_exits(struct fixture *fixture, gconstpointer kind) {
    g_autoptr(BootHostResult) result = decide(fixture, "exit");
    g_assert_cmpint(boot_host_result_get_verdict(result), ==, BOOT_HOST_VERDICT_FAILED);
    g_assert_nonnull(boot_host_result_get_failure(result));
}

static void test_blocks(struct fixture *fixture, gconstpointer kind) {
    gint64 began = g_get_monotonic_time();
    boot_host_harness_set_deadline(fixture->harness, 200);
    g_autoptr(BootHostResult) result = decide(fixture, "block");
    assert_failed(result, ETIMEDOUT);
    boot_host_harness_close(fixture->harness); /* kills it */
    g_assert_cmpint(g_get_monotonic_time() - began, <, 9 * G_USEC_PER_SEC);
}

static void assert_no_provider(const char *const *words) {
    g_autoptr(GError) error = NULL;
    g_autoptr(BootHostHarness) harness = boot_host_harness_new_for_command(words);
    boot_host_harness_set_deadline(harness, 1000);
    g_assert_false(boot_host_harness_open(harness, BOOT_HOST_OPEN_FLAGS_NONE, &error));
    g_assert_nonnull(error);
}

static void test_no_provider(void) {
    assert_no_provider((const char *const[]){"/nonexistent/provider", NULL});
    assert_no_provider((const char *const[]){"/bin/true", NULL});
    assert_no_provider((const char *const[]){"/bin/sleep", "1", NULL});
}

/* ---- Modules. -------------------------------------------------------------------------------- */

static BootHostHarness *load(const char *path) {
    g_autoptr(GError) error = NULL;
    BootHostHarness *harness = boot_host_harness_new_for_module(path, &error);
    g_assert_no_error(error);
    return harness;
}

static void test_module(void) {
    g_autoptr(GError) error = NULL;
    g_autoptr(BootHostHarness) harness = load(ARCHITECTURE_MODULE);
    g_autoptr(BootHostRequest) request = boot_host_request_new(MAC, "x64-uefi");
    g_autoptr(BootHostRequest) other = boot_host_request_new(MAC, "arm64-uefi");
    boot_host_harness_set(harness, "x64-uefi", "x64/${mac}.efi");
    boot_host_harness_set_fact(harness, "owner", "alice");
    g_assert_true(boot_host_harness_open(harness, BOOT_HOST_OPEN_FLAGS_NONE, &error));
    g_assert_no_error(error);
    g_autoptr(BootHostResult) result = boot_host_harness_decide(harness, request);
    g_autoptr(BootHostResult) passed = boot_host_harness_decide(harness, other);
    g_assert_cmpint(boot_host_result_get_verdict(result), ==, BOOT_HOST_VERDICT_REPLY);
    g_assert_cmpstr(boot_host_result_get_boot_file(result), ==, "x64/" MAC ".efi");
    g_assert_cmpstr(boot_host_result_get_fact(result, "owner"), ==, "alice");
    g_assert_cmpint(boot_host_result_get_verdict(passed), ==, BOOT_HOST_VERDICT_PASS);
    g_assert_true(boot_host_harness_swap(harness, &error));
    g_assert_no_error(error);
}

/* The same module in a process of its own must not differ: two makers of one protocol. */
static void test_worker(void) {
    static const char *const words[] = {
        WORKER,     "--instance",        "worker", "--memory", "268435456",
        "--module", ARCHITECTURE_MODULE, NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(BootHostHarness) harness = boot_host_harness_new_for_command(words);
    g_autoptr(BootHostRequest) request = boot_host_request_new(MAC, "x64-uefi");
    g_autoptr(BootHostRequest) other = boot_host_request_new(MAC, "arm64-uefi");
    boot_host_harness_set(harness, "x64-uefi", "x64/${owner}/${mac}.efi");
    boot_host_harness_set_fact(harness, "owner", "alice");
    g_assert_true(boot_host_harness_open(harness, BOOT_HOST_OPEN_FLAGS_NONE, &error));
    g_assert_no_error(error);
    g_autoptr(BootHostResult) result = boot_host_harness_decide(harness, request);
    g_autoptr(BootHostResult) passed = boot_host_harness_decide(harness, other);
    g_assert_cmpint(boot_host_result_get_verdict(result), ==, BOOT_HOST_VERDICT_REPLY);
    g_assert_cmpstr(boot_host_result_get_boot_file(result), ==, "x64/alice/" MAC ".efi");
    g_assert_cmpstr(boot_host_result_get_reason(result), ==, "by the setting x64-uefi");
    g_assert_cmpint(boot_host_result_get_verdict(passed), ==, BOOT_HOST_VERDICT_PASS);
    g_assert_true(boot_host_harness_swap(harness, &error));
    g_assert_no_error(error);
}

static void test_module_settings(void) {
    g_autoptr(GError) error = NULL;
    struct fixture fixture = {load(FILTER_MODULE)};
    g_autoptr(GVariant) described = boot_host_harness_describe(fixture.harness, &error);
    g_assert_true(g_variant_is_of_type(described, G_VARIANT_TYPE("(a{sv}a(suubss))")));
    boot_host_harness_set(fixture.harness, "no-such-key", "1");
    g_assert_false(boot_host_harness_open(fixture.harness, BOOT_HOST_OPEN_FLAGS_NONE, &error));
    g_assert_error(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_INVALID);
    g_assert_true(said(&fixture, "no-such-key"));
    g_object_unref(fixture.harness);
}

static void test_no_module(void) {
    g_autoptr(GError) absent = NULL;
    g_autoptr(GError) foreign = NULL;
    g_assert_null(boot_host_harness_new_for_module("/nonexistent.so", &absent));
    g_assert_error(absent, BOOT_HOST_ERROR, BOOT_HOST_ERROR_NOT_FOUND);
    g_assert_null(boot_host_harness_new_for_module(LIBRARY, &foreign));
    g_assert_error(foreign, BOOT_HOST_ERROR, BOOT_HOST_ERROR_NOT_SUPPORTED);
}

typedef void (*fixture_fn)(struct fixture *fixture, gconstpointer kind);

static const struct {
    const char *name;
    fixture_fn test;
    gboolean is_open;
} both[] = {
    {"reply-comes-back-whole", test_reply, TRUE},
    {"menu-comes-back", test_menu, TRUE},
    {"hold-has-message-and-interval", test_hold, TRUE},
    {"other-verdicts", test_verdicts, TRUE},
    {"failures-discard-what-was-set", test_failures, TRUE},
    {"later-is-waited-for", test_later, TRUE},
    {"deadline-cancels", test_deadline, TRUE},
    {"content-of-every-kind", test_content, TRUE},
    {"big-content-is-read-in-pieces", test_big_content, TRUE},
    {"content-that-is-none", test_other_content, TRUE},
    {"events-arrive", test_event, TRUE},
    {"swap-carries-state", test_swap, TRUE},
    {"describes-itself", test_describe, FALSE},
    {"open-gets-typed-settings", test_open, FALSE},
    {"open-that-fails-says-why", test_open_fails, FALSE},
    {"open-reports-settings", test_open_reports, FALSE},
    {"settings-are-checked-against-the-schema", test_settings, FALSE},
    {"nothing-works-before-open", test_not_open, FALSE},
};

static void add(const char *name, const char *kind, fixture_fn test, gboolean is_open) {
    g_autofree char *path = g_strdup_printf("/boothost/plugins-api/harness/%s/%s", kind, name);
    g_test_add(path, struct fixture, kind, is_open ? set_up_open : set_up, test, tear_down);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(both); i++) {
        add(both[i].name, "object", both[i].test, both[i].is_open);
        add(both[i].name, "command", both[i].test, both[i].is_open);
    }
    add("a-forgotten-call-fails-at-once", "command", test_forgets, TRUE);
    add("a-program-that-exits-is-a-failure", "command", test_exits, TRUE);
    add("a-program-that-blocks-is-killed", "command", test_blocks, TRUE);
    g_test_add_func("/boothost/plugins-api/harness/command/what-is-no-provider-is-refused",
                    test_no_provider);
    g_test_add_func("/boothost/plugins-api/harness/module/decides", test_module);
    g_test_add_func("/boothost/plugins-api/harness/module/decides-in-boothost-worker-too",
                    test_worker);
    g_test_add_func("/boothost/plugins-api/harness/module/checks-settings", test_module_settings);
    g_test_add_func("/boothost/plugins-api/harness/module/what-is-no-module-is-refused",
                    test_no_module);
    return g_test_run();
}
