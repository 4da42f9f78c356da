/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tftp/content: files below a root in any case, nothing from outside it, nothing but files.
 */
#include "tftp/content.h"

#include "tftp/netascii.h"
#include "tftp/path.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder with a served root in it, and a secret beside that. */
struct tree {
    char *top;
    char *path;
    struct content_root *root;
};

static void write_file(const struct tree *tree, const char *name, const char *text) {
    g_autofree char *path = g_build_filename(tree->path, name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0755), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void make_link(const struct tree *tree, const char *name, const char *target) {
    g_autofree char *path = g_build_filename(tree->path, name, NULL);
    g_assert_cmpint(symlink(target, path), ==, 0);
}

static struct tree tree_new(void) {
    struct tree tree = {.top = g_dir_make_tmp("boothost-content-XXXXXX", NULL)};
    g_assert_nonnull(tree.top);
    tree.path = g_build_filename(tree.top, "root", NULL);
    write_file(&tree, "pxelinux.0", "loader");
    write_file(&tree, "../secret", "secret");
    g_autoptr(GError) error = NULL;
    tree.root = content_root_open(tree.path, &error);
    g_assert_no_error(error);
    return tree;
}

static void remove_all(const char *path) {
    g_autoptr(GDir) folder =
        g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
    for (const char *name = folder != NULL ? g_dir_read_name(folder) : NULL; name != NULL;
         name = g_dir_read_name(folder)) {
        g_autofree char *entry = g_build_filename(path, name, NULL);
        remove_all(entry);
    }
    g_assert_cmpint(g_remove(path), ==, 0);
}

static void tree_clear(struct tree *tree) {
    content_root_unref(tree->root);
    remove_all(tree->top);
    g_free(tree->path);
    g_free(tree->top);
}

/* The whole content as text; the content is released. */
static char *text_of(struct content *content) {
    g_assert_nonnull(content);
    size_t size = (size_t) content_size(content);
    char *text = g_malloc0(size + 1);
    g_assert_true(content_read(content, 0, text, size));
    content_unref(content);
    return text;
}

static void expect_text(const struct tree *tree, const char *name, const char *expected) {
    g_autoptr(GError) error = NULL;
    struct content *content = content_root_find(tree->root, name, &error);
    g_assert_no_error(error);
    g_autofree char *text = text_of(content);
    g_assert_cmpstr(text, ==, expected);
}

static void expect_error(const struct tree *tree, const char *name, enum content_error code) {
    g_autoptr(GError) error = NULL;
    struct content *content = content_root_find(tree->root, name, &error);
    g_assert_null(content);
    g_assert_error(error, CONTENT_ERROR, (gint) code);
    g_assert_nonnull(strstr(error->message, name));
}

static void test_case_does_not_count(void) {
    struct tree tree = tree_new();
    write_file(&tree, "Boot/x64/BCD", "store");
    write_file(&tree, "Boot/Fonts/wgl4_boot.ttf", "font");
    write_file(&tree, "EFI/Größe.efi", "size");
    expect_text(&tree, "pxelinux.0", "loader");
    expect_text(&tree, "PXELINUX.0", "loader");
    expect_text(&tree, "boot/X64/bcd", "store");
    expect_text(&tree, "BOOT/fonts/WGL4_Boot.TTF", "font");
    expect_text(&tree, "efi/grÖSSe.EFI", "size");
    expect_error(&tree, "boot/x64/bcd2", CONTENT_ERROR_NOT_FOUND);
    expect_error(&tree, "Boot/x64/BCD/more", CONTENT_ERROR_NOT_FOUND);
    expect_error(&tree, "bo\xfft/bcd", CONTENT_ERROR_NOT_FOUND);
    tree_clear(&tree);
}

static void test_exact_spelling_wins(void) {
    struct tree tree = tree_new();
    write_file(&tree, "name.efi", "small");
    write_file(&tree, "NAME.EFI", "great");
    write_file(&tree, "Name.efi", "mixed");
    expect_text(&tree, "name.efi", "small");
    expect_text(&tree, "Name.efi", "mixed");
    expect_text(&tree, "NAME.EFI", "great");
    expect_text(&tree, "nAmE.efi", "great"); /* the first in byte order */
    tree_clear(&tree);
}

static void test_nothing_from_outside(void) {
    struct tree tree = tree_new();
    make_link(&tree, "link-out", "../secret");
    make_link(&tree, "link-up", "..");
    make_link(&tree, "link-absolute", "/etc/passwd");
    make_link(&tree, "loop", "loop");
    expect_error(&tree, "link-out", CONTENT_ERROR_ACCESS);
    expect_error(&tree, "link-up/secret", CONTENT_ERROR_ACCESS);
    expect_error(&tree, "link-absolute", CONTENT_ERROR_ACCESS);
    expect_error(&tree, "loop", CONTENT_ERROR_ACCESS);
    expect_error(&tree, "LINK-OUT", CONTENT_ERROR_ACCESS);
    /* Canonical names have no "..", but providers may give any. */
    expect_error(&tree, "../secret", CONTENT_ERROR_ACCESS);
    expect_error(&tree, "/etc/passwd", CONTENT_ERROR_ACCESS);
    tree_clear(&tree);
}

static void test_links_inside(void) {
    struct tree tree = tree_new();
    write_file(&tree, "debian/shimx64.efi", "shim");
    make_link(&tree, "bootx64.efi", "debian/shimx64.efi");
    make_link(&tree, "debian/back", "../pxelinux.0");
    make_link(&tree, "dangling", "nowhere");
    expect_text(&tree, "bootx64.efi", "shim");
    expect_text(&tree, "BootX64.efi", "shim");
    expect_text(&tree, "debian/back", "loader");
    expect_error(&tree, "dangling", CONTENT_ERROR_NOT_FOUND);
    tree_clear(&tree);
}

static void test_only_files(void) {
    struct tree tree = tree_new();
    write_file(&tree, "folder/file", "");
    g_autofree char *pipe = g_build_filename(tree.path, "pipe", NULL);
    g_assert_cmpint(mkfifo(pipe, 0644), ==, 0);
    expect_error(&tree, "folder", CONTENT_ERROR_NOT_A_FILE);
    expect_error(&tree, "pipe", CONTENT_ERROR_NOT_A_FILE); /* and does not hang */
    expect_text(&tree, "folder/file", "");
    tree_clear(&tree);
}

static void test_cut_short(void) {
    struct tree tree = tree_new();
    write_file(&tree, "image", "0123456789");
    struct content *content = content_root_find(tree.root, "image", NULL);
    g_assert_nonnull(content);
    g_autofree char *path = g_build_filename(tree.path, "image", NULL);
    g_assert_cmpint(truncate(path, 4), ==, 0);
    char buffer[10];
    g_assert_cmpuint(content_size(content), ==, 10);
    g_assert_true(content_read(content, 0, buffer, 4));
    errno = 0;
    g_assert_false(content_read(content, 2, buffer, 6));
    g_assert_cmpint(errno, ==, ENODATA);
    content_unref(content);
    tree_clear(&tree);
}

static void test_bytes(void) {
    g_autoptr(GBytes) bytes = g_bytes_new_static("a menu", 6);
    struct content *content = content_new_bytes(bytes);
    char buffer[8] = {0};
    g_assert_true(content_read(content, 2, buffer, 4));
    g_assert_cmpstr(buffer, ==, "menu");
    g_assert_false(content_read(content, 4, buffer, 3));
    g_assert_false(content_read(content, 7, buffer, 0));
    g_assert_false(content_read(content, UINT64_MAX, buffer, 2));
    g_autofree char *text = text_of(content_ref(content));
    g_assert_cmpstr(text, ==, "a menu");
    content_unref(content);
}

static void test_absolute_paths(void) {
    struct tree tree = tree_new();
    g_autofree char *path = g_build_filename(tree.top, "secret", NULL);
    g_autofree char *text = text_of(content_open(path, NULL));
    g_assert_cmpstr(text, ==, "secret");
    g_autoptr(GError) error = NULL;
    g_assert_null(content_open(tree.path, &error));
    g_assert_error(error, CONTENT_ERROR, CONTENT_ERROR_NOT_A_FILE);
    g_clear_error(&error);
    g_autofree char *missing = g_build_filename(tree.top, "missing", NULL);
    g_assert_null(content_open(missing, &error));
    g_assert_error(error, CONTENT_ERROR, CONTENT_ERROR_NOT_FOUND);
    tree_clear(&tree);
}

static void test_missing_root(void) {
    g_autoptr(GError) error = NULL;
    g_assert_null(content_root_open("/nonexistent/root", &error));
    g_assert_error(error, CONTENT_ERROR, CONTENT_ERROR_NOT_FOUND);
    g_assert_nonnull(strstr(error->message, "/nonexistent/root"));
    g_assert_nonnull(strstr(error->message, "create it"));
}

static void test_netascii(void) {
    g_autoptr(GBytes) plain = g_bytes_new_static("one\ntwo\r\n\rx", 11);
    struct content *content = content_new_bytes(plain);
    struct content *text = netascii_convert(content);
    g_assert_nonnull(text);
    static const char expected[] = "one\r\ntwo\r\0\r\n\r\0x";
    char buffer[sizeof(expected) - 1];
    g_assert_cmpuint(content_size(text), ==, sizeof(buffer));
    g_assert_true(content_read(text, 0, buffer, sizeof(buffer)));
    g_assert_cmpmem(buffer, sizeof(buffer), expected, sizeof(expected) - 1);
    content_unref(text);
    content_unref(content);
}

static void test_netascii_is_bounded(void) {
    gsize size = LIMIT_NETASCII_BYTES + 1;
    g_autoptr(GBytes) plain = g_bytes_new_take(g_malloc0(size), size);
    struct content *content = content_new_bytes(plain);
    g_assert_null(netascii_convert(content));
    g_assert_cmpint(errno, ==, EFBIG);
    content_unref(content);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/boothost/tftp/content/" name, function)
    ADD("case-does-not-count", test_case_does_not_count);
    ADD("exact-spelling-wins", test_exact_spelling_wins);
    ADD("nothing-comes-from-outside-the-root", test_nothing_from_outside);
    ADD("links-inside-the-root-are-followed", test_links_inside);
    ADD("only-regular-files-are-given-out", test_only_files);
    ADD("a-file-cut-short-is-an-error", test_cut_short);
    ADD("bytes-are-content-too", test_bytes);
    ADD("absolute-paths-of-providers", test_absolute_paths);
    ADD("a-missing-root-is-explained", test_missing_root);
    ADD("netascii-converts-line-ends", test_netascii);
    ADD("netascii-is-bounded", test_netascii_is_bounded);
    return g_test_run();
}
