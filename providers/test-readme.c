/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A provider's page says what its module says: usage `test-readme MODULE.so README.md NAME.conf`.
 * Loads the module as the host does, compares the page's settings table with the schema, looks for
 * the sections that every page has, and checks the keys of the sample configuration.
 */
#include <dlfcn.h>
#include <glib.h>
#include <string.h>

#include <boothost/provider.h>

static const char *const sections[] = {
    "## Purpose", "## Answers what", "## Settings", "## Files and Privileges",
    "## Failure", "## Since",
};

/* The host's own keys in a provider's group. */
static const char *const host_keys[] = {
    "module",
    "command",
    "deadline",
    "on-error",
    "on-timeout",
    "isolation",
    "critical",
    "match-interface",
    "match-architecture",
    "match-network",
    "match-vendor-class",
    NULL,
};

struct page {
    const struct boot_host_provider *provider;
    char *readme;
    GKeyFile *sample;
};

static const char *type_name(uint32_t type) {
    static const char *const names[] = {
        [BOOT_HOST_TEXT] = "text",       [BOOT_HOST_INTEGER] = "integer",
        [BOOT_HOST_BOOLEAN] = "boolean", [BOOT_HOST_DURATION] = "duration",
        [BOOT_HOST_PATH] = "path",       [BOOT_HOST_LIST] = "list",
        [BOOT_HOST_ADDRESS] = "address", [BOOT_HOST_SECRET] = "secret",
    };
    return type < G_N_ELEMENTS(names) ? names[type] : "?";
}

/* The row that the page must have for a setting. */
static char *expected_row(const struct boot_host_setting *setting) {
    const char *preset = setting->default_value;
    g_autofree char *shown = preset != NULL ? g_strdup_printf("`%s`", preset) : g_strdup("");
    if ((setting->flags & BOOT_HOST_SETTING_REQUIRED) != 0) {
        g_free(shown);
        shown = g_strdup("required");
    }
    gboolean template = (setting->flags & BOOT_HOST_SETTING_TEMPLATE) != 0;
    return g_strdup_printf("| `%s` | %s%s | %s | %s |", setting->name, type_name(setting->type),
                           template ? ", template" : "", shown, setting->help);
}

static void test_settings(gconstpointer data) {
    const struct page *page = data;
    const char *table = strstr(page->readme, "## Settings");
    g_assert_nonnull(table);
    g_auto(GStrv) lines = g_strsplit(table + 1, "\n", -1);
    uint32_t next = 0;
    for (size_t i = 0; lines[i] != NULL && !g_str_has_prefix(lines[i], "## "); i++) {
        if (!g_str_has_prefix(lines[i], "| `"))
            continue;
        g_assert_cmpuint(next, <, page->provider->setting_count);
        g_autofree char *row = expected_row(&page->provider->settings[next++]);
        g_assert_cmpstr(lines[i], ==, row);
    }
    g_assert_cmpuint(next, ==, page->provider->setting_count);
}

static void test_sections(gconstpointer data) {
    const struct page *page = data;
    const char *rest = page->readme;
    for (size_t i = 0; i < G_N_ELEMENTS(sections); i++) {
        const char *found = strstr(rest, sections[i]);
        if (found == NULL)
            g_test_message("\"%s\" is missing, or not in the common order", sections[i]);
        g_assert_nonnull(found);
        rest = found;
    }
}

static gboolean is_setting(const struct boot_host_provider *provider, const char *key) {
    for (uint32_t i = 0; i < provider->setting_count; i++) {
        const struct boot_host_setting *setting = &provider->settings[i];
        gboolean family = (setting->flags & BOOT_HOST_SETTING_FAMILY) != 0;
        size_t prefix = strlen(setting->name) - (family ? 1 : 0);
        if (family ? strncmp(setting->name, key, prefix) == 0 && key[prefix] != '\0'
                   : strcmp(setting->name, key) == 0)
            return TRUE;
    }
    return FALSE;
}

static void check_group(const struct page *page, const char *group) {
    g_auto(GStrv) keys = g_key_file_get_keys(page->sample, group, NULL, NULL);
    g_autofree char *module = g_key_file_get_string(page->sample, group, "module", NULL);
    g_assert_cmpstr(module, ==, page->provider->name);
    for (size_t i = 0; keys[i] != NULL; i++) {
        gboolean known = g_strv_contains(host_keys, keys[i]) || is_setting(page->provider, keys[i]);
        if (!known)
            g_test_message("[%s] has the unknown key %s", group, keys[i]);
        g_assert_true(known);
    }
}

static void test_sample(gconstpointer data) {
    const struct page *page = data;
    g_auto(GStrv) groups = g_key_file_get_groups(page->sample, NULL);
    uint32_t checked = 0;
    for (size_t i = 0; groups[i] != NULL; i++) {
        if (!g_str_has_prefix(groups[i], "provider "))
            continue;
        check_group(page, groups[i]);
        checked++;
    }
    g_assert_cmpuint(checked, >, 0);
}

static void test_table(gconstpointer data) {
    const struct page *page = data;
    const struct boot_host_provider *provider = page->provider;
    g_assert_cmpuint(provider->size, ==, sizeof *provider);
    g_assert_cmpuint(provider->abi, ==, BOOT_HOST_ABI);
    g_assert_cmpuint(provider->setting_size, ==, sizeof provider->settings[0]);
    g_assert_nonnull(provider->version);
    g_assert_nonnull(provider->summary);
    for (uint32_t i = 0; i < provider->setting_count; i++) {
        const char *help = provider->settings[i].help;
        g_assert_false(g_str_has_suffix(help, "."));
        g_assert_null(strchr(help, '\n'));
    }
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(argc, ==, 4);
    g_autoptr(GKeyFile) sample = g_key_file_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *readme = NULL;
    void *module = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (module == NULL)
        g_test_message("%s", dlerror());
    g_assert_nonnull(module);
    boot_host_provider_entry_fn entry =
        (boot_host_provider_entry_fn) dlsym(module, BOOT_HOST_PROVIDER_ENTRY);
    g_assert_nonnull(entry);
    g_file_get_contents(argv[2], &readme, NULL, &error);
    g_assert_no_error(error);
    g_key_file_load_from_file(sample, argv[3], G_KEY_FILE_NONE, &error);
    g_assert_no_error(error);
    struct page page = {entry(), readme, sample};
    g_autofree char *path = g_strdup_printf("/boothost/providers/%s/", page.provider->name);
    g_autofree char *settings = g_strconcat(path, "page-lists-the-settings", NULL);
    g_autofree char *order = g_strconcat(path, "page-has-the-sections", NULL);
    g_autofree char *keys = g_strconcat(path, "sample-uses-known-keys", NULL);
    g_autofree char *table = g_strconcat(path, "table-is-complete", NULL);
    g_test_add_data_func(settings, &page, test_settings);
    g_test_add_data_func(order, &page, test_sections);
    g_test_add_data_func(keys, &page, test_sample);
    g_test_add_data_func(table, &page, test_table);
    return g_test_run();
}
