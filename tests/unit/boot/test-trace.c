/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boot/trace: what explain and simulate print.
 */
#include "boot/trace.h"

#include <errno.h>

#include "base/limits.h"
#include "boot/route.h"
#include "support/ask.h"

static void test_entries(void) {
    g_autoptr(Trace) trace = trace_new(3, BOOT_HOST_STAGE_DISCOVER);
    g_autoptr(Reply) reply = reply_new();
    g_assert_cmpint(reply_set(reply, BOOT_HOST_REPLY_REASON, "not on the list"), ==, 0);
    g_assert_cmpint(reply_set(reply, BOOT_HOST_REPLY_NOTE, "list has 3 lines"), ==, 0);
    g_assert_cmpint(reply_set(reply, BOOT_HOST_REPLY_NOTE, "and one is empty"), ==, 0);
    trace_add(trace, "refuse", BOOT_HOST_PASS, NULL, reply, 12);
    trace_add(trace, "devices", -ETIMEDOUT, "no answer within 300ms", NULL, 300000);
    struct trace_entry first;
    struct trace_entry second;
    g_assert_true(trace_get_entry(trace, 0, &first));
    g_assert_true(trace_get_entry(trace, 1, &second));
    g_assert_false(trace_get_entry(trace, 2, &second));
    g_assert_cmpstr(first.provider, ==, "refuse");
    g_assert_cmpstr(first.reason, ==, "not on the list");
    g_assert_cmpuint(first.note_count, ==, 2);
    g_assert_cmpstr(trace_entry_note(&first, 0), ==, "list has 3 lines");
    g_assert_cmpstr(trace_entry_note(&first, 1), ==, "and one is empty");
    g_assert_cmpstr(trace_entry_note(&first, 2), ==, NULL);
    g_assert_cmpint(first.microseconds, ==, 12);
    g_assert_cmpstr(second.provider, ==, "devices");
    g_assert_cmpint(second.verdict, ==, -ETIMEDOUT);
    g_assert_cmpstr(second.reason, ==, "no answer within 300ms");
    g_assert_cmpstr(trace_entry_note(&second, 0), ==, NULL);
    g_assert_cmpstr(trace_get_reason(trace), ==, "no answer within 300ms");
}

static void test_decider(void) {
    g_autoptr(Trace) trace = trace_new(3, BOOT_HOST_STAGE_DISCOVER);
    g_assert_cmpstr(trace_get_reason(trace), ==, NULL);
    trace_add(trace, "refuse", BOOT_HOST_PASS, NULL, NULL, 1);
    trace_set_verdict(trace, BOOT_HOST_PASS, false);
    g_assert_cmpstr(trace_get_provider(trace), ==, NULL);
    trace_add(trace, "menu", BOOT_HOST_REPLY, NULL, NULL, 1);
    trace_set_verdict(trace, BOOT_HOST_REPLY, true);
    trace_add(trace, "(answer)", -EMSGSIZE, "too long", NULL, 0);
    g_assert_cmpstr(trace_get_provider(trace), ==, "menu");
    g_assert_cmpint(trace_get_verdict(trace), ==, BOOT_HOST_REPLY);
    g_assert_cmpstr(trace_get_reason(trace), ==, "too long");
}

/* Longer than what a trace has room for by itself. */
static void test_growth(void) {
    g_autoptr(Trace) trace = trace_new(3, BOOT_HOST_STAGE_DISCOVER);
    g_autoptr(Reply) reply = reply_new();
    struct trace_entry entry;
    for (int i = 0; i < LIMIT_TRACE_ENTRIES; i++) {
        g_autofree char *name = g_strdup_printf("provider-%d", i);
        g_autofree char *note = g_strnfill((gsize) (3 * i), 'x');
        g_assert_cmpint(reply_set(reply, BOOT_HOST_REPLY_NOTE, NULL), ==, 0);
        g_assert_cmpint(reply_set(reply, BOOT_HOST_REPLY_NOTE, note), ==, 0);
        trace_add(trace, g_intern_string(name), i, name, reply, i);
        g_assert_cmpint(reply_fact_set(reply, name, note), ==, 0);
    }
    trace_set_facts(trace, NULL, reply);
    for (guint i = 0; i < LIMIT_TRACE_ENTRIES; i++) {
        g_autofree char *name = g_strdup_printf("provider-%u", i);
        g_assert_true(trace_get_entry(trace, i, &entry));
        g_assert_cmpstr(entry.provider, ==, name);
        g_assert_cmpstr(entry.reason, ==, name);
        g_assert_cmpint(entry.verdict, ==, i);
        g_assert_cmpuint(strlen(trace_entry_note(&entry, 0)), ==, 3 * i);
        g_assert_cmpuint(strlen(trace_fact(trace, name)), ==, 3 * i);
    }
}

