/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From a file to a module: the only user of <ltdl.h>.
 *
 * What is demanded of the file: an absolute path that ends in ".so" (no search path, no .la), a
 * regular file, owned by root or by the user we run as, not writable by others, in a folder that
 * is not open to others either.
 *
 * "-z now": libltdl binds lazily, so that a missing symbol would show up as a crash in the middle
 * of a request. Demanding the linker flag would shut out modules built by a plain `cc -shared`,
 * which the contract promises to take. So the file is first opened by dlopen (RTLD_NOW): every
 * symbol is resolved there, whatever the module was linked with, and what fails has the dynamic
 * linker's real words. Only then libltdl gets it, from memory.
 *
 * Modules are resident: they are never unmapped, since types, threads and thread-local destructors
 * of a module cannot leave with it.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "provider/handshake.h"

struct module {
    gatomicrefcount refs;
    char *path;               /* of the file that is mapped; NULL: part of this program */
    char *origin;             /* of the file that it is a private copy of; NULL: it is none */
    char *hash;               /* of its content, SHA-256 in hexadecimal; NULL: not a copy */
    struct provider provider; /* after the handshake */
};

/* May this file be loaded, by its owner and mode? NULL: yes; else why not and what to do. Free with
 * g_free. */
char *module_judge(const char *path);

/* Loads a module and shakes hands. NULL on failure, with *ret_error saying which file, why, and
 * what to do; free that with g_free. Blocks; any thread. */
struct module *module_load(const char *path, char **ret_error);

/* The same for a private copy of `origin`, by whose path all messages call it; `hash`: of its
 * content. */
struct module *module_load_copy(const char *path, const char *origin, const char *hash,
                                char **ret_error);

/* The same for an open file that was judged before, and that may lie where we cannot look any more:
 * for a process of its own. `path` is what it is called. */
struct module *module_load_descriptor(int file, const char *path, char **ret_error);

/* A module whose table is part of this program. The same handshake, no file. */
struct module *module_new_builtin(const struct boot_host_provider *table, char **ret_error);

/* The file that `module = WORD` means (`folder` may be NULL: none is known): WORD itself when it is
 * an absolute path, else FOLDER/WORD.so. NULL, with *ret_error, when there is none; a near miss is
 * named. */
char *module_find(const char *folder, const char *word, char **ret_error);

struct module *module_ref(struct module *module);
/* The file stays mapped. */
void module_unref(struct module *module);

/* Where it came from, for people: the path that an administrator knows, or "built-in". */
const char *module_get_origin(const struct module *module);
