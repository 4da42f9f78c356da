/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: is a module's file whole? The dynamic linker maps a file by what its headers say and does
 * not look how long the file is: a copy that was cut short, as one in the middle of being written
 * is, would stop the daemon with SIGBUS.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* False: some part that the headers name lies beyond the end. What is no shared object of this
 * machine at all passes: the dynamic linker refuses that with words of its own. */
bool image_is_whole(const void *data, size_t size);
