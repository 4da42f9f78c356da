/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Foreign tables: what is taken, completed, refused, and with which words.
 */
#include "provider/handshake.h"

#include <glib.h>
#include <string.h>

static int32_t any_open(const struct boot_host *host, const struct boot_host_config *config,
                        uint32_t flags, void **ret_instance) {
    return 0;
}

static int32_t any_decide(void *instance, const struct boot_host_request *request,
                          struct boot_host_reply *reply) {
    return BOOT_HOST_REPLY;
}

static int32_t any_save(void *instance, struct boot_host_state *state) {
    return 0;
}

static const struct boot_host_setting any_settings[] = {
    {"name", BOOT_HOST_TEXT, BOOT_HOST_SETTING_REQUIRED, NULL, "a name"},
    {"label.*", BOOT_HOST_TEXT, BOOT_HOST_SETTING_FAMILY, NULL, NULL},
};

static struct boot_host_provider good_table(void) {
    return (struct boot_host_provider){
        .size = sizeof(struct boot_host_provider),
        .abi = BOOT_HOST_ABI,
        .setting_count = 2,
        .setting_size = sizeof(struct boot_host_setting),
        .name = "any",
        .version = "1.0",
        .summary = "Any",
        .settings = any_settings,
        .open = any_open,
        .decide = any_decide,
        .save = any_save,
    };
}

static void assert_taken(const struct boot_host_provider *table) {
    struct provider provider;
    struct refusal refusal = {0};
    bool taken = handshake(table, &provider, &refusal);
    g_assert_cmpstr(refusal.what, ==, NULL);
    g_assert_true(taken);
    provider_clear(&provider);
}

static void assert_refused(const struct boot_host_provider *table, const char *text) {
    struct provider provider;
    struct refusal refusal;
    g_assert_false(handshake(table, &provider, &refusal));
    g_autofree char *words = refusal_text(&refusal, "F");
    g_assert_cmpstr(words, ==, text);
    refusal_clear(&refusal);
}

static void test_complete(void) {
    struct boot_host_provider table = good_table();
    struct provider provider;
    struct refusal refusal;
    g_assert_true(handshake(&table, &provider, &refusal));
    g_assert_true(provider.has_decide);
    g_assert_false(provider.has_content);
    g_assert_false(provider.has_event);
    g_assert_false(provider.has_save); /* save without restore carries nothing over */
    g_assert_cmpint(provider.decide(NULL, NULL, NULL), ==, BOOT_HOST_REPLY);
    g_assert_cmpint(provider.content(NULL, NULL, NULL), ==, BOOT_HOST_PASS);
    g_assert_cmpint(provider.restore(NULL, NULL), ==, 0);
    provider.event(NULL, NULL, NULL);
    provider.cancel(NULL, 1);
    provider.drain(NULL);
    provider.close(NULL);
    g_assert_cmpuint(provider.setting_count, ==, 2);
    g_assert_cmpstr(provider.settings[1].name, ==, "label.*");
    g_assert_cmpstr(provider.settings[1].help, ==, "");
    provider_clear(&provider);
}

/* Only what `size` covers is read: the rest of this buffer would be refused. */
static void test_shorter_table(void) {
    struct boot_host_provider table = good_table();
    memset((char *) &table + BOOT_HOST_PROVIDER_SIZE_MIN, 0xff,
           sizeof(table) - BOOT_HOST_PROVIDER_SIZE_MIN);
    table.size = BOOT_HOST_PROVIDER_SIZE_MIN;
    struct provider provider;
    struct refusal refusal;
    g_assert_true(handshake(&table, &provider, &refusal));
    provider.event(NULL, NULL, NULL);
    provider_clear(&provider);
}

static void test_newer_minor(void) {
    struct {
        struct boot_host_provider known;
        void *slot_of_tomorrow;
    } table = {good_table(), (void *) 1};
    table.known.size = sizeof(table);
    table.known.abi = BOOT_HOST_ABI + 7;
    assert_taken(&table.known);
}

static void test_wider_settings(void) {
    struct wide {
        struct boot_host_setting known;
        const char *field_of_tomorrow;
    } wide[2] = {{any_settings[0], "x"}, {any_settings[1], "y"}};
    struct boot_host_provider table = good_table();
    table.settings = &wide[0].known;
    table.setting_size = sizeof(struct wide);
    struct provider provider;
    struct refusal refusal;
    g_assert_true(handshake(&table, &provider, &refusal));
    g_assert_cmpstr(provider.settings[1].name, ==, "label.*");
    provider_clear(&provider);
}

