/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Bytes are compared first: they are what counts. Only then it is looked for in which words two
 * answers differ.
 */
#include "cli/difference.h"

#include <string.h>

#include "cli/facts.h"
#include "cli/packet-facts.h"

static void difference_free(gpointer data) {
    struct difference *difference = data;

    g_free(difference->what);
    g_free(difference->old);
    g_free(difference->new);
    g_free(difference);
}

static void add(GPtrArray *list, const char *what, const char *old, const char *new) {
    struct difference *difference = g_new0(struct difference, 1);

    *difference = (struct difference){g_strdup(what), g_strdup(old), g_strdup(new)};
    g_ptr_array_add(list, difference);
}

/* ---- Words ----------------------------------------------------------------------------------- */

static void compare_texts(GPtrArray *list, GVariant *old, GVariant *new) {
    static const struct {
        const char *key;
        const char *what;
    } rows[] = {
        {"verdict", "verdict"}, {"silence", "silence"}, {"boot-file", "boot file"},
        {"server", "server"},   {"shape", "shape"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *before = facts_text(old, rows[i].key);
        const char *after = facts_text(new, rows[i].key);
        if (strcmp(before, after) != 0)
            add(list, rows[i].what, before, after);
    }
}

/* ---- Options --------------------------------------------------------------------------------- */

static GVariant *packet_of(GVariant *facts) {
    return g_variant_lookup_value(facts, "packet", G_VARIANT_TYPE_BYTESTRING);
}

/* What each code says, all of one code joined; NULL: it is not there. */
struct option_texts {
    char *name[256];
    char *text[256];
};

static void option_texts_clear(struct option_texts *texts) {
    for (unsigned code = 0; code < G_N_ELEMENTS(texts->text); code++) {
        g_free(texts->name[code]);
        g_free(texts->text[code]);
    }
}

static void add_option(struct option_texts *texts, GVariant *option) {
    guint8 code = (guint8) facts_number(option, "code", 0);
    const char *more = facts_text(option, "text");
    g_autofree char *before = texts->text[code];

    texts->text[code] = before == NULL ? g_strdup(more) : g_strdup_printf("%s, %s", before, more);
    if (texts->name[code] == NULL)
        texts->name[code] = g_strdup(facts_text(option, "name"));
}

static void read_options(GVariant *packet, struct option_texts *ret_texts) {
    gsize size = 0;
    const void *data = g_variant_get_fixed_array(packet, &size, 1);
    GVariant *floating = packet_facts_of(data, size);
    g_autoptr(GVariant) facts = floating != NULL ? g_variant_ref_sink(floating) : NULL;
    g_autoptr(GVariant) options = facts != NULL ? facts_child(facts, "options") : NULL;

    for (gsize i = 0; options != NULL && i < g_variant_n_children(options); i++) {
        g_autoptr(GVariant) option = g_variant_get_child_value(options, i);
        add_option(ret_texts, option);
    }
}

static void compare_option(GPtrArray *list, unsigned code, const struct option_texts *old,
                           const struct option_texts *new) {
    const char *name = old->name[code] != NULL ? old->name[code] : new->name[code];

    if (g_strcmp0(old->text[code], new->text[code]) == 0)
        return;
    g_autofree char *what =
        g_strdup_printf("option %u%s%s", code, name != NULL && name[0] != '\0' ? " " : "",
                        name != NULL ? name : "");
    add(list, what, old->text[code] != NULL ? old->text[code] : "",
        new->text[code] != NULL ? new->text[code] : "");
}

static void compare_options(GPtrArray *list, GVariant *old, GVariant *new) {
    struct option_texts before = {0}, after = {0};

    read_options(old, &before);
    read_options(new, &after);
    for (unsigned code = 0; code < G_N_ELEMENTS(before.text); code++)
        compare_option(list, code, &before, &after);
    option_texts_clear(&before);
    option_texts_clear(&after);
}

/* ---- Both ------------------------------------------------------------------------------------ */

GPtrArray *difference_find(GVariant *old, GVariant *new) {
    GPtrArray *list = g_ptr_array_new_with_free_func(difference_free);
    g_autoptr(GVariant) before = packet_of(old);
    g_autoptr(GVariant) after = packet_of(new);

    if (before == NULL && after == NULL)
        return list;
    if (before != NULL && after != NULL && g_variant_equal(before, after))
        return list;
    compare_texts(list, old, new);
    if (before != NULL && after != NULL)
        compare_options(list, before, after);
    if (list->len == 0)
        add(list, "bytes", "of an order or a field", "that has no name here");
    return list;
}

/* Of the last provider that gave one. */
static char *reason_of(GVariant *facts) {
    g_autoptr(GVariant) trace = facts_child(facts, "trace");

    for (gsize i = trace != NULL ? g_variant_n_children(trace) : 0; i > 0; i--) {
        g_autoptr(GVariant) entry = g_variant_get_child_value(trace, i - 1);
        const char *reason = facts_text(entry, "reason");
        if (reason[0] != '\0')
            return g_strdup(reason);
    }
    return g_strdup("");
}

char *difference_why(GVariant *facts) {
    const char *provider = facts_text(facts, "provider");
    g_autofree char *reason = reason_of(facts);
    g_autofree char *by =
        provider[0] != '\0' ? g_strdup_printf("'%s'", provider) : g_strdup("the end of the chain");

    return g_strdup_printf("%s by %s%s%s", facts_text(facts, "verdict"), by,
                           reason[0] != '\0' ? ": " : "", reason);
}
