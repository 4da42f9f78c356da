/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private copies of modules: one image is one module, whatever happens to the file it came from.
 */
#include "provider/module-store.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

struct fixture {
    char *folder;
    char *installed; /* the module as an administrator has it */
    char *copies;
    struct module_store *store;
};

static void read_image(const char *image, char **ret_data, gsize *ret_size) {
    g_autofree char *name = g_strdup_printf("epoch-%s.so", image);
    g_autofree char *path = g_build_filename(EPOCH_FOLDER, name, NULL);
    g_assert_true(g_file_get_contents(path, ret_data, ret_size, NULL));
}

/* In place, as `cp` does it: the inode stays. */
static void overwrite(const struct fixture *fixture, const char *data, gsize size) {
    FILE *file = fopen(fixture->installed, "wb");
    g_assert_nonnull(file);
    g_assert_cmpuint(fwrite(data, 1, size, file), ==, size);
    g_assert_cmpint(fclose(file), ==, 0);
    g_assert_cmpint(g_chmod(fixture->installed, 0644), ==, 0);
}

static void install(const struct fixture *fixture, const char *image) {
    g_autofree char *data = NULL;
    gsize size = 0;
    read_image(image, &data, &size);
    overwrite(fixture, data, size);
}

static void set_up(struct fixture *fixture, gconstpointer unused) {
    g_autofree char *error = NULL;
    fixture->folder = g_dir_make_tmp("boothost-store-XXXXXX", NULL);
    fixture->installed = g_build_filename(fixture->folder, "epoch.so", NULL);
    fixture->copies = g_build_filename(fixture->folder, "state", "module-copies", NULL);
    g_autofree char *state = g_build_filename(fixture->folder, "state", NULL);
    fixture->store = module_store_open(state, &error);
    g_assert_cmpstr(error, ==, NULL);
    install(fixture, "one");
}

static void remove_tree(const char *path) {
    g_autoptr(GDir) listing = g_dir_open(path, 0, NULL);
    const char *name = listing != NULL ? g_dir_read_name(listing) : NULL;
    for (; name != NULL; name = g_dir_read_name(listing)) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        remove_tree(child);
    }
    g_remove(path);
}

static void tear_down(struct fixture *fixture, gconstpointer unused) {
    module_store_free(fixture->store);
    remove_tree(fixture->folder);
    g_free(fixture->folder);
    g_free(fixture->installed);
    g_free(fixture->copies);
}

static struct module *load(const struct fixture *fixture) {
    g_autofree char *error = NULL;
    struct module *module = module_store_load(fixture->store, fixture->installed, &error);
    g_assert_cmpstr(error, ==, NULL);
    return module;
}

static void assert_refused(const struct fixture *fixture, const char *words) {
    g_autofree char *error = NULL;
    g_assert_null(module_store_load(fixture->store, fixture->installed, &error));
    g_assert_true(g_str_has_prefix(error, fixture->installed));
    if (strstr(error, words) == NULL)
        g_error("'%s' is not in: %s", words, error);
}

static guint count_copies(const struct fixture *fixture) {
    guint count = 0;
    g_autoptr(GDir) listing = g_dir_open(fixture->copies, 0, NULL);
    while (g_dir_read_name(listing) != NULL)
        count++;
    return count;
}

static void test_copied(struct fixture *fixture, gconstpointer unused) {
    struct module *module = load(fixture);
    struct stat info;
    g_assert_true(g_str_has_prefix(module->path, fixture->copies));
    g_assert_nonnull(strstr(module->path, module->hash));
    g_assert_cmpstr(module_get_origin(module), ==, fixture->installed);
    g_assert_cmpint(stat(module->path, &info), ==, 0);
    g_assert_cmpuint(info.st_mode & 07777, ==, 0600);
    g_assert_cmpint(stat(fixture->copies, &info), ==, 0);
    g_assert_cmpuint(info.st_mode & 07777, ==, 0700);
    module_unref(module);
}

static void test_same_content(struct fixture *fixture, gconstpointer unused) {
    struct module *first = load(fixture);
    install(fixture, "one");
    for (guint i = 0; i < 50; i++) {
        struct module *again = load(fixture);
        g_assert_true(again == first);
        module_unref(again);
    }
    g_assert_cmpuint(count_copies(fixture), ==, 1);
    module_unref(first);
}

static void test_overwritten(struct fixture *fixture, gconstpointer unused) {
    struct module *first = load(fixture);
    install(fixture, "two");
    struct module *second = load(fixture);
    g_assert_cmpstr(first->provider.version, ==, "one");
    g_assert_cmpstr(second->provider.version, ==, "two");
    g_assert_true(first->provider.open != second->provider.open);
    overwrite(fixture, "", 0);
    g_assert_cmpstr(first->provider.version, ==, "one");
    g_assert_cmpstr(second->provider.version, ==, "two");
    install(fixture, "one");
    struct module *third = load(fixture);
    g_assert_true(third == first);
    module_unref(first);
    module_unref(second);
    module_unref(third);
}

