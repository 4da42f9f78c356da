/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Facts as JSON on standard output: the forms that JSON.md promises.
 */
#pragma once

#include <glib.h>

/* Several lines, for people and programs. `facts` is lent. */
void json_print(GVariant *facts);

/* One line, for streams. */
void json_print_line(GVariant *facts);
