/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A provider's settings: the schema it declares, and the values that the host has validated.
 */
#include "provider-private.h"

#include <gio/gio.h>
#include <string.h>

#include "boot-host-error.h"
#include "provider/value.h"

/**
 * boot_host_provider_add_setting:
 * @self: a provider
 * @name: lower-case words joined by "-"
 * @type: what may be written
 * @flags: what else holds for it
 * @default_value: (nullable): the value of a setting that is not written, as it would be written
 * @help: one line, no full stop
 *
 * Declares a setting, before boot_host_provider_run(). The host validates it, refuses keys that are
 * not declared, and prints and documents it.
 *
 * Since: 0.9
 */
void boot_host_provider_add_setting(BootHostProvider *self, const char *name,
                                    BootHostSettingType type, BootHostSettingFlags flags,
                                    const char *default_value, const char *help) {
    g_return_if_fail(BOOT_HOST_IS_PROVIDER_OBJECT(self));
    g_return_if_fail(name != NULL && help != NULL);
    struct provider_setting *setting = g_new0(struct provider_setting, 1);
    setting->name = g_strdup(name);
    setting->type = type;
    setting->flags = flags;
    setting->default_value = g_strdup(default_value);
    setting->help = g_strdup(help);
    g_ptr_array_add(provider_data(self)->schema, setting);
}

/* An exact name goes before a family, the longest family before others. */
static const struct provider_setting *find(struct provider_data *data, const char *key) {
    const struct provider_setting *best = NULL;
    for (guint i = 0; i < data->schema->len; i++) {
        const struct provider_setting *setting = g_ptr_array_index(data->schema, i);
        gsize prefix = strlen(setting->name);
        if (strcmp(setting->name, key) == 0)
            return setting;
        if ((setting->flags & BOOT_HOST_SETTING_FLAGS_FAMILY) == 0 || prefix < 2)
            continue;
        if (strncmp(setting->name, key, prefix - 1) == 0 &&
            (best == NULL || prefix > strlen(best->name)))
            best = setting;
    }
    return best;
}

static const char *value_of(struct provider_data *data, const char *key) {
    const char *value = g_hash_table_lookup(data->values, key);
    const struct provider_setting *setting = find(data, key);
    return value == NULL && setting != NULL ? setting->default_value : value;
}

/**
 * boot_host_provider_get_setting:
 * @self: a provider
 * @key: the setting's name
 *
 * The value as text: what the administrator wrote, or the default. A path is absolute.
 *
 * Returns: (nullable): the value; %NULL when there is none
 *
 * Since: 0.9
 */
const char *boot_host_provider_get_setting(BootHostProvider *self, const char *key) {
    g_return_val_if_fail(BOOT_HOST_IS_PROVIDER_OBJECT(self), NULL);
    g_return_val_if_fail(key != NULL, NULL);
    return value_of(provider_data(self), key);
}

/**
 * boot_host_provider_get_setting_number:
 * @self: a provider
 * @key: the setting's name
 *
 * The value of an integer, of a boolean (0 or 1), or of a duration (microseconds).
 *
 * Returns: the number; 0 when there is no value
 *
 * Since: 0.9
 */
gint64 boot_host_provider_get_setting_number(BootHostProvider *self, const char *key) {
    g_return_val_if_fail(BOOT_HOST_IS_PROVIDER_OBJECT(self), 0);
    g_return_val_if_fail(key != NULL, 0);
    struct provider_data *data = provider_data(self);
    const struct provider_setting *setting = find(data, key);
    const char *text = value_of(data, key);
    int64_t number = 0;
    if (setting != NULL && text != NULL)
        (void) value_parse(setting->type, text, &number);
    return number;
}

/**
 * boot_host_provider_get_setting_list:
 * @self: a provider
 * @key: the setting's name
 *
 * The items of a list.
 *
 * Returns: (transfer full) (array zero-terminated=1): the items, without empty ones
 *
 * Since: 0.9
 */
char **boot_host_provider_get_setting_list(BootHostProvider *self, const char *key) {
    g_return_val_if_fail(BOOT_HOST_IS_PROVIDER_OBJECT(self), NULL);
    g_return_val_if_fail(key != NULL, NULL);
    const char *text = value_of(provider_data(self), key);
    g_auto(GStrv) parts = g_strsplit(text != NULL ? text : "", ";", -1);
    g_autoptr(GStrvBuilder) items = g_strv_builder_new();
    for (gsize i = 0; parts[i] != NULL; i++) {
        g_strstrip(parts[i]);
        if (parts[i][0] != '\0')
            g_strv_builder_add(items, parts[i]);
    }
    return g_strv_builder_end(items);
}