static void test_kept(struct fixture *fixture, gconstpointer unused) {
    struct module *first = load(fixture);
    module_unref(first);
    struct module *again = load(fixture);
    g_assert_true(again == first);
    module_unref(again);
}

static void test_cut_short(struct fixture *fixture, gconstpointer unused) {
    g_autofree char *data = NULL;
    gsize size = 0;
    read_image("two", &data, &size);
    overwrite(fixture, data, size / 4);
    assert_refused(fixture, "is cut short, or is being written at this moment");
}

static void test_no_module(struct fixture *fixture, gconstpointer unused) {
    overwrite(fixture, "this is no module\n", 18);
    assert_refused(fixture, "cannot be loaded");
    g_assert_cmpuint(count_copies(fixture), ==, 0);
}

static void test_open_to_others(struct fixture *fixture, gconstpointer unused) {
    g_assert_cmpint(g_chmod(fixture->installed, 0666), ==, 0);
    assert_refused(fixture, "can be written by others");
}

static void test_leftovers(struct fixture *fixture, gconstpointer unused) {
    g_autofree char *state = g_build_filename(fixture->folder, "state", NULL);
    g_autofree char *error = NULL;
    static const char *const foreign[] = {"epoch.so", "epoch-1.so", "notes"};
    for (gsize i = 0; i < G_N_ELEMENTS(foreign); i++) {
        g_autofree char *path = g_build_filename(fixture->copies, foreign[i], NULL);
        g_assert_true(g_file_set_contents(path, "", 0, NULL));
    }
    module_unref(load(fixture));
    g_assert_cmpuint(count_copies(fixture), ==, 1 + G_N_ELEMENTS(foreign));
    module_store_free(fixture->store);
    fixture->store = module_store_open(state, &error);
    g_assert_nonnull(fixture->store);
    g_assert_cmpuint(count_copies(fixture), ==, G_N_ELEMENTS(foreign));
}

static void test_no_folder(struct fixture *fixture, gconstpointer unused) {
    g_autofree char *error = NULL;
    g_assert_null(module_store_open(fixture->installed, &error));
    g_assert_nonnull(strstr(error, "create the folder"));
    g_assert_nonnull(strstr(error, "state = FOLDER"));
}

static void test_folder_of_others(struct fixture *fixture, gconstpointer unused) {
    g_autofree char *error = NULL;
    g_autofree char *state = g_build_filename(fixture->folder, "state", NULL);
    g_assert_cmpint(g_chmod(fixture->copies, 0777), ==, 0);
    struct module_store *other = module_store_open(state, &error);
    struct stat info;
    g_assert_nonnull(other);
    g_assert_cmpint(stat(fixture->copies, &info), ==, 0);
    g_assert_cmpuint(info.st_mode & 07777, ==, 0700);
    module_store_free(other);
}

static void test_copy_alone(struct fixture *fixture, gconstpointer unused) {
    g_autofree char *error = NULL;
    g_autofree char *hash = NULL;
    g_autofree char *copy = module_store_copy(fixture->store, fixture->installed, &hash, &error);
    g_assert_cmpstr(error, ==, NULL);
    g_assert_true(g_str_has_prefix(copy, fixture->copies));
    g_assert_cmpuint(strlen(hash), ==, 64);
    struct module *module = load(fixture);
    g_assert_cmpstr(module->path, ==, copy);
    g_assert_cmpstr(module->hash, ==, hash);
    module_unref(module);
}

#define ADD(name, function)                                                                        \
    g_test_add("/boothost/provider/module-store/" name, struct fixture, NULL, set_up, function,    \
               tear_down)

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    ADD("a-private-copy-is-mapped", test_copied);
    ADD("the-same-content-is-the-same-module", test_same_content);
    ADD("an-overwritten-file-is-another-module", test_overwritten);
    ADD("a-module-outlives-its-users", test_kept);
    ADD("a-file-cut-short-is-refused", test_cut_short);
    ADD("no-module-leaves-no-copy", test_no_module);
    ADD("the-original-must-be-safe", test_open_to_others);
    ADD("copies-of-an-earlier-run-go", test_leftovers);
    ADD("no-folder-says-what-to-do", test_no_folder);
    ADD("the-folder-is-closed-to-others", test_folder_of_others);
    ADD("a-copy-without-mapping-it", test_copy_alone);
    return g_test_run();
}
