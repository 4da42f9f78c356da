/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A harness around a BootHostProvider of this process.
 */
#include "harness-private.h"

#include <errno.h>
#include <gio/gio.h>

#include "boot-host-error.h"
#include "content-private.h"
#include "request-private.h"
#include "wire.h"

struct object {
    BootHostProvider *provider;
    struct harness_lines *lines;
    const guint *deadline_ms;
};

/* Shared by the caller and whoever completes the call, perhaps long after its deadline. */
struct wait {
    GMutex lock;
    GMainContext *context;
    gboolean done;
    BootHostVerdict verdict;
    GError *error;
};

static void wait_clear(gpointer data) {
    struct wait *wait = data;
    g_mutex_clear(&wait->lock);
    g_main_context_unref(wait->context);
    g_clear_error(&wait->error);
}

static struct wait *wait_new(void) {
    struct wait *wait = g_atomic_rc_box_new0(struct wait);
    g_mutex_init(&wait->lock);
    wait->context = g_main_context_ref_thread_default();
    return wait;
}

/* Ends the reference that the call holds. */
static void wait_over(gpointer user, BootHostVerdict verdict, const GError *error) {
    struct wait *wait = user;
    g_mutex_lock(&wait->lock);
    wait->done = TRUE;
    wait->verdict = verdict;
    wait->error = error != NULL ? g_error_copy(error) : NULL;
    g_mutex_unlock(&wait->lock);
    g_main_context_wakeup(wait->context);
    g_atomic_rc_box_release_full(wait, wait_clear);
}

static gboolean is_done(struct wait *wait) {
    g_mutex_lock(&wait->lock);
    gboolean done = wait->done;
    g_mutex_unlock(&wait->lock);
    return done;
}

static gboolean deadline_passed(gpointer user) {
    *(gboolean *) user = TRUE;
    return G_SOURCE_CONTINUE;
}

/* The provider may need the main context to come to its answer. */
static void wait_for(struct wait *wait, guint deadline_ms) {
    gboolean late = FALSE;
    g_autoptr(GSource) timer = g_timeout_source_new(deadline_ms);
    g_source_set_callback(timer, deadline_passed, &late, NULL);
    g_source_attach(timer, wait->context);
    while (!is_done(wait) && !late)
        g_main_context_iteration(wait->context, TRUE);
    g_source_destroy(timer);
}

static void take_result(struct wait *wait, BootHostRequest *request, BootHostResult *result) {
    g_mutex_lock(&wait->lock);
    if (!wait->done)
        result_fail(result, ETIMEDOUT, "the deadline passed before the call was completed");
    else if (wait->verdict == BOOT_HOST_VERDICT_FAILED)
        result_fail(result, boot_host_error_to_errno(wait->error),
                    wait->error != NULL ? wait->error->message : NULL);
    else
        result->verdict = wait->verdict;
    gboolean done = wait->done;
    g_mutex_unlock(&wait->lock);
    if (!done)
        g_cancellable_cancel(boot_host_request_get_cancellable(request));
    g_atomic_rc_box_release_full(wait, wait_clear);
}

static void object_decide(gpointer backend, BootHostRequest *request, BootHostReply *reply,
                          BootHostResult *result) {
    struct object *object = backend;
    struct wait *wait = wait_new();
    provider_decide(object->provider, request, reply, wait_over, g_atomic_rc_box_acquire(wait));
    wait_for(wait, *object->deadline_ms);
    take_result(wait, request, result);
}

static GBytes *read_stream(GInputStream *stream, GError **error) {
    g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable();
    GOutputStreamSpliceFlags both =
        G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE | G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET;
    if (g_output_stream_splice(memory, stream, both, NULL, error) < 0)
        return NULL;
    return g_memory_output_stream_steal_as_bytes(G_MEMORY_OUTPUT_STREAM(memory));
}

