/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Files sent to groups of clients: a thread of its own, which the TFTP servers hand downloads to.
 * So one file has one sender however many transfer threads there are, and those lose no time.
 */
#pragma once

#include "tftp/download.h"
#include "tftp/mtftp-directory.h"
#include "tftp/multicast-settings.h"

enum multicast_counter {
    MULTICAST_COUNTER_STREAMS,   /* files that are being sent to a group now */
    MULTICAST_COUNTER_MEMBERS,   /* clients of them now */
    MULTICAST_COUNTER_JOINED,    /* clients that were agreed with, since the start; all below too */
    MULTICAST_COUNTER_ALONE,     /* asked for multicast, and were served alone */
    MULTICAST_COUNTER_COMPLETED, /* clients that got all */
    MULTICAST_COUNTER_LOST,      /* clients that did not: gone, silent or out of reach */
    MULTICAST_COUNTER_BLOCKS,    /* sent to groups */
    MULTICAST_COUNTER_BYTES,     /* of payload in these */
    MULTICAST_COUNTER_RESENT,    /* blocks repeated since nobody acknowledged */
    MULTICAST_COUNTER_MASTERS,   /* times a client became the master of a group */
    MULTICAST_COUNTERS
};

/* Name for status output, such as "multicast-members". */
const char *multicast_counter_name(enum multicast_counter counter);

struct multicast_server;

/* Lent for the call. */
struct multicast_server_options {
    const struct multicast_settings *settings;
    struct mtftp_directory *directory; /* of files for MTFTP; NULL: none. A reference is taken */
    struct tftp_settings tftp;         /* MTFTP's time-outs */
    struct content_root *root;         /* MTFTP's; NULL: none. A reference is taken */
    struct tftp_callbacks callbacks;   /* called on this server's thread; only at the beginning */
};

/* Opens the port of MTFTP when there are files for it. */
struct multicast_server *multicast_server_new(const struct multicast_server_options *options,
                                              GError **error);

/* Stops the thread: clients get ERROR 0 "server stops", and their `ended` is called. No TFTP server
 * may hand over downloads any more. NULL is fine. */
void multicast_server_free(struct multicast_server *server);

/* What holds for files to come; the rate holds for all. FALSE: MTFTP's port cannot be opened, and
 * all stays as it was but the settings. Any thread. */
gboolean multicast_server_configure(struct multicast_server *server,
                                    const struct multicast_server_options *options, GError **error);

/* Lets the download, which is in no table any more, take part in the group that gets `content`, or
 * begin one, and tells the client. `is_near`: no router is between the client and us. TRUE: download
 * and the reference to the content are taken over. FALSE: this file or this client is not for
 * multicast, or there is no room: serve it alone. */
gboolean multicast_server_join(struct multicast_server *server, struct download *download,
                               struct content *content, gboolean is_near);

/* Calls `visit` for up to `most` clients of streams, as tftp_server_running() does. Any thread. */
void multicast_server_running(struct multicast_server *server, unsigned most,
                              void (*visit)(const struct tftp_report *report, gpointer user),
                              gpointer user);

/* Any thread. */
void multicast_server_counters(struct multicast_server *server,
                               uint64_t ret_counters[MULTICAST_COUNTERS]);
