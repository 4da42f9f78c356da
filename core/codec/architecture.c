/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IANA "Processor Architecture Types", dhcpv6-parameters registry, as one table.
 */
#include "codec/architecture.h"

#include <string.h>

enum trait {
    UEFI = 1 << 0,
    BIOS = 1 << 1,
    HTTP = 1 << 2,
};

struct architecture {
    const char *name;
    const char *title;
    unsigned traits;
};

/* Indexed by code. Equal names are one set; its first code is the one clients should send. */
static const struct architecture architectures[] = {
    [0x00] = {"x86-bios", "x86 BIOS", BIOS},
    [0x01] = {"nec-pc98", "NEC PC98", BIOS},
    [0x02] = {"itanium-uefi", "Itanium UEFI", UEFI},
    [0x03] = {"alpha", "DEC Alpha", 0},
    [0x04] = {"arc-x86", "Arc x86", 0},
    [0x05] = {"intel-lean", "Intel Lean Client", 0},
    [0x06] = {"ia32-uefi", "x86 UEFI", UEFI},
    [0x07] = {"x64-uefi", "x64 UEFI", UEFI},
    [0x08] = {"xscale-uefi", "XScale UEFI", UEFI},
    [0x09] = {"x64-uefi", "EBC, or x64 UEFI as RFC 4578 printed it", UEFI},
    [0x0a] = {"arm32-uefi", "ARM 32-bit UEFI", UEFI},
    [0x0b] = {"arm64-uefi", "ARM 64-bit UEFI", UEFI},
    [0x0c] = {"ppc-openfirmware", "PowerPC Open Firmware", 0},
    [0x0d] = {"ppc-epapr", "PowerPC ePAPR", 0},
    [0x0e] = {"ppc-opal", "POWER OPAL v3", 0},
    [0x0f] = {"ia32-uefi-http", "x86 UEFI, HTTP boot", UEFI | HTTP},
    [0x10] = {"x64-uefi-http", "x64 UEFI, HTTP boot", UEFI | HTTP},
    [0x11] = {"ebc-uefi-http", "EBC, HTTP boot", UEFI | HTTP},
    [0x12] = {"arm32-uefi-http", "ARM 32-bit UEFI, HTTP boot", UEFI | HTTP},
    [0x13] = {"arm64-uefi-http", "ARM 64-bit UEFI, HTTP boot", UEFI | HTTP},
    [0x14] = {"x86-bios-http", "x86 BIOS, HTTP boot", BIOS | HTTP},
    [0x15] = {"arm32-uboot", "ARM 32-bit U-Boot", 0},
    [0x16] = {"arm64-uboot", "ARM 64-bit U-Boot", 0},
    [0x17] = {"arm32-uboot-http", "ARM 32-bit U-Boot, HTTP boot", HTTP},
    [0x18] = {"arm64-uboot-http", "ARM 64-bit U-Boot, HTTP boot", HTTP},
    [0x19] = {"riscv32-uefi", "RISC-V 32-bit UEFI", UEFI},
    [0x1a] = {"riscv32-uefi-http", "RISC-V 32-bit UEFI, HTTP boot", UEFI | HTTP},
    [0x1b] = {"riscv64-uefi", "RISC-V 64-bit UEFI", UEFI},
    [0x1c] = {"riscv64-uefi-http", "RISC-V 64-bit UEFI, HTTP boot", UEFI | HTTP},
    [0x1d] = {"riscv128-uefi", "RISC-V 128-bit UEFI", UEFI},
    [0x1e] = {"riscv128-uefi-http", "RISC-V 128-bit UEFI, HTTP boot", UEFI | HTTP},
    [0x1f] = {"s390-basic", "s390 Basic", 0},
    [0x20] = {"s390-extended", "s390 Extended", 0},
    [0x21] = {"mips32-uefi", "MIPS 32-bit UEFI", UEFI},
    [0x22] = {"mips64-uefi", "MIPS 64-bit UEFI", UEFI},
    [0x23] = {"sunway32-uefi", "Sunway 32-bit UEFI", UEFI},
    [0x24] = {"sunway64-uefi", "Sunway 64-bit UEFI", UEFI},
    [0x25] = {"loongarch32-uefi", "LoongArch 32-bit UEFI", UEFI},
    [0x26] = {"loongarch32-uefi-http", "LoongArch 32-bit UEFI, HTTP boot", UEFI | HTTP},
    [0x27] = {"loongarch64-uefi", "LoongArch 64-bit UEFI", UEFI},
    [0x28] = {"loongarch64-uefi-http", "LoongArch 64-bit UEFI, HTTP boot", UEFI | HTTP},
    [0x29] = {"raspberry-pi", "ARM Raspberry Pi boot", 0},
};

#define CODE_COUNT (sizeof architectures / sizeof architectures[0])

static const struct architecture *lookup(uint16_t code) {
    return code < CODE_COUNT ? &architectures[code] : NULL;
}

static bool has_trait(uint16_t code, enum trait trait) {
    const struct architecture *found = lookup(code);
    return found != NULL && (found->traits & trait) != 0;
}

const char *architecture_name(uint16_t code) {
    const struct architecture *found = lookup(code);
    return found != NULL ? found->name : NULL;
}

const char *architecture_title(uint16_t code) {
    const struct architecture *found = lookup(code);
    return found != NULL ? found->title : NULL;
}

bool architecture_has_code(const char *name, uint16_t code) {
    const struct architecture *found = lookup(code);
    return found != NULL && strcmp(found->name, name) == 0;
}

bool architecture_code(const char *name, uint16_t *ret_code) {
    for (uint16_t code = 0; code < CODE_COUNT; code++) {
        if (strcmp(architectures[code].name, name) == 0) {
            *ret_code = code;
            return true;
        }
    }
    return false;
}

const char *architecture_name_at(size_t index) {
    for (uint16_t code = 0; code < CODE_COUNT; code++) {
        uint16_t first = code;
        (void) architecture_code(architectures[code].name, &first);
        if (first != code)
            continue;
        if (index == 0)
            return architectures[code].name;
        index--;
    }
    return NULL;
}

bool architecture_is_uefi(uint16_t code) {
    return has_trait(code, UEFI);
}

bool architecture_is_bios(uint16_t code) {
    return has_trait(code, BIOS);
}

bool architecture_is_http(uint16_t code) {
    return has_trait(code, HTTP);
}
