/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Two settings of one name.
 */
#include "animal.h"

static const struct boot_host_setting settings[] = {
    {"colour", BOOT_HOST_TEXT, 0, NULL, "of the fur"},
    {"size", BOOT_HOST_INTEGER, 0, "3", "in hands"},
    {"colour", BOOT_HOST_TEXT, 0, NULL, "of the eyes"},
};

static const struct boot_host_provider table = {
    ANIMAL("duplicate-settings"), .setting_count = 3,  .setting_size = sizeof(settings[0]),
    .settings = settings,         .open = animal_open, .decide = animal_pass,
};

BOOT_HOST_PROVIDER(table);
