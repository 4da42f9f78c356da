/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Plays scenario files: reads steps, and stops at the first that is not as the file says.
 */
#include <glib.h>
#include <string.h>

#include "scene.h"

static void line_free(void *data) {
    struct scene_line *line = data;
    g_free(line->key);
    g_free(line->value);
    g_free(line);
}

/* A comment begins the line or follows a blank. */
static void strip_comment(char *line) {
    char *mark = line[0] == '#' ? line : strstr(line, " #");
    if (mark != NULL)
        *mark = '\0';
    g_strchomp(line);
}

/* "    key = value" */
static struct scene_line *read_line(const char *text, guint number) {
    g_auto(GStrv) parts = g_strsplit(text, "=", 2);
    if (g_strv_length(parts) != 2)
        return NULL;
    struct scene_line *line = g_new0(struct scene_line, 1);
    line->key = g_strdup(g_strstrip(parts[0]));
    line->value = g_strdup(g_strstrip(parts[1]));
    line->number = number;
    return line;
}

/* Reads the step that begins at *index, and moves *index behind its lines. FALSE: line *index + 1 is
 * neither a step nor a line of one. */
static gboolean read_step(GStrv lines, guint *index, struct scene_step *step) {
    step->words = g_strsplit_set(lines[*index], " ", -1);
    if (g_ascii_isspace(lines[*index][0]))
        return FALSE;
    for (++*index; lines[*index] != NULL; ++*index) {
        if (lines[*index][0] == '\0')
            continue;
        if (!g_ascii_isspace(lines[*index][0]))
            return TRUE;
        struct scene_line *line = read_line(lines[*index], *index + 1);
        if (line == NULL)
            return FALSE;
        g_ptr_array_add(step->lines, line);
    }
    return TRUE;
}

static gboolean play_step(struct scene *scene, const char *path, GStrv lines, guint *index) {
    struct scene_step step = {.lines = g_ptr_array_new_with_free_func(line_free)};
    guint number = *index + 1;
    g_autofree char *wrong = NULL;
    if (read_step(lines, index, &step)) {
        wrong = scene_play(scene, &step, &number);
    } else {
        number = *index + 1;
        wrong = g_strdup("this is no step, and no 'key = value' below one");
    }
    g_strfreev(step.words);
    g_ptr_array_unref(step.lines);
    if (wrong != NULL)
        g_test_fail_printf("%s:%u: %s", path, number, wrong);
    return wrong == NULL;
}

static void play_file(gconstpointer data) {
    const char *path = data;
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    guint index = 0;
    if (!g_file_get_contents(path, &text, NULL, &error)) {
        g_test_fail_printf("%s", error->message);
        return;
    }
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++)
        strip_comment(lines[i]);
    struct scene *scene = scene_new(g_getenv("BOOTHOST_PROVIDERS"));
    while (lines[index] != NULL) {
        if (lines[index][0] == '\0')
            index++;
        else if (!play_step(scene, path, lines, &index))
            break;
    }
    scene_free(scene);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    for (int i = 1; i < argc; i++) {
        g_autofree char *file = g_path_get_basename(argv[i]);
        g_autofree char *name = g_strndup(file, strcspn(file, "."));
        g_autofree char *path = g_strconcat("/boothost/scenario/", name, NULL);
        g_test_add_data_func(path, argv[i], play_file);
    }
    return g_test_run();
}
