/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: the program headers of a shared object against the length of its file.
 */
#include "provider/image.h"

#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <string.h>

#define NATIVE_CLASS (sizeof(ElfW(Addr)) == 8 ? ELFCLASS64 : ELFCLASS32)

static bool fits(uint64_t offset, uint64_t length, size_t size) {
    return offset <= size && length <= size - offset;
}

bool image_is_whole(const void *data, size_t size) {
    const uint8_t *bytes = data;
    ElfW(Ehdr) header;
    if (size < EI_NIDENT || memcmp(bytes, ELFMAG, SELFMAG) != 0 || bytes[EI_CLASS] != NATIVE_CLASS)
        return true;
    if (size < sizeof(header))
        return false;
    memcpy(&header, bytes, sizeof(header));
    if (header.e_phentsize != sizeof(ElfW(Phdr)))
        return true;
    if (!fits(header.e_phoff, (uint64_t) header.e_phnum * sizeof(ElfW(Phdr)), size))
        return false;
    for (unsigned i = 0; i < header.e_phnum; i++) {
        ElfW(Phdr) part;
        memcpy(&part, bytes + header.e_phoff + i * sizeof(part), sizeof(part));
        if (!fits(part.p_offset, part.p_filesz, size))
            return false;
    }
    return true;
}
