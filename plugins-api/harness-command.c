/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A harness around a program that speaks org.boothost.Provider1: the host's end of the socket.
 */
#include "harness-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "boot-host-error.h"
#include "reply-private.h"
#include "request-private.h"
#include "wire.h"

#define PROVIDER_FD "3" /* the first that is free in the program */
#define END_SECONDS 5   /* that a program has for ending after Close */

struct command {
    GStrv words;
    struct harness_lines *lines;
    const guint *deadline_ms;
    GSubprocess *process;
    GDBusConnection *connection;
    guint filter;
    guint64 next_ticket;
};

/* ---- The program and its socket. ------------------------------------------------------------- */

/* On the connection's own thread, so that lines are there before the answer is. */
static GDBusMessage *take_log(GDBusConnection *connection, GDBusMessage *message, gboolean incoming,
                              gpointer user) {
    GVariant *body = g_dbus_message_get_body(message);
    guint32 level = 0;
    const char *text = NULL;
    if (!incoming || g_dbus_message_get_message_type(message) != G_DBUS_MESSAGE_TYPE_SIGNAL ||
        g_strcmp0(g_dbus_message_get_member(message), "Log") != 0 || body == NULL ||
        !g_variant_is_of_type(body, G_VARIANT_TYPE("(us)")))
        return message;
    g_variant_get(body, "(u&s)", &level, &text);
    harness_say(user, level, text);
    g_object_unref(message);
    return NULL;
}

static GDBusConnection *serve(int fd, guint deadline_ms, GError **error) {
    g_autofree char *guid = g_dbus_generate_guid();
    g_autoptr(GSocket) socket = g_socket_new_from_fd(fd, error);
    if (socket == NULL) {
        close(fd);
        return NULL;
    }
    g_autoptr(GSocketConnection) stream = g_socket_connection_factory_create_connection(socket);
    g_socket_set_timeout(socket, MAX(deadline_ms / 1000, 1)); /* a mute program ends the wait */
    GDBusConnection *connection =
        g_dbus_connection_new_sync(G_IO_STREAM(stream), guid,
                                   G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER |
                                       G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_ALLOW_ANONYMOUS |
                                       G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING,
                                   NULL, NULL, error);
    if (connection != NULL) {
        g_socket_set_timeout(socket, 0);
        g_dbus_connection_start_message_processing(connection);
    } else {
        g_prefix_error(error, "the program did not take up the connection: ");
    }
    return connection;
}

static gboolean start(struct command *command, GError **error) {
    int ends[2] = {-1, -1};
    if (command->connection != NULL)
        return TRUE;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        g_set_error(error, BOOT_HOST_ERROR, boot_host_error_from_errno(errno), "socketpair: %s",
                    g_strerror(errno));
        return FALSE;
    }
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDIN_INHERIT);
    g_subprocess_launcher_take_fd(launcher, ends[1], atoi(PROVIDER_FD));
    g_subprocess_launcher_setenv(launcher, WIRE_FD_VARIABLE, PROVIDER_FD, TRUE);
    command->process =
        g_subprocess_launcher_spawnv(launcher, (const char *const *) command->words, error);
    g_subprocess_launcher_close(launcher);
    if (command->process == NULL) {
        close(ends[0]);
        return FALSE;
    }
    command->connection = serve(ends[0], *command->deadline_ms, error);
    if (command->connection == NULL)
        return FALSE;
    command->filter =
        g_dbus_connection_add_filter(command->connection, take_log, command->lines, NULL);
    return TRUE;
}

struct ending {
    GMainLoop *loop;
    gboolean ended;
};

static void process_ended(GObject *source, GAsyncResult *result, gpointer user) {
    struct ending *ending = user;
    ending->ended = g_subprocess_wait_finish(G_SUBPROCESS(source), result, NULL);
    g_main_loop_quit(ending->loop);
}

static gboolean too_late(gpointer user) {
    g_cancellable_cancel(user);
    return G_SOURCE_CONTINUE;
}

/* FALSE: it did not end by itself. On a context of its own, so that nothing else runs meanwhile. */
static gboolean wait_for_end(GSubprocess *process) {
    g_autoptr(GMainContext) context = g_main_context_new();
    g_autoptr(GMainLoop) loop = g_main_loop_new(context, FALSE);
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(GSource) timer = g_timeout_source_new_seconds(END_SECONDS);
    struct ending ending = {.loop = loop};
    g_main_context_push_thread_default(context);
    g_source_set_callback(timer, too_late, cancellable, NULL);
    g_source_attach(timer, context);
    g_subprocess_wait_async(process, cancellable, process_ended, &ending);
    g_main_loop_run(loop);
    g_source_destroy(timer);
    g_main_context_pop_thread_default(context);
    return ending.ended;
}

