/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The other end of provider/remote: messages in, calls of a module, answers out.
 */
#include "provider/serve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "provider/errno-name.h"
#include "provider/instance.h"
#include "provider/peer.h"
#include "provider/remote-reply.h"
#include "provider/remote-request.h"
#include "provider/state.h"
#include "provider/worker.h"

#define SAVE_PATIENCE_US (20 * CLOCK_MILLISECOND) /* calls that wait for it do so no longer */
#define INLINE_BYTES     (512 * 1024) /* of content in one message; more is read piece by piece */
#define READ_MAX         (256 * 1024)
#define UNSENT_MAX       (64 * 1024 * 1024)

/* What a call was asked by; it answers there. */
struct asked {
    struct server *server;
    struct call *call;
    GDBusMessage *message;
    uint64_t ticket; /* the host's name for it */
};

struct server {
    struct link *link;
    GMutex send_lock; /* of the link's sending side: modules log on any thread */
    GMainLoop *loop;
    GSource *source;
    gpointer tag;
    const char *name;
    struct module *module;
    const char *refusal;
    struct mailbox *mailbox;
    struct instance *instance; /* NULL: not open */
    GVariant *files;           /* of Open, a{say} */
    GVariantBuilder problems;
    bool is_opening;
    GHashTable *asked;   /* struct call to struct asked */
    GHashTable *readers; /* number to struct boot_host_reader */
    uint64_t last_reader;
};

/* ---- Sending --------------------------------------------------------------------------------- */

