/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: a foreign module's table in, a complete inner table out.
 */
#include "provider/handshake.h"

#include <glib.h>
#include <string.h>

#include "provider/instance-config.h"
#include "provider/value.h"

#define KNOWN_FLAGS (BOOT_HOST_INLINE | BOOT_HOST_PARALLEL)

/* ---- Closed doors ---------------------------------------------------------------------------- */

static void no_close(void *instance) {
}

static int32_t no_decide(void *instance, const struct boot_host_request *request,
                         struct boot_host_reply *reply) {
    return BOOT_HOST_PASS;
}

static int32_t no_content(void *instance, const struct boot_host_request *request,
                          struct boot_host_content *content) {
    return BOOT_HOST_PASS;
}

static void no_event(void *instance, const struct boot_host_request *request,
                     const struct boot_host_event *event) {
}

static void no_cancel(void *instance, uint64_t ticket) {
}

static void no_drain(void *instance) {
}

static int32_t no_save(void *instance, struct boot_host_state *state) {
    return 0;
}

static int32_t no_restore(void *instance, const struct boot_host_state *state) {
    return 0;
}

/* ---- Refusals -------------------------------------------------------------------------------- */

/* Takes over the text; returns false, so that a check can end with it. */
static bool refuse(struct refusal *refusal, char *what, char *wanted, char *offered,
                   const char *remedy) {
    *refusal = (struct refusal){
        .what = what, .wanted = wanted, .offered = offered, .remedy = g_strdup(remedy)};
    return false;
}

void refusal_clear(struct refusal *refusal) {
    g_free(refusal->what);
    g_free(refusal->wanted);
    g_free(refusal->offered);
    g_free(refusal->remedy);
    *refusal = (struct refusal){0};
}

char *refusal_text(const struct refusal *refusal, const char *file) {
    return g_strdup_printf("%s is refused: %s; wanted: %s; offered: %s; %s", file, refusal->what,
                           refusal->wanted, refusal->offered, refusal->remedy);
}

/* ---- The table's frame: version and size ----------------------------------------------------- */

static bool check_frame(const struct boot_host_provider *table, struct refusal *refusal) {
    if (table == NULL)
        return refuse(refusal, g_strdup("its entry returned NULL"), g_strdup("a provider table"),
                      g_strdup("none"),
                      "the module says that it cannot work here: ask its author why");

    uint32_t size = table->size;
    if (size < offsetof(struct boot_host_provider, flags))
        return refuse(refusal, g_strdup("its table does not say its size"),
                      g_strdup_printf("at least %zu bytes", BOOT_HOST_PROVIDER_SIZE_MIN),
                      g_strdup_printf("%u bytes", size),
                      "begin the table with .size = sizeof (struct boot_host_provider)");

    uint32_t abi = table->abi;
    if (BOOT_HOST_ABI_GET_MAJOR(abi) != BOOT_HOST_ABI_MAJOR)
        return refuse(
            refusal, g_strdup("it speaks another major version of the contract"),
            g_strdup_printf("%u.x, such as %u.%u", BOOT_HOST_ABI_MAJOR, BOOT_HOST_ABI_MAJOR,
                            BOOT_HOST_ABI_MINOR),
            g_strdup_printf("%u.%u", BOOT_HOST_ABI_GET_MAJOR(abi), BOOT_HOST_ABI_GET_MINOR(abi)),
            "build it with this host's headers, with .abi = BOOT_HOST_ABI");

    if (size < BOOT_HOST_PROVIDER_SIZE_MIN)
        return refuse(refusal, g_strdup("its table is too short"),
                      g_strdup_printf("at least %zu bytes", BOOT_HOST_PROVIDER_SIZE_MIN),
                      g_strdup_printf("%u bytes", size),
                      "build it with complete headers, with "
                      ".size = sizeof (struct boot_host_provider)");
    return true;
}

/* ---- Names and doors ------------------------------------------------------------------------- */

