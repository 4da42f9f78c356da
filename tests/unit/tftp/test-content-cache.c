/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tftp/content-cache: one mapping of a file however many fetch it, another one for another
 * generation of it, and few kept when nobody does.
 */
#include "tftp/content-cache.h"

#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <unistd.h>

#define SECOND INT64_C(1000000)

/* A folder with one file in it. */
struct stage {
    char *folder;
    char *path;
    struct content_cache *cache;
};

static struct stage stage_new(const char *text) {
    struct stage stage = {.folder = g_dir_make_tmp("boothost-cache-XXXXXX", NULL),
                          .cache = content_cache_new()};
    stage.path = g_build_filename(stage.folder, "file", NULL);
    g_assert_true(g_file_set_contents(stage.path, text, -1, NULL));
    return stage;
}

static void stage_clear(struct stage *stage) {
    content_cache_free(stage->cache);
    g_assert_cmpint(g_remove(stage->path), ==, 0);
    g_assert_cmpint(g_rmdir(stage->folder), ==, 0);
    g_free(stage->path);
    g_free(stage->folder);
}

static struct content *share(struct stage *stage) {
    g_autoptr(GError) error = NULL;
    struct content *content = content_open(stage->path, &error);
    g_assert_no_error(error);
    return content_cache_share(stage->cache, content);
}

/* The kernel writes the content's memory out, as it would send it. */
static char *text_of(const struct content *content) {
    int ends[2];
    char text[100] = "";
    g_assert_cmpint(pipe2(ends, O_CLOEXEC), ==, 0);
    size_t size = (size_t) content_size(content);
    g_assert_cmpint(write(ends[1], content_memory(content, 0), size), ==, (ssize_t) size);
    g_assert_cmpint(read(ends[0], text, sizeof(text) - 1), ==, (ssize_t) size);
    close(ends[0]);
    close(ends[1]);
    return g_strdup(text);
}

static unsigned count_descriptors(void) {
    g_autoptr(GDir) folder = g_dir_open("/proc/self/fd", 0, NULL);
    unsigned count = 0;
    while (g_dir_read_name(folder) != NULL)
        count++;
    return count;
}

static void test_shared(void) {
    struct stage stage = stage_new("image");
    unsigned before = count_descriptors();
    struct content *first = share(&stage);
    for (unsigned i = 0; i < 100; i++)
        g_assert_true(share(&stage) == first);
    g_assert_cmpuint(count_descriptors(), ==, before + 1);
    g_autofree char *text = text_of(first);
    g_assert_cmpstr(text, ==, "image");
    for (unsigned i = 0; i < 101; i++)
        content_cache_release(stage.cache, first, SECOND);
    g_assert_cmpint(content_cache_expire(stage.cache, SECOND), ==, SECOND + LIMIT_CONTENT_IDLE_US);
    g_assert_true(share(&stage) == first); /* kept for the next one */
    g_assert_cmpint(content_cache_expire(stage.cache, 100 * SECOND), ==, -1);
    content_cache_release(stage.cache, first, 100 * SECOND);
    g_assert_cmpint(content_cache_expire(stage.cache, 200 * SECOND), ==, -1);
    g_assert_cmpuint(count_descriptors(), ==, before);
    stage_clear(&stage);
}

static void test_replaced(void) {
    struct stage stage = stage_new("old");
    struct content *old = share(&stage);
    g_assert_true(g_file_set_contents(stage.path, "new", -1, NULL)); /* by a rename */
    struct content *new = share(&stage);
    g_assert_true(new != old);
    g_autofree char *old_text = text_of(old);
    g_autofree char *new_text = text_of(new);
    g_assert_cmpstr(old_text, ==, "old");
    g_assert_cmpstr(new_text, ==, "new");
    content_cache_release(stage.cache, old, SECOND);
    content_cache_release(stage.cache, new, SECOND);
    stage_clear(&stage);
}

