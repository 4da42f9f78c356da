/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Opening, and noticing that the file was replaced: a restored copy or a fresh export is a new inode
 * under the old name, and the open one would answer from the past for ever.
 */
#include "store.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parameters.h"

void store_close(struct store *store) {
    (void) sqlite3_finalize(store->device);
    (void) sqlite3_finalize(store->boot_file);
    (void) sqlite3_finalize(store->facts);
    (void) sqlite3_close(store->db);
    store->device = NULL;
    store->boot_file = NULL;
    store->facts = NULL;
    store->db = NULL;
}

int32_t store_errno(const struct store *store) {
    switch (sqlite3_errcode(store->db)) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return -EBUSY;
    case SQLITE_NOMEM:
        return -ENOMEM;
    default:
        return -EIO;
    }
}

static int32_t prepare(struct store *store, const char *query, sqlite3_stmt **ret_statement,
                       char problem[PROBLEM_MAX]) {
    const char *rest = NULL;
    if (sqlite3_prepare_v3(store->db, query, -1, SQLITE_PREPARE_PERSISTENT, ret_statement, &rest) !=
        SQLITE_OK) {
        problem_set(problem, "%s", sqlite3_errmsg(store->db));
        return store_errno(store);
    }
    if (*ret_statement == NULL || rest[strspn(rest, " \t\r\n;")] != '\0') {
        problem_set(problem, "must be one statement");
        return -EINVAL;
    }
    return 0;
}

/* Columns become facts, so each needs a fact's name. */
static int32_t check_columns(sqlite3_stmt *statement, char problem[PROBLEM_MAX]) {
    for (int i = 0; i < sqlite3_column_count(statement); i++) {
        const char *name = sqlite3_column_name(statement, i);
        if (name != NULL && name[0] != '\0' &&
            name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_")] == '\0')
            continue;
        problem_set(problem,
                    "column %d is called \"%.64s\", which no fact can be; give it a name of "
                    "lower-case letters, digits, \"-\" and \"_\" with AS",
                    i + 1, name != NULL ? name : "");
        return -EINVAL;
    }
    return 0;
}

static int32_t prepare_own(struct store *store, char problem[PROBLEM_MAX]) {
    int32_t result = prepare(store, store->query, &store->device, problem);
    if (result != 0)
        return result;
    if (sqlite3_stmt_readonly(store->device) == 0 || sqlite3_column_count(store->device) == 0) {
        problem_set(problem, "must only read: a SELECT");
        return -EINVAL;
    }
    const char *unknown = parameters_find_unknown(store->device);
    if (unknown != NULL) {
        problem_set(problem, "there is no parameter %.64s; there are %s", unknown, parameters_all);
        return -EINVAL;
    }
    return check_columns(store->device, problem);
}

static int32_t prepare_ours(struct store *store, char problem[PROBLEM_MAX]) {
    int32_t result = schema_ensure(store->db, store->may_create, problem);
    if (result == 0)
        result = prepare(store, schema_device_query(store->prefer_uuid), &store->device, problem);
    if (result == 0)
        result = prepare(store, schema_boot_file_query, &store->boot_file, problem);
    if (result == 0)
        result = prepare(store, schema_fact_query, &store->facts, problem);
    return result;
}

static int open_flags(const struct store *store) {
    if (store->read_only)
        return SQLITE_OPEN_READONLY;
    return SQLITE_OPEN_READWRITE |
           (store->may_create && store->query == NULL ? SQLITE_OPEN_CREATE : 0);
}

static ino_t find_log_inode(const char *path) {
    struct stat status;
    char log[PATH_MAX];
    int length = snprintf(log, sizeof log, "%s-wal", path);
    if (length < 0 || (size_t) length >= sizeof log || stat(log, &status) != 0)
        return 0;
    return status.st_ino;
}

static int32_t store_open(struct store *store, char problem[PROBLEM_MAX]) {
    struct stat status;
    if (sqlite3_open_v2(store->path, &store->db, open_flags(store), NULL) != SQLITE_OK) {
        problem_set(problem,
                    "%s: %s (the daemon's user must be able to write the file and its folder)",
                    store->path, store->db != NULL ? sqlite3_errmsg(store->db) : "out of memory");
        return -EIO;
    }
    (void) sqlite3_busy_timeout(store->db, store->busy_ms);
    (void) sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    int32_t result =
        store->query != NULL ? prepare_own(store, problem) : prepare_ours(store, problem);
    if (result != 0)
        return result;
    if (stat(store->path, &status) != 0)
        return -errno;
    store->device_number = status.st_dev;
    store->inode = status.st_ino;
    store->log_inode = find_log_inode(store->path);
    return 0;
}

/* The log of a file that was replaced stays behind, and SQLite would read it as the new file's. Only
 * the one that was there beside the old file is removed. */
static void remove_stale_log(const struct store *store) {
    static const char *const suffixes[] = {"-wal", "-shm"};
    char path[PATH_MAX];
    if (store->read_only || store->log_inode == 0 ||
        find_log_inode(store->path) != store->log_inode)
        return;
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        int length = snprintf(path, sizeof path, "%s%s", store->path, suffixes[i]);
        if (length > 0 && (size_t) length < sizeof path)
            (void) unlink(path);
    }
}

int32_t store_ready(struct store *store, char problem[PROBLEM_MAX]) {
    struct stat status;
    bool exists = stat(store->path, &status) == 0;
    if (!exists && (errno != ENOENT || !store->may_create || store->query != NULL)) {
        int32_t result = -errno;
        store_close(store);
        problem_set(problem, "%s: %s", store->path, strerror(-result));
        return result;
    }
    bool same = exists && store->device_number == status.st_dev && store->inode == status.st_ino;
    if (store->db != NULL && same)
        return 0;
    store_close(store);
    if (!same)
        remove_stale_log(store);
    int32_t result = store_open(store, problem);
    if (result != 0)
        store_close(store);
    return result;
}
