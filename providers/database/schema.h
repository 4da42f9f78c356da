/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The tables that the provider makes, and their version.
 */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCHEMA_VERSION 1 /* PRAGMA user_version */

/* What is wrong, for the administrator. */
#define PROBLEM_MAX 512
__attribute__((format(printf, 2, 3))) void problem_set(char problem[PROBLEM_MAX],
                                                       const char *format, ...);

/* Makes sure that `db` has the tables in the version we know, and makes them when it is empty and
 * `may_create` is true. 0, or a negative errno with a problem: -EPROTO for a foreign or newer one,
 * -ENODATA for an empty one that must not be filled. */
int32_t schema_ensure(sqlite3 *db, bool may_create, char problem[PROBLEM_MAX]);

/* The devices of :mac, of :uuid and of :uuid_swapped, in this order; the same one may come twice. One
 * by one: whoever has seen enough leaves the others unread. */
extern const char schema_device_query[];
/* Columns of that. */
enum device_column {
    DEVICE_ID,
    DEVICE_MAC,
    DEVICE_UUID,
    DEVICE_NAME,
    DEVICE_OWNER,
    DEVICE_GROUP,
    DEVICE_IMAGE,
    DEVICE_BOOT_FILE,
    DEVICE_ACTION,
};

/* Are there any rows for the next two? Two numbers, 0 or 1: most have no need to ask further. */
extern const char schema_extras_query[];
/* Client (an architecture, a loader, or "loader.architecture") and boot file of device ?1. */
extern const char schema_boot_file_query[];
/* Name and value of the further facts of device ?1. */
extern const char schema_fact_query[];