static void test_answer(void) {
    g_autoptr(Trace) trace = trace_new(3, BOOT_HOST_STAGE_DISCOVER);
    struct address server = {0};
    g_assert_true(address_parse("10.0.0.1", &server));
    struct route route = {.to = server, .rule = "relay"};
    route.to.port = 67;
    struct address actual = trace_get_server(trace);
    g_assert_cmpint(actual.family, ==, 0);
    g_assert_cmpstr(trace_get_destination(trace, &actual), ==, NULL);
    trace_set_answer(trace, "direct", "first.efi", &server);
    trace_set_answer(trace, "boot-server", "second.efi", &server);
    trace_set_destination(trace, &route);
    g_assert_cmpstr(trace_get_shape(trace), ==, "boot-server");
    g_assert_cmpstr(trace_get_boot_file(trace), ==, "second.efi");
    actual = trace_get_server(trace);
    g_assert_true(address_equal(&actual, &server));
    actual = (struct address){0};
    g_assert_cmpstr(trace_get_destination(trace, &actual), ==, "relay");
    g_assert_true(address_equal(&actual, &server));
    g_assert_cmpint(actual.port, ==, 67);
    trace_set_answer(trace, "menu", NULL, &server);
    g_assert_cmpstr(trace_get_boot_file(trace), ==, NULL);
}

static void test_cap(void) {
    g_autoptr(Trace) trace = trace_new(3, BOOT_HOST_STAGE_DISCOVER);
    for (int i = 0; i < 2 * LIMIT_TRACE_ENTRIES; i++)
        trace_add(trace, "a", BOOT_HOST_PASS, NULL, NULL, 0);
    struct trace_entry entry;
    g_assert_true(trace_get_entry(trace, LIMIT_TRACE_ENTRIES - 1, &entry));
    g_assert_false(trace_get_entry(trace, LIMIT_TRACE_ENTRIES, &entry));
}

static void test_quirks(void) {
    g_autoptr(Trace) trace = trace_new(3, BOOT_HOST_STAGE_DISCOVER);
    trace_add_quirk(trace, QUIRK_PAD_TO_300);
    trace_add_quirk(trace, QUIRK_PAD_TO_300);
    g_assert_true(trace_has_quirk(trace, QUIRK_PAD_TO_300));
    g_assert_false(trace_has_quirk(trace, QUIRK_BROADCAST_FLAG));
}

static void test_facts(void) {
    g_autoptr(Trace) trace = trace_new(3, BOOT_HOST_STAGE_DISCOVER);
    g_autoptr(Reply) reply = reply_new();
    g_autoptr(Request) request = ask_vector("pxe/edk2-x64-discover", 67);
    g_assert_cmpint(reply_fact_set(reply, "image", "debian"), ==, 0);
    g_assert_cmpint(reply_fact_set(reply, "architecture", "mine"), ==, 0);
    trace_set_facts(trace, request, reply);
    trace_set_facts(trace, request, reply);
    g_assert_cmpstr(trace_fact(trace, "image"), ==, "debian");
    g_assert_cmpstr(trace_fact(trace, "architecture"), ==, "mine");
    g_assert_cmpstr(trace_fact(trace, "mac"), ==, "52:54:00:ee:1a:cb");
    g_assert_cmpstr(trace_fact(trace, "relay"), ==, NULL);
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    const char *name = NULL;
    const char *value = NULL;
    for (guint i = 0; trace_fact_at(trace, i, &name, &value); i++) {
        g_assert_true(g_hash_table_add(names, (gpointer) name));
        g_assert_cmpstr(trace_fact(trace, name), ==, value);
    }
    g_assert_cmpuint(g_hash_table_size(names), >, 10);
    g_autoptr(Request) memory = request_new_memory(request);
    trace_set_request(trace, memory);
    g_assert_true(trace_get_request(trace) == memory);
    g_assert_cmpstr(trace_fact(trace, "mac"), ==, "52:54:00:ee:1a:cb");
    g_assert_cmpstr(trace_fact(trace, "image"), ==, "debian");
}

