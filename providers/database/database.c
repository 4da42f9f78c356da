/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Provider "database": looks the client up in SQLite, by MAC or UUID, and gives its facts and its
 * boot file. Here: its settings and its life.
 */
#include <boothost/provider.h>

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "database.h"
#include "decide.h"

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
    {"cache", BOOT_HOST_INTEGER, 0, "131072",
     "how many clients' lookups are remembered until the database changes; 0: none"},
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

static int32_t read_cache(struct database *database) {
    int64_t count = database->host->config_number(database->config, "cache");
    if (count < 0 || count > CACHE_MOST)
        return report(database, "cache", "must be from 0 to 1048576 clients");
    return cache_open(&database->cache, (uint32_t) count);
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
    int32_t cache = read_cache(database);
    return uri != 0 ? uri : words != 0 ? words : bad != 0 ? bad : cache;
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

/* The first connection, with the configuration at hand to say what is wrong. Nobody else knows the
 * instance yet: no lock is needed. */
static int32_t connect(struct database *database, uint32_t flags) {
    char problem[PROBLEM_MAX] = "";
    bool check = (flags & BOOT_HOST_OPEN_CHECK) != 0;
    database->store.read_only = check;
    database->store.may_create = !check;
    int32_t result = clerk_look(database, problem);
    database->store.may_create = false;
    database->parameters = database->store.parameters;
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

static struct database *database_new(const struct boot_host *host,
                                     const struct boot_host_config *config) {
    struct database *database = calloc(1, sizeof *database);
    if (database == NULL)
        return NULL;
    database->host = host;
    database->config = config;
    (void) pthread_mutex_init(&database->store_lock, NULL);
    (void) pthread_mutex_init(&database->lock, NULL);
    clerk_init(&database->clerk);
    (void) getentropy(&database->seed, sizeof database->seed); /* no entropy: a known seed */
    return database;
}

static void database_close(void *instance) {
    struct database *database = instance;
    clerk_end(database);
    store_close(&database->store);
    record_free_list(database->found);
    cache_close(&database->cache);
    (void) pthread_mutex_destroy(&database->store_lock);
    (void) pthread_mutex_destroy(&database->lock);
    free(database);
}

static int32_t database_open(const struct boot_host *host, const struct boot_host_config *config,
                             uint32_t flags, void **ret_instance) {
    struct database *database = database_new(host, config);
    if (database == NULL)
        return -ENOMEM;
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

static int32_t database_decide(void *instance, const struct boot_host_request *request,
                               struct boot_host_reply *reply) {
    struct database *database = instance;
    return database->is_absent ? device_use_unknown(database, reply)
                               : decide_request(database, request, reply);
}

static void database_cancel(void *instance, uint64_t ticket) {
    clerk_cancel(instance, ticket);
}

static void database_drain(void *instance) {
    clerk_drain(instance);
}

static const struct boot_host_provider provider = {
    .size = sizeof provider,
    .abi = BOOT_HOST_ABI,
    .flags = BOOT_HOST_INLINE,
    .setting_count = sizeof settings / sizeof settings[0],
    .setting_size = sizeof settings[0],
    .name = "database",
    .version = BOOTHOST_VERSION,
    .summary = "device lookup in SQLite, by MAC or UUID",
    .settings = settings,
    .open = database_open,
    .close = database_close,
    .decide = database_decide,
    .cancel = database_cancel,
    .drain = database_drain,
};
BOOT_HOST_PROVIDER(provider);
