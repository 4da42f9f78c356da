/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The client of org.boothost.Control1: D-Bus peer to peer over the daemon's socket.
 */
#include "boot-host-client.h"

#include "boot-host-error.h"

#define CONTROL_SOCKET    "/run/boothost/control"
#define CONTROL_OBJECT    "/org/boothost/Control1"
#define CONTROL_INTERFACE "org.boothost.Control1"
#define CALL_TIMEOUT_MS   30000 /* a chain of slow providers; each has its own deadline */

struct _BootHostClient {
    GObject parent_instance;
    GDBusConnection *connection;
    char *path;
    guint watch; /* 0: not yet */
};

G_DEFINE_FINAL_TYPE(BootHostClient, boot_host_client, G_TYPE_OBJECT)

enum {
    SIGNAL_EVENT,
    SIGNAL_CLOSED,
    SIGNALS,
};

static guint client_signal(guint index) {
    static const char *const names[SIGNALS] = {"event", "closed"};
    return g_signal_lookup(names[index], BOOT_HOST_TYPE_CLIENT);
}

static void daemon_went(GDBusConnection *connection, gboolean remote, GError *error,
                        gpointer user) {
    g_signal_emit(user, client_signal(SIGNAL_CLOSED), 0);
}

static void boot_host_client_dispose(GObject *object) {
    BootHostClient *self = BOOT_HOST_CLIENT(object);
    if (self->connection != NULL) {
        if (self->watch != 0)
            g_dbus_connection_signal_unsubscribe(self->connection, self->watch);
        g_signal_handlers_disconnect_by_data(self->connection, self);
        (void) g_dbus_connection_close_sync(self->connection, NULL, NULL);
    }
    self->watch = 0;
    g_clear_object(&self->connection);
    G_OBJECT_CLASS(boot_host_client_parent_class)->dispose(object);
}

static void boot_host_client_finalize(GObject *object) {
    g_free(BOOT_HOST_CLIENT(object)->path);
    G_OBJECT_CLASS(boot_host_client_parent_class)->finalize(object);
}

static void boot_host_client_class_init(BootHostClientClass *class) {
    G_OBJECT_CLASS(class)->dispose = boot_host_client_dispose;
    G_OBJECT_CLASS(class)->finalize = boot_host_client_finalize;
    /**
     * BootHostClient::event:
     * @self: a client
     * @facts: `a{sv}`: "event", "time-us", "client", "text" and more
     *
     * Something happened in the daemon. Comes after boot_host_client_watch(), in the main context
     * that was the thread's default then.
     *
     * Since: 0.9
     */
    g_signal_new("event", G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                 G_TYPE_NONE, 1, G_TYPE_VARIANT);
    /**
     * BootHostClient::closed:
     * @self: a client
     *
     * The daemon went away.
     *
     * Since: 0.9
     */
    g_signal_new("closed", G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                 G_TYPE_NONE, 0);
}

static void boot_host_client_init(BootHostClient *self) {
}

