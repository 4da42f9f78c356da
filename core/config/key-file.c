/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A key file and its drop-ins as a list of lines that remember where they stand.
 */
#include "config/key-file.h"

#include <string.h>

#include "provider/problem.h"

static void line_free(gpointer data) {
    struct key_line *line = data;
    g_free(line->key);
    g_free(line->value);
    g_free(line->where);
    g_free(line);
}

static void group_free(gpointer data) {
    struct key_group *group = data;
    g_free(group->name);
    g_free(group->where);
    g_ptr_array_unref(group->lines);
    g_free(group);
}

void key_file_free(struct key_file *file) {
    if (file == NULL)
        return;
    g_ptr_array_unref(file->groups);
    g_free(file);
}

struct key_group *key_file_group(const struct key_file *file, const char *name) {
    for (guint i = 0; i < file->groups->len; i++) {
        struct key_group *group = g_ptr_array_index(file->groups, i);
        if (strcmp(group->name, name) == 0)
            return group;
    }
    return NULL;
}

struct key_line *key_group_line(const struct key_group *group, const char *key) {
    for (guint i = 0; i < group->lines->len; i++) {
        struct key_line *line = g_ptr_array_index(group->lines, i);
        if (strcmp(line->key, key) == 0)
            return line;
    }
    return NULL;
}

/* One file on its way into the list. */
struct reading {
    struct key_file *file;
    GPtrArray *problems;
    const char *short_name;  /* of the file, for messages */
    GHashTable *seen;        /* "group\nkey" of this file alone */
    struct key_group *group; /* the one we are in */
    guint number;            /* of the line */
};

G_GNUC_PRINTF(2, 3)
static void complain(struct reading *reading, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *where = g_strdup_printf("%s:%u", reading->short_name, reading->number);
    g_ptr_array_add(reading->problems, problem_new(TRUE, where, "%s", text));
}

static void enter_group(struct reading *reading, char *text) {
    char *end = strchr(text, ']');
    if (end == NULL || end[1] != '\0' || end == text + 1) {
        complain(reading, "'%s' is no group: write [NAME] on a line of its own", text);
        return;
    }
    *end = '\0';
    reading->group = key_file_group(reading->file, text + 1);
    if (reading->group != NULL)
        return;
    reading->group = g_new0(struct key_group, 1);
    reading->group->name = g_strdup(text + 1);
    reading->group->where = g_strdup_printf("%s:%u", reading->short_name, reading->number);
    reading->group->lines = g_ptr_array_new_with_free_func(line_free);
    g_ptr_array_add(reading->file->groups, reading->group);
}

static void set_value(struct reading *reading, const char *key, const char *value) {
    char *mark = g_strdup_printf("%s\n%s", reading->group->name, key);
    if (!g_hash_table_add(reading->seen, mark)) {
        complain(reading, "'%s' is set twice in this group: remove one of the lines", key);
        return;
    }
    struct key_line *line = key_group_line(reading->group, key);
    if (line == NULL) {
        line = g_new0(struct key_line, 1);
        line->key = g_strdup(key);
        g_ptr_array_add(reading->group->lines, line);
    }
    g_free(line->value);
    g_free(line->where);
    line->value = g_strdup(value);
    line->where = g_strdup_printf("%s:%u", reading->short_name, reading->number);
}

/* Cuts a comment that stands behind a blank; a "#" inside a word stays. */
static void cut_comment(char *value) {
    for (char *at = strchr(value, '#'); at != NULL; at = strchr(at + 1, '#')) {
        if (at == value || g_ascii_isspace(at[-1])) {
            *at = '\0';
            return;
        }
    }
}

static void read_line(struct reading *reading, char *text) {
    g_strstrip(text);
    if (text[0] == '\0' || text[0] == '#' || text[0] == ';')
        return;
    if (text[0] == '[') {
        cut_comment(text);
        enter_group(reading, g_strchomp(text));
        return;
    }
    char *equals = strchr(text, '=');
    if (equals == NULL || equals == text) {
        complain(reading, "'%s' is neither [group], key = value nor # comment", text);
        return;
    }
    if (reading->group == NULL) {
        complain(reading, "'%s' stands before the first [group]", text);
        return;
    }
    *equals = '\0';
    cut_comment(equals + 1);
    set_value(reading, g_strchomp(text), g_strstrip(equals + 1));
}

static void read_file(struct key_file *file, const char *path, GPtrArray *problems) {
    g_autofree char *text = NULL;
    gsize size = 0;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(path, &text, &size, &error)) {
        g_ptr_array_add(problems, problem_new(TRUE, path, "cannot be read: %s", error->message));
        return;
    }
    if (!g_utf8_validate(text, (gssize) size, NULL)) {
        g_ptr_array_add(problems, problem_new(TRUE, path, "is not UTF-8 text: save it as UTF-8"));
        return;
    }
    g_autofree char *short_name = g_path_get_basename(path);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    struct reading reading = {
        .file = file, .problems = problems, .short_name = short_name, .seen = seen};
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (gsize i = 0; lines[i] != NULL; i++) {
        reading.number = (guint) i + 1;
        read_line(&reading, lines[i]);
    }
}

static int compare_names(gconstpointer a, gconstpointer b) {
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static void read_drop_ins(struct key_file *file, const char *path, GPtrArray *problems) {
    g_autofree char *folder = g_strconcat(path, ".d", NULL);
    g_autoptr(GDir) directory = g_dir_open(folder, 0, NULL);
    if (directory == NULL)
        return;
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (const char *name = g_dir_read_name(directory); name != NULL;
         name = g_dir_read_name(directory)) {
        if (g_str_has_suffix(name, ".conf") && name[0] != '.')
            g_ptr_array_add(names, g_build_filename(folder, name, NULL));
    }
    g_ptr_array_sort(names, compare_names);
    for (guint i = 0; i < names->len; i++)
        read_file(file, g_ptr_array_index(names, i), problems);
}

struct key_file *key_file_read(const char *path, GPtrArray *problems) {
    struct key_file *file = g_new0(struct key_file, 1);
    file->groups = g_ptr_array_new_with_free_func(group_free);
    read_file(file, path, problems);
    read_drop_ins(file, path, problems);
    return file;
}
