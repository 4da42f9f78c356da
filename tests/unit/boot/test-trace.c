/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boot/trace: what explain and simulate print.
 */
#include "boot/trace.h"

#include <errno.h>

#include "base/limits.h"
#include "support/ask.h"

static void test_entries(void) {
    g_autoptr(Trace) trace = trace_new(3, "discover");
    g_autoptr(Reply) reply = reply_new();
    g_assert_cmpint(reply_set(reply, BOOT_HOST_REPLY_REASON, "not on the list"), ==, 0);
    g_assert_cmpint(reply_set(reply, BOOT_HOST_REPLY_NOTE, "list has 3 lines"), ==, 0);
    trace_add(trace, "refuse", BOOT_HOST_PASS, NULL, reply, 12);
    trace_add(trace, "devices", -ETIMEDOUT, "no answer within 300ms", NULL, 300000);
    const struct trace_entry *first = g_ptr_array_index(trace->entries, 0);
    const struct trace_entry *second = g_ptr_array_index(trace->entries, 1);
    g_assert_cmpstr(first->reason, ==, "not on the list");
    g_assert_cmpstr(g_ptr_array_index(first->notes, 0), ==, "list has 3 lines");
    g_assert_cmpint(first->microseconds, ==, 12);
    g_assert_cmpstr(second->reason, ==, "no answer within 300ms");
    g_assert_null(second->notes);
}

static void test_cap(void) {
    g_autoptr(Trace) trace = trace_new(3, "discover");
    for (int i = 0; i < 2 * LIMIT_TRACE_ENTRIES; i++)
        trace_add(trace, "a", BOOT_HOST_PASS, NULL, NULL, 0);
    g_assert_cmpuint(trace->entries->len, ==, LIMIT_TRACE_ENTRIES);
}

static void test_quirks(void) {
    g_autoptr(Trace) trace = trace_new(3, "discover");
    trace_add_quirk(trace, "pad-to-300");
    trace_add_quirk(trace, "pad-to-300");
    g_assert_cmpuint(trace->quirks->len, ==, 1);
}

static void test_facts(void) {
    g_autoptr(Trace) trace = trace_new(3, "discover");
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
    for (guint i = 0; i < trace->fact_count; i++)
        for (guint k = 0; k < i; k++)
            g_assert_cmpstr(trace->facts[i].name, !=, trace->facts[k].name);
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
    g_autoptr(Trace) trace = trace_new(3, "discover");
    trace_add(trace, "refuse", BOOT_HOST_DROP, "denied", NULL, 12);
    trace->verdict = BOOT_HOST_DROP;
    trace->provider = g_strdup("refuse");
    trace_add_quirk(trace, "pad-to-300");
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
    struct trace *trace = trace_new(3, "discover");
    g_assert_true(trace_ref(trace) == trace);
    trace_unref(trace);
    g_assert_cmpstr(trace->stage, ==, "discover");
    trace_unref(trace);
    trace_unref(NULL);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/boot/trace/keeps-a-line-a-provider", test_entries);
    g_test_add_func("/boothost/boot/trace/is-bounded", test_cap);
    g_test_add_func("/boothost/boot/trace/names-a-quirk-once", test_quirks);
    g_test_add_func("/boothost/boot/trace/prefers-facts-of-providers", test_facts);
    g_test_add_func("/boothost/boot/trace/names-verdicts", test_verdict_names);
    g_test_add_func("/boothost/boot/trace/has-a-stable-form", test_variant);
    g_test_add_func("/boothost/boot/trace/is-counted", test_references);
    return g_test_run();
}
