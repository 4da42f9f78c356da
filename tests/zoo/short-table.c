/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Its table ends before the doors.
 */
#include "animal.h"

static const struct boot_host_provider table = {
    .size = offsetof(struct boot_host_provider, decide),
    .abi = BOOT_HOST_ABI,
    .name = "short-table",
    .version = "1.0",
    .summary = "An animal of the zoo",
    .open = animal_open,
    .decide = animal_pass,
};

BOOT_HOST_PROVIDER(table);
