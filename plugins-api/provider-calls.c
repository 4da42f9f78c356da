/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The calls that a host or a harness makes of a provider: from the wire's values to the class's
 * functions and back.
 */
#include "provider-private.h"

#include <boothost/types.h>

#include "boot-host-error.h"
#include "content-private.h"
#include "reply-private.h"

/* "absent: decide" is the wire's default, so a provider with other doors names them all. */
static GVariant *doors(BootHostProviderClass *class) {
    GVariantBuilder names;
    g_variant_builder_init(&names, G_VARIANT_TYPE_STRING_ARRAY);
    if (class->decide != NULL)
        g_variant_builder_add(&names, "s", "decide");
    if (class->content != NULL)
        g_variant_builder_add(&names, "s", "content");
    if (class->event != NULL)
        g_variant_builder_add(&names, "s", "event");
    if (class->save != NULL || class->restore != NULL)
        g_variant_builder_add(&names, "s", "state");
    return g_variant_builder_end(&names);
}

GVariant *provider_describe(BootHostProvider *self) {
    const struct provider_data *data = provider_data(self);
    GVariantBuilder facts;
    g_variant_builder_init(&facts, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&facts, "{sv}", "name", g_variant_new_string(data->name));
    g_variant_builder_add(&facts, "{sv}", "version", g_variant_new_string(data->version));
    g_variant_builder_add(&facts, "{sv}", "summary", g_variant_new_string(data->summary));
    g_variant_builder_add(&facts, "{sv}", "abi", g_variant_new_uint32(BOOT_HOST_ABI));
    g_variant_builder_add(&facts, "{sv}", "at-once", g_variant_new_uint32(data->at_once));
    g_variant_builder_add(&facts, "{sv}", "doors",
                          doors(BOOT_HOST_PROVIDER_OBJECT_GET_CLASS(self)));
    return g_variant_ref_sink(g_variant_builder_end(&facts));
}

GVariant *provider_schema(BootHostProvider *self) {
    const GPtrArray *schema = provider_data(self)->schema;
    GVariantBuilder settings;
    g_variant_builder_init(&settings, G_VARIANT_TYPE("a(suubss)"));
    for (guint i = 0; i < schema->len; i++) {
        const struct provider_setting *setting = g_ptr_array_index(schema, i);
        const char *preset = setting->default_value;
        g_variant_builder_add(&settings, "(suubss)", setting->name, (guint32) setting->type,
                              (guint32) setting->flags, preset != NULL,
                              preset != NULL ? preset : "", setting->help);
    }
    return g_variant_ref_sink(g_variant_builder_end(&settings));
}

static void take_settings(struct provider_data *data, GVariant *settings) {
    GVariantIter iter;
    const char *key = NULL;
    const char *value = NULL;
    g_ptr_array_set_size(data->keys, 0);
    g_hash_table_remove_all(data->values);
    g_variant_iter_init(&iter, settings);
    while (g_variant_iter_next(&iter, "(&s&s)", &key, &value)) {
        g_ptr_array_add(data->keys, g_strdup(key));
        g_hash_table_insert(data->values, g_strdup(key), g_strdup(value));
    }
}

static void take_blobs(GHashTable *table, GVariant *blobs) {
    GVariantIter iter;
    const char *name = NULL;
    GVariant *bytes = NULL;
    g_hash_table_remove_all(table);
    g_variant_iter_init(&iter, blobs);
    while (g_variant_iter_next(&iter, "{&s@ay}", &name, &bytes)) {
        g_hash_table_insert(table, g_strdup(name), g_variant_get_data_as_bytes(bytes));
        g_variant_unref(bytes);
    }
}

/* A function that failed without saying why: an exception in a language binding, mostly. */
static void ensure_error(GError **error, const char *function) {
    if (*error == NULL)
        g_set_error(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_FAILED,
                    "%s failed without an error: did it raise an exception (see standard error), "
                    "or forget to return something?",
                    function);
}

static gboolean run_open(BootHostProvider *self, BootHostOpenFlags flags, GError **error) {
    BootHostProviderClass *class = BOOT_HOST_PROVIDER_OBJECT_GET_CLASS(self);
    if (class->open == NULL || class->open(self, flags, error))
        return TRUE;
    ensure_error(error, "open");
    return FALSE;
}