static bool is_text(const char *text) {
    gsize length = text != NULL ? strnlen(text, HANDSHAKE_TEXT_MAX + 1) : 0;
    return length > 0 && length <= HANDSHAKE_TEXT_MAX && g_utf8_validate(text, length, NULL);
}

/* Lower-case letters, digits and "-", not at either end; dots only where the caller says so. */
static bool is_name(const char *text, bool with_dots) {
    if (!is_text(text) || !g_ascii_isalnum(text[0]))
        return false;
    for (const char *at = text; *at != '\0'; at++) {
        bool joint = *at == '-' || (with_dots && *at == '.');
        if (!g_ascii_islower(*at) && !g_ascii_isdigit(*at) && !joint)
            return false;
    }
    return text[strlen(text) - 1] != '-';
}

static char *describe(const char *text) {
    return text == NULL ? g_strdup("NULL") : g_strdup_printf("\"%.32s\"", text);
}

static bool check_words(const struct boot_host_provider *table, struct refusal *refusal) {
    if (!is_name(table->name, false))
        return refuse(refusal, g_strdup("its name is no word"),
                      g_strdup("lower-case letters, digits and \"-\""), describe(table->name),
                      "set .name to the word that is written after \"module =\"");
    if (!is_text(table->version) || !is_text(table->summary))
        return refuse(refusal, g_strdup("its version or summary is missing"),
                      g_strdup_printf("1 to %d bytes of UTF-8", HANDSHAKE_TEXT_MAX),
                      g_strdup("none"), "set .version and .summary");
    return true;
}

static bool check_doors(const struct boot_host_provider *table, struct refusal *refusal) {
    if ((table->flags & ~KNOWN_FLAGS) != 0)
        return refuse(refusal, g_strdup("it asks for something this host does not give"),
                      g_strdup_printf("flags within 0x%x", KNOWN_FLAGS),
                      g_strdup_printf("0x%x", table->flags),
                      "use a newer boothost, or clear the flag");
    if (table->open == NULL)
        return refuse(refusal, g_strdup("it cannot be opened"), g_strdup("a function in .open"),
                      g_strdup("NULL"), "set .open");
    if (table->decide == NULL && table->content == NULL && table->event == NULL)
        return refuse(refusal, g_strdup("it has no door"),
                      g_strdup("a function in .decide, .content or .event"), g_strdup("none"),
                      "set at least one of them");
    return true;
}

/* ---- Settings -------------------------------------------------------------------------------- */

static bool is_setting_name(const struct boot_host_setting *setting) {
    bool family = (setting->flags & BOOT_HOST_SETTING_FAMILY) != 0;
    if (!is_text(setting->name))
        return false;
    if (!family)
        return is_name(setting->name, true);
    gsize length = strlen(setting->name);
    if (length < 3 || !g_str_has_suffix(setting->name, ".*"))
        return false;
    g_autofree char *stem = g_strndup(setting->name, length - 2);
    return is_name(stem, true);
}

static bool refuse_setting(struct refusal *refusal, uint32_t index, const char *name,
                           const char *what, const char *wanted, const char *remedy) {
    return refuse(refusal, g_strdup_printf("its setting %u %s", index + 1, what), g_strdup(wanted),
                  describe(name), remedy);
}

static bool check_setting(const struct boot_host_setting *all, uint32_t index,
                          struct refusal *refusal) {
    const struct boot_host_setting *setting = &all[index];
    if (!is_setting_name(setting))
        return refuse_setting(refusal, index, setting->name, "has no usable name",
                              "lower-case words joined by \"-\", with \".*\" at the end for a "
                              "family and only there",
                              "correct its .name and .flags");
    if (g_strv_contains(instance_config_host_keys(), setting->name))
        return refuse_setting(refusal, index, setting->name, "has a name that is the host's own",
                              "a name of its own", "rename it");
    for (uint32_t i = 0; i < index; i++) {
        if (strcmp(all[i].name, setting->name) == 0)
            return refuse_setting(refusal, index, setting->name, "is there twice", "each name once",
                                  "remove one of both, or rename it");
    }
    int64_t number = 0;
    if (setting->default_value != NULL &&
        !value_parse(setting->type, setting->default_value, &number))
        return refuse_setting(refusal, index, setting->default_value, "has an unusable default",
                              value_type_help(setting->type), "correct its .default_value");
    return true;
}

