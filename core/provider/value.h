/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: how the values of settings are written: numbers, yes and no, durations, lists. Used for the
 * host's own keys and, by their schema, for those of providers.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* All return false and leave the output alone when the text is not of their kind. Space around the
 * value is not theirs to forgive: the key file has stripped it. */
bool value_parse_integer(const char *text, int64_t *ret_number);
bool value_parse_boolean(const char *text, int64_t *ret_number); /* yes/no true/false on/off 1/0 */
/* 300ms, 2s, 5min, 1h, also 50us and a bare 0; in microseconds. */
bool value_parse_duration(const char *text, int64_t *ret_us);
/* Items between semicolons, stripped, empty ones left out. Free with g_strfreev. */
GStrv value_split_list(const char *text);

/* A duration as it would be written: "300ms". Free with g_free. */
char *value_format_duration(int64_t us);

/* Is `text` a value of this type (BOOT_HOST_TEXT ...)? The number is 0 for types that have none. */
bool value_parse(uint32_t type, const char *text, int64_t *ret_number);

/* The type's name, such as "duration", and what one writes for it, for people. Static text. */
const char *value_type_name(uint32_t type);
const char *value_type_help(uint32_t type);
