/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * For which machine a UEFI program is built: the two headers that say so (Microsoft PE/COFF,
 * sections 2 and 3.3). PURE: no heap, no I/O. Any thread.
 */
#pragma once

#include <stdbool.h>

#include "codec/cursor.h"

/* The headers lie within so many bytes of every program that firmware starts. */
#define PE_HEAD_MAX 65536

/* From the first bytes of a file; false: it is no such program, or its headers lie further on. */
bool pe_machine(struct span head, uint16_t *ret_machine);

/* "x64", "arm64" ...; NULL for a machine that UEFI does not know. Static text. */
const char *pe_machine_name(uint16_t machine);

/* Does firmware of an architecture (a name of codec/architecture.h, also those of HTTP Boot) start
 * a program for this machine? True when we cannot tell. EBC runs everywhere. */
bool pe_machine_fits(uint16_t machine, const char *architecture);