static void explain_failure(const char *path, const GError *failure, GError **error) {
    if (g_error_matches(failure, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
        g_error_matches(failure, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
        g_set_error(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_ABSENT,
                    "%s: no daemon answers there: start boothostd, or name its socket", path);
    else
        g_set_error(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_DENIED,
                    "%s: the daemon did not let us in (%s): run this as root, or as a member of "
                    "its control group",
                    path, failure->message);
}

/**
 * boot_host_client_new:
 * @path: (type filename) (nullable): the daemon's control socket; %NULL: /run/boothost/control
 * @error: return location for an error
 *
 * Connects to a daemon.
 *
 * Returns: (transfer full): the client; %NULL with %BOOT_HOST_ERROR_ABSENT or
 *   %BOOT_HOST_ERROR_DENIED
 *
 * Since: 0.9
 */
BootHostClient *boot_host_client_new(const char *path, GError **error) {
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
    BootHostClient *self = g_object_new(BOOT_HOST_TYPE_CLIENT, NULL);
    self->connection = connection;
    self->path = g_strdup(socket);
    g_signal_connect(connection, "closed", G_CALLBACK(daemon_went), self);
    return self;
}

static BootHostError remote_code(const char *name) {
    static const struct {
        const char *name;
        BootHostError code;
    } codes[] = {
        {CONTROL_INTERFACE ".Error.NotFound", BOOT_HOST_ERROR_NOT_FOUND},
        {CONTROL_INTERFACE ".Error.Invalid", BOOT_HOST_ERROR_INVALID},
        {CONTROL_INTERFACE ".Error.Busy", BOOT_HOST_ERROR_BUSY},
        {CONTROL_INTERFACE ".Error.Denied", BOOT_HOST_ERROR_DENIED},
        {"org.freedesktop.DBus.Error.UnknownMethod", BOOT_HOST_ERROR_NOT_SUPPORTED},
        {"org.freedesktop.DBus.Error.InvalidArgs", BOOT_HOST_ERROR_INVALID},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(codes); i++) {
        if (g_strcmp0(name, codes[i].name) == 0)
            return codes[i].code;
    }
    return BOOT_HOST_ERROR_FAILED;
}

static void take_failure(BootHostClient *self, GError *failure, GError **error) {
    g_autofree char *name = g_dbus_error_get_remote_error(failure);
    BootHostError code = name != NULL ? remote_code(name) : BOOT_HOST_ERROR_ABSENT;
    if (name == NULL && g_error_matches(failure, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        code = BOOT_HOST_ERROR_TIMED_OUT;
    g_dbus_error_strip_remote_error(failure);
    g_set_error(error, BOOT_HOST_ERROR, (int) code, "%s", failure->message);
}

/**
 * boot_host_client_call:
 * @self: a client
 * @method: a method of org.boothost.Control1, such as "Status"
 * @parameters: (nullable): its arguments as a tuple; %NULL: none
 * @error: return location for an error
 *
 * Calls a method that this library has no function for, and waits up to 30 seconds.
 *
 * Returns: (transfer full): the results as a tuple; %NULL on error
 *
 * Since: 0.9
 */
GVariant *boot_host_client_call(BootHostClient *self, const char *method, GVariant *parameters,
                                GError **error) {
    g_autoptr(GError) failure = NULL;
    g_return_val_if_fail(BOOT_HOST_IS_CLIENT(self), NULL);
    g_return_val_if_fail(method != NULL, NULL);
    GVariant *result = g_dbus_connection_call_sync(
        self->connection, NULL, CONTROL_OBJECT, CONTROL_INTERFACE, method, parameters, NULL,
        G_DBUS_CALL_FLAGS_NONE, CALL_TIMEOUT_MS, NULL, &failure);
    if (result == NULL)
        take_failure(self, failure, error);
    return result;
}

/* The first result, which must be of this type. */
static GVariant *call_for(BootHostClient *self, const char *method, GVariant *parameters,
                          const char *type, GError **error) {
    g_autoptr(GVariant) result = boot_host_client_call(self, method, parameters, error);
    if (result == NULL)
        return NULL;
    g_autoptr(GVariant) first =
        g_variant_n_children(result) > 0 ? g_variant_get_child_value(result, 0) : NULL;
    if (first != NULL && g_variant_is_of_type(first, G_VARIANT_TYPE(type)))
        return g_steal_pointer(&first);
    g_set_error(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_PROTOCOL,
                "%s: the daemon answered %s with %s, not %s", self->path, method,
                g_variant_get_type_string(result), type);
    return NULL;
}

/**
 * boot_host_client_status:
 * @self: a client
 * @error: return location for an error
 *
 * What the daemon serves, since when, and what it has counted.
 *
 * Returns: (transfer full): `a{sv}`; %NULL on error
 *
 * Since: 0.9
 */
GVariant *boot_host_client_status(BootHostClient *self, GError **error) {
    return call_for(self, "Status", NULL, "a{sv}", error);
}

/**
 * boot_host_client_explain:
 * @self: a client
 * @who: a MAC, a UUID or an address
 * @error: return location for an error
 *
 * What happened to a machine, and why.
 *
 * Returns: (transfer full): `a{sv}`; %NULL with %BOOT_HOST_ERROR_NOT_FOUND when it has not asked
 *
 * Since: 0.9
 */
GVariant *boot_host_client_explain(BootHostClient *self, const char *who, GError **error) {
    g_return_val_if_fail(who != NULL, NULL);
    return call_for(self, "Explain", g_variant_new("(s)", who), "a{sv}", error);
}

/**
 * boot_host_client_simulate:
 * @self: a client
 * @request: `a{sv}`: "packet" and more, as in org.boothost.Control1
 * @error: return location for an error
 *
 * What would be answered to a packet, with the trace.
 *
 * Returns: (transfer full): `a{sv}`; %NULL on error
 *
 * Since: 0.9
 */
GVariant *boot_host_client_simulate(BootHostClient *self, GVariant *request, GError **error) {
    g_return_val_if_fail(request != NULL, NULL);
    g_return_val_if_fail(g_variant_is_of_type(request, G_VARIANT_TYPE_VARDICT), NULL);
    return call_for(self, "Simulate", g_variant_new("(@a{sv})", request), "a{sv}", error);
}

/**
 * boot_host_client_providers:
 * @self: a client
 * @error: return location for an error
 *
 * The instances of the chain in their order, with what they have counted.
 *
 * Returns: (transfer full): `aa{sv}`; %NULL on error
 *
 * Since: 0.9
 */
GVariant *boot_host_client_providers(BootHostClient *self, GError **error) {
    return call_for(self, "Providers", NULL, "aa{sv}", error);
}

/**
 * boot_host_client_reload:
 * @self: a client
 * @error: return location for an error
 *
 * Has the daemon read its configuration anew and swap its chain. Whatever is wrong leaves
 * everything as it is.
 *
 * Returns: (transfer full): `a{sv}`: "reloaded", the "generation" that serves now, "problems" and
 *   more; %NULL when the daemon could not even try
 *
 * Since: 0.9
 */
GVariant *boot_host_client_reload(BootHostClient *self, GError **error) {
    return call_for(self, "Reload", NULL, "a{sv}", error);
}

static void event_came(GDBusConnection *connection, const char *sender, const char *path,
                       const char *interface, const char *name, GVariant *parameters,
                       gpointer user) {
    if (!g_variant_is_of_type(parameters, G_VARIANT_TYPE("(a{sv})")))
        return;
    g_autoptr(GVariant) facts = g_variant_get_child_value(parameters, 0);
    g_signal_emit(user, client_signal(SIGNAL_EVENT), 0, facts);
}

/**
 * boot_host_client_watch:
 * @self: a client
 * @error: return location for an error
 *
 * From now on, #BootHostClient::event is emitted for whatever happens, in the main context that is
 * the thread's default now. One that reads too slowly loses events, and hears how many.
 *
 * Returns: %TRUE when it was begun
 *
 * Since: 0.9
 */
gboolean boot_host_client_watch(BootHostClient *self, GError **error) {
    g_return_val_if_fail(BOOT_HOST_IS_CLIENT(self), FALSE);
    if (self->watch != 0)
        return TRUE;
    guint watch = g_dbus_connection_signal_subscribe(
        self->connection, NULL, CONTROL_INTERFACE, "Event", CONTROL_OBJECT, NULL,
        G_DBUS_SIGNAL_FLAGS_NONE, event_came, self, NULL);
    g_autoptr(GVariant) result = boot_host_client_call(self, "Subscribe", NULL, error);
    if (result == NULL) {
        g_dbus_connection_signal_unsubscribe(self->connection, watch);
        return FALSE;
    }
    self->watch = watch;
    return TRUE;
}

/**
 * boot_host_client_get_path:
 * @self: a client
 *
 * The socket it is connected to.
 *
 * Returns: (type filename): the path
 *
 * Since: 0.9
 */
const char *boot_host_client_get_path(BootHostClient *self) {
    g_return_val_if_fail(BOOT_HOST_IS_CLIENT(self), NULL);
    return self->path;
}
