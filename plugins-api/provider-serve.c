/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The program's end of org.boothost.Provider1: the host's calls come in, the provider's functions
 * answer, now or later.
 */
#include "provider-private.h"

#include <gio/gio.h>

#include "boot-host-error.h"
#include "content-private.h"
#include "provider-interface.h"
#include "readers.h"
#include "reply-private.h"
#include "request-private.h"
#include "wire.h"

/* Lives on while a late call refers to it. */
struct service {
    BootHostProvider *provider;
    GDBusConnection *connection;
    GMainContext *context;
    GMainLoop *loop;
    GHashTable *open_calls; /* ticket to GCancellable of the request */
    struct readers *readers;
    GDBusMethodInvocation *drain; /* waits for the open calls; NULL: none */
    gboolean closed;              /* the host said Close */
};

static void service_clear(gpointer data) {
    struct service *service = data;
    g_clear_object(&service->provider);
    g_clear_object(&service->connection);
    g_clear_pointer(&service->open_calls, g_hash_table_unref);
    g_clear_pointer(&service->readers, readers_free);
    g_clear_pointer(&service->loop, g_main_loop_unref);
    g_clear_pointer(&service->context, g_main_context_unref);
}

/* One Decide or Content. */
struct service_call {
    struct service *service;
    GDBusMethodInvocation *invocation;
    guint64 ticket;
    BootHostReply *reply;     /* not a reference: who completes the call holds one; NULL: Content */
    BootHostContent *content; /* the same */
    gint32 verdict;
    GVariant *result;
    GError *error;        /* why it failed; NULL: it did not */
    GInputStream *stream; /* NULL: none */
    gint64 length;
};

static void send_log(gpointer user, guint level, const char *text) {
    struct service *service = user;
    (void) g_dbus_connection_emit_signal(service->connection, NULL, WIRE_OBJECT, WIRE_INTERFACE,
                                         "Log", g_variant_new("(us)", level, text), NULL);
}

/* Over the wire an error is one of the contract's errnos. */
static void fail(GDBusMethodInvocation *invocation, const GError *error) {
    g_dbus_method_invocation_return_error_literal(
        invocation, BOOT_HOST_ERROR,
        (int) boot_host_error_from_errno(boot_host_error_to_errno(error)), error->message);
}

static GVariant *reader_content(struct service_call *call) {
    g_autoptr(GVariant) reader = readers_add(call->service->readers, call->stream, call->length);
    GVariantBuilder content;
    g_variant_builder_init(&content, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&content, "{sv}", "reader", reader);
    return g_variant_builder_end(&content);
}

static void answer(struct service_call *call) {
    if (call->error != NULL)
        fail(call->invocation, call->error);
    else
        g_dbus_method_invocation_return_value(
            call->invocation,
            g_variant_new("(i@a{sv})", call->verdict,
                          call->stream != NULL ? reader_content(call) : call->result));
}

/* On the service's thread. */
static gboolean call_over(gpointer user) {
    struct service_call *call = user;
    struct service *service = call->service;
    answer(call);
    g_hash_table_remove(service->open_calls, &call->ticket);
    if (service->drain != NULL && g_hash_table_size(service->open_calls) == 0)
        g_dbus_method_invocation_return_value(g_steal_pointer(&service->drain), NULL);
    g_clear_pointer(&call->result, g_variant_unref);
    g_clear_error(&call->error);
    g_clear_object(&call->stream);
    g_free(call);
    g_atomic_rc_box_release_full(service, service_clear);
    return G_SOURCE_REMOVE;
}

/* What was set is read here, on the thread of whoever completed the call and holds it. */
static void call_done(gpointer user, BootHostVerdict verdict, const GError *error) {
    struct service_call *call = user;
    call->verdict = wire_verdict(verdict);
    if (error != NULL)
        call->error = g_error_copy(error);
    else if (verdict == BOOT_HOST_VERDICT_FAILED)
        call->error = g_error_new_literal(BOOT_HOST_ERROR, BOOT_HOST_ERROR_FAILED,
                                          "the call was completed with the verdict FAILED");
    else if (call->reply != NULL)
        call->result = reply_changes(call->reply);
    else
        call->result = wire_content(call->content, verdict, &call->stream, &call->error);
    if (call->stream != NULL)
        call->length = wire_stream_length(call->content);
    g_main_context_invoke(call->service->context, call_over, call);
}

static struct service_call *call_new(struct service *service, GDBusMethodInvocation *invocation,
                                     guint64 ticket, BootHostRequest *request) {
    struct service_call *call = g_new0(struct service_call, 1);
    call->service = g_atomic_rc_box_acquire(service);
    call->invocation = invocation;
    call->ticket = ticket;
    g_hash_table_insert(service->open_calls, g_memdup2(&ticket, sizeof ticket),
                        g_object_ref(boot_host_request_get_cancellable(request)));
    return call;
}

