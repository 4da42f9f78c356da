/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * GDBusServer accepts and authenticates on threads of its own; everything else happens on the main
 * thread. Who may connect is the kernel's business (the socket's mode), checked once more by the
 * credentials that the kernel vouches for.
 */
#include "control/server.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "control/caller.h"
#include "control/interface.h"

struct control_server {
    GDBusServer *bus;
    GDBusAuthObserver *observer;
    struct control_backend backend;
    GPtrArray *callers; /* struct caller * */
};

struct control_call {
    GDBusMethodInvocation *invocation;
    struct caller *caller;
};

/* ---- Calls ----------------------------------------------------------------------------------- */

static struct control_call *call_new(struct caller *caller, GDBusMethodInvocation *invocation) {
    struct control_call *call = g_new0(struct control_call, 1);

    call->invocation = invocation;
    call->caller = caller_ref(caller);
    caller->waiting++;
    return call;
}

static void call_end(struct control_call *call) {
    call->caller->waiting--;
    caller_sent(call->caller);
    caller_unref(call->caller);
    g_free(call);
}

void control_call_return(struct control_call *call, GVariant *facts) {
    g_dbus_method_invocation_return_value(call->invocation, g_variant_new_tuple(&facts, 1));
    call_end(call);
}

void control_call_fail(struct control_call *call, enum control_error code, const char *format,
                       ...) {
    va_list arguments;

    va_start(arguments, format);
    g_dbus_method_invocation_return_error_valist(call->invocation, CONTROL_ERROR, (int) code,
                                                 format, arguments);
    va_end(arguments);
    call_end(call);
}

static void subscribe(struct caller *caller, GDBusMethodInvocation *invocation) {
    caller->subscribed = TRUE;
    g_dbus_method_invocation_return_value(invocation, NULL);
    caller_sent(caller);
}

/* GDBus has checked names and types against the introspection data. */
static void dispatch(struct caller *caller, const char *method, GVariant *parameters,
                     GDBusMethodInvocation *invocation) {
    const struct control_backend *backend = &caller->server->backend;

    if (g_str_equal(method, "Subscribe")) {
        subscribe(caller, invocation);
        return;
    }
    struct control_call *call = call_new(caller, invocation);
    if (g_str_equal(method, "Status")) {
        backend->status(backend->user, call);
    } else if (g_str_equal(method, "Providers")) {
        backend->providers(backend->user, call);
    } else if (g_str_equal(method, "Reload")) {
        backend->reload(backend->user, call);
    } else if (g_str_equal(method, "Explain")) {
        const char *client = NULL;
        g_variant_get(parameters, "(&s)", &client);
        backend->explain(backend->user, call, client);
    } else {
        g_autoptr(GVariant) request = g_variant_get_child_value(parameters, 0);
        backend->simulate(backend->user, call, request);
    }
}

static void method_called(GDBusConnection *connection, const char *sender, const char *path,
                          const char *interface, const char *method, GVariant *parameters,
                          GDBusMethodInvocation *invocation, gpointer user) {
    struct caller *caller = user;

    if (caller->server == NULL || caller->waiting >= LIMIT_CONTROL_CALLS ||
        caller->unsent >= LIMIT_CONTROL_UNSENT) {
        g_dbus_method_invocation_return_error_literal(
            invocation, CONTROL_ERROR, CONTROL_ERROR_BUSY,
            "too many calls of this connection wait for their answers; ask again later");
        return;
    }
    dispatch(caller, method, parameters, invocation);
}

/* ---- Connections ----------------------------------------------------------------------------- */

static void caller_leave(struct caller *caller) {
    g_signal_handlers_disconnect_by_data(caller->connection, caller);
    caller->server = NULL;
    caller->subscribed = FALSE;
    g_dbus_connection_unregister_object(caller->connection, caller->object_id);
}

