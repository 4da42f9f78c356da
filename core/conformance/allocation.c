/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every call of malloc in a shared object goes through a slot of its global offset table, which the
 * relocations name. The dynamic linker has filled the slots; we fill them again.
 */
#include "conformance/allocation.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* malloc has no argument of the caller's, so this is the one state of the program that is not in
 * anybody's hand. It exists in a child process that tests one module and ends. */
static struct {
    _Atomic uint32_t count;
    _Atomic uint32_t first;
    _Atomic uint32_t last;
} allocations;

static gboolean is_refused(void) {
    uint32_t number = ++allocations.count;
    gboolean refused = number >= allocations.first && number <= allocations.last;
    if (refused)
        errno = ENOMEM;
    return refused;
}

void allocation_fail(uint32_t first, uint32_t last) {
    allocations.count = 0;
    allocations.first = first;
    allocations.last = last;
}

uint32_t allocation_count(void) {
    return allocations.count;
}

/* ---- What the module calls instead ----------------------------------------------------------- */

static void *refusing_malloc(size_t size) {
    return is_refused() ? NULL : malloc(size);
}

static void *refusing_calloc(size_t count, size_t size) {
    return is_refused() ? NULL : calloc(count, size);
}

static void *refusing_realloc(void *old, size_t size) {
    return is_refused() ? NULL : realloc(old, size);
}

static void *refusing_reallocarray(void *old, size_t count, size_t size) {
    return is_refused() ? NULL : reallocarray(old, count, size);
}

static void *refusing_aligned_alloc(size_t alignment, size_t size) {
    return is_refused() ? NULL : aligned_alloc(alignment, size);
}

static int refusing_posix_memalign(void **ret_memory, size_t alignment, size_t size) {
    return is_refused() ? ENOMEM : posix_memalign(ret_memory, alignment, size);
}

static char *refusing_strdup(const char *text) {
    return is_refused() ? NULL : strdup(text);
}

static char *refusing_strndup(const char *text, size_t size) {
    return is_refused() ? NULL : strndup(text, size);
}

struct replacement {
    const char *name;
    void *function;
};

/* The new function for a name; NULL: it is none of these. */
static void *find_replacement(const char *name) {
    const struct replacement all[] = {
        {"malloc", (void *) refusing_malloc},
        {"calloc", (void *) refusing_calloc},
        {"realloc", (void *) refusing_realloc},
        {"reallocarray", (void *) refusing_reallocarray},
        {"aligned_alloc", (void *) refusing_aligned_alloc},
        {"posix_memalign", (void *) refusing_posix_memalign},
        {"strdup", (void *) refusing_strdup},
        {"strndup", (void *) refusing_strndup},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
        if (strcmp(all[i].name, name) == 0)
            return all[i].function;
    }
    return NULL;
}

/* ---- The module's table ---------------------------------------------------------------------- */

struct object {
    const char *path;
    ElfW(Addr) base;
    const ElfW(Sym) * symbols;
    const char *names;
    unsigned bent;
};

/* Most linkers have made these addresses absolute, some leave them as in the file. */
static ElfW(Addr) absolute(const struct object *object, ElfW(Addr) address) {
    return address < object->base ? address + object->base : address;
}

static void bend(struct object *object, ElfW(Addr) offset, size_t symbol) {
    const char *name = object->names + object->symbols[symbol].st_name;
    void *replacement = find_replacement(name);
    if (replacement == NULL)
        return;
    void **slot = (void **) (object->base + offset);
    if (*slot != dlsym(RTLD_DEFAULT, name))
        return;
    uintptr_t page = (uintptr_t) sysconf(_SC_PAGESIZE);
    void *start = (void *) ((uintptr_t) slot & ~(page - 1));
    if (mprotect(start, page, PROT_READ | PROT_WRITE) != 0)
        return;
    *slot = replacement;
    object->bent++;
}

#if __ELF_NATIVE_CLASS == 64
#define SYMBOL_OF(info) ELF64_R_SYM(info)
#else
#define SYMBOL_OF(info) ELF32_R_SYM(info)
#endif

static void bend_all(struct object *object, ElfW(Addr) table, size_t size, gboolean has_addends) {
    size_t step = has_addends ? sizeof(ElfW(Rela)) : sizeof(ElfW(Rel));
    for (size_t at = 0; table != 0 && at + step <= size; at += step) {
        const ElfW(Rel) *entry = (const ElfW(Rel) *) (absolute(object, table) + at);
        bend(object, entry->r_offset, SYMBOL_OF(entry->r_info));
    }
}

static void bend_dynamic(struct object *object, const ElfW(Dyn) * dynamic) {
    ElfW(Addr) values[DT_NUM] = {0};
    for (; dynamic->d_tag != DT_NULL; dynamic++) {
        if (dynamic->d_tag > 0 && dynamic->d_tag < DT_NUM)
            values[dynamic->d_tag] = dynamic->d_un.d_ptr;
    }
    object->symbols = (const ElfW(Sym) *) absolute(object, values[DT_SYMTAB]);
    object->names = (const char *) absolute(object, values[DT_STRTAB]);
    bend_all(object, values[DT_RELA], values[DT_RELASZ], TRUE);
    bend_all(object, values[DT_REL], values[DT_RELSZ], FALSE);
    bend_all(object, values[DT_JMPREL], values[DT_PLTRELSZ], values[DT_PLTREL] == DT_RELA);
}

static int visit(struct dl_phdr_info *info, size_t size, void *user) {
    struct object *object = user;
    if (strcmp(info->dlpi_name, object->path) != 0)
        return 0;
    object->base = info->dlpi_addr;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
            bend_dynamic(object, (const ElfW(Dyn) *) (object->base + info->dlpi_phdr[i].p_vaddr));
    }
    return 1;
}

gboolean allocation_hook(const char *path) {
    struct object object = {.path = path};
    dl_iterate_phdr(visit, &object);
    return object.bent > 0;
}
