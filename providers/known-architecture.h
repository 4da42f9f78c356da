/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * For the open of providers whose settings hold architecture names: is there one of this name?
 */
#pragma once

#include <stdbool.h>
#include <string.h>

#include <boothost/host.h>

/* True, too, when the host is too old to say; then a wrong name just never matches. */
static inline bool known_architecture(const struct boot_host *host, const char *name) {
    if (!BOOT_HOST_HAS(host, architecture_name))
        return true;
    const char *known = NULL;
    for (uint32_t i = 0; (known = host->architecture_name(host, i)) != NULL; i++) {
        if (strcmp(known, name) == 0)
            return true;
    }
    return false;
}
