/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: errno by name, as org.boothost.Provider1 spells it: numbers differ between machines and
 * languages.
 */
#pragma once

/* "ENOENT" for 2; NULL for what has no name. Static text. */
const char *errno_name(int number);
/* 2 for "ENOENT"; 0 for a name that is not known. */
int errno_from_name(const char *name);
