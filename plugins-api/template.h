/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Facts and the templates that read them, as errors and text of the library's own.
 */
#pragma once

#include <glib.h>

/* `facts`: a{ss}; NULL: none. Later ones replace earlier ones. */
void template_add_facts(GHashTable *table, GVariant *facts);

/* The contract's expand over one or two tables of facts; either may be NULL. */
char *template_expand(GHashTable *facts, GHashTable *more, const char *text, GError **error);
