/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Has doors, but cannot be opened.
 */
#include "animal.h"

static const struct boot_host_provider table = {
    ANIMAL("no-open"),
    .decide = animal_pass,
};

BOOT_HOST_PROVIDER(table);
