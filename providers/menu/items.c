/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading the entries. Everything an administrator may have got wrong is found here, before the
 * first client is served.
 */
#include "items.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "known-architecture.h"
#include "text.h"

#define KEY_MAX 128 /* bytes of a key such as file.NAME.ARCHITECTURE, with the NUL */

static const char *const families[] = {"text", "file", "kernel", "initrd", "args"};
#define FAMILY_COUNT (sizeof families / sizeof families[0])

static int32_t report(const struct items *items, const char *key, const char *text) {
    items->host->config_error(items->config, key, 0, text);
    return -EINVAL;
}

static const char *get(const struct items *items, const char *family, const char *name) {
    char key[KEY_MAX + 8];
    (void) snprintf(key, sizeof key, "%s.%s", family, name);
    const char *value = items->host->config_text(items->config, key);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

static const struct item *find(const struct items *items, const char *name, size_t size) {
    for (uint32_t i = 0; i < items->count; i++) {
        if (strlen(items->all[i].name) == size && strncmp(items->all[i].name, name, size) == 0)
            return &items->all[i];
    }
    return NULL;
}

static bool is_name(const char *name) {
    size_t size = strlen(name);
    return size > 0 && size <= ITEM_NAME_MAX &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") == size;
}

/* The part behind the name of a key file.NAME or file.NAME.ARCHITECTURE: NULL when the key is of
 * another entry, else "" or ".ARCHITECTURE". */
static const char *file_key_end(const char *key, const char *name) {
    size_t size = strlen(name);
    if (strncmp(key, "file.", 5) != 0 || strncmp(key + 5, name, size) != 0)
        return NULL;
    const char *end = key + 5 + size;
    return *end == '\0' || *end == '.' ? end : NULL;
}

/* So that a client costs a comparison or two, and no look-up of settings. */
static int32_t read_files(const struct items *items, struct item *item) {
    const char *key = NULL;
    uint32_t keys = 0;
    while (items->host->config_key(items->config, keys) != NULL)
        keys++;
    item->files = calloc(keys + 1, sizeof *item->files);
    if (item->files == NULL)
        return -ENOMEM;
    for (uint32_t i = 0; i < keys && (key = items->host->config_key(items->config, i)) != NULL;
         i++) {
        const char *end = file_key_end(key, item->name);
        const char *value = end != NULL ? items->host->config_text(items->config, key) : NULL;
        if (value != NULL && value[0] != '\0')
            item->files[item->file_count++] =
                (struct item_file){*end == '.' ? end + 1 : NULL, value};
    }
    return 0;
}

void items_clear(struct items *items) {
    for (uint32_t i = 0; i < items->count; i++)
        free(items->all[i].files);
}

static bool has_file_key(const struct items *items, const char *name) {
    const char *key = NULL;
    for (uint32_t i = 0; (key = items->host->config_key(items->config, i)) != NULL; i++) {
        if (file_key_end(key, name) != NULL)
            return true;
    }
    return false;
}

static int32_t check_item(const struct items *items, const struct item *item) {
    char text[160];
    bool boots = item->kernel != NULL || has_file_key(items, item->name);
    if (item->local && !boots)
        return 0;
    if (item->local)
        return report(items, "items",
                      "the entry \"local\" leaves network boot and boots nothing; "
                      "give the one with a file another name");
    if (!boots) {
        (void) snprintf(text, sizeof text,
                        "the entry \"%s\" boots nothing; write file.%s or kernel.%s", item->name,
                        item->name, item->name);
        return report(items, "items", text);
    }
    if (item->kernel == NULL && (item->args != NULL || items_initrd(items, item, 0) != NULL)) {
        (void) snprintf(text, sizeof text, "the entry \"%s\" has args or initrd, but no kernel.%s",
                        item->name, item->name);
        return report(items, "items", text);
    }
    if (item->args != NULL && text_has_ipxe_syntax(item->args)) {
        (void) snprintf(text, sizeof text, "args.%s", item->name);
        return report(items, text,
                      "iPXE cannot pass a word that is \"&&\", \"||\" or \";\", or "
                      "begins with \"#\"");
    }
    return 0;
}

static int32_t add_item(struct items *items, const char *name) {
    if (!is_name(name))
        return report(items, "items",
                      "names are 1 to 32 lower-case letters, digits, \"-\" and \"_\"");
    if (find(items, name, strlen(name)) != NULL)
        return report(items, "items", "an entry is listed twice");
    if (items->count == ITEMS_MAX)
        return report(items, "items", "more than 64 entries");
    struct item *item = &items->all[items->count++];
    (void) snprintf(item->name, sizeof item->name, "%s", name);
    item->local = strcmp(name, ITEM_LOCAL_NAME) == 0;
    item->text = get(items, "text", name);
    item->kernel = get(items, "kernel", name);
    item->args = get(items, "args", name);
    int32_t result = read_files(items, item);
    return result != 0 ? result : check_item(items, item);
}

/* A key of a family must be of an entry that is listed. */
static int32_t check_key(const struct items *items, const char *key) {
    for (size_t i = 0; i < FAMILY_COUNT; i++) {
        size_t prefix = strlen(families[i]);
        if (strncmp(key, families[i], prefix) != 0 || key[prefix] != '.')
            continue;
        const char *name = key + prefix + 1;
        const char *dot = strchr(name, '.');
        size_t size = dot != NULL ? (size_t) (dot - name) : strlen(name);
        if (find(items, name, size) == NULL)
            return report(items, key, "no entry of this name is listed in items");
        if (dot == NULL)
            return 0;
        if (strcmp(families[i], "file") != 0 || !known_architecture(items->host, dot + 1))
            return report(items, key,
                          "only file.NAME.ARCHITECTURE may have a second dot, with an "
                          "architecture such as x64-uefi behind it");
    }
    return 0;
}

static int32_t read_preset(struct items *items) {
    const char *name = items->host->config_text(items->config, "default");
    if (name == NULL)
        return 0;
    const struct item *item = find(items, name, strlen(name));
    if (item == NULL)
        return report(items, "default", "no entry of this name is listed in items");
    items->preset = (uint32_t) (item - items->all);
    return 0;
}

int32_t items_read(struct items *items, const struct boot_host *host,
                   const struct boot_host_config *config) {
    const char *name = NULL;
    const char *key = NULL;
    int32_t result = 0;
    items->host = host;
    items->config = config;
    for (uint32_t i = 0; result == 0 && (name = host->config_item(config, "items", i)) != NULL; i++)
        result = add_item(items, name);
    if (result == 0 && items->count == 0)
        result = report(items, "items", "the menu has no entry");
    for (uint32_t i = 0; result == 0 && (key = host->config_key(config, i)) != NULL; i++)
        result = check_key(items, key);
    return result == 0 ? read_preset(items) : result;
}

/* `architecture` NULL: for those that have none of their own. */
static const char *find_file(const struct item *item, const char *architecture) {
    for (size_t i = 0; i < item->file_count; i++) {
        const struct item_file *file = &item->files[i];
        if (architecture == NULL
                ? file->architecture == NULL
                : file->architecture != NULL && strcmp(file->architecture, architecture) == 0)
            return file->value;
    }
    return NULL;
}

const char *items_file(const struct items *items, const struct item *item,
                       const struct item_client *client) {
    const char *architecture = NULL;
    const char *file = NULL;
    for (uint32_t i = 0;
         item->file_count > 0 && file == NULL &&
         (architecture = items->host->request_architecture(client->request, i)) != NULL;
         i++)
        file = find_file(item, architecture);
    return file != NULL ? file : find_file(item, NULL);
}

const char *items_initrd(const struct items *items, const struct item *item, uint32_t index) {
    char key[KEY_MAX];
    (void) snprintf(key, sizeof key, "initrd.%s", item->name);
    return items->host->config_item(items->config, key, index);
}

bool items_expand(const struct items *items, const struct item *item,
                  const struct item_client *client, const char *value,
                  char ret_text[ITEM_VALUE_MAX]) {
    char text[512];
    char filled[ITEM_VALUE_MAX];
    size_t size = strlen(value);
    if (size < ITEM_VALUE_MAX && strstr(value, "${") == NULL) {
        memcpy(ret_text, value, size + 1);
        return true;
    }
    int64_t length =
        client->reply != NULL
            ? items->host->expand(client->reply, value, filled, sizeof filled)
            : items->host->request_expand(client->request, value, filled, sizeof filled);
    if (length >= 0 && length < ITEM_VALUE_MAX) {
        memcpy(ret_text, filled, (size_t) length + 1);
        return true;
    }
    (void) snprintf(text, sizeof text, "entry %s: \"%.120s\" %s", item->name, value,
                    length >= 0 ? "is too long"
                                : "names a fact that this client does not have; give a value for "
                                  "that case with ${fact:-value}");
    items->host->log(items->host, BOOT_HOST_LOG_WARNING, text);
    return false;
}
