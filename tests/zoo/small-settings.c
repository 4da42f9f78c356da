/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Says that its settings are smaller than they are.
 */
#include "animal.h"

static const struct boot_host_setting settings[] = {
    {"colour", BOOT_HOST_TEXT, 0, NULL, "of the fur"},
};

static const struct boot_host_provider table = {
    ANIMAL("small-settings"), .setting_count = 1,  .setting_size = 8,
    .settings = settings,     .open = animal_open, .decide = animal_pass,
};

BOOT_HOST_PROVIDER(table);
