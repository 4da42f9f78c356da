/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * codec/pe: a machine is found only behind both signatures.
 */
#include "fuzz.h"

#include "codec/pe.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint16_t machine = 0;

    if (!pe_machine((struct span){data, size}, &machine))
        return 0;
    FUZZ_CHECK(memcmp(data, "MZ", 2) == 0);
    FUZZ_CHECK(memmem(data, size, "PE\0\0", 4) != NULL);
    FUZZ_CHECK(pe_machine_fits(machine, "no such architecture"));
    return 0;
}