static void connection_closed(GDBusConnection *connection, gboolean remote, GError *error,
                              gpointer user) {
    struct caller *caller = user;
    struct control_server *server = caller->server;

    caller_leave(caller);
    g_ptr_array_remove_fast(server->callers, caller);
}

static gboolean connection_new(GDBusServer *bus, GDBusConnection *connection, gpointer user) {
    static const GDBusInterfaceVTable vtable = {.method_call = method_called};
    struct control_server *server = user;

    if (server->callers->len >= LIMIT_CONTROL_CALLERS)
        return FALSE; /* GDBusServer closes it */

    struct caller *caller = caller_new(server, connection);
    g_ptr_array_add(server->callers, caller);
    g_signal_connect(connection, "closed", G_CALLBACK(connection_closed), caller);
    caller->object_id = g_dbus_connection_register_object(
        connection, CONTROL_OBJECT, (GDBusInterfaceInfo *) &org_boothost_control1_interface,
        &vtable, caller_ref(caller), (GDestroyNotify) caller_unref, NULL);
    return TRUE;
}

/* On a thread of GDBusServer: reads its arguments alone. Whoever is neither root nor ourselves came
 * in by the socket's group, or a mode that an administrator loosened by hand. */
static gboolean peer_authorize(GDBusAuthObserver *observer, GIOStream *stream,
                               GCredentials *credentials, gpointer admits_group) {
    uid_t user = credentials != NULL ? g_credentials_get_unix_user(credentials, NULL) : (uid_t) -1;

    if (user == (uid_t) -1)
        return FALSE;
    return user == 0 || user == geteuid() || GPOINTER_TO_INT(admits_group);
}

/* The kernel names the peer: no other proof is asked for. */
static gboolean mechanism_allow(GDBusAuthObserver *observer, const char *mechanism, gpointer user) {
    return g_str_equal(mechanism, "EXTERNAL");
}

/* ---- The socket ------------------------------------------------------------------------------ */

/* A dead daemon leaves its socket behind; a living one answers. */
static gboolean socket_clear(const char *path, GError **error) {
    struct stat status;

    if (lstat(path, &status) != 0)
        return TRUE;
    if (!S_ISSOCK(status.st_mode)) {
        g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_FAILED,
                    "%s: is there, but is no socket: remove it, or set another 'control' path",
                    path);
        return FALSE;
    }

    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
    g_autoptr(GError) refused = NULL;
    g_autoptr(GSocketConnection) living =
        g_socket_client_connect(client, G_SOCKET_CONNECTABLE(address), NULL, &refused);
    if (living != NULL || !g_error_matches(refused, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED)) {
        g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_FAILED,
                    "%s: another daemon answers there: stop it, or set another 'control' path",
                    path);
        return FALSE;
    }
    g_unlink(path);
    return TRUE;
}

static gboolean group_find(const char *name, gid_t *ret_group, GError **error) {
    struct group group;
    struct group *found = NULL;
    char buffer[16384];

    if (getgrnam_r(name, &group, buffer, sizeof buffer, &found) != 0 || found == NULL) {
        g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_FAILED,
                    "the group '%s' of the control socket is not known: create it with groupadd, "
                    "or leave it out",
                    name);
        return FALSE;
    }
    *ret_group = found->gr_gid;
    return TRUE;
}

static gboolean socket_admit(const char *path, const char *name, gid_t group, GError **error) {
    if (name == NULL)
        return TRUE;
    if (chown(path, (uid_t) -1, group) != 0 || chmod(path, 0660) != 0) {
        g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_FAILED,
                    "%s: cannot be given to the group '%s': %s", path, name, g_strerror(errno));
        g_unlink(path); /* GDBusServer removes it only once it was started */
        return FALSE;
    }
    return TRUE;
}