static GBytes *read_file(const char *path, GError **error) {
    char *content = NULL;
    gsize size = 0;
    g_autoptr(GError) failure = NULL;
    if (g_file_get_contents(path, &content, &size, &failure))
        return g_bytes_new_take(content, size);
    g_set_error(error, BOOT_HOST_ERROR,
                boot_host_error_from_errno(boot_host_error_to_errno(failure)), "%s",
                failure->message);
    return NULL;
}

/**
 * boot_host_provider_get_setting_file:
 * @self: a provider
 * @key: the name of a setting that holds a path
 * @error: return location for an error
 *
 * The content of the file that a setting names, as the host read it for this generation.
 *
 * Returns: (transfer full): the bytes; %NULL with %BOOT_HOST_ERROR_NOT_FOUND when the setting is
 *   absent, or with the error of reading
 *
 * Since: 0.9
 */
GBytes *boot_host_provider_get_setting_file(BootHostProvider *self, const char *key,
                                            GError **error) {
    g_return_val_if_fail(BOOT_HOST_IS_PROVIDER_OBJECT(self), NULL);
    g_return_val_if_fail(key != NULL, NULL);
    struct provider_data *data = provider_data(self);
    GBytes *bytes = g_hash_table_lookup(data->files, key);
    const char *path = value_of(data, key);
    if (bytes != NULL)
        return g_bytes_ref(bytes);
    if (path == NULL) {
        g_set_error(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_NOT_FOUND, "'%s' is not set", key);
        return NULL;
    }
    /* Too large for the host's message, or not readable for the host. */
    bytes = read_file(path, error);
    if (bytes != NULL)
        g_hash_table_insert(data->files, g_strdup(key), g_bytes_ref(bytes));
    return bytes;
}

/**
 * boot_host_provider_get_setting_keys:
 * @self: a provider
 *
 * All keys that have a value, in the order of the configuration: this is how the members of a
 * family are found.
 *
 * Returns: (transfer full) (array zero-terminated=1): the keys
 *
 * Since: 0.9
 */
char **boot_host_provider_get_setting_keys(BootHostProvider *self) {
    g_return_val_if_fail(BOOT_HOST_IS_PROVIDER_OBJECT(self), NULL);
    const GPtrArray *keys = provider_data(self)->keys;
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();
    for (guint i = 0; i < keys->len; i++)
        g_strv_builder_add(names, g_ptr_array_index(keys, i));
    return g_strv_builder_end(names);
}

static void report(BootHostProvider *self, const char *key, guint line, const char *text,
                   gboolean fatal) {
    g_return_if_fail(BOOT_HOST_IS_PROVIDER_OBJECT(self));
    g_return_if_fail(key != NULL && text != NULL);
    struct provider_data *data = provider_data(self);
    if (data->problems == NULL) {
        g_autofree char *whole = g_strdup_printf("%s: %s", key, text);
        boot_host_provider_log(
            self, fatal ? BOOT_HOST_LOG_LEVEL_ERROR : BOOT_HOST_LOG_LEVEL_WARNING, whole);
        return;
    }
    g_variant_builder_add(data->problems, "(susb)", key, line, text, fatal);
    data->fatal_problems += fatal ? 1 : 0;
}

/**
 * boot_host_provider_report_error:
 * @self: a provider
 * @key: the setting's name
 * @line: a line of the file that the setting names; 0: the setting itself
 * @text: what is wrong
 *
 * Says what is wrong with a setting; the administrator reads it behind file and line. Inside open
 * it makes the open fail, whatever that returns.
 *
 * Since: 0.9
 */
void boot_host_provider_report_error(BootHostProvider *self, const char *key, guint line,
                                     const char *text) {
    report(self, key, line, text, TRUE);
}

/**
 * boot_host_provider_report_warning:
 * @self: a provider
 * @key: the setting's name
 * @line: a line of the file that the setting names; 0: the setting itself
 * @text: what is odd
 *
 * Says what is odd about a setting, but can be lived with.
 *
 * Since: 0.9
 */
void boot_host_provider_report_warning(BootHostProvider *self, const char *key, guint line,
                                       const char *text) {
    report(self, key, line, text, FALSE);
}
