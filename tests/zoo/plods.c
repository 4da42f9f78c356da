/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Takes 2 ms for each request, on a thread of its own.
 */
#include "slow.h"

static const struct boot_host_provider table = {
    ANIMAL("plods"),
    .open = animal_open,
    .decide = slow_decide,
};

BOOT_HOST_PROVIDER(table);
