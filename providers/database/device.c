/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A row of the database as facts, boot file and verdict. While the row is open, all further reads are
 * of the same moment.
 */
#include "database.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define BOOT_FILE_MAX 513 /* with the NUL: what the host takes */

static const char *column(sqlite3_stmt *statement, int index) {
    const char *text = (const char *) sqlite3_column_text(statement, index);
    return text != NULL && text[0] != '\0' ? text : NULL;
}

static void set_fact(const struct database *database, struct boot_host_reply *reply,
                     const char *name, const char *value) {
    char text[160];
    if (value == NULL)
        return;
    int32_t result = database->host->fact_set(reply, name, value);
    if (result == 0)
        return;
    (void) snprintf(text, sizeof text, "fact %.64s is left out: %s", name, strerror(-result));
    (void) database->host->reply_set(reply, BOOT_HOST_REPLY_NOTE, text);
}

/* An earlier provider's boot file stays. */
static int32_t set_boot_file(const struct database *database, struct boot_host_reply *reply,
                             const char *value) {
    const struct boot_host *host = database->host;
    char file[BOOT_FILE_MAX];
    char text[512];
    if (value == NULL || host->reply_get(reply, BOOT_HOST_REPLY_BOOT_FILE) != NULL)
        return 0;
    int64_t length = host->expand(reply, value, file, sizeof file);
    if (length >= 0 && length < BOOT_FILE_MAX)
        return host->reply_set(reply, BOOT_HOST_REPLY_BOOT_FILE, file);
    (void) snprintf(text, sizeof text, "boot file \"%.200s\": %s", value,
                    length >= 0 ? "the name is too long"
                                : "it is no template, or names a fact that this device does not "
                                  "have");
    host->log(host, BOOT_HOST_LOG_WARNING, text);
    return length >= 0 ? -E2BIG : (int32_t) length;
}

/* The verdict of a device's action; PASS for "boot" and none. */
static int32_t apply_action(const struct database *database, struct boot_host_reply *reply,
                            const char *action) {
    const struct boot_host *host = database->host;
    if (action == NULL || strcmp(action, "boot") == 0)
        return BOOT_HOST_PASS;
    if (strcmp(action, "local") == 0) {
        (void) host->reply_set(reply, BOOT_HOST_REPLY_REASON, "the device boots from its own disk");
        return BOOT_HOST_ABORT;
    }
    if (strcmp(action, "deny") == 0) {
        (void) host->reply_set(reply, BOOT_HOST_REPLY_REASON, "the device is denied");
        return BOOT_HOST_DROP;
    }
    char text[160];
    (void) snprintf(text, sizeof text, "action \"%.64s\" is none of boot, local and deny", action);
    host->log(host, BOOT_HOST_LOG_ERROR, text);
    return -EPROTO;
}

/* Runs a statement one step: 1 with a row, 0 at the end, or a negative errno after a line of log. */
static int32_t step(const struct database *database, sqlite3_stmt *statement) {
    int status = sqlite3_step(statement);
    if (status == SQLITE_ROW || status == SQLITE_DONE)
        return status == SQLITE_ROW ? 1 : 0;
    database->host->log(database->host, BOOT_HOST_LOG_ERROR, sqlite3_errmsg(database->store.db));
    return store_errno(&database->store);
}

/* Is there a boot file of the device for this word? As step; the row stays in the statement. */
static int32_t find_boot_file(const struct database *database, const char *client) {
    sqlite3_stmt *statement = database->store.boot_file;
    int64_t device = sqlite3_column_int64(database->store.device, DEVICE_ID);
    (void) sqlite3_reset(statement);
    (void) sqlite3_bind_int64(statement, 1, device);
    (void) sqlite3_bind_text(statement, 2, client, -1, SQLITE_TRANSIENT);
    return step(database, statement);
}

