/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The trace of one decision for people: its words and its JSON form.
 */
#include <errno.h>

#include <boothost/types.h>

#include "boot/trace.h"

const char *trace_verdict_name(int32_t verdict) {
    switch (verdict) {
    case BOOT_HOST_PASS:
        return "pass";
    case BOOT_HOST_REPLY:
        return "reply";
    case BOOT_HOST_DROP:
        return "drop";
    case BOOT_HOST_ABORT:
        return "abort";
    case BOOT_HOST_HOLD:
        return "hold";
    case BOOT_HOST_LATER:
        return "later";
    case TRACE_SKIPPED:
        return "skipped";
    case TRACE_BREAKER:
        return "breaker-open";
    case -ETIMEDOUT:
        return "timeout";
    default:
        return "error";
    }
}

static void put_text(GVariantBuilder *builder, const char *key, const char *text) {
    g_variant_builder_add(builder, "{sv}", key, g_variant_new_string(text != NULL ? text : ""));
}

static GVariant *note_list(const struct trace_entry *entry) {
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("as"));
    for (guint i = 0; i < entry->note_count; i++)
        g_variant_builder_add(&builder, "s", trace_entry_note(entry, i));
    return g_variant_builder_end(&builder);
}

static GVariant *quirk_list(const struct trace *trace) {
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("as"));
    for (guint i = 0; i < QUIRK_COUNT; i++)
        if (trace_has_quirk(trace, (enum quirk) i))
            g_variant_builder_add(&builder, "s", quirk_get((enum quirk) i)->name);
    return g_variant_builder_end(&builder);
}

static GVariant *fact_map(const struct trace *trace) {
    const char *name = NULL;
    const char *value = NULL;
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{ss}"));
    for (guint i = 0; trace_fact_at(trace, i, &name, &value); i++)
        g_variant_builder_add(&builder, "{ss}", name, value);
    return g_variant_builder_end(&builder);
}

static GVariant *entry_list(const struct trace *trace) {
    struct trace_entry entry;
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; trace_get_entry(trace, i, &entry); i++) {
        g_variant_builder_open(&builder, G_VARIANT_TYPE("a{sv}"));
        put_text(&builder, "provider", entry.provider);
        put_text(&builder, "verdict", trace_verdict_name(entry.verdict));
        put_text(&builder, "reason", entry.reason);
        g_variant_builder_add(&builder, "{sv}", "microseconds",
                              g_variant_new_int64(entry.microseconds));
        g_variant_builder_add(&builder, "{sv}", "notes", note_list(&entry));
        g_variant_builder_close(&builder);
    }
    return g_variant_builder_end(&builder);
}

static void put_server(GVariantBuilder *builder, const struct trace *trace) {
    char text[ADDRESS_TEXT_SIZE];
    struct address server = trace_get_server(trace);
    put_text(builder, "server", address_text(&server, text));
}

static void put_destination(GVariantBuilder *builder, const struct trace *trace) {
    char text[ADDRESS_TEXT_SIZE];
    struct address to;
    g_autofree char *words = NULL;
    const char *rule = trace_get_destination(trace, &to);
    if (rule != NULL)
        words = g_strdup_printf("%s:%u (%s)", address_text(&to, text), to.port, rule);
    put_text(builder, "destination", words);
}

GVariant *trace_to_variant(const struct trace *trace) {
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{sv}"));
    g_variant_builder_add(&builder, "{sv}", "time", g_variant_new_int64(trace_get_time(trace)));
    g_variant_builder_add(&builder, "{sv}", "generation",
                          g_variant_new_uint64(trace_get_generation(trace)));
    put_text(&builder, "stage", trace_get_stage(trace));
    put_text(&builder, "verdict", trace_verdict_name(trace_get_verdict(trace)));
    put_text(&builder, "provider", trace_get_provider(trace));
    put_text(&builder, "boot-file", trace_get_boot_file(trace));
    put_server(&builder, trace);
    put_text(&builder, "shape", trace_get_shape(trace));
    put_destination(&builder, trace);
    g_variant_builder_add(&builder, "{sv}", "facts", fact_map(trace));
    g_variant_builder_add(&builder, "{sv}", "trace", entry_list(trace));
    g_variant_builder_add(&builder, "{sv}", "quirks", quirk_list(trace));
    return g_variant_builder_end(&builder);
}