static void send_message(struct server *server, GDBusMessage *message) {
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

static void answer(struct server *server, GDBusMessage *asked, GVariant *body) {
    GDBusMessage *message = g_dbus_message_new_method_reply(asked);
    if (body != NULL)
        g_dbus_message_set_body(message, body);
    send_message(server, message);
}

static void answer_errno(struct server *server, GDBusMessage *asked, int32_t error,
                         const char *text) {
    const char *name = errno_name(-error);
    g_autofree char *full = g_strconcat(PEER_ERRORS, name != NULL ? name : "EIO", NULL);
    send_message(server, g_dbus_message_new_method_error_literal(asked, full, text));
}

/* ---- What the module reports ----------------------------------------------------------------- */

static void send_log(uint32_t level, const char *text, void *user) {
    g_autofree char *safe = g_utf8_make_valid(text, -1);
    GDBusMessage *message = g_dbus_message_new_signal(PEER_PATH, PEER_INTERFACE, "Log");
    g_dbus_message_set_body(message, g_variant_new("(us)", level, safe));
    send_message(user, message);
}

/* Inside open they are its answer, later ones are lines of log. */
static void take_report(bool is_fatal, const char *key, uint32_t line, const char *text,
                        void *user) {
    struct server *server = user;
    g_autofree char *words = g_utf8_make_valid(text != NULL ? text : "is wrong", -1);
    if (server->is_opening) {
        g_variant_builder_add(&server->problems, "(susb)", key != NULL ? key : "", line, words,
                              is_fatal);
        return;
    }
    g_autofree char *full = g_strdup_printf("%s: %s", key != NULL ? key : "settings", words);
    send_log(is_fatal ? BOOT_HOST_LOG_ERROR : BOOT_HOST_LOG_WARNING, full, server);
}

/* ---- Describe -------------------------------------------------------------------------------- */

static GVariant *make_doors(const struct provider *provider) {
    GVariantBuilder doors;
    g_variant_builder_init(&doors, G_VARIANT_TYPE_STRING_ARRAY);
    if (provider->has_decide)
        g_variant_builder_add(&doors, "s", "decide");
    if (provider->has_content)
        g_variant_builder_add(&doors, "s", "content");
    if (provider->has_event)
        g_variant_builder_add(&doors, "s", "event");
    if (provider->has_save)
        g_variant_builder_add(&doors, "s", "state");
    return g_variant_builder_end(&doors);
}

static GVariant *make_facts(const struct provider *provider) {
    /* Others wait here as well as there, but a call that is answered LATER must not keep the next
     * one from being made. */
    GVariantBuilder facts;
    g_variant_builder_init(&facts, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&facts, "{sv}", "name", g_variant_new_string(provider->name));
    g_variant_builder_add(&facts, "{sv}", "version", g_variant_new_string(provider->version));
    g_variant_builder_add(&facts, "{sv}", "summary", g_variant_new_string(provider->summary));
    g_variant_builder_add(&facts, "{sv}", "abi", g_variant_new_uint32(provider->abi));
    g_variant_builder_add(&facts, "{sv}", "at-once", g_variant_new_uint32(64));
    g_variant_builder_add(&facts, "{sv}", "raw", g_variant_new_boolean(TRUE));
    g_variant_builder_add(&facts, "{sv}", "doors", make_doors(provider));
    return g_variant_builder_end(&facts);
}

static GVariant *make_schema(const struct provider *provider) {
    GVariantBuilder schema;
    g_variant_builder_init(&schema, G_VARIANT_TYPE("a(suubss)"));
    for (uint32_t i = 0; i < provider->setting_count; i++) {
        const struct boot_host_setting *setting = &provider->settings[i];
        const char *value = setting->default_value;
        g_variant_builder_add(&schema, "(suubss)", setting->name, setting->type, setting->flags,
                              value != NULL, value != NULL ? value : "",
                              setting->help != NULL ? setting->help : "");
    }
    return g_variant_builder_end(&schema);
}

static void describe(struct server *server, GDBusMessage *message) {
    if (server->module == NULL) {
        answer_errno(server, message, -ENOEXEC, server->refusal);
        return;
    }
    const struct provider *provider = &server->module->provider;
    answer(server, message,
           g_variant_new("(@a{sv}@a(suubss))", make_facts(provider), make_schema(provider)));
}

/* ---- Open ------------------------------------------------------------------------------------ */

static void take_files(struct instance *instance, void *user) {
    struct server *server = user;
    GVariantIter iter;
    const char *key = NULL;
    GVariant *content = NULL;
    settings_set_reporter(instance->settings, take_report, server);
    g_variant_iter_init(&iter, server->files);
    while (g_variant_iter_next(&iter, "{&s@ay}", &key, &content)) {
        g_autoptr(GBytes) bytes = g_variant_get_data_as_bytes(content);
        settings_set_file(instance->settings, key, bytes);
        g_variant_unref(content);
    }
}

static struct instance_config *make_config(GVariant *settings, const char *name) {
    struct instance_config *config = instance_config_new(name);
    GVariantIter iter;
    const char *key = NULL;
    const char *value = NULL;
    g_variant_iter_init(&iter, settings);
    while (g_variant_iter_next(&iter, "(&s&s)", &key, &value))
        instance_config_add(config, key, value, NULL);
    return config;
}

/* What went wrong without a report of the module's own: an errno of open. */
static void add_problems(struct server *server, const GPtrArray *problems) {
    for (guint i = 0; i < problems->len; i++) {
        const struct problem *problem = problems->pdata[i];
        g_variant_builder_add(&server->problems, "(susb)", "", 0, problem->text, problem->fatal);
    }
}

static void open_instance(struct server *server, GDBusMessage *message, GVariant *body) {
    g_autoptr(GVariant) settings = g_variant_get_child_value(body, 1);
    g_autoptr(GPtrArray) problems = problem_list_new();
    const char *name = NULL;
    uint32_t flags = 0;
    g_clear_pointer(&server->files, g_variant_unref);
    g_variant_get(body, "(&s@a(ss)@a{say}u)", &name, NULL, &server->files, &flags);
    struct instance_config *config = make_config(settings, name);
    struct instance_options options = {
        .clock = clock_monotonic(),
        .mailbox = server->mailbox,
        .check = (flags & BOOT_HOST_OPEN_CHECK) != 0,
        .is_direct = true,
        .prepare = take_files,
        .log = send_log,
        .user = server,
    };
    g_variant_builder_init(&server->problems, G_VARIANT_TYPE("a(susb)"));
    server->is_opening = true;
    server->instance = instance_open(server->module, config, &options, problems);
    server->is_opening = false;
    add_problems(server, problems);
    instance_config_unref(config);
    answer(server, message, g_variant_new("(@a(susb))", g_variant_builder_end(&server->problems)));
}

/* ---- Content --------------------------------------------------------------------------------- */

static uint64_t keep_reader(struct server *server, const struct boot_host_reader *reader) {
    uint64_t *number = g_new(uint64_t, 1);
    *number = ++server->last_reader;
    g_hash_table_insert(server->readers, number,
                        g_memdup2(reader, sizeof(struct boot_host_reader)));
    return *number;
}

/* Bytes that do not fit into one message become a reader of them. */
static int64_t read_bytes(void *user, uint64_t offset, void *buffer, uint64_t size) {
    gsize length = 0;
    const char *data = g_bytes_get_data(user, &length);
    if (offset >= length)
        return 0;
    uint64_t count = MIN(size, length - offset);
    memcpy(buffer, data + offset, count);
    return (int64_t) count;
}

static void close_bytes(void *user) {
    g_bytes_unref(user);
}

static void put_reader(struct server *server, GVariantBuilder *content,
                       const struct boot_host_reader *reader) {
    g_variant_builder_add(content, "{sv}", "reader",
                          g_variant_new("(tx)", keep_reader(server, reader), reader->length));
}

static void put_bytes(struct server *server, GVariantBuilder *content, GBytes *bytes) {
    gsize size = 0;
    const void *data = g_bytes_get_data(bytes, &size);
    if (size <= INLINE_BYTES) {
        g_variant_builder_add(content, "{sv}", "bytes",
                              g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, data, size, 1));
        return;
    }
    struct boot_host_reader reader = {
        .size = sizeof(reader),
        .length = (int64_t) size,
        .user = g_bytes_ref(bytes),
        .read = read_bytes,
        .close = close_bytes,
    };
    put_reader(server, content, &reader);
}

