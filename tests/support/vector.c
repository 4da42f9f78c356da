/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Wire samples of tests/vectors for unit tests.
 */
#include "support/vector.h"

#include <string.h>

GBytes *vector_load(const char *name) {
    g_autofree char *file = g_strconcat(name, ".bin", NULL);
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "vectors", file, NULL);
    g_autoptr(GError) error = NULL;
    char *data = NULL;
    gsize size = 0;
    g_file_get_contents(path, &data, &size, &error);
    g_assert_no_error(error);
    return g_bytes_new_take(data, size);
}

static int compare_names(const void *left, const void *right) {
    return g_strcmp0(*(char *const *) left, *(char *const *) right);
}

GStrv vector_list(const char *folder, const char *prefix) {
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "vectors", folder, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) dir = g_dir_open(path, 0, &error);
    g_assert_no_error(error);

    GPtrArray *names = g_ptr_array_new();
    for (const char *name = g_dir_read_name(dir); name != NULL; name = g_dir_read_name(dir)) {
        if (g_str_has_prefix(name, prefix) && g_str_has_suffix(name, ".bin"))
            g_ptr_array_add(names, g_strdup_printf("%s/%.*s", folder,
                                                   (int) (strlen(name) - strlen(".bin")), name));
    }
    g_assert_cmpuint(names->len, >, 0);
    g_ptr_array_sort(names, compare_names);
    g_ptr_array_add(names, NULL);
    return (GStrv) g_ptr_array_free(names, FALSE);
}

struct span vector_span(GBytes *vector) {
    gsize size = 0;
    const uint8_t *data = g_bytes_get_data(vector, &size);
    return (struct span){data, size};
}
