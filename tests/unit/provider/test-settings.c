/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What an administrator writes, judged by a schema: values, defaults, problems with their places.
 */
#include "provider/settings.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "support/chain-bed.h"

static struct boot_host_setting schema[] = {
    {"file", BOOT_HOST_PATH, BOOT_HOST_SETTING_REQUIRED, NULL, "what to read"},
    {"count", BOOT_HOST_INTEGER, 0, "3", "how many"},
    {"strict", BOOT_HOST_BOOLEAN, 0, NULL, "whether"},
    {"wait", BOOT_HOST_DURATION, 0, "300ms", "how long"},
    {"names", BOOT_HOST_LIST, 0, "a; b", "who"},
    {"server", BOOT_HOST_ADDRESS, 0, NULL, "where"},
    {"password", BOOT_HOST_SECRET, BOOT_HOST_SETTING_TEMPLATE, NULL, "a secret"},
    {"boot-file", BOOT_HOST_TEXT, BOOT_HOST_SETTING_TEMPLATE, NULL, "what to boot"},
    {"label.*", BOOT_HOST_INTEGER, BOOT_HOST_SETTING_FAMILY, NULL, "labels"},
};

static const struct provider provider = {
    .name = "any",
    .settings = schema,
    .setting_count = G_N_ELEMENTS(schema),
};

struct fixture {
    struct instance_config *config;
    GPtrArray *problems;
    struct settings *settings;
};

static void set_up(struct fixture *fixture, gconstpointer unused) {
    fixture->config = instance_config_new("a");
    fixture->config->where = g_strdup("x.conf:1");
    fixture->config->folder = g_strdup("/etc/boothost");
    fixture->problems = problem_list_new();
}

static void tear_down(struct fixture *fixture, gconstpointer unused) {
    settings_free(fixture->settings);
    instance_config_unref(fixture->config);
    g_ptr_array_unref(fixture->problems);
}

static void write_key(struct fixture *fixture, const char *key, const char *value) {
    g_autofree char *where = g_strdup_printf("x.conf:%u", fixture->config->settings->len + 2);
    instance_config_add(fixture->config, key, value, where);
}

static void judge(struct fixture *fixture) {
    fixture->settings = settings_new(&provider, fixture->config, fixture->problems);
}

static void assert_problems(const struct fixture *fixture, const char *expected) {
    g_autoptr(GString) lines = g_string_new(NULL);
    for (guint i = 0; i < fixture->problems->len; i++) {
        const struct problem *problem = fixture->problems->pdata[i];
        g_string_append_printf(lines, "%s: %s%s\n", problem->where,
                               problem->fatal ? "" : "warning: ", problem->text);
    }
    g_assert_cmpstr(lines->str, ==, expected);
}

static void test_values(struct fixture *fixture, gconstpointer unused) {
    write_key(fixture, "file", "lists/../deny.list");
    write_key(fixture, "strict", "yes");
    write_key(fixture, "names", " x ;; y;");
    write_key(fixture, "label.one", "1");
    write_key(fixture, "server", "10.0.0.1");
    judge(fixture);
    assert_problems(fixture, "");
    const struct settings *settings = fixture->settings;
    g_assert_cmpstr(settings_text(settings, "file"), ==, "/etc/boothost/deny.list");
    g_assert_cmpint(settings_number(settings, "strict"), ==, 1);
    g_assert_cmpstr(settings_item(settings, "names", 0), ==, "x");
    g_assert_cmpstr(settings_item(settings, "names", 1), ==, "y");
    g_assert_cmpstr(settings_item(settings, "names", 2), ==, NULL);
    g_assert_cmpint(settings_number(settings, "label.one"), ==, 1);
    g_assert_cmpstr(settings_text(settings, "server"), ==, "10.0.0.1");
    g_assert_cmpstr(settings_key(settings, 3), ==, "label.one");
    g_assert_cmpstr(settings_key(settings, 5), ==, NULL);
}

static void test_defaults(struct fixture *fixture, gconstpointer unused) {
    write_key(fixture, "file", "/a");
    judge(fixture);
    const struct settings *settings = fixture->settings;
    g_assert_cmpint(settings_number(settings, "count"), ==, 3);
    g_assert_cmpint(settings_number(settings, "wait"), ==, 300000);
    g_assert_cmpstr(settings_item(settings, "names", 1), ==, "b");
    g_assert_cmpstr(settings_text(settings, "boot-file"), ==, NULL);
    g_assert_cmpint(settings_number(settings, "strict"), ==, 0);
    g_assert_cmpstr(settings_text(settings, "label.*"), ==, NULL);
    g_assert_cmpstr(settings_text(settings, NULL), ==, NULL);
    g_assert_cmpstr(settings_item(settings, "count", 0), ==, NULL);
}

static void test_missing(struct fixture *fixture, gconstpointer unused) {
    judge(fixture);
    assert_problems(fixture,
                    "x.conf:1: [provider a]: module any needs the setting 'file' (what to read): "
                    "write the path of a file or folder\n");
}

static void test_unknown(struct fixture *fixture, gconstpointer unused) {
    write_key(fixture, "flie", "/a");
    write_key(fixture, "on-eror", "drop");
    write_key(fixture, "zebra", "x");
    write_key(fixture, "file", "/a");
    judge(fixture);
    assert_problems(
        fixture, "x.conf:2: [provider a]: module any has no setting 'flie'; did you mean 'file'?\n"
                 "x.conf:3: [provider a]: module any has no setting 'on-eror'; did you mean "
                 "'on-error'?\n"
                 "x.conf:4: [provider a]: module any has no setting 'zebra'; `boothost provider "
                 "show any` lists them\n");
}

