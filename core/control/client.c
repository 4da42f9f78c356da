/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Calls over GDBusConnection, with errors in words an administrator can act on.
 */
#include "control/client.h"

#define CALL_TIMEOUT_MS 30000 /* a chain of slow providers; each has its own deadline */

struct control_client {
    GDBusConnection *connection;
    char *path;
};

static void explain_failure(const char *path, const GError *failure, GError **error) {
    if (g_error_matches(failure, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED)) {
        g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_DENIED,
                    "%s: this user may not talk to the daemon: run it as root (sudo)", path);
        return;
    }
    if (g_error_matches(failure, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
        g_error_matches(failure, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED)) {
        g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_ABSENT,
                    "%s: no daemon answers there: start boothostd, or name its socket with "
                    "--socket",
                    path);
        return;
    }
    /* Authentication failed, or the daemon closed the connection while it was under way. */
    g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_DENIED,
                "%s: the daemon did not let us in (%s): run this as root (sudo); if it is root "
                "already, too many tools may be connected",
                path, failure->message);
}

struct control_client *control_client_new(const char *path, GError **error) {
    const char *socket = path != NULL ? path : CONTROL_SOCKET;
    g_autofree char *escaped = g_dbus_address_escape_value(socket);
    g_autofree char *address = g_strconcat("unix:path=", escaped, NULL);
    g_autoptr(GError) failure = NULL;

    GDBusConnection *connection = g_dbus_connection_new_for_address_sync(
        address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT, NULL, NULL, &failure);
    if (connection == NULL) {
        explain_failure(socket, failure, error);
        return NULL;
    }
    struct control_client *client = g_new0(struct control_client, 1);
    client->connection = connection;
    client->path = g_strdup(socket);
    return client;
}

void control_client_free(struct control_client *client) {
    if (client == NULL)
        return;
    g_dbus_connection_close_sync(client->connection, NULL, NULL);
    g_object_unref(client->connection);
    g_free(client->path);
    g_free(client);
}

static void call_failure(struct control_client *client, GError *failure, GError **error) {
    if (failure->domain == CONTROL_ERROR) {
        g_dbus_error_strip_remote_error(failure);
        g_propagate_error(error, g_error_copy(failure));
        return;
    }
    if (g_error_matches(failure, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)) {
        g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_FAILED,
                    "%s: the daemon has not answered for %d s: look at its log", client->path,
                    CALL_TIMEOUT_MS / 1000);
        return;
    }
    g_dbus_error_strip_remote_error(failure);
    g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_ABSENT,
                "%s: the daemon went away, or closed the connection: %s", client->path,
                failure->message);
}

GVariant *control_client_call(struct control_client *client, const char *method,
                              GVariant *parameters, GError **error) {
    g_autoptr(GError) failure = NULL;

    control_error_quark(); /* registers the names by which errors come back */
    g_autoptr(GVariant) result = g_dbus_connection_call_sync(
        client->connection, NULL, CONTROL_OBJECT, CONTROL_INTERFACE, method, parameters, NULL,
        G_DBUS_CALL_FLAGS_NONE, CALL_TIMEOUT_MS, NULL, &failure);
    if (result == NULL) {
        call_failure(client, failure, error);
        return NULL;
    }
    return g_variant_n_children(result) > 0 ? g_variant_get_child_value(result, 0)
                                            : g_variant_ref(result);
}

struct watching {
    const struct control_watch *watch;
    GMainLoop *loop;
    gboolean ended; /* by the callback */
};

static void event_came(GDBusConnection *connection, const char *sender, const char *path,
                       const char *interface, const char *name, GVariant *parameters,
                       gpointer user) {
    struct watching *watching = user;

    if (watching->ended || !g_variant_is_of_type(parameters, G_VARIANT_TYPE("(a{sv})")))
        return;
    g_autoptr(GVariant) event = g_variant_get_child_value(parameters, 0);
    if (!watching->watch->seen(event, watching->watch->user)) {
        watching->ended = TRUE;
        g_main_loop_quit(watching->loop);
    }
}

static void daemon_went(GDBusConnection *connection, gboolean remote, GError *error,
                        gpointer user) {
    struct watching *watching = user;

    g_main_loop_quit(watching->loop);
}

/* Until the callback or the daemon ends it. */
static void watch_run(struct control_client *client, struct watching *watching, GError **error) {
    if (watching->watch->started != NULL)
        watching->watch->started(watching->watch->user);
    g_main_loop_run(watching->loop);
    if (!watching->ended)
        g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_ABSENT, "%s: the daemon has stopped",
                    client->path);
}

gboolean control_client_watch(struct control_client *client, const struct control_watch *watch,
                              GError **error) {
    g_autoptr(GMainLoop) loop = g_main_loop_new(g_main_context_get_thread_default(), FALSE);
    struct watching watching = {.watch = watch, .loop = loop};

    guint signal = g_dbus_connection_signal_subscribe(
        client->connection, NULL, CONTROL_INTERFACE, "Event", CONTROL_OBJECT, NULL,
        G_DBUS_SIGNAL_FLAGS_NONE, event_came, &watching, NULL);
    gulong closed =
        g_signal_connect(client->connection, "closed", G_CALLBACK(daemon_went), &watching);

    g_autoptr(GVariant) started = control_client_call(client, "Subscribe", NULL, error);
    if (started != NULL)
        watch_run(client, &watching, error);
    g_signal_handler_disconnect(client->connection, closed);
    g_dbus_connection_signal_unsubscribe(client->connection, signal);
    return watching.ended;
}
