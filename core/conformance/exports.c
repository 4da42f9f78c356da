/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reads sections .dynsym and .dynamic. The file was mapped by the dynamic linker before, but every offset is
 * checked all the same.
 */
#include "conformance/exports.h"

#include <link.h>
#include <string.h>

struct file {
    const char *data;
    gsize size;
};

/* A table inside the file; NULL: it is not. */
static const void *at(const struct file *file, gsize offset, gsize size) {
    return offset <= file->size && size <= file->size - offset ? file->data + offset : NULL;
}

static const ElfW(Shdr) *
    find_section(const struct file *file, const ElfW(Ehdr) * header, unsigned type) {
    const ElfW(Shdr) *sections =
        at(file, header->e_shoff, (gsize) header->e_shnum * sizeof(*sections));
    for (unsigned i = 0; sections != NULL && i < header->e_shnum; i++) {
        if (sections[i].sh_type == type)
            return &sections[i];
    }
    return NULL;
}

static gboolean is_exported(const ElfW(Sym) * symbol) {
    unsigned binding = symbol->st_info >> 4;
    unsigned visibility = symbol->st_other & 3;
    return symbol->st_shndx != SHN_UNDEF && binding != STB_LOCAL &&
           (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

static GStrv read_names(const struct file *file, const ElfW(Ehdr) * header) {
    const ElfW(Shdr) *table = find_section(file, header, SHT_DYNSYM);
    const ElfW(Shdr) *sections =
        at(file, header->e_shoff, (gsize) header->e_shnum * sizeof(*sections));
    if (table == NULL || table->sh_link >= header->e_shnum)
        return NULL;
    const ElfW(Shdr) *text = &sections[table->sh_link];
    const ElfW(Sym) *symbols = at(file, table->sh_offset, table->sh_size);
    const char *names = at(file, text->sh_offset, text->sh_size);
    if (symbols == NULL || names == NULL)
        return NULL;
    g_autoptr(GStrvBuilder) found = g_strv_builder_new();
    for (gsize i = 0; i < table->sh_size / sizeof(*symbols); i++) {
        if (!is_exported(&symbols[i]) || symbols[i].st_name >= text->sh_size)
            continue;
        g_autofree char *name =
            g_strndup(names + symbols[i].st_name, text->sh_size - symbols[i].st_name);
        g_strv_builder_add(found, name);
    }
    return g_strv_builder_end(found);
}

static GStrv read_needed(const struct file *file, const ElfW(Ehdr) * header) {
    const ElfW(Shdr) *table = find_section(file, header, SHT_DYNAMIC);
    const ElfW(Shdr) *sections =
        at(file, header->e_shoff, (gsize) header->e_shnum * sizeof(*sections));
    if (table == NULL || table->sh_link >= header->e_shnum)
        return NULL;
    const ElfW(Shdr) *text = &sections[table->sh_link];
    const ElfW(Dyn) *entries = at(file, table->sh_offset, table->sh_size);
    const char *names = at(file, text->sh_offset, text->sh_size);
    if (entries == NULL || names == NULL)
        return NULL;
    g_autoptr(GStrvBuilder) found = g_strv_builder_new();
    for (gsize i = 0; i < table->sh_size / sizeof(*entries); i++) {
        gsize offset = entries[i].d_un.d_val;
        if (entries[i].d_tag != DT_NEEDED || offset >= text->sh_size)
            continue;
        g_autofree char *name = g_strndup(names + offset, text->sh_size - offset);
        g_strv_builder_add(found, name);
    }
    return g_strv_builder_end(found);
}

/* What `read` finds in a file; NULL as the header says. */
static GStrv read_from(const char *path,
                       GStrv (*read)(const struct file *file, const ElfW(Ehdr) * header)) {
    g_autoptr(GMappedFile) mapped = g_mapped_file_new(path, FALSE, NULL);
    if (mapped == NULL)
        return NULL;
    struct file file = {g_mapped_file_get_contents(mapped), g_mapped_file_get_length(mapped)};
    const ElfW(Ehdr) *header = at(&file, 0, sizeof(*header));
    if (header == NULL || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
        header->e_shentsize != sizeof(ElfW(Shdr)))
        return NULL;
    return read(&file, header);
}

GStrv exports_read(const char *path) {
    return read_from(path, read_names);
}

GStrv exports_needed(const char *path) {
    return read_from(path, read_needed);
}
