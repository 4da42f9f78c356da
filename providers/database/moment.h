/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A state of the database file, to tell whether it has changed since.
 *
 * In WAL mode every reader and writer of the file maps the same wal-index, whose header names the
 * last commit (https://www.sqlite.org/walformat.html, section 2.1). SQLite compares these 48 bytes
 * when it begins to read, to see whether its own page cache still counts; we compare them, too. That
 * is exact, also for commits of other processes, and is neither a system call nor a lock.
 */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#define MOMENT_WORDS 12

/* The wal-index of an open file, as SQLite has mapped it. */
typedef const volatile uint32_t *moment_header;

struct moment {
    uint64_t edition; /* which file; without a wal-index also which state of it */
    uint32_t header[MOMENT_WORDS];
};

/* NULL when the file is not in WAL mode. Lives as long as the connection; read from it first. */
moment_header moment_find_header(sqlite3 *db);

/* The state of now. `header` may be NULL. */
void moment_read(struct moment *moment, uint64_t edition, moment_header header);
/* Is it still the state of now? */
bool moment_is_now(const struct moment *moment, uint64_t edition, moment_header header);
bool moment_is_equal(const struct moment *a, const struct moment *b);
