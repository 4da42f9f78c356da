/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One configured instance, and what it makes of a device that it found.
 */
#pragma once

#include <boothost/host.h>

#include "store.h"

struct database {
    const struct boot_host *host;
    const struct boot_host_config *config;
    struct store store;
    int32_t unknown;  /* the verdict for a device that is not found */
    bool is_absent;   /* a check found no file: every client is unknown */
    bool was_failing; /* the last lookup failed: log the next success */
};

/* The row of store.device is one of our tables. Returns the verdict. */
int32_t device_use(const struct database *database, const struct boot_host_request *request,
                   struct boot_host_reply *reply);

/* The row is of the administrator's query: boot_file and action mean what they say, all other
 * columns are facts. Returns the verdict. */
int32_t device_use_row(const struct database *database, struct boot_host_reply *reply);