static void handle_decide(struct service *service, GVariant *parameters,
                          GDBusMethodInvocation *invocation) {
    g_autoptr(GVariant) wire = g_variant_get_child_value(parameters, 1);
    g_autoptr(GVariant) before = g_variant_get_child_value(parameters, 2);
    guint64 ticket = 0;
    g_variant_get_child(parameters, 0, "t", &ticket);
    g_autoptr(BootHostRequest) request = request_from_wire(wire);
    g_autoptr(BootHostReply) reply = reply_new(request, before);
    struct service_call *call = call_new(service, invocation, ticket, request);
    call->reply = reply;
    provider_decide(service->provider, request, reply, call_done, call);
}

static void handle_content(struct service *service, GVariant *parameters,
                           GDBusMethodInvocation *invocation) {
    g_autoptr(GVariant) wire = g_variant_get_child_value(parameters, 1);
    guint64 ticket = 0;
    g_variant_get_child(parameters, 0, "t", &ticket);
    g_autoptr(BootHostRequest) request = request_from_wire(wire);
    g_autoptr(BootHostContent) content = content_new();
    struct service_call *call = call_new(service, invocation, ticket, request);
    call->content = content;
    provider_content(service->provider, request, content, call_done, call);
}

static void handle_describe(struct service *service, GVariant *parameters,
                            GDBusMethodInvocation *invocation) {
    g_autoptr(GVariant) facts = provider_describe(service->provider);
    g_autoptr(GVariant) settings = provider_schema(service->provider);
    g_dbus_method_invocation_return_value(invocation,
                                          g_variant_new("(@a{sv}@a(suubss))", facts, settings));
}

static void handle_open(struct service *service, GVariant *parameters,
                        GDBusMethodInvocation *invocation) {
    g_autoptr(GVariant) settings = g_variant_get_child_value(parameters, 1);
    g_autoptr(GVariant) files = g_variant_get_child_value(parameters, 2);
    g_autoptr(GVariant) problems = NULL;
    g_autoptr(GError) error = NULL;
    struct provider_opening opening = {.settings = settings, .files = files};
    guint32 flags = 0;
    g_variant_get_child(parameters, 0, "&s", &opening.instance);
    g_variant_get_child(parameters, 3, "u", &flags);
    opening.flags = flags;
    if (provider_open(service->provider, &opening, &problems, &error))
        g_dbus_method_invocation_return_value(invocation, g_variant_new("(@a(susb))", problems));
    else
        fail(invocation, error);
}

static void handle_read(struct service *service, GVariant *parameters,
                        GDBusMethodInvocation *invocation) {
    guint64 reader = 0;
    guint64 offset = 0;
    guint32 size = 0;
    g_autoptr(GBytes) bytes = NULL;
    g_variant_get(parameters, "(ttu)", &reader, &offset, &size);
    gint32 result = readers_read(service->readers, reader, offset, size, &bytes);
    g_dbus_method_invocation_return_value(
        invocation, g_variant_new("(i@ay)", result,
                                  g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), bytes, TRUE)));
}

static void handle_close_reader(struct service *service, GVariant *parameters,
                                GDBusMethodInvocation *invocation) {
    guint64 reader = 0;
    g_variant_get(parameters, "(t)", &reader);
    readers_close(service->readers, reader);
    g_dbus_method_invocation_return_value(invocation, NULL);
}

static void handle_event(struct service *service, GVariant *parameters,
                         GDBusMethodInvocation *invocation) {
    g_autoptr(GVariant) wire = NULL;
    guint32 kind = 0;
    struct provider_event event = {0};
    g_variant_get(parameters, "(@a{sv}u&s&sx)", &wire, &kind, &event.name, &event.detail,
                  &event.value);
    g_autoptr(BootHostRequest) request = request_from_wire(wire);
    event.kind = kind;
    if (event.detail[0] == '\0')
        event.detail = NULL;
    provider_event(service->provider, request, &event);
    g_dbus_method_invocation_return_value(invocation, NULL);
}

static void handle_cancel(struct service *service, GVariant *parameters,
                          GDBusMethodInvocation *invocation) {
    guint64 ticket = 0;
    g_variant_get(parameters, "(t)", &ticket);
    GCancellable *cancellable = g_hash_table_lookup(service->open_calls, &ticket);
    g_autoptr(GCancellable) kept = cancellable != NULL ? g_object_ref(cancellable) : NULL;
    if (kept != NULL)
        g_cancellable_cancel(kept);
    g_dbus_method_invocation_return_value(invocation, NULL);
}

static void handle_drain(struct service *service, GVariant *parameters,
                         GDBusMethodInvocation *invocation) {
    provider_drain(service->provider);
    if (g_hash_table_size(service->open_calls) == 0 || service->drain != NULL)
        g_dbus_method_invocation_return_value(invocation, NULL);
    else
        service->drain = invocation;
}

