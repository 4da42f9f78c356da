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
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parameters.h"

void store_close(struct store *store) {
    sqlite3_stmt **const statements[] = {&store->device, &store->boot_files, &store->facts,
                                         &store->extras, &store->version,    &store->begin,
                                         &store->end};
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        (void) sqlite3_finalize(*statements[i]);
        *statements[i] = NULL;
    }
    (void) sqlite3_close(store->db);
    store->db = NULL;
    store->header = NULL;
    store->is_reading = false;
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

static int32_t read_parameters(struct store *store, char problem[PROBLEM_MAX]) {
    const char *unknown = parameters_read(store->device, &store->parameters);
    if (unknown == NULL)
        return 0;
    problem_set(problem, "there is no parameter %.64s; there are %s", unknown, parameters_all);
    return -EINVAL;
}

/* Sees which functions a statement uses when it is prepared, and prepared anew because the tables
 * have changed: does it ask the clock, or chance? */
static int watch_functions(void *user, int action, const char *first, const char *function,
                           const char *database, const char *trigger) {
    static const char *const unsteady[] = {
        "changes",   "current_date",  "current_time", "current_timestamp", "date",     "datetime",
        "julianday", "random",        "randomblob",   "last_insert_rowid", "strftime", "time",
        "timediff",  "total_changes", "unixepoch",    "load_extension",
    };
    struct store *store = user;
    for (size_t i = 0; action == SQLITE_FUNCTION && i < sizeof unsteady / sizeof *unsteady; i++) {
        if (strcasecmp(function, unsteady[i]) == 0)
            store->is_steady = false;
    }
    return SQLITE_OK;
}

static int32_t prepare_own(struct store *store, char problem[PROBLEM_MAX]) {
    (void) sqlite3_set_authorizer(store->db, watch_functions, store);
    int32_t result = prepare(store, store->query, &store->device, problem);
    if (result != 0)
        return result;
    if (sqlite3_stmt_readonly(store->device) == 0 || sqlite3_column_count(store->device) == 0) {
        problem_set(problem, "must only read: a SELECT");
        return -EINVAL;
    }
    result = read_parameters(store, problem);
    return result == 0 ? check_columns(store->device, problem) : result;
}

static int32_t prepare_ours(struct store *store, char problem[PROBLEM_MAX]) {
    int32_t result = schema_ensure(store->db, store->may_create, problem);
    if (result == 0)
        result = prepare(store, schema_device_query, &store->device, problem);
    if (result == 0)
        result = prepare(store, schema_boot_file_query, &store->boot_files, problem);
    if (result == 0)
        result = prepare(store, schema_fact_query, &store->facts, problem);
    if (result == 0)
        result = prepare(store, schema_extras_query, &store->extras, problem);
    return result == 0 ? read_parameters(store, problem) : result;
}

static int32_t prepare_all(struct store *store, char problem[PROBLEM_MAX]) {
    store->is_steady = true;
    int32_t result =
        store->query != NULL ? prepare_own(store, problem) : prepare_ours(store, problem);
    if (result == 0)
        result = prepare(store, "PRAGMA data_version", &store->version, problem);
    if (result == 0)
        result = prepare(store, "BEGIN", &store->begin, problem);
    return result == 0 ? prepare(store, "COMMIT", &store->end, problem) : result;
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
    /* One thread at a time: that is ours to see to, and SQLite takes no locks for it. */
    int flags = open_flags(store) | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(store->path, &store->db, flags, NULL) != SQLITE_OK) {
        problem_set(problem,
                    "%s: %s (the daemon's user must be able to write the file and its folder)",
                    store->path, store->db != NULL ? sqlite3_errmsg(store->db) : "out of memory");
        return -EIO;
    }
    store->is_patient = false;
    store_set_patience(store, true);
    (void) sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    int32_t result = prepare_all(store, problem);
    if (result != 0)
        return result;
    store->has_facts = true;
    store->has_boot_files = true;
    store->last_version = -1;
    (void) store_has_changed(store); /* the first read: it makes the wal-index */
    store->header = moment_find_header(store->db);
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

bool store_is_current(const struct store *store) {
    struct stat status;
    return store->db != NULL && stat(store->path, &status) == 0 &&
           store->device_number == status.st_dev && store->inode == status.st_ino;
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

void store_set_patience(struct store *store, bool is_patient) {
    if (store->is_patient != is_patient)
        (void) sqlite3_busy_timeout(store->db, is_patient ? store->busy_ms : 0);
    store->is_patient = is_patient;
}

/* Runs a statement that gives a row, or none. */
static int run(sqlite3_stmt *statement) {
    int status = sqlite3_step(statement);
    (void) sqlite3_reset(statement);
    return status == SQLITE_ROW ? SQLITE_DONE : status;
}

/* A transaction takes hold of a state of the file with its first read. */
static int read_first(struct store *store) {
    if (store->extras == NULL)
        return run(store->version);
    int status = sqlite3_step(store->extras);
    if (status == SQLITE_ROW) {
        store->has_facts = sqlite3_column_int(store->extras, 0) != 0;
        store->has_boot_files = sqlite3_column_int(store->extras, 1) != 0;
    }
    (void) sqlite3_reset(store->extras);
    return status == SQLITE_ROW ? SQLITE_DONE : status;
}

int32_t store_begin(struct store *store) {
    if (store->header == NULL)
        return 0; /* whether there is a newer state could not be told */
    if (store->is_reading && moment_is_now(&store->reading, 0, store->header))
        return 0;
    store_end(store);
    moment_read(&store->reading, 0, store->header);
    if (run(store->begin) != SQLITE_DONE)
        return store_errno(store);
    store->is_reading = true;
    if (read_first(store) == SQLITE_DONE) {
        /* A commit came in between, and this may be the state before it: not to be gone on with. */
        store->reading.edition = moment_is_now(&store->reading, 0, store->header) ? 0 : 1;
        return 0;
    }
    int32_t result = store_errno(store);
    store_end(store);
    return result;
}

void store_end(struct store *store) {
    if (store->is_reading)
        (void) run(store->end);
    store->is_reading = false;
}

/* While somebody holds the file to write to it, nothing is committed yet. */
bool store_has_changed(struct store *store) {
    int status = sqlite3_step(store->version);
    int64_t version = status == SQLITE_ROW    ? sqlite3_column_int64(store->version, 0)
                      : status == SQLITE_BUSY ? store->last_version
                                              : -1;
    (void) sqlite3_reset(store->version);
    bool has_changed = version < 0 || version != store->last_version;
    store->last_version = version;
    return has_changed;
}
