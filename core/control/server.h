/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The daemon's end of the control interface: D-Bus peer to peer over a unix socket. It checks who
 * calls and hands each call to the daemon's callbacks, all of it on the main thread: the one that
 * runs the default main context, which is the packet thread.
 *
 * Who may call: root and the daemon's own user always; others when a group is configured, which
 * the socket's mode then admits.
 */
#pragma once

#include "control/control.h"

struct control_server;

/* One method call that waits for its answer. It must be ended exactly once, by control_call_return
 * or control_call_fail, within the callback or later, on the same thread. The caller may have gone
 * by then; ending the call is right all the same. */
struct control_call;

/* `facts`: a{sv} for status, explain, simulate and reload, aa{sv} for providers. A floating reference is
 * taken. */
void control_call_return(struct control_call *call, GVariant *facts);
void control_call_fail(struct control_call *call, enum control_error code, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* What the daemon implements; none may be NULL. core/cli/JSON.md names the facts of each. */
struct control_backend {
    void (*status)(gpointer user, struct control_call *call);
    /* CONTROL_ERROR_NOT_FOUND when the client is not known. */
    void (*explain)(gpointer user, struct control_call *call, const char *client);
    /* `request` (a{sv}) is lent for the call; control/simulation.h answers it. */
    void (*simulate)(gpointer user, struct control_call *call, GVariant *request);
    void (*providers)(gpointer user, struct control_call *call);
    void (*reload)(gpointer user, struct control_call *call);
    gpointer user; /* must outlive the server */
};

struct control_server_options {
    const char *path;  /* of the socket; NULL: CONTROL_SOCKET. A dead daemon's socket is replaced */
    const char *group; /* name of the group that may call, too; NULL: none */
    struct control_backend backend; /* copied */
};

/* Makes the socket and listens. The error says what is in the way and what to do. */
struct control_server *control_server_new(const struct control_server_options *options,
                                          GError **error);

/* Closes all connections and removes the socket. Calls that still wait may be ended later; their
 * callers have gone then. NULL is fine. */
void control_server_free(struct control_server *server);

/* Tells every subscriber. `event`: a{sv}, a floating reference is taken; it has at least
 *     "event"   s  "answered", "silent", "transfer", "ignored", "provider", "generation"
 *     "text"    s  one readable line
 * and where it makes sense "client" s and other facts; "time-us" x (wall clock) is added when
 * missing. Never blocks; a subscriber that does not read loses events, never memory of ours. */
void control_server_emit(struct control_server *server, GVariant *event);

/* Does anyone listen? FALSE: there is no need to make the event. */
gboolean control_server_has_subscribers(const struct control_server *server);
