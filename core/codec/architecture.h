/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The IANA processor architecture types (options 93 and DHCPv6 61, RFC 5970 section 3.3) and the
 * stable names that configuration uses for them. A name stands for a SET of codes: RFC 4578 printed
 * 7 and 9 the other way round, so firmware sends either for x64, and "x64-uefi" covers both.
 * PURE: no heap, no I/O. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The name of a code, such as "x64-uefi" or "arm64-uefi-http"; NULL for a code IANA does
 * not list. */
const char *architecture_name(uint16_t code);

/* What IANA calls it, for people: "x64 UEFI". NULL as above. */
const char *architecture_title(uint16_t code);

/* True when the set called `name` holds `code`. */
bool architecture_has_code(const char *name, uint16_t code);

/* The code that a client of this architecture should send: 7 for "x64-uefi". False for a name
 * that does not exist. */
bool architecture_code(const char *name, uint16_t *ret_code);

/* All names in the order of their codes, each once: index 0, 1, ... until NULL. */
const char *architecture_name_at(size_t index);

/* Of the firmware behind the code; all false for unknown codes. HTTP boot and UEFI (or BIOS) may
 * both be true. */
bool architecture_is_uefi(uint16_t code);
bool architecture_is_bios(uint16_t code);
bool architecture_is_http(uint16_t code);
