/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * GDBus queues without end what a connection does not read. So we count what we hand over, flush,
 * and count down when the flush is through; a subscriber that is too far behind loses events.
 */
#include "control/caller.h"

#include "base/limits.h"
#include "control/control.h"

struct caller *caller_new(struct control_server *server, GDBusConnection *connection) {
    struct caller *caller = g_rc_box_new0(struct caller);

    caller->server = server;
    caller->connection = g_object_ref(connection);
    return caller;
}

struct caller *caller_ref(struct caller *caller) {
    return g_rc_box_acquire(caller);
}

static void caller_clear(gpointer data) {
    struct caller *caller = data;

    g_clear_object(&caller->connection);
}

void caller_unref(struct caller *caller) {
    g_rc_box_release_full(caller, caller_clear);
}

static void flush_start(struct caller *caller);

static void flush_done(GObject *source, GAsyncResult *result, gpointer user) {
    struct caller *caller = user;

    /* A failure means that the connection is closed; then nothing is counted any more. */
    gboolean flushed = g_dbus_connection_flush_finish(caller->connection, result, NULL);
    caller->unsent -= caller->flushing;
    caller->flushing = 0;
    if (flushed && caller->unsent > 0)
        flush_start(caller);
    caller_unref(caller);
}

static void flush_start(struct caller *caller) {
    caller->flushing = caller->unsent;
    g_dbus_connection_flush(caller->connection, NULL, flush_done, caller_ref(caller));
}

void caller_sent(struct caller *caller) {
    caller->unsent++;
    if (caller->flushing == 0)
        flush_start(caller);
}

static void send_event(struct caller *caller, GVariant *event) {
    g_dbus_connection_emit_signal(caller->connection, NULL, CONTROL_OBJECT, CONTROL_INTERFACE,
                                  "Event", g_variant_new("(@a{sv})", event), NULL);
    caller_sent(caller);
}

static GVariant *lost_event(uint64_t count) {
    GVariantBuilder facts;

    g_variant_builder_init(&facts, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&facts, "{sv}", "event", g_variant_new_string("lost"));
    g_variant_builder_add(&facts, "{sv}", "time-us", g_variant_new_int64(g_get_real_time()));
    g_variant_builder_add(
        &facts, "{sv}", "text",
        g_variant_new_printf("%" G_GUINT64_FORMAT " events lost: this reader is too slow", count));
    g_variant_builder_add(&facts, "{sv}", "count", g_variant_new_uint64(count));
    return g_variant_builder_end(&facts);
}

void caller_emit(struct caller *caller, GVariant *event) {
    if (caller->unsent >= LIMIT_CONTROL_UNSENT) {
        caller->lost++;
        return;
    }
    if (caller->lost > 0) {
        send_event(caller, lost_event(caller->lost));
        caller->lost = 0;
    }
    send_event(caller, event);
}
