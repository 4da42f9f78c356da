/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The other end of provider/remote: messages in, calls of a module, answers out.
 */
#include "provider/serve.h"

#include <errno.h>
#include <stdlib.h>

#include "provider/errno-name.h"
#include "provider/serve-private.h"

#define UNSENT_MAX (64 * 1024 * 1024)

/* ---- Sending --------------------------------------------------------------------------------- */

void serve_send(struct server *server, GDBusMessage *message) {
    g_mutex_lock(&server->send_lock);
    uint32_t serial = link_send(server->link, message, NULL);
    bool has_unsent = link_has_unsent(server->link);
    bool is_over = serial == 0 || link_unsent(server->link) > UNSENT_MAX;
    g_mutex_unlock(&server->send_lock);
    if (has_unsent && server->tag != NULL)
        g_source_modify_unix_fd(server->source, server->tag, G_IO_IN | G_IO_HUP | G_IO_OUT);
    if (is_over)
        g_main_loop_quit(server->loop);
    g_object_unref(message);
}

void serve_answer(struct server *server, GDBusMessage *asked, GVariant *body) {
    GDBusMessage *message = g_dbus_message_new_method_reply(asked);
    if (body != NULL)
        g_dbus_message_set_body(message, body);
    serve_send(server, message);
}

void serve_answer_errno(struct server *server, GDBusMessage *asked, int32_t error,
                        const char *text) {
    const char *name = errno_name(-error);
    g_autofree char *full = g_strconcat(PEER_ERRORS, name != NULL ? name : "EIO", NULL);
    serve_send(server, g_dbus_message_new_method_error_literal(asked, full, text));
}

/* ---- Messages -------------------------------------------------------------------------------- */

enum need {
    ALWAYS,
    OPENED, /* makes sense between Open and Close */
};

typedef void (*method_fn)(struct server *server, GDBusMessage *message, GVariant *body);

static void on_close(struct server *server, GDBusMessage *message, GVariant *body) {
    serve_close(server);
    serve_answer(server, message, NULL);
    g_main_loop_quit(server->loop);
}

static const struct {
    const char *name;
    const char *type; /* of the parameters; NULL: none */
    enum need need;
    method_fn run;
} methods[] = {
    {"Decide", "(ta{sv}a{sv})", OPENED, serve_decide},
    {"Content", "(ta{sv})", OPENED, serve_content},
    {"Event", "(a{sv}ussx)", OPENED, serve_event},
    {"Read", "(ttu)", OPENED, serve_read},
    {"CloseReader", "(t)", OPENED, serve_close_reader},
    {"Cancel", "(t)", OPENED, serve_cancel},
    {"Describe", NULL, ALWAYS, serve_describe},
    {"Open", "(sa(ss)a{say}u)", ALWAYS, serve_open},
    {"Restore", "(a{say})", OPENED, serve_restore},
    {"Drain", NULL, OPENED, serve_drain},
    {"Save", NULL, OPENED, serve_save},
    {"Close", NULL, ALWAYS, on_close},
};

static void take_message(struct server *server, GDBusMessage *message) {
    const char *member = g_dbus_message_get_member(message);
    for (gsize i = 0; i < G_N_ELEMENTS(methods); i++) {
        if (g_strcmp0(methods[i].name, member) != 0)
            continue;
        GVariant *body = methods[i].type != NULL ? peer_body(message, methods[i].type) : NULL;
        bool is_wrong =
            (methods[i].type != NULL && body == NULL) ||
            (methods[i].need == OPENED && server->instance == NULL) ||
            (methods[i].run == serve_open && (server->instance != NULL || server->module == NULL));
        if (is_wrong)
            serve_answer_errno(server, message, -EINVAL, "not now, or not with these parameters");
        else
            methods[i].run(server, message, body);
        return;
    }
    serve_answer_errno(server, message, -ENOSYS, "no such method");
}

static bool take_all(struct server *server) {
    GDBusMessage *message = NULL;
    g_autoptr(GError) error = NULL;
    while ((message = link_take(server->link, &error)) != NULL) {
        take_message(server, message);
        g_object_unref(message);
    }
    return error == NULL;
}

static gboolean on_socket(gint socket, GIOCondition condition, gpointer user) {
    struct server *server = user;
    char *why = NULL;
    g_mutex_lock(&server->send_lock);
    bool is_open = link_flush(server->link);
    bool has_unsent = link_has_unsent(server->link);
    g_mutex_unlock(&server->send_lock);
    if ((condition & G_IO_OUT) != 0 && !has_unsent)
        g_source_modify_unix_fd(server->source, server->tag, G_IO_IN | G_IO_HUP);
    is_open = is_open && link_receive(server->link, &why);
    if (!take_all(server) || !is_open)
        g_main_loop_quit(server->loop);
    g_free(why);
    return G_SOURCE_CONTINUE;
}

/* ---- Life ------------------------------------------------------------------------------------ */

static int64_t no_deadline(void *user) {
    return INT64_MAX;
}

static void no_expiry(int64_t now_us, void *user) {
}

static void no_hold(void *user) {
}

struct socket_source {
    GSource source;
    struct server *server;
};

static gboolean dispatch_socket(GSource *source, GSourceFunc callback, gpointer user) {
    struct server *server = ((struct socket_source *) source)->server;
    return on_socket(0, g_source_query_unix_fd(source, server->tag), server);
}

static void watch_socket(struct server *server) {
    static GSourceFuncs functions = {.dispatch = dispatch_socket};
    server->source = g_source_new(&functions, sizeof(struct socket_source));
    ((struct socket_source *) server->source)->server = server;
    server->tag =
        g_source_add_unix_fd(server->source, link_get_socket(server->link), G_IO_IN | G_IO_HUP);
    g_source_attach(server->source, NULL);
}

int serve(int socket, const char *instance_name, struct module *module, const char *refusal) {
    struct mailbox_reader reader = {
        .deliver = serve_deliver,
        .next_deadline = no_deadline,
        .expire = no_expiry,
        .hold = no_hold,
        .release = no_hold,
    };
    struct server server = {.name = instance_name, .module = module, .refusal = refusal};
    reader.user = &server;
    g_mutex_init(&server.send_lock);
    server.loop = g_main_loop_new(NULL, FALSE);
    server.link = link_new(socket, LINK_PROVIDER);
    server.mailbox = mailbox_new(NULL, clock_monotonic(), &reader);
    server.asked = g_hash_table_new_full(NULL, NULL, NULL, serve_free_asked);
    server.readers = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, serve_free_reader);
    mailbox_open(server.mailbox);
    watch_socket(&server);
    g_main_loop_run(server.loop);

    serve_close(&server);
    g_source_destroy(server.source);
    g_source_unref(server.source);
    mailbox_close(server.mailbox);
    mailbox_unref(server.mailbox);
    g_hash_table_unref(server.asked);
    g_hash_table_unref(server.readers);
    g_clear_pointer(&server.files, g_variant_unref);
    link_free(server.link);
    g_main_loop_unref(server.loop);
    g_mutex_clear(&server.send_lock);
    return EXIT_SUCCESS;
}
