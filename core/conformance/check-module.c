/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Checks of the module as such: its table, symbols and schema, and that loading it is quiet.
 */
#include <string.h>

#include "boot/reply.h"
#include "conformance/checks.h"
#include "conformance/exports.h"

#define KNOWN_SETTING_FLAGS                                                                        \
    (BOOT_HOST_SETTING_REQUIRED | BOOT_HOST_SETTING_TEMPLATE | BOOT_HOST_SETTING_FAMILY)

void check_table(struct trial *trial) {
    const struct provider *provider = &trial->spy->module.provider;
    report_note(trial->report, "%s %s: %s", provider->name, provider->version, provider->summary);
    if (strchr(provider->summary, '\n') != NULL)
        report_fail(trial->report, RULE_TABLE, "its summary has more than one line");
    if (g_str_has_suffix(provider->summary, "."))
        report_warn(trial->report, RULE_TABLE, "its summary ends in a full stop");
}

void check_exports(struct trial *trial) {
    g_auto(GStrv) names = exports_read(trial->path);
    g_autoptr(GStrvBuilder) others = g_strv_builder_new();
    if (names == NULL) {
        report_skip(trial->report, "its symbols cannot be read");
        return;
    }
    for (gsize i = 0; names[i] != NULL; i++) {
        if (strcmp(names[i], BOOT_HOST_PROVIDER_ENTRY) != 0)
            g_strv_builder_add(others, names[i]);
    }
    g_auto(GStrv) rest = g_strv_builder_end(others);
    g_autofree char *text = g_strjoinv(", ", rest);
    if (rest[0] != NULL)
        report_warn(trial->report, RULE_EXPORTS,
                    "besides its entry it exports %s: build with -fvisibility=hidden, or make "
                    "functions static",
                    text);
}

/* ---- Settings -------------------------------------------------------------------------------- */

static void judge_help(struct trial *trial, const struct boot_host_setting *setting) {
    if (setting->help[0] == '\0')
        report_fail(trial->report, RULE_SETTINGS, "setting %s has no help", setting->name);
    if (strchr(setting->help, '\n') != NULL || !g_utf8_validate(setting->help, -1, NULL))
        report_fail(trial->report, RULE_SETTINGS, "the help of setting %s is not one line of UTF-8",
                    setting->name);
    if (g_str_has_suffix(setting->help, "."))
        report_warn(trial->report, RULE_SETTINGS, "the help of setting %s ends in a full stop",
                    setting->name);
}

static void judge_setting(struct trial *trial, const struct boot_host_setting *setting) {
    judge_help(trial, setting);
    if (setting->type < BOOT_HOST_TEXT || setting->type > BOOT_HOST_SECRET)
        report_warn(trial->report, RULE_SETTINGS,
                    "setting %s has the type %u, which this host takes for text", setting->name,
                    setting->type);
    if ((setting->flags & ~KNOWN_SETTING_FLAGS) != 0)
        report_warn(trial->report, RULE_SETTINGS, "setting %s has flags that are not known: 0x%x",
                    setting->name, setting->flags & ~KNOWN_SETTING_FLAGS);
    if (setting->default_value == NULL)
        return;
    if ((setting->flags & BOOT_HOST_SETTING_REQUIRED) != 0)
        report_fail(trial->report, RULE_SETTINGS,
                    "setting %s is required and has a default, which can never apply",
                    setting->name);
    if ((setting->flags & BOOT_HOST_SETTING_FAMILY) != 0)
        report_fail(trial->report, RULE_SETTINGS,
                    "setting %s is a family and has a default, which can never apply",
                    setting->name);
    if ((setting->flags & BOOT_HOST_SETTING_TEMPLATE) != 0 &&
        !reply_template_is_valid(setting->default_value))
        report_fail(trial->report, RULE_SETTINGS, "the default of setting %s is no template: '%s'",
                    setting->name, setting->default_value);
}

void check_settings(struct trial *trial) {
    const struct provider *provider = &trial->spy->module.provider;
    for (uint32_t i = 0; i < provider->setting_count; i++)
        judge_setting(trial, &provider->settings[i]);
}

/* ---- Loading --------------------------------------------------------------------------------- */

void check_loading(struct trial *trial) {
    struct snapshot *before = snapshot_take();
    if (trial_load(trial)) {
        struct snapshot *after = snapshot_take();
        g_auto(GStrv) changes = snapshot_compare(before, after, 0);
        for (gsize i = 0; changes[i] != NULL; i++)
            report_fail(trial->report, RULE_LOADING, "loading changed the process: %s", changes[i]);
        snapshot_free(after);
    }
    snapshot_free(before);
}
