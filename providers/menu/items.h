/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The entries of the menu, as configured, and what one of them means for a client.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <boothost/host.h>

#define ITEMS_MAX       64 /* as many as the host puts into one menu */
#define ITEM_NAME_MAX   32 /* bytes */
#define ITEM_LOCAL_NAME "local"
#define ITEM_VALUE_MAX  1024 /* bytes of a value with its facts filled in, with the NUL */

/* One setting file.NAME or file.NAME.ARCHITECTURE. */
struct item_file {
    const char *architecture; /* NULL: for all others */
    const char *value;
};

struct item {
    char name[ITEM_NAME_MAX + 1];
    bool local;         /* leaves network boot */
    const char *text;   /* lent by the configuration, as all that follow; NULL: the name */
    const char *kernel; /* NULL: none */
    const char *args;   /* NULL: none */
    struct item_file *files;
    size_t file_count;
};

struct items {
    const struct boot_host *host;
    const struct boot_host_config *config;
    uint32_t count;
    uint32_t preset; /* index of the default entry */
    struct item all[ITEMS_MAX];
};

/* Reads and checks the settings; 0, -ENOMEM, or -EINVAL after reporting what is wrong. Either way,
 * items_clear() frees what was read. */
int32_t items_read(struct items *items, const struct boot_host *host,
                   const struct boot_host_config *config);
void items_clear(struct items *items);

/* Who a value is for: a decision (reply is set) or a file (reply is NULL). */
struct item_client {
    const struct boot_host_request *request;
    const struct boot_host_reply *reply;
};

/* The boot file of an entry for this client, its facts not filled in; NULL: none. */
const char *items_file(const struct items *items, const struct item *item,
                       const struct item_client *client);

/* The initial RAM disk `index` of an entry, its facts not filled in; NULL behind the last. */
const char *items_initrd(const struct items *items, const struct item *item, uint32_t index);

/* Fills in facts. False, after a line in the log that names the entry, when that is not possible. */
bool items_expand(const struct items *items, const struct item *item,
                  const struct item_client *client, const char *value,
                  char ret_text[ITEM_VALUE_MAX]);