static gboolean socket_listen(struct control_server *server, const char *path, GError **error) {
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *escaped = g_dbus_address_escape_value(path);
    g_autofree char *address = g_strconcat("unix:path=", escaped, NULL);
    g_autofree char *guid = g_dbus_generate_guid();
    g_autoptr(GError) failure = NULL;

    g_mkdir(folder, 0755); /* /run is empty after a boot; any failure shows in the next step */
    mode_t before = umask(0177);
    server->bus = g_dbus_server_new_sync(address, G_DBUS_SERVER_FLAGS_NONE, guid, server->observer,
                                         NULL, &failure);
    umask(before);
    if (server->bus == NULL) {
        g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_FAILED,
                    "%s: the control socket cannot be made: %s. Does %s exist, and may this user "
                    "write there?",
                    path, failure->message, folder);
        return FALSE;
    }
    return TRUE;
}

struct control_server *control_server_new(const struct control_server_options *options,
                                          GError **error) {
    const char *path = options->path != NULL ? options->path : CONTROL_SOCKET;

    gid_t group = 0;

    if ((options->group != NULL && !group_find(options->group, &group, error)) ||
        !socket_clear(path, error))
        return NULL;

    struct control_server *server = g_new0(struct control_server, 1);
    server->backend = options->backend;
    server->callers = g_ptr_array_new_with_free_func((GDestroyNotify) caller_unref);
    server->observer = g_dbus_auth_observer_new();
    g_signal_connect(server->observer, "allow-mechanism", G_CALLBACK(mechanism_allow), NULL);
    g_signal_connect(server->observer, "authorize-authenticated-peer", G_CALLBACK(peer_authorize),
                     GINT_TO_POINTER(options->group != NULL));
    if (!socket_listen(server, path, error) || !socket_admit(path, options->group, group, error)) {
        control_server_free(server);
        return NULL;
    }
    g_signal_connect(server->bus, "new-connection", G_CALLBACK(connection_new), server);
    g_dbus_server_start(server->bus);
    return server;
}

void control_server_free(struct control_server *server) {
    if (server == NULL)
        return;
    if (server->bus != NULL) {
        g_signal_handlers_disconnect_by_data(server->bus, server);
        g_dbus_server_stop(server->bus);
    }
    for (guint i = 0; i < server->callers->len; i++) {
        struct caller *caller = g_ptr_array_index(server->callers, i);
        caller_leave(caller);
        g_dbus_connection_close(caller->connection, NULL, NULL, NULL);
    }
    g_ptr_array_unref(server->callers);
    g_clear_object(&server->bus);
    g_clear_object(&server->observer);
    g_free(server);
}

/* ---- Events ---------------------------------------------------------------------------------- */

gboolean control_server_has_subscribers(const struct control_server *server) {
    for (guint i = 0; i < server->callers->len; i++) {
        const struct caller *caller = g_ptr_array_index(server->callers, i);
        if (caller->subscribed)
            return TRUE;
    }
    return FALSE;
}

static GVariant *event_stamp(GVariant *event) {
    GVariantBuilder facts;
    GVariantIter iter;
    GVariant *entry = NULL;

    g_variant_builder_init(&facts, G_VARIANT_TYPE_VARDICT);
    if (!g_variant_lookup(event, "time-us", "x", NULL))
        g_variant_builder_add(&facts, "{sv}", "time-us", g_variant_new_int64(g_get_real_time()));
    g_variant_iter_init(&iter, event);
    while ((entry = g_variant_iter_next_value(&iter)) != NULL) {
        g_variant_builder_add_value(&facts, entry);
        g_variant_unref(entry);
    }
    return g_variant_ref_sink(g_variant_builder_end(&facts));
}

void control_server_emit(struct control_server *server, GVariant *event) {
    g_autoptr(GVariant) given = g_variant_ref_sink(event);

    if (!control_server_has_subscribers(server))
        return;
    g_autoptr(GVariant) stamped = event_stamp(given);
    for (guint i = 0; i < server->callers->len; i++) {
        struct caller *caller = g_ptr_array_index(server->callers, i);
        if (caller->subscribed)
            caller_emit(caller, stamped);
    }
}
