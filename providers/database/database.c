/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Provider "database": looks the client up in SQLite, by MAC or UUID, and gives its facts and its
 * boot file.
 */
#include <boothost/provider.h>

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "database.h"
#include "parameters.h"

#define BUSY_MAX INT64_C(10000000) /* microseconds: no client waits longer */

static const struct boot_host_setting settings[] = {
    {"uri", BOOT_HOST_TEXT, BOOT_HOST_SETTING_REQUIRED, NULL,
     "the database, as in sqlite:///var/lib/boothost/devices.db"},
    {"query", BOOT_HOST_TEXT, 0, NULL,
     "a SELECT of your own with parameters such as :mac; columns become facts"},
    {"prefer", BOOT_HOST_TEXT, 0, "mac",
     "mac or uuid: which decides when they belong to two devices"},
    {"bad-uuid", BOOT_HOST_LIST, 0, NULL,
     "further UUIDs that more than one machine has, and that do not count"},
    {"unknown", BOOT_HOST_TEXT, 0, "pass",
     "what a client that is not found gets: pass, drop or abort"},
    {"busy-timeout", BOOT_HOST_DURATION, 0, "200ms",
     "how long to wait for a writer; keep it below the deadline"},
};

/* UUIDs that makers put into many boards, in both byte orders. All zero and all ones, which firmware
 * without a UUID sends, are found by their shape. */
static const char *const known_bad_uuids[] = {
    "03000200-0400-0500-0006-000700080009", "00020003-0004-0005-0006-000700080009",
    "12345678-1234-5678-90ab-cddeefaabbcc", "78563412-3412-7856-90ab-cddeefaabbcc",
    "01010101-0101-0101-0101-010101010101", "fefefefe-fefe-fefe-fefe-fefefefefefe",
    "4c4c4544-0000-2010-8020-80c04f202020", "44454c4c-0000-1020-8020-80c04f202020",
};

static bool is_one_of(const char *word, const char *first, const char *second) {
    return strcmp(word, first) == 0 || strcmp(word, second) == 0;
}

static int32_t report(const struct database *database, const char *key, const char *text) {
    database->host->config_error(database->config, key, 0, text);
    return -EINVAL;
}

static int32_t read_uri(struct database *database) {
    static const char scheme[] = "sqlite://";
    const char *uri = database->host->config_text(database->config, "uri");
    if (strncmp(uri, scheme, sizeof scheme - 1) != 0 || uri[sizeof scheme - 1] != '/' ||
        uri[sizeof scheme] == '\0')
        return report(database, "uri",
                      "must be sqlite:// and an absolute path, as in "
                      "sqlite:///var/lib/boothost/devices.db");
    database->store.path = uri + sizeof scheme - 1;
    return 0;
}

static int32_t read_words(struct database *database) {
    const char *prefer = database->host->config_text(database->config, "prefer");
    const char *unknown = database->host->config_text(database->config, "unknown");
    if (!is_one_of(prefer, "mac", "uuid"))
        return report(database, "prefer", "must be mac or uuid");
    if (!is_one_of(unknown, "pass", "drop") && strcmp(unknown, "abort") != 0)
        return report(database, "unknown", "must be pass, drop or abort");
    database->store.prefer_uuid = strcmp(prefer, "uuid") == 0;
    database->unknown = strcmp(unknown, "pass") == 0   ? BOOT_HOST_PASS
                        : strcmp(unknown, "drop") == 0 ? BOOT_HOST_DROP
                                                       : BOOT_HOST_ABORT;
    return 0;
}

static bool is_uuid(const char *text) {
    static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    if (strlen(text) != sizeof shape - 1)
        return false;
    for (size_t i = 0; shape[i] != '\0'; i++) {
        if (shape[i] == '-' ? text[i] != '-' : isxdigit((unsigned char) text[i]) == 0)
            return false;
    }
    return true;
}

static int32_t read_bad_uuids(struct database *database) {
    const char *uuid = NULL;
    for (uint32_t i = 0;
         (uuid = database->host->config_item(database->config, "bad-uuid", i)) != NULL; i++) {
        if (!is_uuid(uuid))
            return report(database, "bad-uuid",
                          "UUIDs are 8, 4, 4, 4 and 12 hexadecimal digits with dashes between");
    }
    return 0;
}

static int32_t read_settings(struct database *database) {
    int64_t busy = database->host->config_number(database->config, "busy-timeout");
    const char *query = database->host->config_text(database->config, "query");
    if (busy < 0 || busy > BUSY_MAX)
        return report(database, "busy-timeout", "must be from 0s to 10s");
    database->store.busy_ms = (int) (busy / 1000);
    database->store.query = query != NULL && query[0] != '\0' ? query : NULL;
    int32_t uri = read_uri(database);
    int32_t words = read_words(database);
    int32_t bad = read_bad_uuids(database);
    return uri != 0 ? uri : words != 0 ? words : bad;
}

static bool has_folder(const char *path) {
    struct stat status;
    char folder[PATH_MAX];
    size_t size = (size_t) (strrchr(path, '/') - path) + 1;
    if (size >= sizeof folder)
        return false;
    memcpy(folder, path, size);
    folder[size] = '\0';
    return stat(folder, &status) == 0;
}

