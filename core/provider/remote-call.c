/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An instance whose provider lives in a process of its own: calls as messages, and what comes back.
 */
#include <errno.h>
#include <inttypes.h>

#include "provider/dispatch.h"
#include "provider/remote-private.h"
#include "provider/remote-reply.h"

/* ---- There ----------------------------------------------------------------------------------- */

static GDBusMessage *make_message(struct remote *remote, const struct call *call, uint64_t ticket) {
    GVariant *request = remote_request_to_variant(call->request, remote->form);
    if (call->door == CALL_CONTENT)
        return peer_message("Content", g_variant_new("(t@a{sv})", ticket, request), true);
    GVariant *reply = remote_reply_to_variant(call->base);
    return peer_message("Decide", g_variant_new("(t@a{sv}@a{sv})", ticket, request, reply), true);
}

static void finish(struct call *call, int32_t verdict) {
    struct instance *instance = call->instance;
    g_mutex_lock(&instance->lock);
    call->verdict = verdict;
    call->state = CALL_FINISHED;
    g_mutex_unlock(&instance->lock);
    dispatch_deliver(call);
}

static void finish_failed(struct call *call, int32_t verdict, const char *why) {
    call->was_run = false; /* nothing late will come of it */
    g_free(call->failure);
    call->failure = g_strdup(why);
    finish(call, verdict);
}

/* False: it could not be sent. */
static bool send_call(struct remote *remote, struct call *call) {
    uint64_t ticket = ++remote->last_ticket;
    g_autoptr(GDBusMessage) message = make_message(remote, call, ticket);
    uint32_t serial = link_send(remote->peer->link, message, NULL);
    if (serial == 0)
        return false;
    struct held *held = g_new0(struct held, 1);
    held->call = call;
    held->ticket = ticket;
    g_hash_table_insert(remote->held, GUINT_TO_POINTER(serial), held);
    g_mutex_lock(&call->instance->lock);
    call->was_run = true;
    call->begun_us = clock_now(call->instance->clock);
    call->state = CALL_RUNNING;
    g_mutex_unlock(&call->instance->lock);
    return true;
}

static bool can_send(const struct remote *remote) {
    return remote->phase == REMOTE_RUNNING && g_hash_table_size(remote->held) < remote->at_once;
}

/* Nobody is there who could take them; those that come when it is about to start can wait. */
static void refuse_queue(struct remote *remote) {
    if (remote->phase != REMOTE_WAITING || remote->restart_us <= g_get_monotonic_time())
        return;
    int64_t left_us = remote->restart_us - g_get_monotonic_time();
    g_autofree char *why = g_strdup_printf("its process %s; next start in %" PRId64 "ms",
                                           remote->last_end, left_us / CLOCK_MILLISECOND);
    remote_fail_calls(remote, true, why);
}

void remote_send_queue(struct remote *remote) {
    while (remote->queue.length > 0 && can_send(remote)) {
        struct call *call = g_queue_pop_head(&remote->queue);
        if (call->is_abandoned)
            finish(call, -ETIMEDOUT);
        else if (!send_call(remote, call))
            finish_failed(call, -EIO, "its process does not take the call");
    }
    if (remote->phase == REMOTE_RUNNING && link_unsent(remote->peer->link) > LINK_UNSENT_MAX)
        remote_kill(remote, "does not read what it is sent");
    refuse_queue(remote);
}

/* A failure must not come back before the caller knows that the call has been taken: what cannot be
 * sent at once is looked at again by the source. */
void remote_submit(struct remote *remote, struct call *call) {
    bool is_mine = g_rec_mutex_trylock(&remote->lock);
    bool is_sent =
        is_mine && remote->queue.length == 0 && can_send(remote) && send_call(remote, call);
    if (!is_sent)
        g_queue_push_tail(&remote->queue, call);
    if (!is_sent || link_has_unsent(remote->peer->link))
        remote_wake(remote);
    if (is_mine)
        g_rec_mutex_unlock(&remote->lock);
}