gboolean provider_open(BootHostProvider *self, const struct provider_opening *opening,
                       GVariant **ret_problems, GError **error) {
    struct provider_data *data = provider_data(self);
    g_autoptr(GVariantBuilder) problems = g_variant_builder_new(G_VARIANT_TYPE("a(susb)"));
    g_autoptr(GError) failure = NULL;
    if (data->is_open) {
        g_set_error(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_BUSY, "'%s' is open already",
                    data->instance_name);
        return FALSE;
    }
    g_free(data->instance_name);
    data->instance_name = g_strdup(opening->instance);
    take_settings(data, opening->settings);
    take_blobs(data->files, opening->files);
    data->problems = problems;
    data->fatal_problems = 0;
    gboolean opened = run_open(self, opening->flags, &failure);
    data->problems = NULL;
    data->is_open = opened && data->fatal_problems == 0;
    if (opened && !data->is_open && BOOT_HOST_PROVIDER_OBJECT_GET_CLASS(self)->close != NULL)
        BOOT_HOST_PROVIDER_OBJECT_GET_CLASS(self)->close(self);
    *ret_problems = g_variant_ref_sink(g_variant_builder_end(problems));
    if (opened || data->fatal_problems > 0)
        return TRUE;
    g_clear_pointer(ret_problems, g_variant_unref);
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

void provider_close(BootHostProvider *self) {
    BootHostProviderClass *class = BOOT_HOST_PROVIDER_OBJECT_GET_CLASS(self);
    if (provider_data(self)->is_open && class->close != NULL)
        class->close(self);
    provider_data(self)->is_open = FALSE;
}

static BootHostVerdict not_open(GError **error) {
    g_set_error_literal(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_PROTOCOL,
                        "this call came before Open, or for a door that Describe does not name");
    return BOOT_HOST_VERDICT_FAILED;
}

static BootHostVerdict checked(BootHostVerdict verdict, BootHostVerdict most, GError **error,
                               const char *function) {
    if (*error == NULL && verdict != BOOT_HOST_VERDICT_FAILED &&
        (verdict <= most || verdict == BOOT_HOST_VERDICT_LATER))
        return verdict;
    if (*error == NULL && verdict != BOOT_HOST_VERDICT_FAILED)
        g_set_error(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_PROTOCOL,
                    "%s returned %d, which is no verdict here", function, (int) verdict);
    ensure_error(error, function);
    return BOOT_HOST_VERDICT_FAILED;
}

void provider_decide(BootHostProvider *self, BootHostRequest *request, BootHostReply *reply,
                     call_done_fn done, gpointer user) {
    BootHostProviderClass *class = BOOT_HOST_PROVIDER_OBJECT_GET_CLASS(self);
    g_autoptr(GError) error = NULL;
    BootHostVerdict verdict = BOOT_HOST_VERDICT_FAILED;
    call_begin(&reply->call, done, user);
    if (!provider_data(self)->is_open || class->decide == NULL)
        verdict = not_open(&error);
    else
        verdict = checked(class->decide(self, request, reply, &error), BOOT_HOST_VERDICT_HOLD,
                          &error, "decide");
    call_return(&reply->call, verdict, error);
}

void provider_content(BootHostProvider *self, BootHostRequest *request, BootHostContent *content,
                      call_done_fn done, gpointer user) {
    BootHostProviderClass *class = BOOT_HOST_PROVIDER_OBJECT_GET_CLASS(self);
    g_autoptr(GError) error = NULL;
    BootHostVerdict verdict = BOOT_HOST_VERDICT_FAILED;
    call_begin(&content->call, done, user);
    if (!provider_data(self)->is_open || class->content == NULL)
        verdict = not_open(&error);
    else
        verdict = checked(class->content(self, request, content, &error), BOOT_HOST_VERDICT_DROP,
                          &error, "content");
    call_return(&content->call, verdict, error);
}

void provider_event(BootHostProvider *self, BootHostRequest *request,
                    const struct provider_event *event) {
    BootHostProviderClass *class = BOOT_HOST_PROVIDER_OBJECT_GET_CLASS(self);
    if (provider_data(self)->is_open && class->event != NULL)
        class->event(self, request, event->kind, event->name, event->detail, event->value);
}

void provider_drain(BootHostProvider *self) {
    BootHostProviderClass *class = BOOT_HOST_PROVIDER_OBJECT_GET_CLASS(self);
    if (provider_data(self)->is_open && class->drain != NULL)
        class->drain(self);
}

static GVariant *state_variant(GHashTable *state) {
    GVariantBuilder blobs;
    GHashTableIter iter;
    gpointer name = NULL;
    gpointer bytes = NULL;
    g_variant_builder_init(&blobs, G_VARIANT_TYPE("a{say}"));
    g_hash_table_iter_init(&iter, state);
    while (g_hash_table_iter_next(&iter, &name, &bytes))
        g_variant_builder_add(&blobs, "{s@ay}", name,
                              g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), bytes, TRUE));
    return g_variant_ref_sink(g_variant_builder_end(&blobs));
}

GVariant *provider_save(BootHostProvider *self, GError **error) {
    BootHostProviderClass *class = BOOT_HOST_PROVIDER_OBJECT_GET_CLASS(self);
    g_autoptr(GError) failure = NULL;
    g_hash_table_remove_all(provider_data(self)->state);
    if (class->save == NULL || class->save(self, &failure))
        return state_variant(provider_data(self)->state);
    ensure_error(&failure, "save");
    g_propagate_error(error, g_steal_pointer(&failure));
    return NULL;
}

gboolean provider_restore(BootHostProvider *self, GVariant *state, GError **error) {
    BootHostProviderClass *class = BOOT_HOST_PROVIDER_OBJECT_GET_CLASS(self);
    g_autoptr(GError) failure = NULL;
    take_blobs(provider_data(self)->state, state);
    if (class->restore == NULL || class->restore(self, &failure))
        return TRUE;
    ensure_error(&failure, "restore");
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}
