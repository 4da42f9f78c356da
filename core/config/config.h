/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The configuration: one key file and its drop-ins, as an immutable snapshot. Every problem is
 * named with file and line; unknown groups and keys name the nearest known one.
 */
#pragma once

#include <glib.h>

#include "boot/answer.h"
#include "provider/generation.h"
#include "provider/remote.h"
#include "tftp/mtftp-directory.h"
#include "tftp/server.h"

#define CONFIG_DEFAULT_PATH    "/etc/boothost/boothost.conf"
#define CONFIG_DEFAULT_CONTROL "/run/boothost/control"

enum config_dhcp {
    CONFIG_DHCP_BIND, /* port 67 is ours */
    CONFIG_DHCP_RAW,  /* beside a DHCP server of this host: heard and answered past its socket */
    CONFIG_DHCP_OFF,  /* port 67 belongs to a DHCP server on this host: 4011 only */
};

/* The recording of requests: see record/recorder.h. */
struct config_record {
    char *path; /* an absolute path; NULL: nothing is recorded */
    uint64_t size;
    unsigned files;
    gboolean use_pseudonyms;
};

struct config {
    gatomicrefcount refs;
    char *path;       /* of the main file */
    GStrv interfaces; /* names; NULL: all that are up, loopback left out */
    enum config_dhcp dhcp;
    char *root;                     /* served by TFTP: an absolute path */
    char *state;                    /* what providers keep: an absolute path */
    char *modules;                  /* folder of provider modules: an absolute path */
    char *control;                  /* the control socket: an absolute path */
    unsigned threads;               /* that answer requests; 0 and 1: the main one */
    unsigned tftp_threads;          /* that send files; 0 and 1: one */
    unsigned canary;                /* clients whose last request a reload tries first; 0: none */
    char *worker;                   /* boothost-worker: an absolute path; NULL: there is none */
    char *worker_user;              /* NULL: boothost, else nobody */
    struct remote_host remote_host; /* of both */
    struct answer_policy policy;
    struct config_record record;
    struct tftp_settings tftp;
    struct multicast_settings multicast;
    struct mtftp_directory *mtftp; /* NULL: no file goes by MTFTP */
    GPtrArray *instances;          /* struct instance_config *, in the order of [chain] providers */
};

/* Reads `path` and `path`.d/NAME.conf in name order. Appends struct problem * to `problems`; NULL
 * when one of them is fatal. Free with config_unref. */
struct config *config_load(const char *path, GPtrArray *problems);
struct config *config_ref(struct config *config);
void config_unref(struct config *config);

/* The chain that the configuration asks for; see generation_new. `options`: the instances and their
 * folder are filled in here. */
struct generation *config_open_chain(const struct config *config,
                                     const struct generation_options *options, GPtrArray *problems);
