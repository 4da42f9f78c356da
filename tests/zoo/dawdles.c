/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Says that it never blocks, and takes 2 ms for each request.
 */
#include "slow.h"

static const struct boot_host_provider table = {
    ANIMAL("dawdles"),
    .flags = BOOT_HOST_INLINE,
    .open = animal_open,
    .decide = slow_decide,
};

BOOT_HOST_PROVIDER(table);
