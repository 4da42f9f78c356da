/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The inside of serving, shared by its own files: serving.c (life, and the door between the transfer
 * thread and the world) and serving-ask.c (whose file is it, and where are its bytes?).
 */
#pragma once

#include "daemon/serving.h"

#include "daemon/locator.h"
#include "tftp/multicast-server.h"
#include "tftp/pool.h"
#include "tftp/server.h"

/* Where one transfer thread meets the world. It enters when nobody is inside, which is nearly always;
 * otherwise what it has to say is left here for the main loop: no acknowledgement of a transfer that
 * runs ever waits for a reload or a provider. */
struct desk {
    struct serving *serving;
    gboolean is_inside; /* the transfer thread's */

    GMutex lock;  /* over what is left */
    GQueue opens; /* struct tftp_open */
    GQueue ends;  /* struct tftp_report, by fetched_copy() */
};

struct feeds;

struct serving {
    struct daemon *daemon;
    struct content_root *root;
    struct tftp_pool *pool;
    struct desk desks[LIMIT_THREADS]; /* one of each server of the pool */
    struct multicast_server *multicast;
    struct desk multicast_desk; /* its thread's */
    struct locator *locator;
    GThreadPool *file_threads;
    struct feeds *feeds; /* readers of providers that are being sent */
    unsigned asking;     /* files the chain is being asked for */
};

/* Asks chain and root for the file. Inside the world; takes `open`. */
void serving_ask(struct serving *serving, struct tftp_open *open);

/* A file thread's work: `data` is what serving_ask() has pushed. */
void serving_answer_from_file(gpointer data, gpointer user);
