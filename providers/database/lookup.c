/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Rows of the database as a record. While the row of a device is open, all further reads are of the
 * same moment, also without store_begin().
 */
#include "lookup.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define NOTE_NAME_MAX 64 /* bytes of a device's name */

/* UUIDs that makers put into many boards, in both byte orders. All zero and all ones, which firmware
 * without a UUID sends, are found by their shape. */
static const char *const known_bad_uuids[] = {
    "03000200-0400-0500-0006-000700080009", "00020003-0004-0005-0006-000700080009",
    "12345678-1234-5678-90ab-cddeefaabbcc", "78563412-3412-7856-90ab-cddeefaabbcc",
    "01010101-0101-0101-0101-010101010101", "fefefefe-fefe-fefe-fefe-fefefefefefe",
    "4c4c4544-0000-2010-8020-80c04f202020", "44454c4c-0000-1020-8020-80c04f202020",
};

/* Who is looked for. */
struct client {
    const char *mac;
    const char *uuid; /* NULL: none that counts */
    const char *swapped;
};

static const char *column(sqlite3_stmt *statement, int index) {
    const char *text = (const char *) sqlite3_column_text(statement, index);
    return text != NULL && text[0] != '\0' ? text : NULL;
}

static bool is_same(const char *a, const char *b) {
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* ---- UUIDs that count ------------------------------------------------------------------------ */

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

/* False: many machines have it. */
static bool is_good_uuid(const struct database *database, const char *uuid, const char *swapped) {
    return !is_monotone(uuid) && !is_listed(database, uuid) &&
           (swapped == NULL || !is_listed(database, swapped));
}

/* ---- A row of ours --------------------------------------------------------------------------- */

/* As "device 7, web-1, found by its MAC"; printf() would cost as much as an index. */
static int32_t read_note(sqlite3_stmt *row, const struct client *client, struct record **record) {
    const char *name = column(row, DEVICE_NAME);
    const char *id = column(row, DEVICE_ID);
    uint32_t place = 0;
    char text[160];
    char *end = stpcpy(stpcpy(text, "device "), id != NULL ? id : "?");
    if (name != NULL) {
        end = mempcpy(stpcpy(end, ", "), name, strnlen(name, NOTE_NAME_MAX));
        *end = '\0';
    }
    (void) stpcpy(stpcpy(end, ", found by its "),
                  is_same(client->mac, column(row, DEVICE_MAC)) ? "MAC" : "UUID");
    int32_t result = record_append(record, text, &place);
    (*record)->note = place;
    return result;
}

typedef int32_t (*append_pair_fn)(struct record **record, const char *name, const char *value);

/* All pairs of a device that a statement gives. */
static int32_t read_pairs(struct store *store, sqlite3_stmt *statement, append_pair_fn append,
                          struct record **record) {
    int32_t result = 0;
    int status = SQLITE_OK;
    (void) sqlite3_bind_int64(statement, 1, sqlite3_column_int64(store->device, DEVICE_ID));
    while (result == 0 && (status = sqlite3_step(statement)) == SQLITE_ROW)
        result = append(record, column(statement, 0), column(statement, 1));
    if (result == 0 && status != SQLITE_DONE)
        result = store_errno(store);
    (void) sqlite3_reset(statement);
    return result;
}

static int32_t read_facts(struct store *store, struct record **record) {
    static const struct {
        const char *fact;
        enum device_column column;
    } facts[] = {{"name", DEVICE_NAME},
                 {"owner", DEVICE_OWNER},
                 {"group", DEVICE_GROUP},
                 {"image", DEVICE_IMAGE}};
    int32_t result = 0;
    for (size_t i = 0; result == 0 && i < sizeof facts / sizeof facts[0]; i++)
        result =
            record_append_fact(record, facts[i].fact, column(store->device, (int) facts[i].column));
    if (result == 0 && store->has_facts)
        result = read_pairs(store, store->facts, record_append_fact, record);
    return result;
}

static int32_t read_device(struct store *store, const struct client *client,
                           struct record **record) {
    sqlite3_stmt *row = store->device;
    uint32_t place = 0;
    (*record)->is_known = true;
    int32_t result = read_note(row, client, record);
    if (result == 0)
        result = read_facts(store, record);
    if (result == 0 && store->has_boot_files)
        result = read_pairs(store, store->boot_files, record_append_file, record);
    if (result == 0)
        result = record_append(record, column(row, DEVICE_ACTION), &place);
    (*record)->action = place;
    if (result == 0)
        result = record_append(record, column(row, DEVICE_BOOT_FILE), &place);
    (*record)->boot_file = place;
    return result;
}

/* The row was found by the MAC. Is the UUID another device's? Its row is then the current one. */
static int32_t step_to_other(struct store *store, const struct client *client, bool *ret_is_two) {
    const char *uuid = column(store->device, DEVICE_UUID);
    if (client->uuid == NULL || is_same(uuid, client->uuid) || is_same(uuid, client->swapped))
        return 0;
    int status = sqlite3_step(store->device);
    *ret_is_two = status == SQLITE_ROW;
    return status == SQLITE_ROW || status == SQLITE_DONE ? 0 : store_errno(store);
}

static int32_t read_ours(struct store *store, const struct client *client, struct record **record) {
    bool by_mac = is_same(client->mac, column(store->device, DEVICE_MAC));
    bool is_two = false;
    int32_t result = read_device(store, client, record);
    if (result == 0 && by_mac)
        result = step_to_other(store, client, &is_two);
    if (result == 0 && is_two && store->prefer_uuid) {
        record_clear(*record);
        result = read_device(store, client, record);
    }
    (*record)->is_two_devices = is_two;
    return result;
}

/* ---- A row of the administrator's query ------------------------------------------------------ */

static int32_t read_row(struct store *store, struct record **record) {
    sqlite3_stmt *row = store->device;
    const char *action = NULL;
    const char *file = NULL;
    uint32_t place = 0;
    (*record)->is_known = true;
    int32_t result = record_append(record, "found by the query", &place);
    (*record)->note = place;
    for (int i = 0; result == 0 && i < sqlite3_column_count(row); i++) {
        const char *name = sqlite3_column_name(row, i);
        if (strcmp(name, "action") == 0)
            action = column(row, i);
        else if (strcmp(name, "boot_file") == 0)
            file = column(row, i);
        else
            result = record_append_fact(record, name, column(row, i));
    }
    if (result == 0)
        result = record_append(record, action, &place);
    (*record)->action = place;
    if (result == 0)
        result = record_append(record, file, &place);
    (*record)->boot_file = place;
    return result;
}

/* ---- The whole ------------------------------------------------------------------------------- */

static int32_t read_first(struct store *store, const struct client *client,
                          struct record **record) {
    int status = sqlite3_step(store->device);
    if (status == SQLITE_DONE)
        return 0;
    if (status != SQLITE_ROW)
        return store_errno(store);
    return store->query != NULL ? read_row(store, record) : read_ours(store, client, record);
}

int32_t lookup_run(struct database *database, const struct boot_host_request *request,
                   const struct key *key, bool may_wait, struct record **ret_record,
                   char problem[PROBLEM_MAX]) {
    const struct boot_host *host = database->host;
    struct store *store = &database->store;
    struct client client = {.mac = host->request_text(request, BOOT_HOST_REQUEST_MAC),
                            .uuid = host->request_text(request, BOOT_HOST_REQUEST_UUID),
                            .swapped = host->request_text(request, BOOT_HOST_REQUEST_UUID_SWAPPED)};
    struct record *record = record_new(key);
    if (record == NULL)
        return -ENOMEM;
    bool has_bad_uuid = client.uuid != NULL && !is_good_uuid(database, client.uuid, client.swapped);
    if (has_bad_uuid)
        client.uuid = NULL;
    store_set_patience(store, may_wait);
    int32_t result = store_begin(store);
    if (result == 0) {
        parameters_bind(&database->parameters, store->device, host, request, client.uuid != NULL);
        result = read_first(store, &client, &record);
    }
    record->has_bad_uuid = has_bad_uuid;
    if (!store->is_steady)
        record->key_size = 0;
    if (result != 0)
        problem_set(problem, "%s",
                    result == -E2BIG ? "the device has too many facts" : sqlite3_errmsg(store->db));
    /* The values were lent. */
    (void) sqlite3_reset(store->device);
    (void) sqlite3_clear_bindings(store->device);
    if (result == 0) {
        *ret_record = record;
        return 0;
    }
    store_end(store);
    record_free(record);
    return result;
}
