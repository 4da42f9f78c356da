/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Works before anybody has asked it to: when it is loaded.
 */
#include "../../zoo/animal.h"

#include <stdlib.h>

__attribute__((constructor)) static void rise(void) {
    setenv("EARLY_BIRD", "worm", 1);
}

static const struct boot_host_provider table = {
    ANIMAL("early-bird"),
    .open = animal_open,
    .decide = animal_pass,
};

BOOT_HOST_PROVIDER(table);
