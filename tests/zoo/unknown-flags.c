/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Asks for a way of being called that this host does not know.
 */
#include "animal.h"

static const struct boot_host_provider table = {
    ANIMAL("unknown-flags"),
    .flags = UINT32_C(0x40000000),
    .open = animal_open,
    .decide = animal_pass,
};

BOOT_HOST_PROVIDER(table);
