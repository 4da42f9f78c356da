/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Decide, Content, Event and Cancel: a message becomes a call of the module, and its end the answer.
 */
#include "provider/serve-private.h"

#include <errno.h>

#include "provider/remote-reply.h"
#include "provider/remote-request.h"
#include "provider/worker.h"

static GVariant *make_answer(struct server *server, struct call *call) {
    GVariant *details = NULL;
    if (call->door == CALL_CONTENT)
        details = serve_make_content(server, call);
    else if (call->draft != NULL)
        details = remote_reply_changes(call->base, call->draft);
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
        serve_answer(server, asked->message, make_answer(server, call));
    g_hash_table_remove(server->asked, call);
}

void serve_free_asked(gpointer data) {
    struct asked *asked = data;
    call_free(asked->call);
    g_clear_object(&asked->message);
    g_free(asked);
}

static void run(struct asked *asked) {
    struct instance *instance = asked->server->instance;
    struct call *call = asked->call;
    if (instance->thread_count > 0) {
        worker_submit(instance, call);
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
    call_own(call);
    g_hash_table_insert(server->asked, call, asked);
    run(asked);
}

static const struct reply *make_base(GVariant *variant) {
    struct reply *reply = reply_new();
    const char *unused = NULL;
    remote_reply_apply(reply, variant, &unused);
    return reply;
}

void serve_decide(struct server *server, GDBusMessage *message, GVariant *body) {
    g_autoptr(GVariant) fields = g_variant_get_child_value(body, 1);
    g_autoptr(GVariant) set = g_variant_get_child_value(body, 2);
    uint64_t ticket = 0;
    g_variant_get_child(body, 0, "t", &ticket);
    struct request *request = remote_request_from_variant(fields);
    if (request == NULL) {
        serve_answer_errno(server, message, -EBADMSG, "the request makes no sense");
        return;
    }
    const struct reply *base = make_base(set);
    ask(server, call_new(CALL_DECIDE, request, base), message, ticket);
    reply_unref(base);
    request_unref(request);
}

void serve_content(struct server *server, GDBusMessage *message, GVariant *body) {
    g_autoptr(GVariant) fields = g_variant_get_child_value(body, 1);
    uint64_t ticket = 0;
    g_variant_get_child(body, 0, "t", &ticket);
    struct request *request = remote_request_from_variant(fields);
    if (request == NULL) {
        serve_answer_errno(server, message, -EBADMSG, "the request makes no sense");
        return;
    }
    ask(server, call_new(CALL_CONTENT, request, NULL), message, ticket);
    request_unref(request);
}

void serve_event(struct server *server, GDBusMessage *message, GVariant *body) {
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

void serve_cancel(struct server *server, GDBusMessage *message, GVariant *body) {
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

void serve_deliver(struct call *call, void *user) {
    struct server *server = user;
    struct asked *asked = g_hash_table_lookup(server->asked, call);
    if (asked != NULL)
        finish(asked);
}

void serve_deliver_posted(struct server *server) {
    struct call *call = NULL;
    while ((call = mailbox_take(server->mailbox)) != NULL)
        serve_deliver(call, server);
}
