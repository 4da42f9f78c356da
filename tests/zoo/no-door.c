/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Can be opened, but never asked.
 */
#include "animal.h"

static const struct boot_host_provider table = {
    ANIMAL("no-door"),
    .open = animal_open,
};

BOOT_HOST_PROVIDER(table);