static void test_frame(void) {
    assert_refused(
        NULL, "F is refused: its entry returned NULL; wanted: a provider table; offered: none; "
              "the module says that it cannot work here: ask its author why");
    struct boot_host_provider table = good_table();
    table.size = 4;
    g_autofree char *no_size = g_strdup_printf(
        "F is refused: its table does not say its size; wanted: at least %zu bytes; "
        "offered: 4 bytes; begin the table with .size = sizeof (struct boot_host_provider)",
        BOOT_HOST_PROVIDER_SIZE_MIN);
    assert_refused(&table, no_size);
    table = good_table();
    table.abi = 0x00010000;
    assert_refused(
        &table, "F is refused: it speaks another major version of the contract; wanted: 0.x, such "
                "as 0.9; offered: 1.0; build it with this host's headers, with .abi = "
                "BOOT_HOST_ABI");
}

static void test_names(void) {
    static const char *const bad[] = {"", "Any", "any name", "-any", "any-", "any.so", "\xff"};
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        struct boot_host_provider table = good_table();
        table.name = bad[i];
        struct provider provider;
        struct refusal refusal;
        g_assert_false(handshake(&table, &provider, &refusal));
        g_assert_cmpstr(refusal.what, ==, "its name is no word");
        refusal_clear(&refusal);
    }
    struct boot_host_provider table = good_table();
    table.name = NULL;
    assert_refused(
        &table, "F is refused: its name is no word; wanted: lower-case letters, digits and \"-\"; "
                "offered: NULL; set .name to the word that is written after \"module =\"");
    table = good_table();
    table.summary = NULL;
    assert_refused(
        &table, "F is refused: its version or summary is missing; wanted: 1 to 256 bytes of UTF-8; "
                "offered: none; set .version and .summary");
}

static void assert_setting_refused(struct boot_host_setting setting, const char *what) {
    struct boot_host_provider table = good_table();
    struct boot_host_setting settings[] = {any_settings[0], setting};
    table.settings = settings;
    struct provider provider;
    struct refusal refusal;
    g_assert_false(handshake(&table, &provider, &refusal));
    g_assert_cmpstr(refusal.what, ==, what);
    refusal_clear(&refusal);
}

static void test_settings(void) {
    assert_setting_refused((struct boot_host_setting){.name = NULL, .type = BOOT_HOST_TEXT},
                           "its setting 2 has no usable name");
    assert_setting_refused((struct boot_host_setting){.name = "Name", .type = BOOT_HOST_TEXT},
                           "its setting 2 has no usable name");
    assert_setting_refused((struct boot_host_setting){.name = "x.*", .type = BOOT_HOST_TEXT},
                           "its setting 2 has no usable name");
    assert_setting_refused((struct boot_host_setting){.name = "x",
                                                      .type = BOOT_HOST_TEXT,
                                                      .flags = BOOT_HOST_SETTING_FAMILY},
                           "its setting 2 has no usable name");
    assert_setting_refused((struct boot_host_setting){.name = "deadline", .type = BOOT_HOST_TEXT},
                           "its setting 2 has a name that is the host's own");
    assert_setting_refused((struct boot_host_setting){.name = "name", .type = BOOT_HOST_TEXT},
                           "its setting 2 is there twice");
    assert_setting_refused((struct boot_host_setting){.name = "count",
                                                      .type = BOOT_HOST_INTEGER,
                                                      .default_value = "many"},
                           "its setting 2 has an unusable default");
}

static void test_setting_table(void) {
    struct boot_host_provider table = good_table();
    table.settings = NULL;
    assert_refused(&table,
                   "F is refused: its table of settings is missing or too long; wanted: 1 to 256 "
                   "settings; offered: 2 settings at NULL; set .settings and .setting_count to the "
                   "same array");
    table.setting_count = 0;
    assert_taken(&table);
    table = good_table();
    table.setting_count = UINT32_MAX;
    assert_refused(&table,
                   "F is refused: its table of settings is missing or too long; wanted: 1 to 256 "
                   "settings; offered: 4294967295 settings at an address; set .settings and "
                   ".setting_count to the same array");
    table = good_table();
    table.setting_size = sizeof(struct boot_host_setting) + 1;
    struct provider provider;
    struct refusal refusal;
    g_assert_false(handshake(&table, &provider, &refusal));
    g_assert_cmpstr(refusal.what, ==, "its settings have the wrong size");
    refusal_clear(&refusal);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/provider/handshake/every-slot-is-filled", test_complete);
    g_test_add_func("/boothost/provider/handshake/shorter-table-is-read-to-its-size",
                    test_shorter_table);
    g_test_add_func("/boothost/provider/handshake/newer-minor-is-taken", test_newer_minor);
    g_test_add_func("/boothost/provider/handshake/wider-settings-are-taken", test_wider_settings);
    g_test_add_func("/boothost/provider/handshake/frame-is-judged-first", test_frame);
    g_test_add_func("/boothost/provider/handshake/names-are-words", test_names);
    g_test_add_func("/boothost/provider/handshake/settings-are-judged", test_settings);
    g_test_add_func("/boothost/provider/handshake/setting-table-is-judged", test_setting_table);
    return g_test_run();
}