bool remote_withdraw(struct remote *remote, struct call *call) {
    if (!g_rec_mutex_trylock(&remote->lock))
        return false;
    bool is_ours = g_queue_remove(&remote->queue, call);
    g_rec_mutex_unlock(&remote->lock);
    return is_ours;
}

struct call *remote_first_in_line(struct remote *remote) {
    if (!g_rec_mutex_trylock(&remote->lock))
        return NULL;
    struct call *call = g_queue_peek_head(&remote->queue);
    g_rec_mutex_unlock(&remote->lock);
    return call;
}

bool remote_event(struct remote *remote, struct request *request,
                  const struct boot_host_event *event) {
    if (!g_rec_mutex_trylock(&remote->lock))
        return false;
    uint32_t serial = 0;
    if (remote->phase == REMOTE_RUNNING && link_unsent(remote->peer->link) < LINK_UNSENT_MAX / 2) {
        g_autofree char *name = g_utf8_make_valid(event->name != NULL ? event->name : "", -1);
        g_autofree char *detail = g_utf8_make_valid(event->detail != NULL ? event->detail : "", -1);
        g_autoptr(GDBusMessage) message = peer_message(
            "Event",
            g_variant_new("(@a{sv}ussx)", remote_request_to_variant(request, remote->form),
                          event->kind, name, detail, event->value),
            false);
        serial = link_send(remote->peer->link, message, NULL);
        if (link_has_unsent(remote->peer->link))
            remote_wake(remote);
    }
    g_rec_mutex_unlock(&remote->lock);
    return serial != 0;
}

/* ---- Deadlines ------------------------------------------------------------------------------- */

void remote_abandon(struct remote *remote, struct call *call) {
    if (!g_rec_mutex_trylock(&remote->lock)) {
        remote_wake(remote);
        return;
    }
    GHashTableIter iter;
    gpointer value = NULL;
    g_hash_table_iter_init(&iter, remote->held);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct held *held = value;
        if (held->call != call)
            continue;
        held->abandoned_us = g_get_monotonic_time();
        g_autoptr(GDBusMessage) message =
            peer_message("Cancel", g_variant_new("(t)", held->ticket), false);
        if (remote->phase == REMOTE_RUNNING)
            link_send(remote->peer->link, message, NULL);
    }
    g_rec_mutex_unlock(&remote->lock);
    remote_wake(remote);
}

int64_t remote_next_hang(const struct remote *remote) {
    int64_t next = INT64_MAX;
    GHashTableIter iter;
    gpointer value = NULL;
    g_hash_table_iter_init(&iter, remote->held);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct held *held = value;
        /* Its abandoning may have met a lock that somebody else had. */
        if (held->abandoned_us == 0 && held->call->is_abandoned)
            held->abandoned_us = g_get_monotonic_time();
        if (held->abandoned_us != 0)
            next = MIN(next, held->abandoned_us + REMOTE_GRACE_US);
    }
    return next;
}

/* ---- And back -------------------------------------------------------------------------------- */

static int32_t take_changes(struct call *call, int32_t verdict, GVariant *changes) {
    const char *what = NULL;
    if (!remote_reply_has_changes(changes))
        return verdict;
    int32_t error = remote_reply_apply(call_draft(call), changes, &what);
    if (error == 0)
        return verdict;
    g_free(call->failure);
    call->failure =
        g_strdup_printf("its reply has %s that cannot be: %s", what, g_strerror(-error));
    return -EPROTO;
}

