/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private copies of modules, by content. A module that is mapped must never change under the daemon,
 * but package managers replace files and people overwrite them in place; and the dynamic linker
 * takes a path it has mapped before for the same module, whatever the file holds by now. So each
 * image is copied to STATE/module-copies/NAME-HASH.so, a name that no other has, and that copy is
 * mapped: once in the life of the process, however often it is asked for.
 */
#pragma once

#include <glib.h>

#include "provider/loader.h"

struct module_store;

/* Makes the folder STATE/module-copies, for us alone, and removes old copies: none is mapped yet. NULL,
 * with *ret_error saying what is in the way and what to do. One store a process. */
struct module_store *module_store_open(const char *state, char **ret_error);
void module_store_free(struct module_store *store);

/* The module that a file holds at this moment; what module_load demands of a file is demanded of
 * this one. NULL on failure, with *ret_error. Blocks; any thread. */
struct module *module_store_load(struct module_store *store, const char *path, char **ret_error);

/* The private copy of the file alone, which nobody has mapped yet: for a process of its own. Free
 * with g_free. NULL on failure, with *ret_error. *ret_hash (may be NULL; free with g_free) names the
 * content. Blocks; any thread. */
char *module_store_copy(struct module_store *store, const char *path, char **ret_hash,
                        char **ret_error);