static GVariant *make_content(struct server *server, struct call *call) {
    GVariantBuilder content;
    g_variant_builder_init(&content, G_VARIANT_TYPE_VARDICT);
    switch (call->content_kind) {
    case CHAIN_CONTENT_BYTES:
        put_bytes(server, &content, call->content_bytes);
        break;
    case CHAIN_CONTENT_FILE:
        g_variant_builder_add(&content, "{sv}", "path", g_variant_new_string(call->content_name));
        break;
    case CHAIN_CONTENT_NAME:
        g_variant_builder_add(&content, "{sv}", "name", g_variant_new_string(call->content_name));
        break;
    case CHAIN_CONTENT_READER:
        put_reader(server, &content, &call->content_reader);
        call->content_kind = CHAIN_CONTENT_NONE; /* the server closes it */
        break;
    default:
        break;
    }
    return g_variant_builder_end(&content);
}

static void free_reader(gpointer data) {
    struct boot_host_reader *reader = data;
    reader->close(reader->user);
    g_free(reader);
}

static void read_content(struct server *server, GDBusMessage *message, GVariant *body) {
    uint64_t number = 0;
    uint64_t offset = 0;
    uint32_t size = 0;
    g_variant_get(body, "(ttu)", &number, &offset, &size);
    const struct boot_host_reader *reader = g_hash_table_lookup(server->readers, &number);
    size = MIN(size, READ_MAX);
    g_autofree void *buffer = g_malloc(MAX(size, 1));
    int64_t count = reader != NULL ? reader->read(reader->user, offset, buffer, size) : -EBADF;
    if (count > size)
        count = -EPROTO;
    GVariant *bytes =
        g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, buffer, count > 0 ? (gsize) count : 0, 1);
    answer(server, message, g_variant_new("(i@ay)", count < 0 ? (int32_t) count : 0, bytes));
}

static void close_reader(struct server *server, GVariant *body) {
    uint64_t number = 0;
    g_variant_get(body, "(t)", &number);
    g_hash_table_remove(server->readers, &number);
}

/* ---- Decide and Content ---------------------------------------------------------------------- */

static GVariant *make_answer(struct server *server, struct call *call) {
    GVariant *details = NULL;
    if (call->door == CALL_CONTENT)
        details = make_content(server, call);
    else if (call->draft != NULL)
        details = remote_reply_changes(call->base->reply, call->draft);
    else
        details = g_variant_new("a{sv}", NULL);
    return g_variant_new("(i@a{sv})", call->verdict, details);
}

/* A LATER that nobody can complete, as the daemon words it. */
static int32_t judge(const struct call *call) {
    return call->verdict == BOOT_HOST_LATER ? -EPROTO : call->verdict;
}

static void finish(struct asked *asked) {
    struct server *server = asked->server;
    struct call *call = asked->call;
    call->verdict = judge(call);
    if (asked->message != NULL)
        answer(server, asked->message, make_answer(server, call));
    g_hash_table_remove(server->asked, call);
}

static void free_asked(gpointer data) {
    struct asked *asked = data;
    call_free(asked->call);
    g_clear_object(&asked->message);
    g_free(asked);
}

static void run(struct asked *asked) {
    struct instance *instance = asked->server->instance;
    struct call *call = asked->call;
    if (instance->thread_count > 0) {
        g_thread_pool_push(instance->workers, call, NULL);
        return;
    }
    call->was_run = true;
    call->state = CALL_RUNNING;
    call->verdict = call_run(call);
    if (call->ticket == 0 || worker_conclude(call, call->verdict, &call->verdict))
        finish(asked);
}

