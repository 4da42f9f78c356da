/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A harness around a module of the C contract, hosted by the fake host.
 */
#include "harness-private.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

#include <boothost/provider.h>

#include "boot-host-error.h"
#include "fake-private.h"
#include "reply-private.h"
#include "request-private.h"
#include "wire.h"

struct module {
    struct boot_host_provider provider; /* our own copy: what an older table lacks is NULL */
    struct boot_host_fake *fake;
    struct harness_lines *lines;
    const guint *deadline_ms;
    guint seen; /* lines of the fake that were taken over */
};

static const struct boot_host_provider *load(const char *path, GError **error) {
    g_autofree char *absolute = g_canonicalize_filename(path, NULL);
    void *image = dlopen(absolute, RTLD_NOW | RTLD_LOCAL);
    if (image == NULL) {
        g_set_error(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_NOT_FOUND, "%s", dlerror());
        return NULL;
    }
    boot_host_provider_entry_fn entry =
        (boot_host_provider_entry_fn) dlsym(image, BOOT_HOST_PROVIDER_ENTRY);
    const struct boot_host_provider *provider = entry != NULL ? entry() : NULL;
    if (provider == NULL) {
        g_set_error(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_NOT_SUPPORTED,
                    "%s: it is no provider: it exports no " BOOT_HOST_PROVIDER_ENTRY
                    ", or that returned nothing",
                    absolute);
        return NULL;
    }
    if (provider->size < BOOT_HOST_PROVIDER_SIZE_MIN ||
        BOOT_HOST_ABI_GET_MAJOR(provider->abi) != BOOT_HOST_ABI_MAJOR) {
        g_set_error(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_NOT_SUPPORTED,
                    "%s: it was built for contract %u.%u, and this library knows %u.%u: rebuild "
                    "one of them",
                    absolute, BOOT_HOST_ABI_GET_MAJOR(provider->abi),
                    BOOT_HOST_ABI_GET_MINOR(provider->abi), BOOT_HOST_ABI_MAJOR,
                    BOOT_HOST_ABI_MINOR);
        return NULL;
    }
    return provider;
}

static void take_lines(struct module *module) {
    const char *line = NULL;
    while ((line = boot_host_fake_line(module->fake, module->seen)) != NULL) {
        g_mutex_lock(&module->lines->lock);
        g_ptr_array_add(module->lines->lines, g_strdup(line));
        g_mutex_unlock(&module->lines->lock);
        module->seen++;
    }
}

static void put_text(GVariantBuilder *facts, const char *key, const char *value) {
    g_variant_builder_add(facts, "{sv}", key, g_variant_new_string(value));
}

static GVariant *schema_of(const struct boot_host_provider *provider) {
    GVariantBuilder settings;
    g_variant_builder_init(&settings, G_VARIANT_TYPE("a(suubss)"));
    for (guint32 i = 0; i < provider->setting_count; i++) {
        const struct boot_host_setting *setting =
            (const void *) ((const char *) provider->settings + (gsize) i * provider->setting_size);
        const char *preset = setting->default_value;
        g_variant_builder_add(&settings, "(suubss)", setting->name, setting->type, setting->flags,
                              preset != NULL, preset != NULL ? preset : "", setting->help);
    }
    return g_variant_builder_end(&settings);
}

