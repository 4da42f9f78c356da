/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Words that people write: times, yes and no, and the nearest known word to a misspelt one.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

/* "300ms", "2s", "5min", "1h", "250us", or "0"; in microseconds, never negative. FALSE: neither. */
gboolean text_parse_duration(const char *text, int64_t *ret_us);

/* "64M", "512K", "2G", or plain bytes; K, M and G are powers of 1024. FALSE: none of these. */
gboolean text_parse_size(const char *text, int64_t *ret_bytes);

/* yes, true, on, 1; no, false, off, 0; any case. */
gboolean text_parse_boolean(const char *text, gboolean *ret_value);

/* A decimal number within bounds; blanks around it are allowed, nothing else. */
gboolean text_parse_integer(const char *text, int64_t least, int64_t most, int64_t *ret_value);

/* The candidate that is at most a third of the word's letters away, the nearest first; NULL when
 * none is near. `candidates` ends in NULL. */
const char *text_nearest(const char *word, const char *const *candidates);

/* Valid UTF-8? Plain ASCII, which nearly all text is, is looked at a word at a time. */
gboolean text_is_utf8(const char *text, gsize size);

/* Items separated by ";", blanks around them stripped, empty ones left out. Never NULL. */
GStrv text_split_list(const char *text);
