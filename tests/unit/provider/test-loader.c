/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Finding modules, and tables that are part of the program. What is loaded from files is in
 * tests/zoo.
 */
#include "provider/loader.h"

#include <glib/gstdio.h>

#include "support/actor.h"

struct folder {
    char *path;
    char *module;
};

static void set_up(struct folder *folder, gconstpointer unused) {
    folder->path = g_dir_make_tmp("boothost-loader-XXXXXX", NULL);
    folder->module = g_build_filename(folder->path, "filter.so", NULL);
    g_assert_true(g_file_set_contents(folder->module, "", 0, NULL));
}

static void tear_down(struct folder *folder, gconstpointer unused) {
    g_assert_cmpint(g_remove(folder->module), ==, 0);
    g_assert_cmpint(g_rmdir(folder->path), ==, 0);
    g_free(folder->module);
    g_free(folder->path);
}

static void assert_found(const char *folder, const char *word, const char *path) {
    g_autofree char *error = NULL;
    g_autofree char *found = module_find(folder, word, &error);
    g_assert_cmpstr(error, ==, NULL);
    g_assert_cmpstr(found, ==, path);
}

static void assert_not_found(const char *folder, const char *word, const char *words) {
    g_autofree char *error = NULL;
    g_assert_null(module_find(folder, word, &error));
    g_assert_cmpstr(error, ==, words);
}

static void test_found(struct folder *folder, gconstpointer unused) {
    assert_found(folder->path, "filter", folder->module);
    assert_found(folder->path, "/opt/mine.so", "/opt/mine.so");
    assert_found(NULL, "/opt/mine.so", "/opt/mine.so");
}

static void test_not_found(struct folder *folder, gconstpointer unused) {
    g_autofree char *near =
        g_strdup_printf("there is no module 'flter' in %s; did you mean 'filter'?; "
                        "`boothost provider list` shows what is installed",
                        folder->path);
    assert_not_found(folder->path, "flter", near);
    g_autofree char *none =
        g_strdup_printf("there is no module 'database' in %s; `boothost provider list` "
                        "shows what is installed",
                        folder->path);
    assert_not_found(folder->path, "database", none);
    assert_not_found("/no/such/folder", "x",
                     "there is no module 'x' in /no/such/folder; `boothost provider "
                     "list` shows what is installed");
    assert_not_found(NULL, "x",
                     "there is no module 'x' in this program, and no folder of modules is known: "
                     "write the absolute path of a .so file");
}

static void test_no_paths(struct folder *folder, gconstpointer unused) {
    static const char *const words[] = {"", "../filter", "filter.so", "a/b"};
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        g_autofree char *expected = g_strdup_printf(
            "'%s' is no module: write a module's name, such as \"module = filter\", or the "
            "absolute path of a .so file",
            words[i]);
        assert_not_found(folder->path, words[i], expected);
    }
}

static void test_builtin(void) {
    g_autofree char *error = NULL;
    struct module *module = module_new_builtin(&actor_inline, &error);
    g_assert_nonnull(module);
    g_assert_cmpstr(module->provider.name, ==, "actor-inline");
    g_assert_cmpstr(module_get_origin(module), ==, "built-in");
    module_unref(module);
    module_unref(NULL);
}

static void test_bad_builtin(void) {
    struct boot_host_provider table = actor_inline;
    table.open = NULL;
    g_autofree char *error = NULL;
    g_assert_null(module_new_builtin(&table, &error));
    g_assert_cmpstr(
        error, ==,
        "the built-in table is refused: it cannot be opened; wanted: a function in .open; "
        "offered: NULL; set .open");
}

static void add(const char *path, void (*test)(struct folder *, gconstpointer)) {
    g_test_add(path, struct folder, NULL, set_up, test, tear_down);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    add("/boothost/provider/loader/module-is-found-by-its-word", test_found);
    add("/boothost/provider/loader/near-miss-is-named", test_not_found);
    add("/boothost/provider/loader/words-are-no-paths", test_no_paths);
    g_test_add_func("/boothost/provider/loader/built-in-table", test_builtin);
    g_test_add_func("/boothost/provider/loader/built-in-table-is-judged-too", test_bad_builtin);
    return g_test_run();
}
