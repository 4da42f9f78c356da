/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: the types that a module's schema gives its settings: what may be written, as which number
 * it is handed out, and what people call it.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Is `text` a value of this type (BOOT_HOST_TEXT ...)? Of integers, booleans (0 or 1) and durations
 * (microseconds) *ret_number is the value; of all others 0. False: untouched. */
bool value_parse(uint32_t type, const char *text, int64_t *ret_number);

/* A duration as it would be written: "300ms". Free with g_free. */
char *value_format_duration(int64_t us);

/* The type's name, such as "duration", and what one writes for it, for people. Static text. */
const char *value_type_name(uint32_t type);
const char *value_type_help(uint32_t type);