static void test_verdict_names(void) {
    static const struct {
        int32_t verdict;
        const char *name;
    } rows[] = {
        {BOOT_HOST_PASS, "pass"},
        {BOOT_HOST_REPLY, "reply"},
        {BOOT_HOST_DROP, "drop"},
        {BOOT_HOST_ABORT, "abort"},
        {BOOT_HOST_HOLD, "hold"},
        {BOOT_HOST_LATER, "later"},
        {TRACE_SKIPPED, "skipped"},
        {TRACE_BREAKER, "breaker-open"},
        {-ETIMEDOUT, "timeout"},
        {-EIO, "error"},
        {77, "error"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpstr(trace_verdict_name(rows[i].verdict), ==, rows[i].name);
}

static void assert_text(GVariant *map, const char *key, const char *text) {
    const char *value = NULL;
    g_assert_true(g_variant_lookup(map, key, "&s", &value));
    g_assert_cmpstr(value, ==, text);
}

static void test_variant(void) {
    g_autoptr(Trace) trace = trace_new(3, BOOT_HOST_STAGE_DISCOVER);
    trace_add(trace, "refuse", BOOT_HOST_DROP, "denied", NULL, 12);
    trace_set_verdict(trace, BOOT_HOST_DROP, true);
    trace_add_quirk(trace, QUIRK_PAD_TO_300);
    g_autoptr(GVariant) map = g_variant_ref_sink(trace_to_variant(trace));
    assert_text(map, "stage", "discover");
    assert_text(map, "verdict", "drop");
    assert_text(map, "provider", "refuse");
    assert_text(map, "boot-file", "");
    assert_text(map, "server", "");
    assert_text(map, "shape", "");
    assert_text(map, "destination", "");
    g_autoptr(GVariant) entries = g_variant_lookup_value(map, "trace", G_VARIANT_TYPE("aa{sv}"));
    g_assert_cmpuint(g_variant_n_children(entries), ==, 1);
    g_autoptr(GVariant) entry = g_variant_get_child_value(entries, 0);
    assert_text(entry, "provider", "refuse");
    assert_text(entry, "verdict", "drop");
    assert_text(entry, "reason", "denied");
    int64_t microseconds = 0;
    g_assert_true(g_variant_lookup(entry, "microseconds", "x", &microseconds));
    g_assert_cmpint(microseconds, ==, 12);
    g_autoptr(GVariant) quirks = g_variant_lookup_value(map, "quirks", G_VARIANT_TYPE("as"));
    g_assert_cmpuint(g_variant_n_children(quirks), ==, 1);
    g_autoptr(GVariant) facts = g_variant_lookup_value(map, "facts", G_VARIANT_TYPE("a{ss}"));
    g_assert_nonnull(facts);
}

static void test_references(void) {
    struct trace *trace = trace_new(3, BOOT_HOST_STAGE_DISCOVER);
    g_assert_true(trace_ref(trace) == trace);
    trace_unref(trace);
    g_assert_cmpstr(trace_get_stage(trace), ==, "discover");
    trace_unref(trace);
    trace_unref(NULL);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/boot/trace/keeps-a-line-a-provider", test_entries);
    g_test_add_func("/boothost/boot/trace/knows-who-decided", test_decider);
    g_test_add_func("/boothost/boot/trace/grows", test_growth);
    g_test_add_func("/boothost/boot/trace/tells-the-answer", test_answer);
    g_test_add_func("/boothost/boot/trace/is-bounded", test_cap);
    g_test_add_func("/boothost/boot/trace/names-a-quirk-once", test_quirks);
    g_test_add_func("/boothost/boot/trace/prefers-facts-of-providers", test_facts);
    g_test_add_func("/boothost/boot/trace/names-verdicts", test_verdict_names);
    g_test_add_func("/boothost/boot/trace/has-a-stable-form", test_variant);
    g_test_add_func("/boothost/boot/trace/is-counted", test_references);
    return g_test_run();
}
