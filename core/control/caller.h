/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One connection to the control socket: what it may still make us hold. Ref-counted, since calls
 * that wait outlive it. Main thread only.
 */
#pragma once

#include <gio/gio.h>
#include <stdint.h>

struct control_server;

struct caller {
    struct control_server *server; /* NULL once the connection or the server is gone */
    GDBusConnection *connection;
    guint object_id;
    gboolean subscribed;
    unsigned waiting;  /* calls that have no answer yet */
    unsigned unsent;   /* messages of ours that it has not taken yet, in the last known state */
    unsigned flushing; /* how many of them a running flush covers; 0: none runs */
    uint64_t lost;     /* events dropped since it was told last */
};

struct caller *caller_new(struct control_server *server, GDBusConnection *connection);
struct caller *caller_ref(struct caller *caller);
void caller_unref(struct caller *caller);

/* A message was handed to the connection: it counts until the kernel has it. */
void caller_sent(struct caller *caller);

/* Sends Event, or counts it as lost. `event` is lent. */
void caller_emit(struct caller *caller, GVariant *event);
