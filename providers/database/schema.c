/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Version 1 of the tables. Spellings are checked on the way in, so that a lookup is one comparison
 * of bytes and a device cannot be missed for an upper-case letter.
 */
#include "schema.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#define APPLICATION_ID 1651469172 /* "boot" */

#define HEX2 "[0-9a-f][0-9a-f]"
#define HEX4 HEX2 HEX2

static const char create[] =
    "PRAGMA journal_mode = WAL;" /* lookups go on while somebody writes */
    "BEGIN IMMEDIATE;"
    "CREATE TABLE device ("
    "  id INTEGER PRIMARY KEY,"
    "  mac TEXT UNIQUE CONSTRAINT \"a MAC like 52:54:00:12:34:56\" CHECK (mac GLOB '" HEX2 ":" HEX2
    ":" HEX2 ":" HEX2 ":" HEX2 ":" HEX2 "'),"
    "  uuid TEXT UNIQUE CONSTRAINT \"a lower-case UUID with dashes\" CHECK (uuid GLOB '" HEX4 HEX4
    "-" HEX4 "-" HEX4 "-" HEX4 "-" HEX4 HEX4 HEX4 "'),"
    "  name TEXT,"
    "  owner TEXT,"
    "  \"group\" TEXT,"
    "  image TEXT,"
    "  boot_file TEXT,"
    "  action TEXT NOT NULL DEFAULT 'boot' CONSTRAINT \"boot, local or deny\" CHECK (action IN "
    "('boot', 'local', 'deny')),"
    "  CONSTRAINT \"a MAC or a UUID\" CHECK (mac IS NOT NULL OR uuid IS NOT NULL));"
    "CREATE TABLE device_boot_file ("
    "  device INTEGER NOT NULL REFERENCES device (id) ON DELETE CASCADE,"
    "  client TEXT NOT NULL,"
    "  boot_file TEXT NOT NULL,"
    "  PRIMARY KEY (device, client)) WITHOUT ROWID;"
    "CREATE TABLE device_fact ("
    "  device INTEGER NOT NULL REFERENCES device (id) ON DELETE CASCADE,"
    "  name TEXT NOT NULL CONSTRAINT \"a fact's name: a-z 0-9 _ -\" CHECK (name <> '' AND name NOT "
    "GLOB '*[^a-z0-9_-]*'),"
    "  value TEXT NOT NULL,"
    "  PRIMARY KEY (device, name)) WITHOUT ROWID;"
    "PRAGMA application_id = 1651469172;"
    "PRAGMA user_version = 1;"
    "COMMIT;";

#define DEVICE_WHERE(condition)                                                                    \
    "SELECT id, mac, uuid, name, owner, \"group\", image, boot_file, action"                       \
    " FROM device WHERE " condition

const char schema_device_query[] = DEVICE_WHERE("mac = :mac") " UNION ALL " DEVICE_WHERE(
    "uuid = :uuid") " UNION ALL " DEVICE_WHERE("uuid = :uuid_swapped");
const char schema_extras_query[] =
    "SELECT EXISTS (SELECT 1 FROM device_fact), EXISTS (SELECT 1 FROM device_boot_file)";
const char schema_boot_file_query[] =
    "SELECT client, boot_file FROM device_boot_file WHERE device = ?1";
const char schema_fact_query[] = "SELECT name, value FROM device_fact WHERE device = ?1";

void problem_set(char problem[PROBLEM_MAX], const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    (void) vsnprintf(problem, PROBLEM_MAX, format, arguments);
    va_end(arguments);
}

/* The one number that a query gives. */
static int read_number(sqlite3 *db, const char *query, int64_t *ret_number) {
    sqlite3_stmt *statement = NULL;
    int status = sqlite3_prepare_v2(db, query, -1, &statement, NULL);
    if (status == SQLITE_OK)
        status = sqlite3_step(statement);
    if (status == SQLITE_ROW)
        *ret_number = sqlite3_column_int64(statement, 0);
    (void) sqlite3_finalize(statement);
    return status;
}

static int32_t schema_create(sqlite3 *db, char problem[PROBLEM_MAX]) {
    if (sqlite3_exec(db, create, NULL, NULL, NULL) == SQLITE_OK)
        return 0;
    problem_set(problem, "the tables cannot be made: %s", sqlite3_errmsg(db));
    if (sqlite3_get_autocommit(db) == 0)
        (void) sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return -EIO;
}

int32_t schema_ensure(sqlite3 *db, bool may_create, char problem[PROBLEM_MAX]) {
    int64_t version = 0;
    int64_t application = 0;
    int64_t tables = 0;
    if (read_number(db, "PRAGMA user_version", &version) != SQLITE_ROW ||
        read_number(db, "PRAGMA application_id", &application) != SQLITE_ROW ||
        read_number(db, "SELECT count(*) FROM sqlite_master", &tables) != SQLITE_ROW) {
        problem_set(problem, "cannot be read: %s", sqlite3_errmsg(db));
        return -EIO;
    }
    if (tables == 0 && may_create)
        return schema_create(db, problem);
    if (tables == 0) {
        problem_set(problem, "holds no tables yet; they are made when the daemon starts");
        return -ENODATA;
    }
    if (application != APPLICATION_ID) {
        problem_set(problem, "is a database of another program; write a query of your own to use "
                             "it, or name another file");
        return -EPROTO;
    }
    if (version == SCHEMA_VERSION)
        return 0;
    problem_set(problem,
                "has the tables of version %lld, and this module knows version %d; use the "
                "boothost that made it, or a copy from before",
                (long long) version, SCHEMA_VERSION);
    return -EPROTO;
}
