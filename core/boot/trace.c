/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The trace of one decision, and its JSON form.
 */
#include "boot/trace.h"

#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "boot/reply.h"
#include "boot/request.h"

static void entry_free(void *data) {
    struct trace_entry *entry = data;
    g_free(entry->provider);
    g_free(entry->reason);
    g_clear_pointer(&entry->notes, g_ptr_array_unref);
    g_free(entry);
}

struct trace *trace_new(uint64_t generation, const char *stage) {
    struct trace *trace = g_new0(struct trace, 1);
    g_atomic_ref_count_init(&trace->refs);
    trace->time_us = g_get_real_time();
    trace->generation = generation;
    trace->stage = g_strdup(stage);
    trace->entries = g_ptr_array_new_with_free_func(entry_free);
    trace->quirks = g_ptr_array_new();
    return trace;
}

struct trace *trace_ref(struct trace *trace) {
    g_atomic_ref_count_inc(&trace->refs);
    return trace;
}

void trace_unref(struct trace *trace) {
    if (trace == NULL || !g_atomic_ref_count_dec(&trace->refs))
        return;
    g_ptr_array_unref(trace->entries);
    g_ptr_array_unref(trace->quirks);
    g_free(trace->facts);
    g_free(trace->stage);
    g_free(trace->provider);
    g_free(trace->shape);
    g_free(trace->boot_file);
    g_free(trace->server);
    g_free(trace->destination);
    g_free(trace);
}

void trace_add(struct trace *trace, const char *provider, int32_t verdict, const char *reason,
               const struct reply *reply, int64_t microseconds) {
    if (trace->entries->len >= LIMIT_TRACE_ENTRIES)
        return;
    if (reason == NULL && reply != NULL)
        reason = reply_get(reply, BOOT_HOST_REPLY_REASON);
    struct trace_entry *entry = g_new0(struct trace_entry, 1);
    entry->provider = g_strdup(provider);
    entry->verdict = verdict;
    entry->reason = g_strdup(reason);
    entry->microseconds = microseconds;
    const char *note = NULL;
    for (uint32_t i = 0; reply != NULL && (note = reply_note(reply, i)) != NULL; i++) {
        if (entry->notes == NULL)
            entry->notes = g_ptr_array_new_with_free_func(g_free);
        g_ptr_array_add(entry->notes, g_strdup(note));
    }
    g_ptr_array_add(trace->entries, entry);
}

void trace_add_quirk(struct trace *trace, const char *name) {
    if (!g_ptr_array_find(trace->quirks, name, NULL))
        g_ptr_array_add(trace->quirks, (gpointer) name);
}

/* Facts on their way into one piece of memory: the array first, its texts behind it. Sessions hold
 * many traces, so their size is what remembering a client costs. */
struct packing {
    struct trace_fact facts[2 * LIMIT_FACTS]; /* the reply's and the request's */
    guint count;
    gsize text_size;
};

static void pack(struct packing *packing, const char *name, const char *value) {
    if (packing->count == G_N_ELEMENTS(packing->facts))
        return;
    packing->facts[packing->count++] = (struct trace_fact){name, value};
    packing->text_size += strlen(name) + strlen(value) + 2;
}

static const char *move_text(char **place, const char *text) {
    char *start = *place;
    *place = stpcpy(start, text) + 1;
    return start;
}

static struct trace_fact *pack_up(const struct packing *packing) {
    gsize array_size = packing->count * sizeof(struct trace_fact);
    struct trace_fact *facts = g_malloc(array_size + packing->text_size);
    char *place = (char *) facts + array_size;
    for (guint i = 0; i < packing->count; i++) {
        facts[i].name = move_text(&place, packing->facts[i].name);
        facts[i].value = move_text(&place, packing->facts[i].value);
    }
    return facts;
}

void trace_set_facts(struct trace *trace, const struct request *request,
                     const struct reply *reply) {
    struct packing packing;
    packing.count = 0;
    packing.text_size = 0;
    const char *name = NULL;
    const char *value = NULL;
    for (uint32_t i = 0; reply != NULL && reply_fact(reply, i, &name, &value); i++)
        pack(&packing, name, value);
    for (uint32_t i = 0; request != NULL && (name = request_fact_name(i)) != NULL; i++) {
        value = request_fact_at(request, i);
        /* A provider's fact of the same name goes first, as it did for the providers. */
        if (value != NULL && (reply == NULL || reply_fact_get(reply, name) == NULL))
            pack(&packing, name, value);
    }
    g_free(trace->facts);
    trace->facts = pack_up(&packing);
    trace->fact_count = packing.count;
}

const char *trace_fact(const struct trace *trace, const char *name) {
    for (guint i = 0; i < trace->fact_count; i++)
        if (strcmp(trace->facts[i].name, name) == 0)
            return trace->facts[i].value;
    return NULL;
}

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

static GVariant *text_list(const GPtrArray *texts) {
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("as"));
    for (guint i = 0; texts != NULL && i < texts->len; i++)
        g_variant_builder_add(&builder, "s", (const char *) g_ptr_array_index(texts, i));
    return g_variant_builder_end(&builder);
}

static GVariant *fact_map(const struct trace *trace) {
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{ss}"));
    for (guint i = 0; i < trace->fact_count; i++)
        g_variant_builder_add(&builder, "{ss}", trace->facts[i].name, trace->facts[i].value);
    return g_variant_builder_end(&builder);
}

static GVariant *entry_list(const struct trace *trace) {
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < trace->entries->len; i++) {
        const struct trace_entry *entry = g_ptr_array_index(trace->entries, i);
        g_variant_builder_open(&builder, G_VARIANT_TYPE("a{sv}"));
        put_text(&builder, "provider", entry->provider);
        put_text(&builder, "verdict", trace_verdict_name(entry->verdict));
        put_text(&builder, "reason", entry->reason);
        g_variant_builder_add(&builder, "{sv}", "microseconds",
                              g_variant_new_int64(entry->microseconds));
        g_variant_builder_add(&builder, "{sv}", "notes", text_list(entry->notes));
        g_variant_builder_close(&builder);
    }
    return g_variant_builder_end(&builder);
}

GVariant *trace_to_variant(const struct trace *trace) {
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{sv}"));
    g_variant_builder_add(&builder, "{sv}", "time", g_variant_new_int64(trace->time_us));
    g_variant_builder_add(&builder, "{sv}", "generation", g_variant_new_uint64(trace->generation));
    put_text(&builder, "stage", trace->stage);
    put_text(&builder, "verdict", trace_verdict_name(trace->verdict));
    put_text(&builder, "provider", trace->provider);
    put_text(&builder, "boot-file", trace->boot_file);
    put_text(&builder, "server", trace->server);
    put_text(&builder, "shape", trace->shape);
    put_text(&builder, "destination", trace->destination);
    g_variant_builder_add(&builder, "{sv}", "facts", fact_map(trace));
    g_variant_builder_add(&builder, "{sv}", "trace", entry_list(trace));
    g_variant_builder_add(&builder, "{sv}", "quirks", text_list(trace->quirks));
    return g_variant_builder_end(&builder);
}
