/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The named parameters of a query, such as :mac, and their values in a request.
 */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>

#include <boothost/host.h>

/* Returns a parameter of the statement that does not exist, or NULL. */
const char *parameters_find_unknown(sqlite3_stmt *statement);

/* All names, for a message. */
extern const char parameters_all[];

/* Binds them to what the request says; absent is NULL. The values are lent: run the statement before
 * the request is gone. `has_uuid` false: :uuid and :uuid_swapped are NULL. */
void parameters_bind(sqlite3_stmt *statement, const struct boot_host *host,
                     const struct boot_host_request *request, bool has_uuid);