static GVariant *module_describe(gpointer backend, GError **error) {
    const struct boot_host_provider *provider = &((struct module *) backend)->provider;
    GVariantBuilder facts;
    GVariantBuilder doors;
    g_variant_builder_init(&facts, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_init(&doors, G_VARIANT_TYPE_STRING_ARRAY);
    if (provider->decide != NULL)
        g_variant_builder_add(&doors, "s", "decide");
    if (provider->content != NULL)
        g_variant_builder_add(&doors, "s", "content");
    if (provider->event != NULL)
        g_variant_builder_add(&doors, "s", "event");
    if (provider->save != NULL || provider->restore != NULL)
        g_variant_builder_add(&doors, "s", "state");
    put_text(&facts, "name", provider->name);
    put_text(&facts, "version", provider->version);
    put_text(&facts, "summary", provider->summary);
    g_variant_builder_add(&facts, "{sv}", "abi", g_variant_new_uint32(provider->abi));
    g_variant_builder_add(&facts, "{sv}", "doors", g_variant_builder_end(&doors));
    return g_variant_ref_sink(
        g_variant_new("(@a{sv}@a(suubss))", g_variant_builder_end(&facts), schema_of(provider)));
}

/* A fresh fake host: its settings only ever grow. */
static void configure(struct module *module, const struct harness_settings *settings) {
    boot_host_fake_free(module->fake);
    module->fake = boot_host_fake_new(&module->provider);
    module->seen = 0;
    if (settings->name != NULL)
        boot_host_fake_set_name(module->fake, settings->name);
    boot_host_fake_set_folder(module->fake, settings->folder);
    for (guint i = 0; i < settings->keys->len; i++) {
        const char *key = g_ptr_array_index(settings->keys, i);
        boot_host_fake_set(module->fake, key, g_hash_table_lookup(settings->values, key));
    }
}

static gboolean take_open(struct module *module, int32_t result, const char *what, GError **error) {
    take_lines(module);
    if (result == 0)
        return TRUE;
    g_set_error(error, BOOT_HOST_ERROR, boot_host_error_from_errno(result),
                "%s failed (%s): see the lines", what, g_strerror(-result));
    return FALSE;
}

static gboolean module_open(gpointer backend, const struct harness_settings *settings,
                            GError **error) {
    struct module *module = backend;
    configure(module, settings);
    return take_open(module, boot_host_fake_open(module->fake, settings->flags), "open", error);
}

static void module_close(gpointer backend) {
    struct module *module = backend;
    boot_host_fake_close(module->fake);
    take_lines(module);
}

static gboolean module_swap(gpointer backend, const struct harness_settings *settings,
                            GError **error) {
    struct module *module = backend;
    for (guint i = 0; i < settings->keys->len; i++) {
        const char *key = g_ptr_array_index(settings->keys, i);
        boot_host_fake_set(module->fake, key, g_hash_table_lookup(settings->values, key));
    }
    return take_open(module, boot_host_fake_swap(module->fake), "swap", error);
}

/* ---- A request in the fake host's terms, and back. ------------------------------------------- */

struct asked {
    struct boot_host_fake_request request;
    char *architectures;
    GPtrArray *facts;  /* name, value ... NULL */
    GArray *options;   /* struct boot_host_fake_option */
    GPtrArray *values; /* GVariant behind the options' bytes */
};

static void ask_options(struct asked *asked, BootHostRequest *from) {
    GVariant *options = boot_host_request_get_options(from);
    GVariantIter iter;
    struct boot_host_fake_option option = {0};
    GVariant *value = NULL;
    if (options == NULL)
        return;
    g_variant_iter_init(&iter, options);
    while (g_variant_iter_next(&iter, "(uu@ay)", &option.space, &option.code, &value)) {
        option.value.data = g_variant_get_fixed_array(value, &option.value.size, 1);
        g_array_append_val(asked->options, option);
        g_ptr_array_add(asked->values, value);
    }
    asked->request.options = (const void *) asked->options->data;
    asked->request.option_count = asked->options->len;
}

static void ask_facts(struct asked *asked, GVariant *facts) {
    GVariantIter iter;
    char *name = NULL;
    char *value = NULL;
    if (facts != NULL) {
        g_variant_iter_init(&iter, facts);
        while (g_variant_iter_next(&iter, "{ss}", &name, &value)) {
            g_ptr_array_add(asked->facts, name);
            g_ptr_array_add(asked->facts, value);
        }
    }
    g_ptr_array_add(asked->facts, NULL);
    asked->request.facts = (const char *const *) asked->facts->pdata;
}

static guint32 number_or_0(BootHostRequest *from, enum request_number field) {
    gint64 number = request_number(from, field);
    return number >= 0 && number <= G_MAXUINT32 ? (guint32) number : 0;
}

static void ask_fields(struct boot_host_fake_request *request, BootHostRequest *from) {
    request->stage = boot_host_request_get_stage(from);
    request->mac = request_text(from, TEXT_MAC);
    request->uuid = request_text(from, TEXT_UUID);
    request->client_id = request_text(from, TEXT_CLIENT_ID);
    request->loader = request_text(from, TEXT_LOADER);
    request->vendor_class = request_text(from, TEXT_VENDOR_CLASS);
    request->user_class = request_text(from, TEXT_USER_CLASS);
    request->interface_name = request_text(from, TEXT_INTERFACE);
    request->network = request_text(from, TEXT_NETWORK);
    request->source = request_text(from, TEXT_SOURCE);
    request->client = request_text(from, TEXT_CLIENT);
    request->relay = request_text(from, TEXT_RELAY);
    request->server = request_text(from, TEXT_SERVER);
    request->family = request_text(from, TEXT_FAMILY);
    request->transport = request_text(from, TEXT_TRANSPORT);
    request->file = request_text(from, TEXT_FILE);
    request->host_name = request_text(from, TEXT_HOST_NAME);
    request->seconds = number_or_0(from, NUMBER_SECONDS);
    request->message_size = number_or_0(from, NUMBER_MESSAGE_SIZE);
    request->attempt = number_or_0(from, NUMBER_ATTEMPT);
    request->has_boot_item = request_number(from, NUMBER_BOOT_ITEM) >= 0;
    request->boot_item = number_or_0(from, NUMBER_BOOT_ITEM);
    request->boot_layer = number_or_0(from, NUMBER_BOOT_LAYER);
}

static void ask(struct asked *asked, BootHostRequest *from, GVariant *facts) {
    const char *const *architectures = boot_host_request_get_architectures(from);
    GBytes *packet = boot_host_request_get_packet(from);
    asked->facts = g_ptr_array_new_with_free_func(g_free);
    asked->options = g_array_new(FALSE, FALSE, sizeof(struct boot_host_fake_option));
    asked->values = g_ptr_array_new_with_free_func((GDestroyNotify) g_variant_unref);
    ask_fields(&asked->request, from);
    if (architectures != NULL)
        asked->architectures = g_strjoinv(" ", (GStrv) architectures);
    asked->request.architectures = asked->architectures;
    if (packet != NULL)
        asked->request.packet.data = g_bytes_get_data(packet, &asked->request.packet.size);
    ask_options(asked, from);
    ask_facts(asked, facts);
}

static void asked_clear(struct asked *asked) {
    g_free(asked->architectures);
    g_ptr_array_unref(asked->facts);
    g_array_unref(asked->options);
    g_ptr_array_unref(asked->values);
}

static gboolean settle(struct module *module, int32_t verdict, BootHostResult *result) {
    int number = 0;
    if (verdict == BOOT_HOST_LATER)
        verdict = boot_host_fake_wait(module->fake, *module->deadline_ms);
    if (verdict == -ETIMEDOUT)
        boot_host_fake_cancel(module->fake);
    take_lines(module);
    result->verdict = wire_read_verdict(verdict, &number);
    if (number != 0)
        result_fail(result, number, NULL);
    return number == 0;
}

static void take_menu(struct module *module, BootHostReply *reply) {
    const struct boot_host_menu *menu = boot_host_fake_get_menu(module->fake);
    const struct boot_host_menu_item *item = NULL;
    if (menu == NULL)
        return;
    reply_begin_menu(reply, menu->timeout_seconds, menu->prompt);
    for (guint32 i = 0; (item = boot_host_fake_get_item(module->fake, i)) != NULL; i++)
        reply_put_item(reply, item->type, item->text, item->server);
}

static void take_options(struct module *module, BootHostReply *reply) {
    static const guint spaces[] = {BOOT_HOST_SPACE_DHCP4, BOOT_HOST_SPACE_PXE};
    for (guint i = 0; i < G_N_ELEMENTS(spaces) * 256; i++) {
        struct boot_host_span value = {0};
        guint space = spaces[i / 256];
        if (boot_host_fake_get_option(module->fake, space, i % 256, &value) == 0)
            g_hash_table_insert(reply->options, REPLY_OPTION_KEY(space, i % 256),
                                g_bytes_new(value.data, value.size));
    }
}

static void take_facts(struct module *module, BootHostReply *reply) {
    GHashTableIter iter;
    gpointer name = NULL;
    gpointer value = NULL;
    g_hash_table_remove_all(reply->facts);
    g_hash_table_iter_init(&iter, module->fake->answer->facts);
    while (g_hash_table_iter_next(&iter, &name, &value))
        g_hash_table_insert(reply->facts, g_strdup(name), g_strdup(value));
}

static void take_reply(struct module *module, BootHostReply *reply) {
    int64_t poll = boot_host_fake_get_number(module->fake, BOOT_HOST_REPLY_POLL_SECONDS);
    const char *notes = boot_host_fake_get(module->fake, BOOT_HOST_REPLY_NOTE);
    g_auto(GStrv) lines = g_strsplit(notes != NULL ? notes : "", "\n", -1);
    for (guint field = 1; field < REPLY_FIELDS; field++) {
        if (field != BOOT_HOST_REPLY_NOTE)
            reply_put_field(reply, field, boot_host_fake_get(module->fake, field));
    }
    for (gsize i = 0; lines[i] != NULL; i++)
        boot_host_reply_add_note(reply, lines[i]);
    if (poll >= 0)
        boot_host_reply_set_poll_seconds(reply, (guint) poll);
    take_menu(module, reply);
    take_options(module, reply);
    take_facts(module, reply);
}

static void module_decide(gpointer backend, BootHostRequest *request, BootHostReply *reply,
                          BootHostResult *result) {
    struct module *module = backend;
    struct asked asked = {0};
    g_autoptr(GVariant) facts = boot_host_reply_get_facts(reply);
    ask(&asked, request, facts);
    if (settle(module, boot_host_fake_decide(module->fake, &asked.request), result))
        take_reply(module, reply);
    asked_clear(&asked);
}

static void module_content(gpointer backend, BootHostRequest *request, BootHostResult *result) {
    struct module *module = backend;
    struct asked asked = {0};
    gsize size = 0;
    ask(&asked, request, boot_host_request_get_facts(request));
    asked.request.stage = BOOT_HOST_STAGE_FILE;
    if (settle(module, boot_host_fake_content(module->fake, &asked.request), result)) {
        const char *bytes = boot_host_fake_get_bytes(module->fake, &size);
        result->bytes = bytes != NULL ? g_bytes_new(bytes, size) : NULL;
        result->path = g_strdup(boot_host_fake_get_path(module->fake));
        result->name = g_strdup(boot_host_fake_get_served_name(module->fake));
    }
    asked_clear(&asked);
}

static void module_event(gpointer backend, BootHostRequest *request,
                         const struct provider_event *event) {
    struct module *module = backend;
    struct asked asked = {0};
    const struct boot_host_event told = {
        .size = sizeof told,
        .kind = event->kind,
        .value = event->value,
        .name = event->name,
        .detail = event->detail,
    };
    ask(&asked, request, boot_host_request_get_facts(request));
    boot_host_fake_event(module->fake, &asked.request, &told);
    take_lines(module);
    asked_clear(&asked);
}

static void module_free(gpointer backend) {
    struct module *module = backend;
    boot_host_fake_free(module->fake);
    g_free(module);
}

gpointer harness_module_new(const char *path, struct harness_lines *lines, guint *deadline_ms,
                            GError **error) {
    const struct boot_host_provider *provider = load(path, error);
    if (provider == NULL)
        return NULL;
    struct module *module = g_new0(struct module, 1);
    memcpy(&module->provider, provider, MIN(provider->size, sizeof module->provider));
    module->fake = boot_host_fake_new(&module->provider);
    module->lines = lines;
    module->deadline_ms = deadline_ms;
    return module;
}

const struct harness_kind harness_module = {
    .describe = module_describe,
    .open = module_open,
    .close = module_close,
    .swap = module_swap,
    .decide = module_decide,
    .content = module_content,
    .event = module_event,
    .free = module_free,
};
