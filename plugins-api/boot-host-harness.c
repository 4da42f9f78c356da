/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The harness itself: what is the same for an object, a command and a module.
 */
#include "harness-private.h"

#include <errno.h>

#include "boot-host-error.h"
#include "reply-private.h"
#include "request-private.h"

#define DEADLINE_MS 5000 /* generous: a test machine may be slow */

struct _BootHostHarness {
    GObject parent_instance;
    const struct harness_kind *kind;
    gpointer backend;
    gboolean is_open;
    struct harness_settings settings;
    struct harness_lines lines;
    GHashTable *facts; /* of earlier providers */
};

G_DEFINE_FINAL_TYPE(BootHostHarness, boot_host_harness, G_TYPE_OBJECT)

static void boot_host_harness_finalize(GObject *object) {
    BootHostHarness *self = BOOT_HOST_HARNESS(object);
    if (self->backend != NULL) {
        boot_host_harness_close(self);
        self->kind->free(self->backend);
    }
    g_free(self->settings.name);
    g_free(self->settings.folder);
    g_ptr_array_unref(self->settings.keys);
    g_hash_table_unref(self->settings.values);
    g_ptr_array_unref(self->lines.lines);
    g_mutex_clear(&self->lines.lock);
    g_hash_table_unref(self->facts);
    G_OBJECT_CLASS(boot_host_harness_parent_class)->finalize(object);
}

static void boot_host_harness_class_init(BootHostHarnessClass *class) {
    G_OBJECT_CLASS(class)->finalize = boot_host_harness_finalize;
}

