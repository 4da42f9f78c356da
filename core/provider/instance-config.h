/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the configuration says of one provider instance: the host's own keys, typed, and all other
 * keys as written, each with its place. Plain data made by config.c, ref-counted, never changed.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

/* What follows a failure or a missed deadline. */
enum instance_policy {
    INSTANCE_NEXT,  /* go on to the next provider */
    INSTANCE_DROP,  /* stay silent */
    INSTANCE_ABORT, /* send the client to its next boot device */
};

/* One key as written. */
struct instance_setting {
    char *key;
    char *value;
    char *where; /* "boothost.conf:12" */
};

struct instance_config {
    gatomicrefcount refs;
    const char *name; /* of the group [provider NAME]; interned, since traces name it for ever */
    char *module;     /* file name without .so below the module folder, or an absolute path */
    char *where;      /* "boothost.conf:10", of the group */
    char *folder;     /* of the config file: relative paths start here */
    int64_t deadline_us;
    enum instance_policy on_error;
    enum instance_policy on_timeout;
    gboolean is_isolated;     /* isolation = process */
    GStrv command;            /* a program and its arguments instead of a module; NULL: none */
    uint64_t memory;          /* bytes that a process of its own may have */
    gboolean network;         /* it may make sockets */
    GStrv read_files;         /* absolute paths of files and folders it may read; NULL: none */
    GStrv write_files;        /* and write */
    gboolean critical;        /* fails to open: the daemon does not start */
    GStrv match_architecture; /* names; NULL: any */
    GStrv match_network;      /* "10.0.0.0/24"; NULL: any */
    GStrv match_interface;
    GStrv match_vendor_class; /* prefixes of option 60 */
    GPtrArray *settings;      /* struct instance_setting *, in the order of the file */
};

struct instance_config *instance_config_new(const char *name);
struct instance_config *instance_config_ref(struct instance_config *config);
void instance_config_unref(struct instance_config *config);
void instance_config_add(struct instance_config *config, const char *key, const char *value,
                         const char *where);

/* The keys of a [provider NAME] group that are the host's own, ends in NULL: no module may have a
 * setting of such a name. */
const char *const *instance_config_host_keys(void);
