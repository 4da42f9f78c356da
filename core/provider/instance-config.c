/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the configuration says of one provider instance.
 */
#include "provider/instance-config.h"

#include "base/limits.h"

static void free_setting(gpointer data) {
    struct instance_setting *setting = data;
    g_free(setting->key);
    g_free(setting->value);
    g_free(setting->where);
    g_free(setting);
}

struct instance_config *instance_config_new(const char *name) {
    struct instance_config *config = g_new0(struct instance_config, 1);
    g_atomic_ref_count_init(&config->refs);
    config->name = g_intern_string(name);
    config->memory = LIMIT_DEFAULT_MEMORY;
    config->deadline_us = LIMIT_DEFAULT_DEADLINE_US;
    config->settings = g_ptr_array_new_with_free_func(free_setting);
    return config;
}

struct instance_config *instance_config_ref(struct instance_config *config) {
    g_atomic_ref_count_inc(&config->refs);
    return config;
}

void instance_config_unref(struct instance_config *config) {
    if (config == NULL || !g_atomic_ref_count_dec(&config->refs))
        return;
    g_free(config->module);
    g_free(config->where);
    g_free(config->folder);
    g_strfreev(config->command);
    g_strfreev(config->read_files);
    g_strfreev(config->write_files);
    g_strfreev(config->match_architecture);
    g_strfreev(config->match_network);
    g_strfreev(config->match_interface);
    g_strfreev(config->match_vendor_class);
    g_ptr_array_unref(config->settings);
    g_free(config);
}

void instance_config_add(struct instance_config *config, const char *key, const char *value,
                         const char *where) {
    struct instance_setting *setting = g_new0(struct instance_setting, 1);
    setting->key = g_strdup(key);
    setting->value = g_strdup(value);
    setting->where = g_strdup(where);
    g_ptr_array_add(config->settings, setting);
}

const char *const *instance_config_host_keys(void) {
    static const char *const keys[] = {
        "module",        "command",         "deadline",           "on-error",
        "on-timeout",    "isolation",       "critical",           "match-architecture",
        "match-network", "match-interface", "match-vendor-class", "memory",
        "network",       "read-files",      "write-files",        NULL,
    };
    return keys;
}