static void stop(struct command *command) {
    if (command->connection != NULL) {
        g_dbus_connection_remove_filter(command->connection, command->filter);
        (void) g_dbus_connection_close_sync(command->connection, NULL, NULL);
    }
    g_clear_object(&command->connection);
    if (command->process != NULL && !wait_for_end(command->process)) {
        harness_say(command->lines, BOOT_HOST_LOG_LEVEL_ERROR,
                    "the program did not end with its socket and was killed");
        g_subprocess_force_exit(command->process);
        (void) g_subprocess_wait(command->process, NULL, NULL);
    }
    g_clear_object(&command->process);
}

/* ---- Calls. ---------------------------------------------------------------------------------- */

static GVariant *call(struct command *command, const char *method, GVariant *parameters,
                      const char *returns, GError **error) {
    if (!start(command, error)) {
        g_variant_unref(g_variant_ref_sink(parameters));
        return NULL;
    }
    GVariant *result = g_dbus_connection_call_sync(
        command->connection, NULL, WIRE_OBJECT, WIRE_INTERFACE, method, parameters,
        G_VARIANT_TYPE(returns), G_DBUS_CALL_FLAGS_NONE, (int) *command->deadline_ms, NULL, error);
    if (result == NULL && error != NULL)
        g_dbus_error_strip_remote_error(*error);
    return result;
}

static void tell(struct command *command, const char *method, GVariant *parameters) {
    g_autoptr(GDBusMessage) message =
        g_dbus_message_new_method_call(NULL, WIRE_OBJECT, WIRE_INTERFACE, method);
    g_dbus_message_set_body(message, parameters);
    g_dbus_message_set_flags(message, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
    if (command->connection != NULL)
        (void) g_dbus_connection_send_message(command->connection, message,
                                              G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
}

static GVariant *empty(void) {
    return g_variant_new("()");
}

static GVariant *command_describe(gpointer backend, GError **error) {
    return call(backend, "Describe", empty(), "(a{sv}a(suubss))", error);
}

static char *choose_name(GVariant *described, const struct harness_settings *settings) {
    g_autoptr(GVariant) facts = g_variant_get_child_value(described, 0);
    const char *name = settings->name;
    if (name == NULL && !g_variant_lookup(facts, "name", "&s", &name))
        name = "unnamed";
    return g_strdup(name);
}

static gboolean open_described(struct command *command, GVariant *described,
                               const struct harness_settings *settings, GError **error) {
    g_autoptr(GVariant) schema = g_variant_get_child_value(described, 1);
    g_autofree char *name = choose_name(described, settings);
    g_autoptr(GVariant) values = NULL;
    g_autoptr(GVariant) files = NULL;
    if (!harness_fill_settings(schema, settings, command->lines, &values, &files, error))
        return FALSE;
    g_autoptr(GVariant) result =
        call(command, "Open",
             g_variant_new("(s@a(ss)@a{say}u)", name, values, files, (guint32) settings->flags),
             "(a(susb))", error);
    if (result == NULL)
        return FALSE;
    g_autoptr(GVariant) problems = g_variant_get_child_value(result, 0);
    return harness_take_problems(problems, command->lines, error);
}

static void say_failure(struct command *command, const char *method, GError *error) {
    if (error == NULL)
        return;
    g_autofree char *text = g_strdup_printf("%s: %s", method, error->message);
    harness_say(command->lines, BOOT_HOST_LOG_LEVEL_ERROR, text);
}

static void call_plain(struct command *command, const char *method) {
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) result = call(command, method, empty(), "()", &error);
    say_failure(command, method, error);
}

static gboolean command_open(gpointer backend, const struct harness_settings *settings,
                             GError **error) {
    g_autoptr(GVariant) described = command_describe(backend, error);
    gboolean opened = described != NULL && open_described(backend, described, settings, error);
    if (opened)
        return TRUE;
    if (described != NULL) /* it is alive: it need not guess why the socket ends */
        call_plain(backend, "Close");
    stop(backend);
    return FALSE;
}

static void command_close(gpointer backend) {
    call_plain(backend, "Drain");
    call_plain(backend, "Close");
    stop(backend);
}

static gboolean command_swap(gpointer backend, const struct harness_settings *settings,
                             GError **error) {
    struct command *command = backend;
    g_autoptr(GVariant) saved = call(command, "Save", empty(), "(a{say})", error);
    call_plain(command, "Drain");
    call_plain(command, "Close");
    stop(command);
    if (saved == NULL || !command_open(command, settings, error))
        return FALSE;
    g_autoptr(GVariant) state = g_variant_get_child_value(saved, 0);
    g_autoptr(GVariant) restored =
        call(command, "Restore", g_variant_new("(@a{say})", state), "()", error);
    if (restored == NULL)
        stop(command);
    return restored != NULL;
}

/* The failure of the call itself; a program that went is started anew by the next one. */
static void take_failure(struct command *command, guint64 ticket, const GError *error,
                         BootHostResult *result) {
    gboolean late = g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
    if (late)
        tell(command, "Cancel", g_variant_new("(t)", ticket));
    result_fail(result, late ? ETIMEDOUT : boot_host_error_to_errno(error), error->message);
}

static void take_verdict(gint32 wire, BootHostResult *result) {
    int number = 0;
    result->verdict = wire_read_verdict(wire, &number);
    if (number != 0)
        result_fail(result, number, NULL);
}

static void command_decide(gpointer backend, BootHostRequest *request, BootHostReply *reply,
                           BootHostResult *result) {
    struct command *command = backend;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) wire = request_to_wire(request);
    g_autoptr(GVariant) before = reply_to_wire(reply);
    guint64 ticket = ++command->next_ticket;
    gint32 verdict = 0;
    g_autoptr(GVariant) changes = NULL;
    g_autoptr(GVariant) answer =
        call(command, "Decide", g_variant_new("(t@a{sv}@a{sv})", ticket, wire, before), "(ia{sv})",
             &error);
    if (answer == NULL) {
        take_failure(command, ticket, error, result);
        return;
    }
    g_variant_get(answer, "(i@a{sv})", &verdict, &changes);
    take_verdict(verdict, result);
    reply_apply(reply, changes);
}