static void ask(struct server *server, struct call *call, GDBusMessage *message, uint64_t ticket) {
    struct asked *asked = g_new0(struct asked, 1);
    asked->server = server;
    asked->call = call;
    asked->message = message != NULL ? g_object_ref(message) : NULL;
    asked->ticket = ticket;
    call->instance = server->instance;
    g_hash_table_insert(server->asked, call, asked);
    run(asked);
}

static struct settled_reply *make_base(GVariant *variant) {
    struct reply *reply = reply_new();
    const char *unused = NULL;
    remote_reply_apply(reply, variant, &unused);
    return settled_reply_new(reply);
}

static void decide(struct server *server, GDBusMessage *message, GVariant *body) {
    g_autoptr(GVariant) fields = g_variant_get_child_value(body, 1);
    g_autoptr(GVariant) set = g_variant_get_child_value(body, 2);
    uint64_t ticket = 0;
    g_variant_get_child(body, 0, "t", &ticket);
    struct request *request = remote_request_from_variant(fields);
    if (request == NULL) {
        answer_errno(server, message, -EBADMSG, "the request makes no sense");
        return;
    }
    struct settled_reply *base = make_base(set);
    ask(server, call_new(CALL_DECIDE, request, base), message, ticket);
    settled_reply_unref(base);
    request_unref(request);
}

static void give_content(struct server *server, GDBusMessage *message, GVariant *body) {
    g_autoptr(GVariant) fields = g_variant_get_child_value(body, 1);
    uint64_t ticket = 0;
    g_variant_get_child(body, 0, "t", &ticket);
    struct request *request = remote_request_from_variant(fields);
    if (request == NULL) {
        answer_errno(server, message, -EBADMSG, "the request makes no sense");
        return;
    }
    ask(server, call_new(CALL_CONTENT, request, NULL), message, ticket);
    request_unref(request);
}

static void tell_event(struct server *server, GVariant *body) {
    g_autoptr(GVariant) fields = g_variant_get_child_value(body, 0);
    struct boot_host_event event = {.size = sizeof(event)};
    struct request *request = remote_request_from_variant(fields);
    if (request == NULL)
        return;
    g_variant_get(body, "(@a{sv}u&s&sx)", NULL, &event.kind, &event.name, &event.detail,
                  &event.value);
    if (event.detail[0] == '\0')
        event.detail = NULL;
    struct call *call = call_new(CALL_EVENT, request, NULL);
    call_set_event(call, &event);
    ask(server, call, NULL, 0);
    request_unref(request);
}

static void cancel(struct server *server, GVariant *body) {
    uint64_t ticket = 0;
    g_variant_get(body, "(t)", &ticket);
    GHashTableIter iter;
    gpointer value = NULL;
    uint64_t own = 0;
    g_hash_table_iter_init(&iter, server->asked);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct asked *asked = value;
        if (asked->ticket != ticket || asked->message == NULL)
            continue;
        g_mutex_lock(&server->instance->lock);
        own = asked->call->ticket;
        g_mutex_unlock(&server->instance->lock);
    }
    if (own != 0)
        server->instance->provider->cancel(server->instance->state, own);
}

/* ---- State and the end ----------------------------------------------------------------------- */

static void add_blob(const char *name, const void *data, size_t size, void *builder) {
    g_variant_builder_add(builder, "{s@ay}", name,
                          g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, data, size, 1));
}

/* Calls may be inside on threads of their own: they come out first, or there is no saving. */
static int32_t save_alone(struct instance *instance, struct state *state) {
    if (!worker_hold(instance, SAVE_PATIENCE_US))
        return -EBUSY;
    int32_t error = instance_save(instance, state);
    worker_release(instance);
    return error;
}

static void save(struct server *server, GDBusMessage *message) {
    struct state *state = state_new();
    int32_t error = save_alone(server->instance, state);
    if (error < 0) {
        answer_errno(server, message, error, "save failed");
    } else {
        GVariantBuilder blobs;
        g_variant_builder_init(&blobs, G_VARIANT_TYPE("a{say}"));
        state_visit(state, add_blob, &blobs);
        answer(server, message, g_variant_new("(@a{say})", g_variant_builder_end(&blobs)));
    }
    state_free(state);
}

