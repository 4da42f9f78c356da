/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Describe and Open: who the module is, and its instance with what is wrong with its settings.
 */
#include "provider/serve-private.h"

#include <errno.h>

static void send_log(uint32_t level, const char *text, void *user) {
    g_autofree char *safe = g_utf8_make_valid(text, -1);
    GDBusMessage *message = g_dbus_message_new_signal(PEER_PATH, PEER_INTERFACE, "Log");
    g_dbus_message_set_body(message, g_variant_new("(us)", level, safe));
    serve_send(user, message);
}

/* Inside open they are its answer, later ones are lines of log. */
static void take_report(bool is_fatal, const char *key, uint32_t line, const char *text,
                        void *user) {
    struct server *server = user;
    g_autofree char *words = g_utf8_make_valid(text != NULL ? text : "is wrong", -1);
    if (server->is_opening) {
        g_variant_builder_add(&server->problems, "(susb)", key != NULL ? key : "", line, words,
                              is_fatal);
        return;
    }
    g_autofree char *full = g_strdup_printf("%s: %s", key != NULL ? key : "settings", words);
    send_log(is_fatal ? BOOT_HOST_LOG_ERROR : BOOT_HOST_LOG_WARNING, full, server);
}

/* ---- Describe -------------------------------------------------------------------------------- */

static GVariant *make_doors(const struct provider *provider) {
    GVariantBuilder doors;
    g_variant_builder_init(&doors, G_VARIANT_TYPE_STRING_ARRAY);
    if (provider->has_decide)
        g_variant_builder_add(&doors, "s", "decide");
    if (provider->has_content)
        g_variant_builder_add(&doors, "s", "content");
    if (provider->has_event)
        g_variant_builder_add(&doors, "s", "event");
    if (provider->has_save)
        g_variant_builder_add(&doors, "s", "state");
    return g_variant_builder_end(&doors);
}

static GVariant *make_facts(const struct provider *provider) {
    /* Others wait here as well as there, but a call that is answered LATER must not keep the next
     * one from being made. */
    GVariantBuilder facts;
    g_variant_builder_init(&facts, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&facts, "{sv}", "name", g_variant_new_string(provider->name));
    g_variant_builder_add(&facts, "{sv}", "version", g_variant_new_string(provider->version));
    g_variant_builder_add(&facts, "{sv}", "summary", g_variant_new_string(provider->summary));
    g_variant_builder_add(&facts, "{sv}", "abi", g_variant_new_uint32(provider->abi));
    g_variant_builder_add(&facts, "{sv}", "at-once", g_variant_new_uint32(64));
    g_variant_builder_add(&facts, "{sv}", "raw", g_variant_new_boolean(TRUE));
    g_variant_builder_add(&facts, "{sv}", "doors", make_doors(provider));
    return g_variant_builder_end(&facts);
}

static GVariant *make_schema(const struct provider *provider) {
    GVariantBuilder schema;
    g_variant_builder_init(&schema, G_VARIANT_TYPE("a(suubss)"));
    for (uint32_t i = 0; i < provider->setting_count; i++) {
        const struct boot_host_setting *setting = &provider->settings[i];
        const char *value = setting->default_value;
        g_variant_builder_add(&schema, "(suubss)", setting->name, setting->type, setting->flags,
                              value != NULL, value != NULL ? value : "",
                              setting->help != NULL ? setting->help : "");
    }
    return g_variant_builder_end(&schema);
}

void serve_describe(struct server *server, GDBusMessage *message, GVariant *body) {
    if (server->module == NULL) {
        serve_answer_errno(server, message, -ENOEXEC, server->refusal);
        return;
    }
    const struct provider *provider = &server->module->provider;
    serve_answer(server, message,
                 g_variant_new("(@a{sv}@a(suubss))", make_facts(provider), make_schema(provider)));
}

/* ---- Open ------------------------------------------------------------------------------------ */

static void take_files(struct instance *instance, void *user) {
    struct server *server = user;
    GVariantIter iter;
    const char *key = NULL;
    GVariant *content = NULL;
    settings_set_reporter(instance->settings, take_report, server);
    g_variant_iter_init(&iter, server->files);
    while (g_variant_iter_next(&iter, "{&s@ay}", &key, &content)) {
        g_autoptr(GBytes) bytes = g_variant_get_data_as_bytes(content);
        settings_set_file(instance->settings, key, bytes);
        g_variant_unref(content);
    }
}

static struct instance_config *make_config(GVariant *settings, const char *name) {
    struct instance_config *config = instance_config_new(name);
    GVariantIter iter;
    const char *key = NULL;
    const char *value = NULL;
    g_variant_iter_init(&iter, settings);
    while (g_variant_iter_next(&iter, "(&s&s)", &key, &value))
        instance_config_add(config, key, value, NULL);
    return config;
}

/* What went wrong without a report of the module's own: an errno of open. */
static void add_problems(struct server *server, const GPtrArray *problems) {
    for (guint i = 0; i < problems->len; i++) {
        const struct problem *problem = problems->pdata[i];
        g_variant_builder_add(&server->problems, "(susb)", "", 0, problem->text, problem->fatal);
    }
}

void serve_open(struct server *server, GDBusMessage *message, GVariant *body) {
    g_autoptr(GVariant) settings = g_variant_get_child_value(body, 1);
    g_autoptr(GPtrArray) problems = problem_list_new();
    const char *name = NULL;
    uint32_t flags = 0;
    g_clear_pointer(&server->files, g_variant_unref);
    g_variant_get(body, "(&s@a(ss)@a{say}u)", &name, NULL, &server->files, &flags);
    struct instance_config *config = make_config(settings, name);
    struct instance_options options = {
        .clock = clock_monotonic(),
        .mailbox = server->mailbox,
        .check = (flags & BOOT_HOST_OPEN_CHECK) != 0,
        .is_direct = true,
        .prepare = take_files,
        .log = send_log,
        .user = server,
    };
    g_variant_builder_init(&server->problems, G_VARIANT_TYPE("a(susb)"));
    server->is_opening = true;
    server->instance = instance_open(server->module, config, &options, problems);
    server->is_opening = false;
    add_problems(server, problems);
    instance_config_unref(config);
    serve_answer(server, message,
                 g_variant_new("(@a(susb))", g_variant_builder_end(&server->problems)));
}
