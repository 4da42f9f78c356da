/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The daemon as a whole: who owns what, what starts before what, and what ends in which order.
 */
#pragma once

#include <glib.h>

#include "config/config.h"

struct daemon;

#define DAEMON_ERROR (daemon_error_quark())
GQuark daemon_error_quark(void);

enum daemon_error {
    DAEMON_ERROR_CHAIN,   /* a provider failed; the problems are in the message */
    DAEMON_ERROR_NOTHING, /* no interface to serve */
};

/* Opens the chain, binds the sockets and starts to serve on the default main context, which belongs
 * to the calling thread from now on. The error says what is in the way and what to do. */
struct daemon *daemon_new(struct config *config, GError **error);

/* Serves until a source of the main context, such as a signal's, has set `*stop`. */
void daemon_run(struct daemon *daemon, const gboolean *stop);

/* Reads the configuration again and lets the chain that it asks for take over; the log says what came
 * of it. On the thread that runs the main context. */
void daemon_reload(struct daemon *daemon);

/* Stops receiving, ends transfers, closes the providers. */
void daemon_free(struct daemon *daemon);
