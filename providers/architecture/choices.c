/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The boot files that are set, read once.
 */
#include "choices.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "known-architecture.h"

static const char *const loaders[] = {"ipxe", "grub", "wdsnbp"};
#define LOADER_COUNT (sizeof loaders / sizeof loaders[0])

const char *choices_loader(const char *name) {
    for (size_t i = 0; name != NULL && i < LOADER_COUNT; i++) {
        if (name[0] == loaders[i][0] && strcmp(name, loaders[i]) == 0)
            return loaders[i];
    }
    return NULL;
}

const char *choices_split_key(const char *key, const char **ret_architecture) {
    for (size_t i = 0; i < LOADER_COUNT; i++) {
        size_t length = strlen(loaders[i]);
        if (strncmp(key, loaders[i], length) == 0 && key[length] == '.') {
            *ret_architecture = key + length + 1;
            return loaders[i];
        }
    }
    return NULL;
}

/* False for a key that names no boot file. */
static bool read_key(const struct boot_host *host, const char *key, struct choice *ret_choice) {
    struct choice choice = {.key = key, .loader = choices_loader(key)};
    if (choice.loader == NULL) {
        choice.architecture = key;
        choice.loader = choices_split_key(key, &choice.architecture);
        if (!known_architecture(host, choice.architecture))
            return false;
    }
    *ret_choice = choice;
    return true;
}

bool choices_read(struct choices *choices, const struct boot_host *host,
                  const struct boot_host_config *config) {
    const char *key = NULL;
    uint32_t keys = 0;
    while (host->config_key(config, keys) != NULL)
        keys++;
    choices->all = calloc(keys + 1, sizeof *choices->all);
    if (choices->all == NULL)
        return false;
    for (uint32_t i = 0; i < keys && (key = host->config_key(config, i)) != NULL; i++) {
        struct choice *choice = &choices->all[choices->count];
        if (!read_key(host, key, choice))
            continue;
        choice->value = host->config_text(config, key);
        /* What is too long is found out, and told, where templates are filled in. */
        choice->is_template =
            strstr(choice->value, "${") != NULL || strlen(choice->value) >= BOOT_FILE_MAX;
        (void) snprintf(choice->reason, sizeof choice->reason, "by the setting %s", key);
        choices->count++;
    }
    return true;
}

void choices_clear(struct choices *choices) {
    free(choices->all);
}

/* `architecture` NULL: that of the loader alone. */
static const struct choice *find(const struct choices *choices, const char *loader,
                                 const char *architecture) {
    for (size_t i = 0; i < choices->count; i++) {
        const struct choice *choice = &choices->all[i];
        if (choice->loader != loader || (choice->architecture == NULL) != (architecture == NULL))
            continue;
        if (architecture == NULL || strcmp(choice->architecture, architecture) == 0)
            return choice;
    }
    return NULL;
}

const struct choice *choices_find(const struct choices *choices, const struct boot_host *host,
                                  const struct boot_host_request *request, const char *loader) {
    const struct choice *found = NULL;
    const char *name = NULL;
    for (uint32_t i = 0; found == NULL && (name = host->request_architecture(request, i)) != NULL;
         i++)
        found = find(choices, loader, name);
    return found != NULL || loader == NULL ? found : find(choices, loader, NULL);
}
