/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Built for a contract of another age.
 */
#include "animal.h"

static const struct boot_host_provider table = {
    .size = sizeof(struct boot_host_provider),
    .abi = (BOOT_HOST_ABI_MAJOR + 7) << 16 | 3,
    .name = "wrong-major",
    .version = "1.0",
    .summary = "An animal of the zoo",
    .open = animal_open,
    .decide = animal_pass,
};

BOOT_HOST_PROVIDER(table);
