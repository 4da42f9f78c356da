/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The boot files that are set, read once: a client costs a comparison or two, and no look-up of
 * settings.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <boothost/host.h>

#define BOOT_FILE_MAX 513 /* with the NUL: what the host takes */

/* One setting that names a boot file. Its texts live as long as the configuration. */
struct choice {
    const char *loader;       /* one of choices_loader(); NULL: for firmware */
    const char *architecture; /* NULL: for all that this loader runs on */
    const char *key;
    const char *value; /* may be "" */
    bool is_template;  /* holds ${fact} */
    char reason[96];
};

struct choices {
    struct choice *all;
    size_t count;
};

/* False when memory is short. */
bool choices_read(struct choices *choices, const struct boot_host *host,
                  const struct boot_host_config *config);
void choices_clear(struct choices *choices);

/* The loader by whose keys the client is served; NULL: it is firmware. Static text. */
const char *choices_loader(const char *name);

/* The loader that a key "ipxe.x64-uefi" is of, and its architecture; NULL: no such key. */
const char *choices_split_key(const char *key, const char **ret_architecture);

/* What is set for this client, its best architecture first; NULL: nothing. */
const struct choice *choices_find(const struct choices *choices, const struct boot_host *host,
                                  const struct boot_host_request *request, const char *loader);