static void test_written_to(void) {
    /* Another length in the same inode is another generation: it needs another mapping. */
    struct stage stage = stage_new("short");
    struct content *before = share(&stage);
    FILE *file = g_fopen(stage.path, "w");
    g_assert_cmpint(fputs("much longer", file), >=, 0);
    g_assert_cmpint(fclose(file), ==, 0);
    struct content *after = share(&stage);
    g_assert_true(after != before);
    g_autofree char *text = text_of(after);
    g_assert_cmpstr(text, ==, "much longer");
    content_cache_release(stage.cache, before, SECOND);
    content_cache_release(stage.cache, after, SECOND);
    stage_clear(&stage);
}

static void test_cut_short(void) {
    struct stage stage = stage_new("0123456789");
    struct content *content = share(&stage);
    g_assert_true(content_is_whole(content, 1));
    g_assert_cmpint(truncate(stage.path, 5), ==, 0);
    g_assert_true(content_is_whole(content, 1)); /* once for all who ask at one time */
    g_assert_false(content_is_whole(content, 2));
    uint8_t byte;
    g_assert_false(content_read(content, 7, &byte, 1));
    g_assert_cmpint(errno, ==, ENODATA);
    g_assert_cmpint(truncate(stage.path, 0), ==, 0);
    int ends[2];
    g_assert_cmpint(pipe2(ends, O_CLOEXEC), ==, 0);
    g_assert_cmpint(write(ends[1], content_memory(content, 0), 10), ==, -1);
    g_assert_cmpint(errno, ==, EFAULT);
    close(ends[0]);
    close(ends[1]);
    content_cache_release(stage.cache, content, SECOND);
    stage_clear(&stage);
}

static void test_few_are_kept(void) {
    struct stage stage = stage_new("0");
    unsigned before = count_descriptors();
    for (unsigned i = 0; i < 3 * LIMIT_CONTENT_IDLE; i++) {
        g_autofree char *text = g_strdup_printf("%u", i);
        g_assert_true(g_file_set_contents(stage.path, text, -1, NULL));
        content_cache_release(stage.cache, share(&stage), SECOND);
        g_assert_cmpuint(count_descriptors(), <=, before + LIMIT_CONTENT_IDLE);
    }
    stage_clear(&stage);
}

static void test_no_mapping(void) {
    /* Empty files and the kernel's own have none; bytes in memory are no file. */
    struct stage stage = stage_new("");
    struct content *empty = share(&stage);
    g_assert_null(content_memory(empty, 0));
    g_assert_true(content_read(empty, 0, NULL, 0));
    content_cache_release(stage.cache, empty, SECOND);
    struct content *system = content_open("/sys/kernel/notes", NULL);
    if (system != NULL) {
        system = content_cache_share(stage.cache, system);
        uint8_t byte;
        g_assert_null(content_memory(system, 0));
        g_assert_true(content_read(system, 0, &byte, 1));
        content_cache_release(stage.cache, system, SECOND);
    }
    g_autoptr(GBytes) bytes = g_bytes_new_static("bytes", 5);
    struct content *memory = content_cache_share(stage.cache, content_new_bytes(bytes));
    g_assert_true(content_memory(memory, 2) == (const char *) g_bytes_get_data(bytes, NULL) + 2);
    g_assert_true(content_is_whole(memory, 1));
    content_cache_release(stage.cache, memory, SECOND);
    stage_clear(&stage);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/boothost/tftp/content-cache/" name, function)
    ADD("a-file-is-mapped-once", test_shared);
    ADD("a-replaced-file-is-another-one", test_replaced);
    ADD("a-file-written-to-is-another-one", test_written_to);
    ADD("a-file-cut-short-is-seen", test_cut_short);
    ADD("few-idle-files-are-kept", test_few_are_kept);
    ADD("what-cannot-be-mapped-is-read", test_no_mapping);
    return g_test_run();
}
