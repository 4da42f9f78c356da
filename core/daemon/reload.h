/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Policy without a restart: the configuration is read again, the chain that it asks for is opened
 * beside the one that serves, tried, and takes over by one swap between two packets. All that may
 * wait is done on a thread of its own; whatever goes wrong there leaves everything as it is.
 */
#pragma once

#include <glib.h>

struct config;
struct daemon;
struct reload;

/* Packet thread, all of it. */
struct reload *reload_new(struct daemon *daemon);

/* No swap comes after this; whoever waits is told. FALSE: a provider does not come back from opening,
 * and what it uses must stay where it is. */
gboolean reload_free(struct reload *reload);

/* `facts` (a{sv}, a floating reference): see core/cli/JSON.md. */
typedef void (*reload_done_fn)(GVariant *facts, gpointer user);

/* One reload runs at a time: what is asked for meanwhile is done after it, and once for all who
 * asked. `done` may be NULL: the log says all. */
void reload_begin(struct reload *reload, reload_done_fn done, gpointer user);

/* The settings in which `now` differs from `started` and that a reload cannot change: names, ends in
 * NULL. Free with g_strfreev. */
GStrv reload_needs_restart(const struct config *started, const struct config *now);
