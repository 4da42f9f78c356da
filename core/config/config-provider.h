/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The groups [provider NAME]: the host's own keys become typed, all others are kept for the
 * provider's schema.
 */
#pragma once

#include <glib.h>

struct key_file;

/* Appends a struct instance_config * for each of `names` (ends in NULL), in their order, and names
 * groups that no chain uses as warnings. `where`: of the chain's line. */
void config_provider_read_all(const struct key_file *file, const char *const *names,
                              const char *where, const char *folder, GPtrArray *instances,
                              GPtrArray *problems);