/* The first connection, with the configuration at hand to say what is wrong. */
static int32_t connect(struct database *database, uint32_t flags) {
    char problem[PROBLEM_MAX] = "";
    bool check = (flags & BOOT_HOST_OPEN_CHECK) != 0;
    database->store.read_only = check;
    database->store.may_create = !check;
    int32_t result = store_ready(&database->store, problem);
    database->store.may_create = false;
    bool ours = database->store.query == NULL;
    if (check && ours && result == -ENOENT && !has_folder(database->store.path))
        return report(database, "uri", "the folder of the database does not exist");
    if (check && ours && (result == -ENOENT || result == -ENODATA)) {
        database->is_absent = true;
        database->host->config_warning(database->config, "uri", 0,
                                       "there are no devices yet; the daemon makes the file and "
                                       "its tables when it starts");
        return 0;
    }
    if (result != 0)
        (void) report(database, result == -EINVAL ? "query" : "uri", problem);
    return result;
}

static void database_close(void *instance) {
    struct database *database = instance;
    store_close(&database->store);
    free(database);
}

static int32_t database_open(const struct boot_host *host, const struct boot_host_config *config,
                             uint32_t flags, void **ret_instance) {
    struct database *database = calloc(1, sizeof *database);
    if (database == NULL)
        return -ENOMEM;
    database->host = host;
    database->config = config;
    int32_t result = read_settings(database);
    if (result == 0)
        result = connect(database, flags);
    if (result != 0) {
        database_close(database);
        return result;
    }
    *ret_instance = database;
    return 0;
}

/* Of one digit only, such as all zero. */
static bool is_monotone(const char *uuid) {
    const char only[] = {uuid[0], '-', '\0'};
    return uuid[strspn(uuid, only)] == '\0';
}

static bool is_listed(const struct database *database, const char *uuid) {
    const char *bad = NULL;
    for (size_t i = 0; i < sizeof known_bad_uuids / sizeof known_bad_uuids[0]; i++) {
        if (strcasecmp(known_bad_uuids[i], uuid) == 0)
            return true;
    }
    for (uint32_t i = 0;
         (bad = database->host->config_item(database->config, "bad-uuid", i)) != NULL; i++) {
        if (strcasecmp(bad, uuid) == 0)
            return true;
    }
    return false;
}

/* False when the client has no UUID that tells it from others. */
static bool has_good_uuid(const struct database *database, const struct boot_host_request *request,
                          struct boot_host_reply *reply) {
    const char *uuid = database->host->request_text(request, BOOT_HOST_REQUEST_UUID);
    const char *swapped = database->host->request_text(request, BOOT_HOST_REQUEST_UUID_SWAPPED);
    if (uuid == NULL)
        return false;
    if (!is_monotone(uuid) && !is_listed(database, uuid) &&
        (swapped == NULL || !is_listed(database, swapped)))
        return true;
    (void) database->host->reply_set(reply, BOOT_HOST_REPLY_NOTE,
                                     "its UUID does not count: many machines have it");
    return false;
}

static int32_t use_unknown(const struct database *database, struct boot_host_reply *reply) {
    uint32_t field =
        database->unknown == BOOT_HOST_PASS ? BOOT_HOST_REPLY_NOTE : BOOT_HOST_REPLY_REASON;
    (void) database->host->reply_set(reply, field, "the device is not known");
    return database->unknown;
}

static int32_t fail(struct database *database, int32_t result, const char *problem) {
    char text[PROBLEM_MAX + 64];
    (void) snprintf(text, sizeof text, "the lookup failed: %s", problem);
    database->host->log(database->host, BOOT_HOST_LOG_ERROR, text);
    database->was_failing = true;
    return result;
}

static int32_t look_up(struct database *database, const struct boot_host_request *request,
                       struct boot_host_reply *reply) {
    sqlite3_stmt *statement = database->store.device;
    parameters_bind(statement, database->host, request, has_good_uuid(database, request, reply));
    int status = sqlite3_step(statement);
    if (status == SQLITE_DONE)
        return use_unknown(database, reply);
    if (status != SQLITE_ROW)
        return fail(database, store_errno(&database->store), sqlite3_errmsg(database->store.db));
    int32_t result = database->store.query != NULL ? device_use_row(database, reply)
                                                   : device_use(database, request, reply);
    if (database->store.query == NULL && sqlite3_step(statement) == SQLITE_ROW)
        (void) database->host->reply_set(reply, BOOT_HOST_REPLY_NOTE,
                                         "its MAC and its UUID belong to two devices");
    return result;
}

static int32_t database_decide(void *instance, const struct boot_host_request *request,
                               struct boot_host_reply *reply) {
    struct database *database = instance;
    char problem[PROBLEM_MAX] = "";
    if (database->is_absent)
        return use_unknown(database, reply);
    int32_t result = store_ready(&database->store, problem);
    if (result != 0)
        return fail(database, result, problem);
    if (database->was_failing) {
        database->was_failing = false;
        database->host->log(database->host, BOOT_HOST_LOG_INFO, "the database answers again");
    }
    result = look_up(database, request, reply);
    /* Ends the read: the next one sees what was written since. The values were lent. */
    (void) sqlite3_reset(database->store.device);
    (void) sqlite3_clear_bindings(database->store.device);
    return result;
}

static const struct boot_host_provider provider = {
    .size = sizeof provider,
    .abi = BOOT_HOST_ABI,
    .setting_count = sizeof settings / sizeof settings[0],
    .setting_size = sizeof settings[0],
    .name = "database",
    .version = BOOTHOST_VERSION,
    .summary = "device lookup in SQLite, by MAC or UUID",
    .settings = settings,
    .open = database_open,
    .close = database_close,
    .decide = database_decide,
};
BOOT_HOST_PROVIDER(provider);
