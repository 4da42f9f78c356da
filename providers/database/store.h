/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The connection to the database file, with its prepared statements. One thread at a time.
 */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "schema.h"

struct store {
    const char *path;  /* lent */
    const char *query; /* the administrator's own; NULL: our tables. Lent */
    bool prefer_uuid;
    bool may_create; /* the file and its tables; only while the provider is opened */
    bool read_only;
    int busy_ms;

    sqlite3 *db; /* NULL: not open */
    sqlite3_stmt *device;
    sqlite3_stmt *boot_file; /* NULL with an own query, as the next one */
    sqlite3_stmt *facts;
    dev_t device_number; /* of the file that is open */
    ino_t inode;
    ino_t log_inode; /* of its write-ahead log; 0: it has none */
};

/* Opens the file, or opens it anew when another one lies under its name. 0, or a negative errno with
 * a problem; -ENOENT: there is no file. */
int32_t store_ready(struct store *store, char problem[PROBLEM_MAX]);
void store_close(struct store *store);

/* The errno for the connection's last error. */
int32_t store_errno(const struct store *store);
