/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Finds something wrong with a setting, and says so.
 */
#include "animal.h"

static const struct boot_host_setting settings[] = {
    {"food", BOOT_HOST_TEXT, 0, NULL, "what it eats"},
};

static int32_t open_hungry(const struct boot_host *host, const struct boot_host_config *config,
                           uint32_t flags, void **ret_instance) {
    host->config_error(config, "food", 0, "it does not eat that");
    return -22;
}

static const struct boot_host_provider table = {
    ANIMAL("fails-open"), .setting_count = 1,  .setting_size = sizeof(settings[0]),
    .settings = settings, .open = open_hungry, .decide = animal_pass,
};

BOOT_HOST_PROVIDER(table);
