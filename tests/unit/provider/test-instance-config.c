/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The configuration of one instance as plain data.
 */
#include "provider/instance-config.h"

#include "base/limits.h"

static void test_defaults(void) {
    struct instance_config *config = instance_config_new("a");
    g_assert_cmpstr(config->name, ==, "a");
    g_assert_cmpint(config->deadline_us, ==, LIMIT_DEFAULT_DEADLINE_US);
    g_assert_cmpint(config->on_error, ==, INSTANCE_NEXT);
    g_assert_cmpint(config->on_timeout, ==, INSTANCE_NEXT);
    g_assert_false(config->critical);
    g_assert_null(config->match_network);
    instance_config_unref(config);
}

static void test_settings_keep_their_order(void) {
    struct instance_config *config = instance_config_new("a");
    instance_config_add(config, "z", "1", "x.conf:2");
    instance_config_add(config, "a", "2", "x.conf:3");
    struct instance_config *same = instance_config_ref(config);
    instance_config_unref(config);
    g_assert_cmpuint(same->settings->len, ==, 2);
    const struct instance_setting *setting = same->settings->pdata[0];
    g_assert_cmpstr(setting->key, ==, "z");
    g_assert_cmpstr(setting->value, ==, "1");
    g_assert_cmpstr(setting->where, ==, "x.conf:2");
    instance_config_unref(same);
}

static void test_host_keys(void) {
    const char *const *keys = instance_config_host_keys();
    g_assert_true(g_strv_contains(keys, "module"));
    g_assert_true(g_strv_contains(keys, "match-vendor-class"));
    g_assert_false(g_strv_contains(keys, "file"));
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/provider/instance-config/defaults", test_defaults);
    g_test_add_func("/boothost/provider/instance-config/settings-keep-their-order",
                    test_settings_keep_their_order);
    g_test_add_func("/boothost/provider/instance-config/host-keys-are-known", test_host_keys);
    return g_test_run();
}
