/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The MS-DOS header names the place of the PE header, which begins with the machine.
 */
#include "codec/pe.h"

#include <string.h>

#define PE_POINTER_AT 0x3c

static const struct {
    uint16_t machine;
    const char *name;
    const char *architecture; /* all that begin with it */
} machines[] = {
    {0x014c, "IA32", "ia32-uefi"},
    {0x8664, "x64", "x64-uefi"},
    {0xaa64, "ARM64", "arm64-uefi"},
    {0x01c0, "ARM32", "arm32-uefi"},
    {0x01c2, "ARM32 (Thumb)", "arm32-uefi"},
    {0x01c4, "ARM32 (Thumb 2)", "arm32-uefi"},
    {0x0200, "Itanium", "itanium-uefi"},
    {0x5032, "RISC-V 32", "riscv32-uefi"},
    {0x5064, "RISC-V 64", "riscv64-uefi"},
    {0x5128, "RISC-V 128", "riscv128-uefi"},
    {0x6232, "LoongArch 32", "loongarch32-uefi"},
    {0x6264, "LoongArch 64", "loongarch64-uefi"},
    {0x0ebc, "EFI byte code", ""},
};
#define MACHINES (sizeof machines / sizeof machines[0])

/* PE is little-endian, wherever it runs. */
static uint32_t little(const uint8_t *at, unsigned bytes) {
    uint32_t value = 0;

    while (bytes-- > 0)
        value = value << 8 | at[bytes];
    return value;
}

bool pe_machine(struct span head, uint16_t *ret_machine) {
    if (head.size < PE_POINTER_AT + 4 || memcmp(head.data, "MZ", 2) != 0)
        return false;
    size_t at = little(head.data + PE_POINTER_AT, 4);
    if (at > head.size || head.size - at < 6 || memcmp(head.data + at, "PE\0\0", 4) != 0)
        return false;
    *ret_machine = (uint16_t) little(head.data + at + 4, 2);
    return true;
}

const char *pe_machine_name(uint16_t machine) {
    for (size_t i = 0; i < MACHINES; i++) {
        if (machines[i].machine == machine)
            return machines[i].name;
    }
    return NULL;
}

static bool is_known(const char *architecture) {
    for (size_t i = 0; i < MACHINES; i++) {
        const char *known = machines[i].architecture;
        if (known[0] != '\0' && strncmp(architecture, known, strlen(known)) == 0)
            return true;
    }
    return false;
}

bool pe_machine_fits(uint16_t machine, const char *architecture) {
    for (size_t i = 0; i < MACHINES; i++) {
        const char *wanted = machines[i].architecture;
        if (machines[i].machine == machine && strncmp(architecture, wanted, strlen(wanted)) == 0)
            return true;
    }
    return !is_known(architecture);
}