static int32_t take_gift(struct remote *remote, struct call *call, GVariant *content) {
    g_autoptr(GVariant) bytes = g_variant_lookup_value(content, "bytes", G_VARIANT_TYPE_BYTESTRING);
    const char *name = NULL;
    uint64_t number = 0;
    int64_t length = 0;
    int32_t error = 0;
    if (bytes != NULL) {
        gsize size = 0;
        const void *data = g_variant_get_fixed_array(bytes, &size, 1);
        error = call_give_bytes(call, data, size);
    }
    if (error == 0 && g_variant_lookup(content, "path", "&s", &name))
        error = call_give_text(call, CHAIN_CONTENT_FILE, name);
    if (error == 0 && g_variant_lookup(content, "name", "&s", &name))
        error = call_give_text(call, CHAIN_CONTENT_NAME, name);
    if (error == 0 && g_variant_lookup(content, "reader", "(tx)", &number, &length))
        error = remote_give_reader(remote, call, number, length);
    return error;
}

static int32_t take_content(struct remote *remote, struct call *call, int32_t verdict,
                            GVariant *content) {
    int32_t error = take_gift(remote, call, content);
    if (error == 0)
        return verdict;
    g_free(call->failure);
    call->failure = g_strdup_printf("its content cannot be used: %s", g_strerror(-error));
    return -EPROTO;
}

static bool take_answer(struct remote *remote, const struct held *held, GDBusMessage *message,
                        char **ret_why) {
    struct call *call = held->call;
    if (g_dbus_message_get_message_type(message) == G_DBUS_MESSAGE_TYPE_ERROR) {
        call->failure = peer_error_text(message);
        finish(call, peer_errno(message));
        return true;
    }
    GVariant *body = peer_body(message, "(ia{sv})");
    if (body == NULL) {
        *ret_why = g_strdup("answered with something that is no verdict");
        finish_failed(call, -EPROTO, *ret_why);
        return false;
    }
    int32_t verdict = 0;
    g_autoptr(GVariant) details = NULL;
    g_variant_get(body, "(i@a{sv})", &verdict, &details);
    if (verdict == BOOT_HOST_LATER)
        verdict = -EPROTO; /* a program that wants to answer later answers later */
    else if (call->is_abandoned)
        verdict = -ETIMEDOUT;
    else if (call->door == CALL_DECIDE)
        verdict = take_changes(call, verdict, details);
    else
        verdict = take_content(remote, call, verdict, details);
    finish(call, verdict);
    return true;
}

bool remote_take_message(struct remote *remote, GDBusMessage *message, char **ret_why) {
    uint32_t serial = g_dbus_message_get_reply_serial(message);
    if (serial == 0)
        return peer_take_signal(remote->peer, message, ret_why);
    struct held *held = NULL;
    gpointer key = NULL;
    remote->answers++;
    if (g_hash_table_steal_extended(remote->held, GUINT_TO_POINTER(serial), &key,
                                    (gpointer *) &held)) {
        bool is_fine = take_answer(remote, held, message, ret_why);
        g_free(held);
        return is_fine;
    }
    if (remote_wake_waiter(remote, message))
        return true;
    *ret_why = g_strdup("answered a call that was not made, or answered it twice");
    return false;
}

/* ---- The end of it --------------------------------------------------------------------------- */

void remote_fail_calls(struct remote *remote, bool all, const char *why) {
    g_autoptr(GPtrArray) calls = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value = NULL;
    g_hash_table_iter_init(&iter, remote->held);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        g_ptr_array_add(calls, ((struct held *) value)->call);
    g_hash_table_remove_all(remote->held);
    while (all && remote->queue.length > 0)
        g_ptr_array_add(calls, g_queue_pop_head(&remote->queue));
    for (guint i = 0; i < calls->len; i++)
        finish_failed(calls->pdata[i], -EIO, why);
}

void remote_drop_calls(struct remote *remote) {
    GHashTableIter iter;
    gpointer value = NULL;
    g_hash_table_iter_init(&iter, remote->held);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        call_free(((struct held *) value)->call);
    g_hash_table_remove_all(remote->held);
    while (remote->queue.length > 0)
        call_free(g_queue_pop_head(&remote->queue));
}