static void take_stream(BootHostContent *content, BootHostResult *result) {
    g_autoptr(GError) error = NULL;
    result->bytes = read_stream(content->stream, &error);
    if (result->bytes == NULL)
        result_fail(result, boot_host_error_to_errno(error), error->message);
    else if (content->length >= 0 && content->length != (gint64) g_bytes_get_size(result->bytes))
        result_fail(result, EPROTO, "the stream is not as long as was said");
}

static void take_content(BootHostContent *content, BootHostResult *result) {
    if (result->verdict != BOOT_HOST_VERDICT_REPLY)
        return;
    if (content->bytes != NULL)
        result->bytes = g_bytes_ref(content->bytes);
    else if (content->stream != NULL)
        take_stream(content, result);
    else if (!content_is_given(content))
        result_fail(result, EPROTO, "content said REPLY but gave nothing");
    result->path = g_strdup(content->path);
    result->name = g_strdup(content->name);
}

static void object_content(gpointer backend, BootHostRequest *request, BootHostResult *result) {
    struct object *object = backend;
    struct wait *wait = wait_new();
    g_autoptr(BootHostContent) content = content_new();
    provider_content(object->provider, request, content, wait_over, g_atomic_rc_box_acquire(wait));
    wait_for(wait, *object->deadline_ms);
    take_result(wait, request, result);
    take_content(content, result);
}

static void object_event(gpointer backend, BootHostRequest *request,
                         const struct provider_event *event) {
    struct object *object = backend;
    provider_event(object->provider, request, event);
}

static GVariant *object_describe(gpointer backend, GError **error) {
    struct object *object = backend;
    g_autoptr(GVariant) facts = provider_describe(object->provider);
    g_autoptr(GVariant) schema = provider_schema(object->provider);
    return g_variant_ref_sink(g_variant_new("(@a{sv}@a(suubss))", facts, schema));
}

static gboolean object_open(gpointer backend, const struct harness_settings *settings,
                            GError **error) {
    struct object *object = backend;
    g_autoptr(GVariant) schema = provider_schema(object->provider);
    g_autoptr(GVariant) values = NULL;
    g_autoptr(GVariant) files = NULL;
    g_autoptr(GVariant) problems = NULL;
    if (!harness_fill_settings(schema, settings, object->lines, &values, &files, error))
        return FALSE;
    struct provider_opening opening = {
        .instance =
            settings->name != NULL ? settings->name : boot_host_provider_get_name(object->provider),
        .settings = values,
        .files = files,
        .flags = settings->flags,
    };
    return provider_open(object->provider, &opening, &problems, error) &&
           harness_take_problems(problems, object->lines, error);
}

static void object_close(gpointer backend) {
    struct object *object = backend;
    provider_drain(object->provider);
    provider_close(object->provider);
}

static gboolean object_swap(gpointer backend, const struct harness_settings *settings,
                            GError **error) {
    struct object *object = backend;
    g_autoptr(GVariant) state = provider_save(object->provider, error);
    provider_drain(object->provider);
    provider_close(object->provider);
    if (state == NULL || !object_open(backend, settings, error))
        return FALSE;
    if (provider_restore(object->provider, state, error))
        return TRUE;
    provider_close(object->provider);
    return FALSE;
}

static void take_line(gpointer user, guint level, const char *text) {
    harness_say(user, level, text);
}

static void object_free(gpointer backend) {
    struct object *object = backend;
    provider_data_set_log(provider_data(object->provider), NULL, NULL);
    g_object_unref(object->provider);
    g_free(object);
}

gpointer harness_object_new(BootHostProvider *provider, struct harness_lines *lines,
                            guint *deadline_ms) {
    struct object *object = g_new0(struct object, 1);
    object->provider = g_object_ref(provider);
    object->lines = lines;
    object->deadline_ms = deadline_ms;
    provider_data_set_log(provider_data(provider), take_line, lines);
    return object;
}

const struct harness_kind harness_object = {
    .describe = object_describe,
    .open = object_open,
    .close = object_close,
    .swap = object_swap,
    .decide = object_decide,
    .content = object_content,
    .event = object_event,
    .free = object_free,
};
