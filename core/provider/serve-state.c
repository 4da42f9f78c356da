/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The memory of an instance, and its end.
 */
#include "provider/serve-private.h"

#include <errno.h>

#include "provider/state.h"
#include "provider/worker.h"

#define SAVE_PATIENCE_US (20 * CLOCK_MILLISECOND) /* calls that wait for it do so no longer */

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

void serve_save(struct server *server, GDBusMessage *message, GVariant *body) {
    struct state *state = state_new();
    int32_t error = save_alone(server->instance, state);
    if (error < 0) {
        serve_answer_errno(server, message, error, "save failed");
    } else {
        GVariantBuilder blobs;
        g_variant_builder_init(&blobs, G_VARIANT_TYPE("a{say}"));
        state_visit(state, add_blob, &blobs);
        serve_answer(server, message, g_variant_new("(@a{say})", g_variant_builder_end(&blobs)));
    }
    state_free(state);
}

void serve_restore(struct server *server, GDBusMessage *message, GVariant *body) {
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
        serve_answer_errno(server, message, error, "restore failed");
    else
        serve_answer(server, message, NULL);
    state_free(state);
}

void serve_drain(struct server *server, GDBusMessage *message, GVariant *body) {
    server->instance->provider->drain(server->instance->state);
    serve_deliver_posted(server);
    serve_answer(server, message, NULL);
}

/* Readers go before their instance; calls that never ended were the module's to the end. */
void serve_close(struct server *server) {
    if (server->instance == NULL)
        return;
    g_hash_table_remove_all(server->readers);
    worker_cancel_all(server->instance, server->instance->config->deadline_us);
    serve_deliver_posted(server);
    instance_close(g_steal_pointer(&server->instance));
}
