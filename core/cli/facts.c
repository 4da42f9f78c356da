/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Columns wide enough for what is in them, so that the eye finds the verdict.
 */
#include "cli/facts.h"

#include <stdio.h>
#include <string.h>

#include "cli/packet-facts.h"

const char *facts_text(GVariant *facts, const char *key) {
    const char *text = "";

    g_variant_lookup(facts, key, "&s", &text);
    return text;
}

static gint64 number_of(GVariant *value, gint64 otherwise) {
    switch (g_variant_classify(value)) {
    case G_VARIANT_CLASS_BYTE:
        return g_variant_get_byte(value);
    case G_VARIANT_CLASS_UINT16:
        return g_variant_get_uint16(value);
    case G_VARIANT_CLASS_UINT32:
        return g_variant_get_uint32(value);
    case G_VARIANT_CLASS_INT32:
        return g_variant_get_int32(value);
    case G_VARIANT_CLASS_INT64:
        return g_variant_get_int64(value);
    case G_VARIANT_CLASS_UINT64:
        return (gint64) g_variant_get_uint64(value);
    default:
        return otherwise;
    }
}

gint64 facts_number(GVariant *facts, const char *key, gint64 otherwise) {
    g_autoptr(GVariant) value = g_variant_lookup_value(facts, key, NULL);

    return value != NULL ? number_of(value, otherwise) : otherwise;
}

GVariant *facts_child(GVariant *facts, const char *key) {
    g_autoptr(GVariant) child = g_variant_lookup_value(facts, key, NULL);

    if (child == NULL || !g_variant_is_container(child))
        return NULL;
    return g_steal_pointer(&child);
}

static char *list_text(GVariant *list) {
    g_autoptr(GString) text = g_string_new(NULL);

    for (gsize i = 0; i < g_variant_n_children(list); i++) {
        g_autoptr(GVariant) item = g_variant_get_child_value(list, i);
        g_autofree char *word = facts_value_text(item);
        g_string_append_printf(text, "%s%s", i > 0 ? ", " : "", word);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

char *facts_value_text(GVariant *value) {
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_STRING))
        return g_variant_dup_string(value, NULL);
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN))
        return g_strdup(g_variant_get_boolean(value) ? "yes" : "no");
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_VARIANT)) {
        g_autoptr(GVariant) inner = g_variant_get_variant(value);
        return facts_value_text(inner);
    }
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_ARRAY) &&
        !g_variant_is_of_type(value, G_VARIANT_TYPE_DICTIONARY))
        return list_text(value);
    if (g_variant_is_container(value))
        return g_variant_print(value, FALSE);
    return g_strdup_printf("%" G_GINT64_FORMAT, number_of(value, 0));
}

GVariant *facts_replace(GVariant *facts, const char *key, const char *new_key, GVariant *value) {
    GVariantBuilder copy;
    GVariantIter iter;
    GVariant *entry = NULL;

    g_variant_builder_init(&copy, G_VARIANT_TYPE_VARDICT);
    g_variant_iter_init(&iter, facts);
    while ((entry = g_variant_iter_next_value(&iter)) != NULL) {
        const char *name = NULL;
        g_variant_get_child(entry, 0, "&s", &name);
        if (strcmp(name, key) != 0)
            g_variant_builder_add_value(&copy, entry);
        g_variant_unref(entry);
    }
    if (value != NULL)
        g_variant_builder_add(&copy, "{sv}", new_key, value);
    return g_variant_builder_end(&copy);
}

char *facts_time_text(gint64 time_us) {
    if (time_us == 0)
        return g_strdup("");
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(time_us / G_USEC_PER_SEC);
    g_autoptr(GDateTime) here = utc != NULL ? g_date_time_to_local(utc) : NULL;
    return here != NULL ? g_date_time_format(here, "%Y-%m-%d %H:%M:%S") : g_strdup("");
}

void facts_print_line(const char *title, const char *text) {
    if (text[0] != '\0')
        printf("%-12s %s\n", title, text);
}

/* ---- Decisions ------------------------------------------------------------------------------- */

static void print_note(GVariant *notes, const char *indent) {
    for (gsize i = 0; notes != NULL && i < g_variant_n_children(notes); i++) {
        g_autoptr(GVariant) note = g_variant_get_child_value(notes, i);
        g_autofree char *text = facts_value_text(note);
        printf("%s- %s\n", indent, text);
    }
}

/* The widest provider name of a trace. */
static int provider_width(GVariant *trace) {
    gsize width = 8;

    for (gsize i = 0; i < g_variant_n_children(trace); i++) {
        g_autoptr(GVariant) entry = g_variant_get_child_value(trace, i);
        width = MAX(width, strlen(facts_text(entry, "provider")));
    }
    return (int) width;
}

static void print_trace(GVariant *trace) {
    int width = provider_width(trace);

    puts("trace");
    for (gsize i = 0; i < g_variant_n_children(trace); i++) {
        g_autoptr(GVariant) entry = g_variant_get_child_value(trace, i);
        g_autoptr(GVariant) notes = facts_child(entry, "notes");
        const char *reason = facts_text(entry, "reason");
        printf("  %-*s  %-12s %8" G_GINT64_FORMAT " us%s%s\n", width, facts_text(entry, "provider"),
               facts_text(entry, "verdict"), facts_number(entry, "microseconds", 0),
               reason[0] != '\0' ? "  " : "", reason);
        print_note(notes, "      ");
    }
}

static void print_facts(GVariant *facts) {
    GVariantIter iter;
    GVariant *value = NULL;
    const char *name = NULL;

    puts("facts");
    g_variant_iter_init(&iter, facts);
    while (g_variant_iter_next(&iter, "{&s@*}", &name, &value)) {
        g_autofree char *text = facts_value_text(value);
        printf("  %-20s %s\n", name, text);
        g_variant_unref(value);
    }
}

static void print_verdict(GVariant *facts) {
    const char *verdict = facts_text(facts, "verdict");
    const char *provider = facts_text(facts, "provider");
    g_autofree char *line = NULL;

    if (provider[0] != '\0')
        line = g_strdup_printf("%s, by '%s'", verdict, provider);
    else if (strcmp(verdict, "ignored") == 0)
        line = g_strdup("ignored: no request for us");
    else
        line = g_strdup_printf("%s, at the end of the chain", verdict);
    facts_print_line("verdict", line);
}

void facts_print_decision(GVariant *facts) {
    static const char *const lines[][2] = {
        {"boot file", "boot-file"}, {"server", "server"},     {"shape", "shape"},
        {"sent to", "destination"}, {"no answer", "silence"},
    };
    g_autoptr(GVariant) quirks = facts_child(facts, "quirks");
    g_autoptr(GVariant) trace = facts_child(facts, "trace");
    g_autoptr(GVariant) known = facts_child(facts, "facts");

    print_verdict(facts);
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++)
        facts_print_line(lines[i][0], facts_text(facts, lines[i][1]));
    if (quirks != NULL) {
        g_autofree char *text = facts_value_text(quirks);
        facts_print_line("quirks", text);
    }
    if (trace != NULL && g_variant_n_children(trace) > 0)
        print_trace(trace);
    if (known != NULL && g_variant_n_children(known) > 0)
        print_facts(known);
}

void facts_print_simulation(GVariant *facts) {
    g_autoptr(GVariant) answer = facts_child(facts, "answer");

    facts_print_decision(facts);
    if (answer == NULL)
        return;
    printf("answer, %s of %" G_GINT64_FORMAT " bytes\n", facts_text(answer, "message"),
           facts_number(answer, "size", 0));
    packet_facts_print(answer);
}
