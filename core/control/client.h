/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The command line's end of the control interface. One thread, the one that made it.
 */
#pragma once

#include "control/control.h"

struct control_client;

/* Connects to the daemon's socket; NULL: CONTROL_SOCKET. Waits. Errors: CONTROL_ERROR_ABSENT or
 * CONTROL_ERROR_DENIED, with what to do in the text. */
struct control_client *control_client_new(const char *path, GError **error);
void control_client_free(struct control_client *client);

/* Calls a method and waits for the answer, up to 30 s: the result without the tuple around it.
 * `parameters`: a tuple, floating reference taken; NULL: none. Errors: CONTROL_ERROR. */
GVariant *control_client_call(struct control_client *client, const char *method,
                              GVariant *parameters, GError **error);

struct control_watch {
    /* From now on no event is missed. May be NULL. */
    void (*started)(gpointer user);
    /* `event` (a{sv}) is lent. Return FALSE to end. */
    gboolean (*seen)(GVariant *event, gpointer user);
    gpointer user;
};

/* Subscribes and calls `watch->seen` for every event, in the thread-default main context, until it
 * returns FALSE (TRUE is returned) or the daemon goes (FALSE, CONTROL_ERROR_ABSENT). */
gboolean control_client_watch(struct control_client *client, const struct control_watch *watch,
                              GError **error);
