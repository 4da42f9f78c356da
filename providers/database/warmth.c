/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Asking the kernel which pages of a file it has, by mincore().
 */
#include "warmth.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Bytes that the kernel is asked for at a time. */
#define FETCH_SIZE (128 * 1024)
/* One page of so many may be missing in memory: the kernel drops those that nobody reads. */
#define MISSING_MOST 16

/* Counts the pages of a mapping that are not in memory. */
static size_t count_missing_pages(void *mapping, size_t count, size_t page) {
    size_t missing = 0;
    unsigned char *pages = malloc(count); /* one byte a page */
    if (pages == NULL || mincore(mapping, count * page, pages) != 0)
        missing = count;
    for (size_t i = 0; missing < count && i < count; i++)
        missing += (pages[i] & 1) == 0 ? 1 : 0;
    free(pages);
    return missing;
}

/* The kernel takes no more than so much at a time. */
static void fetch_pages(char *mapping, size_t size) {
    for (size_t at = 0; at < size; at += FETCH_SIZE)
        (void) madvise(mapping + at, size - at < FETCH_SIZE ? size - at : FETCH_SIZE,
                       MADV_WILLNEED);
}

/* Is enough of this mapping in memory? */
static bool is_in_memory(void *mapping, size_t size, bool fetch) {
    size_t page = (size_t) sysconf(_SC_PAGESIZE);
    size_t count = (size + page - 1) / page;
    size_t missing = count_missing_pages(mapping, count, page);
    if (missing > 0 && fetch)
        fetch_pages(mapping, size);
    return missing <= count / MISSING_MOST;
}

/* SQLite maps the file for us, and forgets the mapping before anybody reads through it: reading the
 * file by read(2) survives that somebody cuts it off, reading a mapping does not. */
bool warmth_measure(sqlite3 *db, bool fetch) {
    sqlite3_file *file = NULL;
    sqlite3_int64 size = 0;
    void *mapping = NULL;
    if (sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
        file->pMethods == NULL || file->pMethods->iVersion < 3 ||
        file->pMethods->xFileSize(file, &size) != SQLITE_OK || size <= 0)
        return false;
    sqlite3_int64 limit = size;
    (void) sqlite3_file_control(db, "main", SQLITE_FCNTL_MMAP_SIZE, &limit);
    bool is = file->pMethods->xFetch(file, 0, 1, &mapping) == SQLITE_OK && mapping != NULL;
    if (is) {
        is = is_in_memory(mapping, (size_t) size, fetch);
        (void) file->pMethods->xUnfetch(file, 0, mapping);
    }
    limit = 0;
    (void) sqlite3_file_control(db, "main", SQLITE_FCNTL_MMAP_SIZE, &limit);
    return is;
}
