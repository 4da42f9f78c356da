/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Has a setting that nobody can understand.
 */
#include "../../zoo/animal.h"

static const struct boot_host_setting settings[] = {
    {"mode", BOOT_HOST_TEXT, 0, NULL, NULL},
};

static const struct boot_host_provider table = {
    ANIMAL("no-help"),    .setting_count = 1,  .setting_size = sizeof(settings[0]),
    .settings = settings, .open = animal_open, .decide = animal_pass,
};

BOOT_HOST_PROVIDER(table);
