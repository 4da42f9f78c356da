/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a record says, as facts, boot file and verdict of a reply.
 */
#include "database.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define BOOT_FILE_MAX 513 /* with the NUL: what the host takes */

static void set_note(const struct database *database, struct boot_host_reply *reply,
                     const char *text) {
    (void) database->host->reply_set(reply, BOOT_HOST_REPLY_NOTE, text);
}

static void set_fact(const struct database *database, struct boot_host_reply *reply,
                     const char *name, const char *value) {
    char text[160];
    int32_t result = database->host->fact_set(reply, name, value);
    if (result == 0)
        return;
    (void) snprintf(text, sizeof text, "fact %.64s is left out: %s", name, strerror(-result));
    set_note(database, reply, text);
}

static void set_facts(const struct database *database, const struct record *record,
                      struct boot_host_reply *reply) {
    const char *name = record->text + record->facts;
    for (uint32_t i = 0; i < record->fact_count; i++) {
        const char *value = name + strlen(name) + 1;
        set_fact(database, reply, name, value);
        name = value + strlen(value) + 1;
    }
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

/* ---- The boot file for this client ----------------------------------------------------------- */

/* Is `client` "first.second", or one of both alone when the other is NULL? */
static bool is_called(const char *client, const char *first, const char *second) {
    size_t size = first != NULL ? strlen(first) : 0;
    if (first == NULL || second == NULL)
        return strcmp(client, first != NULL ? first : second) == 0;
    return strncmp(client, first, size) == 0 && client[size] == '.' &&
           strcmp(client + size + 1, second) == 0;
}

/* NULL: the device has none for this word. */
static const char *find_boot_file(const struct record *record, const char *first,
                                  const char *second) {
    const char *client = record->text + record->files;
    for (uint32_t i = 0; i < record->file_count; i++) {
        const char *file = client + strlen(client) + 1;
        if (is_called(client, first, second))
            return file;
        client = file + strlen(file) + 1;
    }
    return NULL;
}

/* Tries each architecture of the client, behind the loader unless that is NULL. */
static const char *find_by_architecture(const struct database *database,
                                        const struct record *record,
                                        const struct boot_host_request *request,
                                        const char *loader) {
    const char *name = NULL;
    const char *file = NULL;
    for (uint32_t i = 0;
         file == NULL && (name = database->host->request_architecture(request, i)) != NULL; i++)
        file = find_boot_file(record, loader, name);
    return file;
}

/* The most exact one first: loader and architecture, loader, architecture, any. */
static const char *choose_boot_file(const struct database *database, const struct record *record,
                                    const struct boot_host_request *request) {
    const char *loader = database->host->request_text(request, BOOT_HOST_REQUEST_LOADER);
    const char *file = NULL;
    if (loader != NULL)
        file = find_by_architecture(database, record, request, loader);
    if (file == NULL && loader != NULL)
        file = find_boot_file(record, loader, NULL);
    if (file == NULL)
        file = find_by_architecture(database, record, request, NULL);
    return file != NULL ? file : record_text(record, record->boot_file);
}

/* ---- The whole ------------------------------------------------------------------------------- */

int32_t device_use_unknown(const struct database *database, struct boot_host_reply *reply) {
    uint32_t field =
        database->unknown == BOOT_HOST_PASS ? BOOT_HOST_REPLY_NOTE : BOOT_HOST_REPLY_REASON;
    (void) database->host->reply_set(reply, field, "the device is not known");
    return database->unknown;
}

int32_t device_use(const struct database *database, const struct record *record,
                   const struct boot_host_request *request, struct boot_host_reply *reply) {
    if (record->has_bad_uuid)
        set_note(database, reply, "its UUID does not count: many machines have it");
    if (!record->is_known)
        return device_use_unknown(database, reply);
    set_note(database, reply, record->text + record->note);
    if (record->is_two_devices)
        set_note(database, reply, "its MAC and its UUID belong to two devices");
    set_facts(database, record, reply);
    int32_t result = apply_action(database, reply, record_text(record, record->action));
    if (result != BOOT_HOST_PASS)
        return result;
    const char *file = record->file_count > 0 ? choose_boot_file(database, record, request)
                                              : record_text(record, record->boot_file);
    return set_boot_file(database, reply, file);
}