static bool check_setting_frame(const struct boot_host_provider *table, struct refusal *refusal) {
    if (table->setting_count == 0)
        return true;
    if (table->settings == NULL || table->setting_count > HANDSHAKE_SETTINGS_MAX)
        return refuse(refusal, g_strdup("its table of settings is missing or too long"),
                      g_strdup_printf("1 to %d settings", HANDSHAKE_SETTINGS_MAX),
                      g_strdup_printf("%u settings at %s", table->setting_count,
                                      table->settings != NULL ? "an address" : "NULL"),
                      "set .settings and .setting_count to the same array");
    if (table->setting_size < sizeof(struct boot_host_setting) ||
        table->setting_size % sizeof(void *) != 0)
        return refuse(refusal, g_strdup("its settings have the wrong size"),
                      g_strdup_printf("%zu bytes or more", sizeof(struct boot_host_setting)),
                      g_strdup_printf("%u bytes", table->setting_size),
                      "set .setting_size = sizeof (struct boot_host_setting)");
    return true;
}

/* The schema in today's layout, whatever stride the module was compiled with. */
static bool copy_settings(const struct boot_host_provider *table, struct provider *provider,
                          struct refusal *refusal) {
    if (!check_setting_frame(table, refusal))
        return false;
    if (table->setting_count == 0)
        return true;
    g_autofree struct boot_host_setting *settings =
        g_new0(struct boot_host_setting, table->setting_count);
    const char *from = (const char *) table->settings;
    for (uint32_t i = 0; i < table->setting_count; i++) {
        memcpy(&settings[i], from + (gsize) i * table->setting_size, sizeof(settings[i]));
        if (!check_setting(settings, i, refusal))
            return false;
        if (settings[i].help == NULL)
            settings[i].help = "";
    }
    provider->setting_count = table->setting_count;
    provider->settings = g_steal_pointer(&settings);
    return true;
}

/* ---- The handshake --------------------------------------------------------------------------- */

static struct provider complete(const struct boot_host_provider *table) {
    return (struct provider){
        .name = table->name,
        .version = table->version,
        .summary = table->summary,
        .abi = table->abi,
        .flags = table->flags,
        .has_decide = table->decide != NULL,
        .has_content = table->content != NULL,
        .has_event = table->event != NULL,
        .has_save = table->save != NULL && table->restore != NULL,
        .open = table->open,
        .close = table->close != NULL ? table->close : no_close,
        .decide = table->decide != NULL ? table->decide : no_decide,
        .content = table->content != NULL ? table->content : no_content,
        .event = table->event != NULL ? table->event : no_event,
        .cancel = table->cancel != NULL ? table->cancel : no_cancel,
        .drain = table->drain != NULL ? table->drain : no_drain,
        .save = table->save != NULL ? table->save : no_save,
        .restore = table->restore != NULL ? table->restore : no_restore,
    };
}

bool handshake(const struct boot_host_provider *table, struct provider *ret_provider,
               struct refusal *ret_refusal) {
    if (!check_frame(table, ret_refusal))
        return false;

    /* From here on only our own copy is read: zeros where the module's table ends early. */
    struct boot_host_provider known = {0};
    memcpy(&known, table, MIN(table->size, sizeof(known)));
    if (!check_words(&known, ret_refusal) || !check_doors(&known, ret_refusal))
        return false;

    struct provider provider = complete(&known);
    if (!copy_settings(&known, &provider, ret_refusal))
        return false;
    *ret_provider = provider;
    return true;
}

void provider_clear(struct provider *provider) {
    g_free(provider->settings);
    *provider = (struct provider){0};
}
