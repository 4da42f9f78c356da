/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Lets allocations of one module fail, and of no other: the module's own references to malloc and
 * its kin are bent to functions of ours. Libraries that it uses, and the host, are not concerned.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

/* Bends the references of the object that was loaded from `path`. FALSE: it has none. */
gboolean allocation_hook(const char *path);

/* From now on, counted from 1, allocations `first` to `last` fail; 0, 0: none. */
void allocation_fail(uint32_t first, uint32_t last);
/* How many there were since. */
uint32_t allocation_count(void);