static gint32 read_block(struct command *command, guint64 reader, GByteArray *bytes,
                         gsize *ret_got) {
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) block = NULL;
    gint32 result = 0;
    gsize size = 0;
    g_autoptr(GVariant) answer =
        call(command, "Read",
             g_variant_new("(ttu)", reader, (guint64) bytes->len, (guint32) WIRE_READ_MAX), "(iay)",
             &error);
    if (answer == NULL)
        return -boot_host_error_to_errno(error);
    g_variant_get(answer, "(i@ay)", &result, &block);
    gconstpointer data = g_variant_get_fixed_array(block, &size, 1);
    if (size > 0)
        g_byte_array_append(bytes, data, (guint) size);
    *ret_got = size;
    return result;
}

static void read_all(struct command *command, guint64 reader, gint64 length,
                     BootHostResult *result) {
    GByteArray *bytes = g_byte_array_new();
    gint32 failed = 0;
    for (gsize got = 1; got > 0 && failed == 0;)
        failed = read_block(command, reader, bytes, &got);
    tell(command, "CloseReader", g_variant_new("(t)", reader));
    result->bytes = g_byte_array_free_to_bytes(bytes);
    if (failed != 0)
        result_fail(result, -failed, "reading the content failed");
    else if (length >= 0 && length != (gint64) g_bytes_get_size(result->bytes))
        result_fail(result, EPROTO, "the content is not as long as was said");
}

static void take_content(struct command *command, GVariant *content, BootHostResult *result) {
    g_autoptr(GVariant) bytes = g_variant_lookup_value(content, "bytes", G_VARIANT_TYPE("ay"));
    guint64 reader = 0;
    gint64 length = -1;
    if (result->verdict != BOOT_HOST_VERDICT_REPLY)
        return;
    if (g_variant_n_children(content) != 1)
        result_fail(result, EPROTO, "content said REPLY, but did not give exactly one thing");
    else if (bytes != NULL)
        result->bytes = g_variant_get_data_as_bytes(bytes);
    else if (g_variant_lookup(content, "reader", "(tx)", &reader, &length))
        read_all(command, reader, length, result);
    else if (!g_variant_lookup(content, "path", "s", &result->path) &&
             !g_variant_lookup(content, "name", "s", &result->name))
        result_fail(result, EPROTO, "content gave something that is not known");
}

static void command_content(gpointer backend, BootHostRequest *request, BootHostResult *result) {
    struct command *command = backend;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) wire = request_to_wire(request);
    g_autoptr(GVariant) content = NULL;
    guint64 ticket = ++command->next_ticket;
    gint32 verdict = 0;
    g_autoptr(GVariant) answer =
        call(command, "Content", g_variant_new("(t@a{sv})", ticket, wire), "(ia{sv})", &error);
    if (answer == NULL) {
        take_failure(command, ticket, error, result);
        return;
    }
    g_variant_get(answer, "(i@a{sv})", &verdict, &content);
    take_verdict(verdict, result);
    take_content(command, content, result);
}

static void command_event(gpointer backend, BootHostRequest *request,
                          const struct provider_event *event) {
    g_autoptr(GVariant) wire = request_to_wire(request);
    tell(backend, "Event",
         g_variant_new("(@a{sv}ussx)", wire, event->kind, event->name,
                       event->detail != NULL ? event->detail : "", event->value));
}

static void command_free(gpointer backend) {
    struct command *command = backend;
    stop(command);
    g_strfreev(command->words);
    g_free(command);
}

gpointer harness_command_new(const char *const *words, struct harness_lines *lines,
                             guint *deadline_ms) {
    struct command *command = g_new0(struct command, 1);
    (void) boot_host_error_quark(); /* registers the names of errors on the wire */
    command->words = g_strdupv((GStrv) words);
    command->lines = lines;
    command->deadline_ms = deadline_ms;
    return command;
}

const struct harness_kind harness_command = {
    .describe = command_describe,
    .open = command_open,
    .close = command_close,
    .swap = command_swap,
    .decide = command_decide,
    .content = command_content,
    .event = command_event,
    .free = command_free,
};