/* Tries "prefix.architecture" for each architecture of the client; prefix NULL: the names alone. */
static int32_t find_by_architecture(const struct database *database,
                                    const struct boot_host_request *request, const char *prefix) {
    const char *name = NULL;
    int32_t found = 0;
    for (uint32_t i = 0;
         found == 0 && (name = database->host->request_architecture(request, i)) != NULL; i++) {
        char client[128];
        (void) snprintf(client, sizeof client, "%s%s%s", prefix != NULL ? prefix : "",
                        prefix != NULL ? "." : "", name);
        found = find_boot_file(database, client);
    }
    return found;
}

/* The most exact one first: loader and architecture, loader, architecture, any. */
static int32_t choose_boot_file(const struct database *database,
                                const struct boot_host_request *request,
                                struct boot_host_reply *reply) {
    const char *loader = database->host->request_text(request, BOOT_HOST_REQUEST_LOADER);
    int32_t found = 0;
    if (loader != NULL)
        found = find_by_architecture(database, request, loader);
    if (found == 0 && loader != NULL)
        found = find_boot_file(database, loader);
    if (found == 0)
        found = find_by_architecture(database, request, NULL);
    if (found < 0)
        return found;
    const char *file = found == 1 ? column(database->store.boot_file, 0)
                                  : column(database->store.device, DEVICE_BOOT_FILE);
    int32_t result = set_boot_file(database, reply, file);
    (void) sqlite3_reset(database->store.boot_file);
    return result;
}

static int32_t set_further_facts(const struct database *database, struct boot_host_reply *reply) {
    sqlite3_stmt *statement = database->store.facts;
    int64_t device = sqlite3_column_int64(database->store.device, DEVICE_ID);
    int32_t result = 0;
    (void) sqlite3_bind_int64(statement, 1, device);
    while ((result = step(database, statement)) == 1)
        set_fact(database, reply, column(statement, 0), column(statement, 1));
    (void) sqlite3_reset(statement);
    return result;
}

static void note_device(const struct database *database, const struct boot_host_request *request,
                        struct boot_host_reply *reply) {
    sqlite3_stmt *row = database->store.device;
    const char *mac = database->host->request_text(request, BOOT_HOST_REQUEST_MAC);
    const char *own = column(row, DEVICE_MAC);
    const char *name = column(row, DEVICE_NAME);
    bool by_mac = mac != NULL && own != NULL && strcmp(mac, own) == 0;
    char text[160];
    (void) snprintf(text, sizeof text, "device %lld%s%.64s, found by its %s",
                    (long long) sqlite3_column_int64(row, DEVICE_ID), name != NULL ? ", " : "",
                    name != NULL ? name : "", by_mac ? "MAC" : "UUID");
    (void) database->host->reply_set(reply, BOOT_HOST_REPLY_NOTE, text);
}

int32_t device_use(const struct database *database, const struct boot_host_request *request,
                   struct boot_host_reply *reply) {
    static const struct {
        const char *fact;
        enum device_column column;
    } facts[] = {{"name", DEVICE_NAME},
                 {"owner", DEVICE_OWNER},
                 {"group", DEVICE_GROUP},
                 {"image", DEVICE_IMAGE}};
    sqlite3_stmt *row = database->store.device;
    note_device(database, request, reply);
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        set_fact(database, reply, facts[i].fact, column(row, (int) facts[i].column));
    int32_t further = set_further_facts(database, reply);
    if (further != 0)
        return further;
    int32_t result = apply_action(database, reply, column(row, DEVICE_ACTION));
    return result != BOOT_HOST_PASS ? result : choose_boot_file(database, request, reply);
}

int32_t device_use_row(const struct database *database, struct boot_host_reply *reply) {
    sqlite3_stmt *row = database->store.device;
    const char *action = NULL;
    const char *file = NULL;
    (void) database->host->reply_set(reply, BOOT_HOST_REPLY_NOTE, "found by the query");
    for (int i = 0; i < sqlite3_column_count(row); i++) {
        const char *name = sqlite3_column_name(row, i);
        if (strcmp(name, "action") == 0)
            action = column(row, i);
        else if (strcmp(name, "boot_file") == 0)
            file = column(row, i);
        else
            set_fact(database, reply, name, column(row, i));
    }
    int32_t result = apply_action(database, reply, action);
    return result != BOOT_HOST_PASS ? result : set_boot_file(database, reply, file);
}
