/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The lists of the configuration, from settings and files, read into rules.
 */
#pragma once

#include <boothost/host.h>

#include "rules.h"

/* Fills and sorts `rules`. Reports every bad entry with its key and line. 0, -EINVAL, -ENOMEM. */
int32_t list_read_all(const struct boot_host *host, const struct boot_host_config *config,
                      struct rules *rules);
