/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading the header of the wal-index. The mapping is SQLite's own: a descriptor of ours must never
 * be opened on these files, since closing it would drop SQLite's POSIX locks of this process.
 */
#include "moment.h"

#include <string.h>

#define INDEX_VERSION UINT32_C(3007000)
#define INDEX_REGION  32768 /* bytes of the mapping's first part, which begins with the header */

static bool has_write_ahead_log(sqlite3 *db) {
    sqlite3_stmt *statement = NULL;
    bool has = false;
    if (sqlite3_prepare_v2(db, "PRAGMA journal_mode", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        has = strcmp((const char *) sqlite3_column_text(statement, 0), "wal") == 0;
    (void) sqlite3_finalize(statement);
    return has;
}

moment_header moment_find_header(sqlite3 *db) {
    sqlite3_file *file = NULL;
    void volatile *region = NULL;
    if (!has_write_ahead_log(db) ||
        sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
        file == NULL || file->pMethods == NULL || file->pMethods->iVersion < 2 ||
        file->pMethods->xShmMap(file, 0, INDEX_REGION, 0, &region) != SQLITE_OK)
        return NULL;
    moment_header header = region;
    return header != NULL && header[0] == INDEX_VERSION ? header : NULL;
}

void moment_read(struct moment *moment, uint64_t edition, moment_header header) {
    moment->edition = edition;
    for (int i = 0; i < MOMENT_WORDS; i++)
        moment->header[i] = header != NULL ? header[i] : 0;
}

bool moment_is_now(const struct moment *moment, uint64_t edition, moment_header header) {
    bool is_now = moment->edition == edition;
    for (int i = 0; i < MOMENT_WORDS && is_now; i++)
        is_now = moment->header[i] == (header != NULL ? header[i] : 0);
    return is_now;
}

bool moment_is_equal(const struct moment *a, const struct moment *b) {
    return memcmp(a, b, sizeof *a) == 0;
}
