/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Is a database in memory, so that reading it does not wait for a disk?
 */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>

/* True when the file is, but for a few pages that nobody asks for. If some are not, `fetch` begins to
 * read them. False when it cannot be told. */
bool warmth_measure(sqlite3 *db, bool fetch);
