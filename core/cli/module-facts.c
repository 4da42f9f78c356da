/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reads the inner table that the handshake made.
 */
#include "cli/module-facts.h"

#include "provider/loader.h"

static void add_text(GVariantBuilder *facts, const char *key, const char *text) {
    g_variant_builder_add(facts, "{sv}", key, g_variant_new_string(text != NULL ? text : ""));
}

static const char *type_name(uint32_t type) {
    switch (type) {
    case BOOT_HOST_INTEGER:
        return "integer";
    case BOOT_HOST_BOOLEAN:
        return "boolean";
    case BOOT_HOST_DURATION:
        return "duration";
    case BOOT_HOST_PATH:
        return "path";
    case BOOT_HOST_LIST:
        return "list";
    case BOOT_HOST_ADDRESS:
        return "address";
    case BOOT_HOST_SECRET:
        return "secret";
    default:
        return "text";
    }
}

static GVariant *settings_facts(const struct provider *provider) {
    GVariantBuilder list;

    g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
    for (uint32_t i = 0; i < provider->setting_count; i++) {
        const struct boot_host_setting *setting = &provider->settings[i];
        gboolean required = (setting->flags & BOOT_HOST_SETTING_REQUIRED) != 0;
        gboolean template = (setting->flags & BOOT_HOST_SETTING_TEMPLATE) != 0;
        g_variant_builder_open(&list, G_VARIANT_TYPE_VARDICT);
        add_text(&list, "name", setting->name);
        add_text(&list, "type", type_name(setting->type));
        if (setting->default_value != NULL)
            add_text(&list, "default", setting->default_value);
        g_variant_builder_add(&list, "{sv}", "required", g_variant_new_boolean(required));
        g_variant_builder_add(&list, "{sv}", "template", g_variant_new_boolean(template));
        add_text(&list, "help", setting->help);
        g_variant_builder_close(&list);
    }
    return g_variant_builder_end(&list);
}

static GVariant *doors_facts(const struct provider *provider) {
    GVariantBuilder doors;

    g_variant_builder_init(&doors, G_VARIANT_TYPE_STRING_ARRAY);
    if (provider->has_decide)
        g_variant_builder_add(&doors, "s", "decide");
    if (provider->has_content)
        g_variant_builder_add(&doors, "s", "content");
    if (provider->has_event)
        g_variant_builder_add(&doors, "s", "event");
    return g_variant_builder_end(&doors);
}

static const char *threads_name(uint32_t flags) {
    if ((flags & BOOT_HOST_INLINE) != 0)
        return "inline";
    return (flags & BOOT_HOST_PARALLEL) != 0 ? "parallel" : "one";
}

static void add_provider(GVariantBuilder *facts, const struct provider *provider) {
    add_text(facts, "name", provider->name);
    add_text(facts, "version", provider->version);
    add_text(facts, "summary", provider->summary);
    g_variant_builder_add(facts, "{sv}", "abi",
                          g_variant_new_printf("%u.%u", BOOT_HOST_ABI_GET_MAJOR(provider->abi),
                                               BOOT_HOST_ABI_GET_MINOR(provider->abi)));
    add_text(facts, "threads", threads_name(provider->flags));
    g_variant_builder_add(facts, "{sv}", "doors", doors_facts(provider));
    g_variant_builder_add(facts, "{sv}", "settings", settings_facts(provider));
}

GVariant *module_facts(const char *path) {
    g_autofree char *error = NULL;
    GVariantBuilder facts;

    g_variant_builder_init(&facts, G_VARIANT_TYPE_VARDICT);
    add_text(&facts, "path", path);
    struct module *module = module_load(path, &error);
    if (module == NULL) {
        add_text(&facts, "refused", error);
    } else {
        add_provider(&facts, &module->provider);
        module_unref(module);
    }
    return g_variant_ref_sink(g_variant_builder_end(&facts));
}