static void boot_host_harness_init(BootHostHarness *self) {
    g_mutex_init(&self->lines.lock);
    self->lines.lines = g_ptr_array_new_with_free_func(g_free);
    self->settings.folder = g_get_current_dir();
    self->settings.keys = g_ptr_array_new_with_free_func(g_free);
    self->settings.values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->settings.deadline_ms = DEADLINE_MS;
    self->facts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

void harness_say(struct harness_lines *lines, guint level, const char *text) {
    static const char *const names[] = {
        [BOOT_HOST_LOG_LEVEL_ERROR] = "error",
        [BOOT_HOST_LOG_LEVEL_WARNING] = "warning",
        [BOOT_HOST_LOG_LEVEL_INFO] = "info",
        [BOOT_HOST_LOG_LEVEL_DEBUG] = "debug",
    };
    const char *name = level < G_N_ELEMENTS(names) && names[level] != NULL ? names[level] : "info";
    g_mutex_lock(&lines->lock);
    g_ptr_array_add(lines->lines, g_strdup_printf("%s: %s", name, text));
    g_mutex_unlock(&lines->lock);
}

/**
 * boot_host_harness_new_for_provider:
 * @provider: a provider that nothing else has open
 *
 * A harness around an object of this process.
 *
 * Returns: (transfer full): the harness
 *
 * Since: 0.9
 */
BootHostHarness *boot_host_harness_new_for_provider(BootHostProvider *provider) {
    g_return_val_if_fail(BOOT_HOST_IS_PROVIDER_OBJECT(provider), NULL);
    BootHostHarness *self = g_object_new(BOOT_HOST_TYPE_HARNESS, NULL);
    self->kind = &harness_object;
    self->backend = harness_object_new(provider, &self->lines, &self->settings.deadline_ms);
    return self;
}

/**
 * boot_host_harness_new_for_command:
 * @command: (array zero-terminated=1): a program and its arguments
 *
 * A harness around a program that speaks org.boothost.Provider1; it is started when it is needed,
 * just as a host does. What it writes to standard error is not touched.
 *
 * Returns: (transfer full): the harness
 *
 * Since: 0.9
 */
BootHostHarness *boot_host_harness_new_for_command(const char *const *command) {
    g_return_val_if_fail(command != NULL && command[0] != NULL, NULL);
    BootHostHarness *self = g_object_new(BOOT_HOST_TYPE_HARNESS, NULL);
    self->kind = &harness_command;
    self->backend = harness_command_new(command, &self->lines, &self->settings.deadline_ms);
    return self;
}

/**
 * boot_host_harness_new_for_module:
 * @path: (type filename): a module, a `.so`
 * @error: return location for an error
 *
 * A harness around a module of the C contract. The module stays in this process until it ends.
 *
 * Returns: (transfer full): the harness; %NULL with what the linker said, or
 *   %BOOT_HOST_ERROR_NOT_SUPPORTED when it is no module that this library can run
 *
 * Since: 0.9
 */
BootHostHarness *boot_host_harness_new_for_module(const char *path, GError **error) {
    g_return_val_if_fail(path != NULL, NULL);
    g_autoptr(BootHostHarness) self = g_object_new(BOOT_HOST_TYPE_HARNESS, NULL);
    self->kind = &harness_module;
    self->backend = harness_module_new(path, &self->lines, &self->settings.deadline_ms, error);
    return self->backend != NULL ? g_steal_pointer(&self) : NULL;
}

/**
 * boot_host_harness_set:
 * @self: a harness
 * @key: a setting's name
 * @value: (nullable): its value, as an administrator would write it; %NULL takes it back
 *
 * Writes a setting, before open.
 *
 * Since: 0.9
 */
void boot_host_harness_set(BootHostHarness *self, const char *key, const char *value) {
    g_return_if_fail(BOOT_HOST_IS_HARNESS(self));
    g_return_if_fail(key != NULL);
    guint index = 0;
    if (g_ptr_array_find_with_equal_func(self->settings.keys, key, g_str_equal, &index))
        g_ptr_array_remove_index(self->settings.keys, index);
    g_hash_table_remove(self->settings.values, key);
    if (value == NULL)
        return;
    g_ptr_array_add(self->settings.keys, g_strdup(key));
    g_hash_table_insert(self->settings.values, g_strdup(key), g_strdup(value));
}

/**
 * boot_host_harness_set_name:
 * @self: a harness
 * @name: the instance's name
 *
 * Names the instance, before open. It has the provider's own name otherwise.
 *
 * Since: 0.9
 */
void boot_host_harness_set_name(BootHostHarness *self, const char *name) {
    g_return_if_fail(BOOT_HOST_IS_HARNESS(self));
    g_free(self->settings.name);
    self->settings.name = g_strdup(name);
}

/**
 * boot_host_harness_set_folder:
 * @self: a harness
 * @folder: (type filename): a folder
 *
 * Where relative paths in settings start, before open; the working folder otherwise.
 *
 * Since: 0.9
 */
void boot_host_harness_set_folder(BootHostHarness *self, const char *folder) {
    g_return_if_fail(BOOT_HOST_IS_HARNESS(self));
    g_return_if_fail(folder != NULL);
    g_free(self->settings.folder);
    self->settings.folder = g_strdup(folder);
}

/**
 * boot_host_harness_set_deadline:
 * @self: a harness
 * @milliseconds: how long a call may take; 5000 unless said otherwise
 *
 * A call that takes longer fails with ETIMEDOUT. A module's own calls cannot be cut short, only
 * what it answers later.
 *
 * Since: 0.9
 */
void boot_host_harness_set_deadline(BootHostHarness *self, guint milliseconds) {
    g_return_if_fail(BOOT_HOST_IS_HARNESS(self));
    self->settings.deadline_ms = milliseconds;
}

/**
 * boot_host_harness_set_fact:
 * @self: a harness
 * @name: the fact's name
 * @value: (nullable): its value; %NULL takes it back
 *
 * A fact that an earlier provider of the chain left; for content, the last decision.
 *
 * Since: 0.9
 */
void boot_host_harness_set_fact(BootHostHarness *self, const char *name, const char *value) {
    g_return_if_fail(BOOT_HOST_IS_HARNESS(self));
    g_return_if_fail(name != NULL);
    if (value != NULL)
        g_hash_table_insert(self->facts, g_strdup(name), g_strdup(value));
    else
        g_hash_table_remove(self->facts, name);
}

/**
 * boot_host_harness_describe:
 * @self: a harness
 * @error: return location for an error
 *
 * Who the provider is: "name", "version", "summary", "abi", "at-once", "doors", as in
 * org.boothost.Provider1, and its settings.
 *
 * Returns: (transfer full): `(a{sv}a(suubss))`; %NULL on error
 *
 * Since: 0.9
 */
GVariant *boot_host_harness_describe(BootHostHarness *self, GError **error) {
    g_return_val_if_fail(BOOT_HOST_IS_HARNESS(self), NULL);
    return self->kind->describe(self->backend, error);
}

/**
 * boot_host_harness_open:
 * @self: a harness
 * @flags: how
 * @error: return location for an error
 *
 * Validates the settings and opens the provider. What is wrong with settings is in
 * boot_host_harness_get_lines().
 *
 * Returns: %TRUE when it is open
 *
 * Since: 0.9
 */
gboolean boot_host_harness_open(BootHostHarness *self, BootHostOpenFlags flags, GError **error) {
    g_return_val_if_fail(BOOT_HOST_IS_HARNESS(self), FALSE);
    if (self->is_open) {
        g_set_error_literal(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_BUSY, "it is open already");
        return FALSE;
    }
    self->settings.flags = flags;
    self->is_open = self->kind->open(self->backend, &self->settings, error);
    return self->is_open;
}

/**
 * boot_host_harness_close:
 * @self: a harness
 *
 * Drains and closes the provider. Nothing when it is not open.
 *
 * Since: 0.9
 */
void boot_host_harness_close(BootHostHarness *self) {
    g_return_if_fail(BOOT_HOST_IS_HARNESS(self));
    if (self->is_open)
        self->kind->close(self->backend);
    self->is_open = FALSE;
}

/**
 * boot_host_harness_swap:
 * @self: a harness with an open provider
 * @error: return location for an error
 *
 * Does what a reload does: save, drain, close; then a successor with the settings as they are now:
 * open, restore. A command is started anew.
 *
 * Returns: %TRUE when all of it went well
 *
 * Since: 0.9
 */
gboolean boot_host_harness_swap(BootHostHarness *self, GError **error) {
    g_return_val_if_fail(BOOT_HOST_IS_HARNESS(self), FALSE);
    g_return_val_if_fail(self->is_open, FALSE);
    self->is_open = self->kind->swap(self->backend, &self->settings, error);
    return self->is_open;
}

static GVariant *facts_variant(GHashTable *facts) {
    GVariantBuilder builder;
    GHashTableIter iter;
    gpointer name = NULL;
    gpointer value = NULL;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{ss}"));
    g_hash_table_iter_init(&iter, facts);
    while (g_hash_table_iter_next(&iter, &name, &value))
        g_variant_builder_add(&builder, "{ss}", name, value);
    return g_variant_builder_end(&builder);
}

static GVariant *earlier_reply(BootHostHarness *self) {
    GVariantBuilder wire;
    g_variant_builder_init(&wire, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&wire, "{sv}", "facts", facts_variant(self->facts));
    return g_variant_ref_sink(g_variant_builder_end(&wire));
}

/**
 * boot_host_harness_decide:
 * @self: a harness with an open provider
 * @request: what a client asks
 *
 * Puts a request through the provider. What the request leaves out is what plain firmware would
 * have sent. A decision that is answered later is waited for.
 *
 * Returns: (transfer full): what came of it
 *
 * Since: 0.9
 */
BootHostResult *boot_host_harness_decide(BootHostHarness *self, BootHostRequest *request) {
    g_return_val_if_fail(BOOT_HOST_IS_HARNESS(self), NULL);
    g_return_val_if_fail(BOOT_HOST_IS_REQUEST(request), NULL);
    BootHostResult *result = result_new();
    g_autoptr(BootHostRequest) asked = request_for_test(request, NULL);
    g_autoptr(GVariant) before = earlier_reply(self);
    g_autoptr(BootHostReply) reply = reply_new(asked, before);
    if (self->is_open)
        self->kind->decide(self->backend, asked, reply, result);
    else
        result_fail(result, ENOTCONN, "the provider is not open");
    result->reply = result->verdict == BOOT_HOST_VERDICT_FAILED ? reply_new(asked, before)
                                                                : g_object_ref(reply);
    return result;
}

/**
 * boot_host_harness_content:
 * @self: a harness with an open provider
 * @request: who asks for which file: its file and its stage should be set
 *
 * Asks the provider for a file.
 *
 * Returns: (transfer full): what came of it
 *
 * Since: 0.9
 */
BootHostResult *boot_host_harness_content(BootHostHarness *self, BootHostRequest *request) {
    g_return_val_if_fail(BOOT_HOST_IS_HARNESS(self), NULL);
    g_return_val_if_fail(BOOT_HOST_IS_REQUEST(request), NULL);
    BootHostResult *result = result_new();
    g_autoptr(BootHostRequest) asked = request_for_test(request, facts_variant(self->facts));
    if (self->is_open)
        self->kind->content(self->backend, asked, result);
    else
        result_fail(result, ENOTCONN, "the provider is not open");
    return result;
}

/**
 * boot_host_harness_event:
 * @self: a harness with an open provider
 * @request: the client
 * @kind: what happened
 * @name: the boot file or file
 * @detail: (nullable): more about it
 * @value: a number about it
 *
 * Tells the provider what happened to a client.
 *
 * Since: 0.9
 */
void boot_host_harness_event(BootHostHarness *self, BootHostRequest *request,
                             BootHostEventKind kind, const char *name, const char *detail,
                             gint64 value) {
    g_return_if_fail(BOOT_HOST_IS_HARNESS(self));
    g_return_if_fail(BOOT_HOST_IS_REQUEST(request));
    g_return_if_fail(name != NULL);
    struct provider_event event = {.kind = kind, .name = name, .detail = detail, .value = value};
    g_autoptr(BootHostRequest) asked = request_for_test(request, NULL);
    if (self->is_open)
        self->kind->event(self->backend, asked, &event);
}

/**
 * boot_host_harness_get_lines:
 * @self: a harness
 *
 * What the provider logged, and what is wrong with its settings: "error: deny-file:3: text". Those
 * about a setting name it, and the line of its file.
 *
 * Returns: (transfer full) (array zero-terminated=1): the lines in their order
 *
 * Since: 0.9
 */
char **boot_host_harness_get_lines(BootHostHarness *self) {
    g_return_val_if_fail(BOOT_HOST_IS_HARNESS(self), NULL);
    g_autoptr(GStrvBuilder) lines = g_strv_builder_new();
    g_mutex_lock(&self->lines.lock);
    for (guint i = 0; i < self->lines.lines->len; i++)
        g_strv_builder_add(lines, g_ptr_array_index(self->lines.lines, i));
    g_mutex_unlock(&self->lines.lock);
    return g_strv_builder_end(lines);
}