static void restore(struct server *server, GDBusMessage *message, GVariant *body) {
    struct state *state = state_new();
    g_autoptr(GVariantIter) iter = NULL;
    const char *name = NULL;
    GVariant *blob = NULL;
    g_variant_get(body, "(a{say})", &iter);
    while (g_variant_iter_next(iter, "{&s@ay}", &name, &blob)) {
        gsize size = 0;
        const void *data = g_variant_get_fixed_array(blob, &size, 1);
        state_put(state, name, data, size);
        g_variant_unref(blob);
    }
    int32_t error = instance_restore(server->instance, state);
    if (error < 0)
        answer_errno(server, message, error, "restore failed");
    else
        answer(server, message, NULL);
    state_free(state);
}

static void deliver(struct call *call, void *user) {
    struct server *server = user;
    struct asked *asked = g_hash_table_lookup(server->asked, call);
    if (asked != NULL)
        finish(asked);
}

static void deliver_posted(struct server *server) {
    struct call *call = NULL;
    while ((call = mailbox_take(server->mailbox)) != NULL)
        deliver(call, server);
}

static void drain(struct server *server, GDBusMessage *message) {
    server->instance->provider->drain(server->instance->state);
    deliver_posted(server);
    answer(server, message, NULL);
}

/* Readers go before their instance; calls that never ended were the module's to the end. */
static void close_instance(struct server *server) {
    if (server->instance == NULL)
        return;
    g_hash_table_remove_all(server->readers);
    worker_cancel_all(server->instance, server->instance->config->deadline_us);
    deliver_posted(server);
    instance_close(g_steal_pointer(&server->instance));
}

/* ---- Messages -------------------------------------------------------------------------------- */

enum need {
    ALWAYS,
    OPENED, /* makes sense between Open and Close */
};

typedef void (*method_fn)(struct server *server, GDBusMessage *message, GVariant *body);

static void on_describe(struct server *server, GDBusMessage *message, GVariant *body) {
    describe(server, message);
}

static void on_drain(struct server *server, GDBusMessage *message, GVariant *body) {
    drain(server, message);
}

static void on_save(struct server *server, GDBusMessage *message, GVariant *body) {
    save(server, message);
}

static void on_close(struct server *server, GDBusMessage *message, GVariant *body) {
    close_instance(server);
    answer(server, message, NULL);
    g_main_loop_quit(server->loop);
}

static void on_cancel(struct server *server, GDBusMessage *message, GVariant *body) {
    cancel(server, body);
}

static void on_event(struct server *server, GDBusMessage *message, GVariant *body) {
    tell_event(server, body);
}

static void on_close_reader(struct server *server, GDBusMessage *message, GVariant *body) {
    close_reader(server, body);
}

static const struct {
    const char *name;
    const char *type; /* of the parameters; NULL: none */
    enum need need;
    method_fn run;
} methods[] = {
    {"Decide", "(ta{sv}a{sv})", OPENED, decide},
    {"Content", "(ta{sv})", OPENED, give_content},
    {"Event", "(a{sv}ussx)", OPENED, on_event},
    {"Read", "(ttu)", OPENED, read_content},
    {"CloseReader", "(t)", OPENED, on_close_reader},
    {"Cancel", "(t)", OPENED, on_cancel},
    {"Describe", NULL, ALWAYS, on_describe},
    {"Open", "(sa(ss)a{say}u)", ALWAYS, open_instance},
    {"Restore", "(a{say})", OPENED, restore},
    {"Drain", NULL, OPENED, on_drain},
    {"Save", NULL, OPENED, on_save},
    {"Close", NULL, ALWAYS, on_close},
};

static void take_message(struct server *server, GDBusMessage *message) {
    const char *member = g_dbus_message_get_member(message);
    for (gsize i = 0; i < G_N_ELEMENTS(methods); i++) {
        if (g_strcmp0(methods[i].name, member) != 0)
            continue;
        GVariant *body = methods[i].type != NULL ? peer_body(message, methods[i].type) : NULL;
        bool is_wrong = (methods[i].type != NULL && body == NULL) ||
                        (methods[i].need == OPENED && server->instance == NULL) ||
                        (methods[i].run == open_instance &&
                         (server->instance != NULL || server->module == NULL));
        if (is_wrong)
            answer_errno(server, message, -EINVAL, "not now, or not with these parameters");
        else
            methods[i].run(server, message, body);
        return;
    }
    answer_errno(server, message, -ENOSYS, "no such method");
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
        .deliver = deliver,
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
    server.asked = g_hash_table_new_full(NULL, NULL, NULL, free_asked);
    server.readers = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, free_reader);
    mailbox_open(server.mailbox);
    watch_socket(&server);
    g_main_loop_run(server.loop);

    close_instance(&server);
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
