/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The symbols that a shared object exports, and the libraries it needs, read from its file.
 */
#pragma once

#include <glib.h>

/* Names, ends in NULL; NULL: the file cannot be read, or is no shared object of this machine. */
GStrv exports_read(const char *path);
/* Names of libraries, such as "libc.so.6"; as above. */
GStrv exports_needed(const char *path);
