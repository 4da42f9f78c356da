/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whole and cut shared objects.
 */
#include "provider/image.h"

#include <elf.h>
#include <glib.h>
#include <link.h>
#include <string.h>

struct fixture {
    char *data;
    gsize size;
    gsize needed; /* bytes up to the end of what the program headers name */
};

static void set_up(struct fixture *fixture, gconstpointer unused) {
    g_autofree char *path = g_build_filename(EPOCH_FOLDER, "epoch-one.so", NULL);
    g_assert_true(g_file_get_contents(path, &fixture->data, &fixture->size, NULL));
    const ElfW(Ehdr) *header = (const void *) fixture->data;
    const ElfW(Phdr) *parts = (const void *) (fixture->data + header->e_phoff);
    for (guint i = 0; i < header->e_phnum; i++)
        fixture->needed = MAX(fixture->needed, parts[i].p_offset + parts[i].p_filesz);
}

static void tear_down(struct fixture *fixture, gconstpointer unused) {
    g_free(fixture->data);
}

static void test_whole(struct fixture *fixture, gconstpointer unused) {
    g_assert_true(image_is_whole(fixture->data, fixture->size));
    g_assert_true(image_is_whole(fixture->data, fixture->needed));
}

static void test_cut(struct fixture *fixture, gconstpointer unused) {
    for (gsize size = EI_NIDENT; size < fixture->needed; size++)
        g_assert_false(image_is_whole(fixture->data, size));
}

static void test_far_headers(struct fixture *fixture, gconstpointer unused) {
    ElfW(Ehdr) *header = (void *) fixture->data;
    header->e_phoff = (ElfW(Off)) - 1;
    g_assert_false(image_is_whole(fixture->data, fixture->size));
}

static void test_far_part(struct fixture *fixture, gconstpointer unused) {
    const ElfW(Ehdr) *header = (const void *) fixture->data;
    ElfW(Phdr) *parts = (void *) (fixture->data + header->e_phoff);
    parts[1].p_offset = (ElfW(Off)) - 8;
    g_assert_false(image_is_whole(fixture->data, fixture->size));
}

static void test_foreign(struct fixture *fixture, gconstpointer unused) {
    g_assert_true(image_is_whole("", 0));
    g_assert_true(image_is_whole("this is no shared object", 24));
    fixture->data[EI_CLASS] = ELFCLASSNONE;
    g_assert_true(image_is_whole(fixture->data, EI_NIDENT));
}

#define ADD(name, function)                                                                        \
    g_test_add("/boothost/provider/image/" name, struct fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    ADD("a-module-is-whole", test_whole);
    ADD("cut-anywhere-it-is-not", test_cut);
    ADD("headers-beyond-the-end", test_far_headers);
    ADD("a-part-beyond-the-end", test_far_part);
    ADD("what-is-no-shared-object-is-left-to-the-linker", test_foreign);
    return g_test_run();
}
