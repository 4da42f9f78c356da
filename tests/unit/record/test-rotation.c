/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * core/record/rotation.c: never more files, never larger ones, never half a block.
 */
#include "record/rotation.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <signal.h>

struct bed {
    char *folder;
    char *path;
};

static void bed_init(struct bed *bed) {
    bed->folder = g_dir_make_tmp("boothost-rotation-XXXXXX", NULL);
    g_assert_nonnull(bed->folder);
    bed->path = g_build_filename(bed->folder, "requests.pcapng", NULL);
}

static void bed_clear(struct bed *bed) {
    g_autoptr(GDir) folder = g_dir_open(bed->folder, 0, NULL);
    for (const char *name = g_dir_read_name(folder); name != NULL; name = g_dir_read_name(folder)) {
        g_autofree char *path = g_build_filename(bed->folder, name, NULL);
        g_unlink(path);
    }
    g_rmdir(bed->folder);
    g_free(bed->folder);
    g_free(bed->path);
}

static void assert_content(const struct bed *bed, const char *suffix, const char *wanted) {
    g_autofree char *path = g_strconcat(bed->path, suffix, NULL);
    g_autofree char *content = NULL;
    if (wanted == NULL) {
        g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
        return;
    }
    g_assert_true(g_file_get_contents(path, &content, NULL, NULL));
    g_assert_cmpstr(content, ==, wanted);
}

static void put(struct rotation *rotation, const char *text) {
    if (rotation_needs_next(rotation, strlen(text)))
        g_assert_true(rotation_next(rotation, NULL));
    g_assert_true(rotation_write(rotation, text, strlen(text), NULL));
}

static void test_the_oldest_file_goes(void) {
    struct bed bed;
    bed_init(&bed);
    struct rotation *rotation = rotation_open(bed.path, 10, 3, NULL);
    g_assert_nonnull(rotation);
    static const char *const texts[] = {"one-one", "two-two",   "three",
                                        "more",    "four-four", "fifth"};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        put(rotation, texts[i]);
    rotation_close(rotation);
    assert_content(&bed, "", "fifth");
    assert_content(&bed, ".1", "four-four");
    assert_content(&bed, ".2", "threemore");
    assert_content(&bed, ".3", NULL);
    bed_clear(&bed);
}

static void test_a_start_keeps_what_was_there(void) {
    struct bed bed;
    bed_init(&bed);
    g_assert_true(g_file_set_contents(bed.path, "yesterday", -1, NULL));
    struct rotation *rotation = rotation_open(bed.path, 10, 2, NULL);
    put(rotation, "today");
    rotation_close(rotation);
    assert_content(&bed, ".1", "yesterday");
    assert_content(&bed, "", "today");
    bed_clear(&bed);
}

static void test_one_file_is_begun_anew(void) {
    struct bed bed;
    bed_init(&bed);
    struct rotation *rotation = rotation_open(bed.path, 5, 1, NULL);
    put(rotation, "12345");
    put(rotation, "678");
    rotation_close(rotation);
    assert_content(&bed, "", "678");
    assert_content(&bed, ".1", NULL);
    bed_clear(&bed);
}

static void test_others_may_not_read(void) {
    struct bed bed;
    GStatBuf status;
    bed_init(&bed);
    rotation_close(rotation_open(bed.path, 10, 1, NULL));
    g_assert_cmpint(g_stat(bed.path, &status), ==, 0);
    g_assert_cmphex(status.st_mode & 0007, ==, 0);
    bed_clear(&bed);
}

static void test_a_folder_that_is_not_there_is_named(void) {
    g_autoptr(GError) error = NULL;
    g_assert_null(rotation_open("/nonexistent/file", 10, 1, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
    g_assert_nonnull(strstr(error->message, "/nonexistent/file"));
}

static void test_a_link_is_not_followed(void) {
    struct bed bed;
    g_autofree char *target = NULL;
    g_autoptr(GError) error = NULL;
    bed_init(&bed);
    target = g_build_filename(bed.folder, "target", NULL);
    g_assert_cmpint(symlink(target, bed.path), ==, 0);
    g_assert_null(rotation_open(bed.path, 10, 2, &error));
    g_assert_nonnull(error);
    g_assert_false(g_file_test(target, G_FILE_TEST_EXISTS));
    bed_clear(&bed);
}

/* The kernel takes a part and refuses the rest, as a full disk does. */
static void test_half_a_block_is_taken_back(void) {
    struct bed bed;
    struct rlimit before, small = {0};
    g_autoptr(GError) error = NULL;
    bed_init(&bed);
    struct rotation *rotation = rotation_open(bed.path, 1000, 1, NULL);
    put(rotation, "whole");
    signal(SIGXFSZ, SIG_IGN);
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &before), ==, 0);
    small.rlim_cur = 8;
    small.rlim_max = before.rlim_max;
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &small), ==, 0);
    gboolean written = rotation_write(rotation, "too long", 8, &error);
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &before), ==, 0);
    g_assert_false(written);
    g_assert_nonnull(error);
    put(rotation, " again");
    rotation_close(rotation);
    assert_content(&bed, "", "whole again");
    bed_clear(&bed);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(words, test) g_test_add_func("/boothost/record/rotation/" words, test)
    ADD("the-oldest-file-goes", test_the_oldest_file_goes);
    ADD("a-start-keeps-what-was-there", test_a_start_keeps_what_was_there);
    ADD("one-file-is-begun-anew", test_one_file_is_begun_anew);
    ADD("others-may-not-read", test_others_may_not_read);
    ADD("a-folder-that-is-not-there-is-named", test_a_folder_that_is_not_there_is_named);
    ADD("a-link-is-not-followed", test_a_link_is_not_followed);
    ADD("half-a-block-is-taken-back", test_half_a_block_is_taken_back);
    return g_test_run();
}