static void test_bad_values(struct fixture *fixture, gconstpointer unused) {
    write_key(fixture, "file", "/a");
    write_key(fixture, "count", "many");
    write_key(fixture, "wait", "5");
    write_key(fixture, "label.x", "y");
    write_key(fixture, "boot-file", "a/${mac");
    write_key(fixture, "password", "hunter2${");
    judge(fixture);
    assert_problems(
        fixture,
        "x.conf:3: [provider a] count: 'many' is not a whole number such as 42\n"
        "x.conf:4: [provider a] wait: '5' is not a duration such as 300ms, 2s, 5min or 1h\n"
        "x.conf:5: [provider a] label.x: 'y' is not a whole number such as 42\n"
        "x.conf:6: [provider a] boot-file: 'a/${mac' is not text with whole ${fact} or "
        "${fact:-text} "
        "parts\n"
        "x.conf:7: [provider a] password: what is written there is not text with whole ${fact} or "
        "${fact:-text} parts\n");
}

static void test_family_needs_a_member(struct fixture *fixture, gconstpointer unused) {
    write_key(fixture, "file", "/a");
    write_key(fixture, "label.", "1");
    judge(fixture);
    g_assert_cmpuint(fixture->problems->len, ==, 1);
}

/* ---- Files ----------------------------------------------------------------------------------- */

static void test_file_is_read_once(struct fixture *fixture, gconstpointer unused) {
    g_autofree char *folder = g_dir_make_tmp("boothost-settings-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "list", NULL);
    g_assert_true(g_file_set_contents(path, "before", -1, NULL));
    write_key(fixture, "file", path);
    judge(fixture);
    struct boot_host_span span = {0};
    g_assert_cmpint(settings_file(fixture->settings, "file", &span), ==, 0);
    g_assert_cmpmem(span.data, span.size, "before", 6);
    g_assert_true(g_file_set_contents(path, "after", -1, NULL));
    g_assert_cmpint(settings_file(fixture->settings, "file", &span), ==, 0);
    g_assert_cmpmem(span.data, span.size, "before", 6);
    g_assert_cmpint(g_remove(path), ==, 0);
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}

static void test_files_that_are_none(struct fixture *fixture, gconstpointer unused) {
    g_autofree char *folder = g_dir_make_tmp("boothost-settings-XXXXXX", NULL);
    g_autofree char *pipe = g_build_filename(folder, "pipe", NULL);
    g_assert_cmpint(mkfifo(pipe, 0600), ==, 0);
    write_key(fixture, "file", pipe);
    judge(fixture);
    struct boot_host_span span = {"untouched", 9};
    g_assert_cmpint(settings_file(fixture->settings, "file", &span), ==, -EINVAL);
    g_assert_cmpint(settings_file(fixture->settings, "absent", &span), ==, -ENOENT);
    g_assert_cmpint(settings_file(fixture->settings, "count", &span), ==, -EINVAL);
    g_assert_cmpuint(span.size, ==, 9);
    g_assert_cmpint(g_remove(pipe), ==, 0);
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}

static void test_missing_file(struct fixture *fixture, gconstpointer unused) {
    write_key(fixture, "file", "/no/such/file");
    judge(fixture);
    struct boot_host_span span = {0};
    g_assert_cmpint(settings_file(fixture->settings, "file", &span), ==, -ENOENT);
}

/* ---- Reports --------------------------------------------------------------------------------- */

static void test_reports(struct fixture *fixture, gconstpointer unused) {
    write_key(fixture, "file", "/etc/deny.list");
    judge(fixture);
    settings_report(fixture->settings, true, "file", 12, "is no MAC address");
    settings_report(fixture->settings, false, "file", 0, "is empty");
    settings_report(fixture->settings, true, "count", 0, "is too small");
    settings_report(fixture->settings, true, NULL, 0, "nothing fits");
    assert_problems(fixture, "/etc/deny.list:12: [provider a] file: is no MAC address\n"
                             "x.conf:2: warning: [provider a] file: is empty\n"
                             "x.conf:1: [provider a] count: is too small\n"
                             "x.conf:1: [provider a]: nothing fits\n");
}

static void test_reports_after_open(struct fixture *fixture, gconstpointer unused) {
    write_key(fixture, "file", "/etc/deny.list");
    judge(fixture);
    settings_seal(fixture->settings);
    settings_report(fixture->settings, true, "file", 3, "has become odd");
    assert_problems(fixture, "");
    g_assert_true(log_catch_has("/etc/deny.list:3: [provider a] file: has become odd"));
}

static void add(const char *name, void (*test)(struct fixture *, gconstpointer)) {
    g_autofree char *path = g_strconcat("/boothost/provider/settings/", name, NULL);
    g_test_add(path, struct fixture, NULL, set_up, test, tear_down);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    log_catch_begin();
    add("values-are-typed", test_values);
    add("defaults-fill-in", test_defaults);
    add("required-is-missed", test_missing);
    add("unknown-names-the-nearest", test_unknown);
    add("bad-values-say-what-is-wanted", test_bad_values);
    add("family-needs-a-member", test_family_needs_a_member);
    add("file-is-read-once", test_file_is_read_once);
    add("files-that-are-none-are-refused", test_files_that_are_none);
    add("missing-file", test_missing_file);
    add("reports-name-the-place", test_reports);
    add("reports-after-open-are-logged", test_reports_after_open);
    return g_test_run();
}
