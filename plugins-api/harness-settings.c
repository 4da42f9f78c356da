/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a host does with settings before a provider sees them.
 */
#include "harness-private.h"

#include <string.h>

#include "boot-host-error.h"
#include "provider/value.h"
#include "wire.h"

struct row {
    const char *name;
    guint32 type;
    guint32 flags;
    gboolean has_default;
    const char *preset;
};

struct filling {
    GVariant *schema;
    const struct harness_settings *settings;
    struct harness_lines *lines;
    GVariantBuilder values;
    GVariantBuilder files;
    gsize file_bytes;
    guint problems;
};

static gboolean next_row(GVariantIter *iter, struct row *ret_row) {
    const char *help = NULL;
    return g_variant_iter_next(iter, "(&suub&s&s)", &ret_row->name, &ret_row->type, &ret_row->flags,
                               &ret_row->has_default, &ret_row->preset, &help);
}

/* An exact name goes before a family, the longest family before others. */
static gboolean find_row(GVariant *schema, const char *key, struct row *ret_row) {
    GVariantIter iter;
    struct row row;
    gsize best = 0;
    g_variant_iter_init(&iter, schema);
    while (next_row(&iter, &row)) {
        gsize size = strlen(row.name);
        gboolean exact = strcmp(row.name, key) == 0;
        gboolean family = (row.flags & BOOT_HOST_SETTING_FLAGS_FAMILY) != 0 && size > best &&
                          size >= 2 && strncmp(row.name, key, size - 1) == 0 &&
                          key[size - 1] != '\0';
        if (!exact && !family)
            continue;
        *ret_row = row;
        best = exact ? G_MAXSIZE : size;
    }
    return best > 0;
}

static void complain(struct filling *filling, const char *key, const char *text) {
    g_autofree char *whole = g_strdup_printf("%s: %s", key, text);
    harness_say(filling->lines, BOOT_HOST_LOG_LEVEL_ERROR, whole);
    filling->problems++;
}

/* A file that cannot be read, or that the message cannot hold, is left out. */
static void add_file(struct filling *filling, const char *key, const char *path) {
    g_autofree char *content = NULL;
    gsize size = 0;
    if (!g_file_get_contents(path, &content, &size, NULL) ||
        size > WIRE_FILE_MAX - filling->file_bytes)
        return;
    g_autoptr(GBytes) bytes = g_bytes_new_take(g_steal_pointer(&content), size);
    filling->file_bytes += size;
    g_variant_builder_add(&filling->files, "{s@ay}", key,
                          g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), bytes, TRUE));
}

static void add_value(struct filling *filling, const struct row *row, const char *key,
                      const char *text) {
    int64_t number = 0;
    if (!value_parse(row->type, text, &number)) {
        complain(filling, key, "the value is not of the setting's type");
        return;
    }
    if (row->type != BOOT_HOST_SETTING_TYPE_PATH) {
        g_variant_builder_add(&filling->values, "(ss)", key, text);
        return;
    }
    g_autofree char *path = g_canonicalize_filename(text, filling->settings->folder);
    g_variant_builder_add(&filling->values, "(ss)", key, path);
    add_file(filling, key, path);
}

static void add_written(struct filling *filling) {
    const struct harness_settings *settings = filling->settings;
    for (guint i = 0; i < settings->keys->len; i++) {
        const char *key = g_ptr_array_index(settings->keys, i);
        struct row row = {0};
        if (find_row(filling->schema, key, &row))
            add_value(filling, &row, key, g_hash_table_lookup(settings->values, key));
        else
            complain(filling, key, "the provider has no such setting");
    }
}

static void add_defaults(struct filling *filling) {
    GVariantIter iter;
    struct row row;
    g_variant_iter_init(&iter, filling->schema);
    while (next_row(&iter, &row)) {
        if (g_hash_table_contains(filling->settings->values, row.name))
            continue;
        if (row.has_default)
            add_value(filling, &row, row.name, row.preset);
        else if ((row.flags & BOOT_HOST_SETTING_FLAGS_REQUIRED) != 0)
            complain(filling, row.name, "the setting is required");
    }
}

gboolean harness_fill_settings(GVariant *schema, const struct harness_settings *settings,
                               struct harness_lines *lines, GVariant **ret_settings,
                               GVariant **ret_files, GError **error) {
    struct filling filling = {.schema = schema, .settings = settings, .lines = lines};
    g_variant_builder_init(&filling.values, G_VARIANT_TYPE("a(ss)"));
    g_variant_builder_init(&filling.files, G_VARIANT_TYPE("a{say}"));
    add_written(&filling);
    add_defaults(&filling);
    g_autoptr(GVariant) values = g_variant_ref_sink(g_variant_builder_end(&filling.values));
    g_autoptr(GVariant) files = g_variant_ref_sink(g_variant_builder_end(&filling.files));
    if (filling.problems > 0) {
        g_set_error(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_INVALID,
                    "%u of the settings are wrong: see the lines", filling.problems);
        return FALSE;
    }
    *ret_settings = g_steal_pointer(&values);
    *ret_files = g_steal_pointer(&files);
    return TRUE;
}

gboolean harness_take_problems(GVariant *problems, struct harness_lines *lines, GError **error) {
    GVariantIter iter;
    const char *key = NULL;
    const char *text = NULL;
    guint32 line = 0;
    gboolean is_fatal = FALSE;
    guint fatal = 0;
    g_variant_iter_init(&iter, problems);
    while (g_variant_iter_next(&iter, "(&su&sb)", &key, &line, &text, &is_fatal)) {
        g_autofree char *place = line > 0 ? g_strdup_printf("%s:%u", key, line) : g_strdup(key);
        g_autofree char *whole = g_strdup_printf("%s: %s", place, text);
        harness_say(lines, is_fatal ? BOOT_HOST_LOG_LEVEL_ERROR : BOOT_HOST_LOG_LEVEL_WARNING,
                    whole);
        fatal += is_fatal ? 1 : 0;
    }
    if (fatal == 0)
        return TRUE;
    g_set_error(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_INVALID,
                "the provider refused %u of the settings: see the lines", fatal);
    return FALSE;
}
