/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The connection to the database file, with its prepared statements. One thread at a time.
 */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "moment.h"
#include "parameters.h"
#include "schema.h"

struct store {
    const char *path;  /* lent */
    const char *query; /* the administrator's own; NULL: our tables. Lent */
    bool prefer_uuid;
    bool may_create; /* the file and its tables; only while the provider is opened */
    bool read_only;
    int busy_ms;

    struct parameters parameters; /* of the device query: the same each time the file is opened */
    bool is_steady;               /* its result depends on parameters and tables alone */

    sqlite3 *db; /* NULL: not open */
    sqlite3_stmt *device;
    sqlite3_stmt *boot_files; /* NULL with an own query, as the next two */
    sqlite3_stmt *facts;
    sqlite3_stmt *extras;
    sqlite3_stmt *version;
    sqlite3_stmt *begin;
    sqlite3_stmt *end;
    moment_header header; /* NULL: no write-ahead log */
    int64_t last_version;
    bool is_patient; /* waits for writers */
    bool is_reading; /* holds on to the state `reading` of the file */
    struct moment reading;
    bool has_facts; /* there are some, of whatever device */
    bool has_boot_files;
    dev_t device_number; /* of the file that is open */
    ino_t inode;
    ino_t log_inode; /* of its write-ahead log; 0: it has none */
};

/* Is it open, and still the file under its name? */
bool store_is_current(const struct store *store);
/* Opens the file, or opens it anew when another one lies under its name. 0, or a negative errno with
 * a problem; -ENOENT: there is no file. */
int32_t store_ready(struct store *store, char problem[PROBLEM_MAX]);
void store_close(struct store *store);

/* Waits for a writer as long as is configured, or not at all. */
void store_set_patience(struct store *store, bool is_patient);

/* Before a lookup: begins to read, or goes on with the state it is reading as long as that is the
 * newest. So many lookups take SQLite's locks once. 0 or a negative errno. */
int32_t store_begin(struct store *store);
/* Lets go of the state: do so after a while, since the write-ahead log cannot begin anew meanwhile. */
void store_end(struct store *store);

/* Has another connection written since this was last asked? For files without write-ahead log; true
 * when it cannot be told. */
bool store_has_changed(struct store *store);

/* The errno for the connection's last error. */
int32_t store_errno(const struct store *store);
