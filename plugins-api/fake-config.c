/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Settings of the fake host: the schema's defaults, types, families and lists as the host reads
 * them.
 */
#include "fake-private.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "provider/value.h"

void fake_say(GPtrArray *lines, GMutex *lock, const char *level, const char *text) {
    g_mutex_lock(lock);
    g_ptr_array_add(lines, g_strdup_printf("%s: %s", level, text));
    g_mutex_unlock(lock);
}

static const struct boot_host_setting *setting_at(const struct boot_host_provider *provider,
                                                  uint32_t index) {
    const char *base = (const char *) provider->settings;
    return (const struct boot_host_setting *) (base + (size_t) index * provider->setting_size);
}

/* An exact name goes before a family, the longest family before others. */
static const struct boot_host_setting *find_setting(const struct boot_host_provider *provider,
                                                    const char *key) {
    const struct boot_host_setting *best = NULL;
    for (uint32_t i = 0; i < provider->setting_count; i++) {
        const struct boot_host_setting *setting = setting_at(provider, i);
        if (strcmp(setting->name, key) == 0)
            return setting;
        size_t prefix = strlen(setting->name);
        if ((setting->flags & BOOT_HOST_SETTING_FAMILY) == 0 || prefix < 2)
            continue;
        if (strncmp(setting->name, key, prefix - 1) == 0 && key[prefix - 1] != '\0' &&
            (best == NULL || prefix > strlen(best->name)))
            best = setting;
    }
    return best;
}

/* Every "${" has its "}". */
static gboolean is_whole_template(const char *text) {
    for (const char *open = strstr(text, "${"); open != NULL; open = strstr(open + 2, "${")) {
        if (strchr(open, '}') == NULL)
            return FALSE;
    }
    return TRUE;
}

static gboolean is_valid(const struct boot_host_setting *setting, const char *value) {
    int64_t number = 0;
    if ((setting->flags & BOOT_HOST_SETTING_TEMPLATE) != 0 && !is_whole_template(value))
        return FALSE;
    return value_parse(setting->type, value, &number);
}

static void report(const struct boot_host_config *config, const char *level, const char *key,
                   uint32_t line, const char *text) {
    g_autofree char *place = line > 0 ? g_strdup_printf("%s:%u", key, line) : g_strdup(key);
    g_autofree char *whole = g_strdup_printf("%s: %s", place, text);
    fake_say(config->lines, config->lines_lock, level, whole);
}

static void report_error(const struct boot_host_config *config, const char *key, uint32_t line,
                         const char *text) {
    ((struct boot_host_config *) config)->errors++;
    report(config, "error", key, line, text);
}

static void report_warning(const struct boot_host_config *config, const char *key, uint32_t line,
                           const char *text) {
    report(config, "warning", key, line, text);
}

static const char *config_text(const struct boot_host_config *config, const char *key) {
    const struct boot_host_setting *setting = find_setting(config->provider, key);
    const char *value = g_hash_table_lookup(config->values, key);
    if (value == NULL && setting != NULL)
        value = setting->default_value;
    if (value == NULL || setting == NULL || setting->type != BOOT_HOST_PATH)
        return value;
    char *path = g_hash_table_lookup(config->paths, key);
    if (path == NULL) {
        path = g_canonicalize_filename(value, config->folder);
        g_hash_table_insert(config->paths, g_strdup(key), path);
    }
    return path;
}

static int64_t config_number(const struct boot_host_config *config, const char *key) {
    const struct boot_host_setting *setting = find_setting(config->provider, key);
    const char *text = config_text(config, key);
    int64_t value = 0;
    if (setting != NULL && text != NULL)
        (void) value_parse(setting->type, text, &value);
    return value;
}

static const char *config_item(const struct boot_host_config *config, const char *key,
                               uint32_t index) {
    GStrv list = g_hash_table_lookup(config->lists, key);
    if (list == NULL) {
        const char *text = config_text(config, key);
        if (text == NULL)
            return NULL;
        list = text_split_list(text);
        g_hash_table_insert(config->lists, g_strdup(key), list);
    }
    return index < g_strv_length(list) ? list[index] : NULL;
}

static const char *config_key(const struct boot_host_config *config, uint32_t index) {
    return index < config->keys->len ? g_ptr_array_index(config->keys, index) : NULL;
}

static int32_t config_file(const struct boot_host_config *config, const char *key,
                           struct boot_host_span *ret_content) {
    const char *path = config_text(config, key);
    if (path == NULL)
        return -ENOENT;
    GBytes *content = g_hash_table_lookup(config->files, path);
    if (content == NULL) {
        char *data = NULL;
        size_t size = 0;
        errno = 0;
        if (!g_file_get_contents(path, &data, &size, NULL))
            return errno != 0 ? -errno : -EIO;
        content = g_bytes_new_take(data, size);
        g_hash_table_insert(config->files, g_strdup(path), content);
    }
    ret_content->data = g_bytes_get_data(content, &ret_content->size);
    return 0;
}

void fake_config_init(struct boot_host_config *config, const struct boot_host_provider *provider,
                      GPtrArray *lines, GMutex *lock) {
    config->provider = provider;
    config->keys = g_ptr_array_new_with_free_func(g_free);
    config->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    config->lists =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_strfreev);
    config->files =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
    config->paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    config->lines = lines;
    config->lines_lock = lock;
    config->folder = g_get_current_dir();
}

void fake_config_clear(struct boot_host_config *config) {
    g_ptr_array_unref(config->keys);
    g_hash_table_unref(config->values);
    g_hash_table_unref(config->lists);
    g_hash_table_unref(config->files);
    g_hash_table_unref(config->paths);
    g_free(config->folder);
}

void fake_config_set(struct boot_host_config *config, const char *key, const char *value) {
    if (!g_hash_table_contains(config->values, key))
        g_ptr_array_add(config->keys, g_strdup(key));
    g_hash_table_insert(config->values, g_strdup(key), g_strdup(value));
    g_hash_table_remove(config->lists, key);
    g_hash_table_remove(config->paths, key);
}

void fake_config_check(struct boot_host_config *config) {
    config->errors = 0;
    g_hash_table_remove_all(config->files); /* each open reads them anew */
    for (uint32_t i = 0; i < config->keys->len; i++) {
        const char *key = g_ptr_array_index(config->keys, i);
        const struct boot_host_setting *setting = find_setting(config->provider, key);
        if (setting == NULL)
            report_error(config, key, 0, "the provider has no such setting");
        else if (!is_valid(setting, g_hash_table_lookup(config->values, key)))
            report_error(config, key, 0, "the value is not of the setting's type");
    }
    for (uint32_t i = 0; i < config->provider->setting_count; i++) {
        const struct boot_host_setting *setting = setting_at(config->provider, i);
        if ((setting->flags & BOOT_HOST_SETTING_REQUIRED) != 0 &&
            (config_text(config, setting->name) == NULL ||
             config_text(config, setting->name)[0] == '\0'))
            report_error(config, setting->name, 0, "the setting is required");
    }
}

void fake_config_fill_table(struct boot_host *table) {
    table->config_text = config_text;
    table->config_number = config_number;
    table->config_item = config_item;
    table->config_key = config_key;
    table->config_file = config_file;
    table->config_error = report_error;
    table->config_warning = report_warning;
}
