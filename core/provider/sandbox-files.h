/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which files a provider's process may reach: Landlock rules, where the kernel has Landlock
 * (5.13 and later, unless it was built or started without). Elsewhere the process's user is what
 * limits it, and `boothost check` says so.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "provider/sandbox.h"

struct sandbox_files;

/* Does this kernel know Landlock? */
bool sandbox_files_are_confined(void);

/* Looks the paths up; those that do not exist are left out. NULL: *ret_error says why. */
struct sandbox_files *sandbox_files_new(const struct sandbox *sandbox, GError **ret_error);
void sandbox_files_free(struct sandbox_files *files);
/* From now on nothing else can be opened. Needs no_new_privs. */
bool sandbox_files_enforce(struct sandbox_files *files, GError **ret_error);