static void handle_save(struct service *service, GVariant *parameters,
                        GDBusMethodInvocation *invocation) {
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) state = provider_save(service->provider, &error);
    if (state != NULL)
        g_dbus_method_invocation_return_value(invocation, g_variant_new("(@a{say})", state));
    else
        fail(invocation, error);
}

static void handle_restore(struct service *service, GVariant *parameters,
                           GDBusMethodInvocation *invocation) {
    g_autoptr(GVariant) state = g_variant_get_child_value(parameters, 0);
    g_autoptr(GError) error = NULL;
    if (provider_restore(service->provider, state, &error))
        g_dbus_method_invocation_return_value(invocation, NULL);
    else
        fail(invocation, error);
}

static void handle_close(struct service *service, GVariant *parameters,
                         GDBusMethodInvocation *invocation) {
    provider_close(service->provider);
    service->closed = TRUE;
    g_dbus_method_invocation_return_value(invocation, NULL);
    g_main_loop_quit(service->loop);
}

static void handle_call(GDBusConnection *connection, const char *sender, const char *path,
                        const char *interface, const char *method, GVariant *parameters,
                        GDBusMethodInvocation *invocation, gpointer user) {
    static const struct {
        const char *name;
        void (*handle)(struct service *service, GVariant *parameters,
                       GDBusMethodInvocation *invocation);
    } methods[] = {
        {"Decide", handle_decide},     {"Content", handle_content},
        {"Read", handle_read},         {"CloseReader", handle_close_reader},
        {"Event", handle_event},       {"Cancel", handle_cancel},
        {"Describe", handle_describe}, {"Open", handle_open},
        {"Drain", handle_drain},       {"Save", handle_save},
        {"Restore", handle_restore},   {"Close", handle_close},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(methods); i++) {
        if (g_str_equal(methods[i].name, method)) {
            methods[i].handle(user, parameters, invocation);
            return;
        }
    }
    g_dbus_method_invocation_return_error(invocation, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD,
                                          "this library does not know the method %s", method);
}

static void host_went(GDBusConnection *connection, gboolean remote, GError *error, gpointer user) {
    struct service *service = user;
    g_main_loop_quit(service->loop);
}

/* Calls wait until the object is there to take them. */
static GDBusConnection *connect_to_host(int fd, GError **error) {
    g_autoptr(GSocket) socket = g_socket_new_from_fd(fd, error);
    if (socket == NULL)
        return NULL;
    g_autoptr(GSocketConnection) stream = g_socket_connection_factory_create_connection(socket);
    return g_dbus_connection_new_sync(G_IO_STREAM(stream), NULL,
                                      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                          G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING,
                                      NULL, NULL, error);
}

static struct service *service_new(BootHostProvider *provider, GDBusConnection *connection) {
    struct service *service = g_atomic_rc_box_new0(struct service);
    service->provider = g_object_ref(provider);
    service->connection = g_object_ref(connection);
    service->context = g_main_context_ref_thread_default();
    service->loop = g_main_loop_new(service->context, FALSE);
    service->open_calls =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_object_unref);
    service->readers = readers_new();
    return service;
}

static gboolean serve(struct service *service, GError **error) {
    static const GDBusInterfaceVTable vtable = {.method_call = handle_call};
    guint object = g_dbus_connection_register_object(
        service->connection, WIRE_OBJECT, (GDBusInterfaceInfo *) &org_boothost_provider1_interface,
        &vtable, service, NULL, error);
    if (object == 0)
        return FALSE;
    gulong closed = g_signal_connect(service->connection, "closed", G_CALLBACK(host_went), service);
    provider_data_set_log(provider_data(service->provider), send_log, service);
    g_dbus_connection_start_message_processing(service->connection);
    if (!g_dbus_connection_is_closed(service->connection))
        g_main_loop_run(service->loop);
    if (service->drain != NULL)
        g_dbus_method_invocation_return_value(g_steal_pointer(&service->drain), NULL);
    (void) g_dbus_connection_flush_sync(service->connection, NULL, NULL);
    provider_data_set_log(provider_data(service->provider), NULL, NULL);
    provider_close(service->provider);
    g_dbus_connection_unregister_object(service->connection, object);
    g_signal_handler_disconnect(service->connection, closed);
    (void) g_dbus_connection_close_sync(service->connection, NULL, NULL);
    return TRUE;
}

gboolean provider_serve(BootHostProvider *self, int fd, GError **error) {
    (void) boot_host_error_quark(); /* registers the names of errors on the wire */
    g_autoptr(GDBusConnection) connection = connect_to_host(fd, error);
    if (connection == NULL)
        return FALSE;
    struct service *service = service_new(self, connection);
    gboolean done = serve(service, error) && service->closed;
    if (!done && error != NULL && *error == NULL)
        g_set_error_literal(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_ABSENT,
                            "the host went without saying Close");
    g_atomic_rc_box_release_full(service, service_clear);
    return done;
}
