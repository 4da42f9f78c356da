/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * "Did you mean ...?": the known word that is nearest to a mistyped one, by edit distance.
 */
#pragma once

#include <glib.h>

/* Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`; G_MAXUINT for
 * words of more than 63 bytes. */
guint nearest_distance(const char *a, const char *b);

/* Keeps the better one of two: `best` (NULL: none yet) or `candidate`, whichever is nearer to `word`,
 * and neither when both are too far off to be meant. */
const char *nearest_better(const char *word, const char *best, const char *candidate);

/* The nearest of a NULL-ended list, or NULL when none is near. */
const char *nearest_word(const char *word, const char *const *known);
