/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One instance's settings, judged by the module's schema.
 */
#include "provider/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "boot/reply.h"
#include "provider/value.h"

/* One key that has a value, written or by default. */
struct setting {
    const char *key;   /* the config's or the schema's */
    const char *where; /* NULL: a default */
    uint32_t type;
    char *text;
    int64_t number;
    GStrv items; /* of a list */
};

/* A file as it was when it was first asked for. */
struct snapshot {
    int32_t error;
    GBytes *content;
};

struct settings {
    const struct provider *provider;
    struct instance_config *config;
    GHashTable *values;        /* key to struct setting */
    GMutex lock;               /* of what follows */
    GHashTable *files;         /* key to struct snapshot */
    GPtrArray *problems;       /* not owned; NULL once sealed */
    settings_report_fn report; /* NULL: they are collected, or logged */
    void *report_user;
};

static void free_setting(gpointer data) {
    struct setting *setting = data;
    g_free(setting->text);
    g_strfreev(setting->items);
    g_free(setting);
}

static void free_snapshot(gpointer data) {
    struct snapshot *snapshot = data;
    g_clear_pointer(&snapshot->content, g_bytes_unref);
    g_free(snapshot);
}

/* ---- The schema ------------------------------------------------------------------------------ */

static bool is_family(const struct boot_host_setting *schema) {
    return (schema->flags & BOOT_HOST_SETTING_FAMILY) != 0;
}

/* "label.*" takes label.x, but not label. alone. */
static bool takes_key(const struct boot_host_setting *schema, const char *key) {
    if (!is_family(schema))
        return strcmp(schema->name, key) == 0;
    gsize stem = strlen(schema->name) - 1;
    return strncmp(schema->name, key, stem) == 0 && key[stem] != '\0';
}

/* A setting of its own name goes before a family that would take it, too. */
static const struct boot_host_setting *find_schema(const struct provider *provider,
                                                   const char *key) {
    const struct boot_host_setting *family = NULL;
    for (uint32_t i = 0; i < provider->setting_count; i++) {
        const struct boot_host_setting *schema = &provider->settings[i];
        if (!takes_key(schema, key))
            continue;
        if (!is_family(schema))
            return schema;
        family = schema;
    }
    return family;
}

static const char *nearest_key(const struct provider *provider, const char *key) {
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    const char *const *host_keys = instance_config_host_keys();
    for (gsize i = 0; host_keys[i] != NULL; i++)
        g_ptr_array_add(known, (gpointer) host_keys[i]);
    for (uint32_t i = 0; i < provider->setting_count; i++)
        g_ptr_array_add(known, (gpointer) provider->settings[i].name);
    g_ptr_array_add(known, NULL);
    return text_nearest(key, (const char *const *) known->pdata);
}

/* ---- Judging one value ----------------------------------------------------------------------- */

static void complain_unknown(struct settings *settings, const struct instance_setting *written) {
    const struct provider *provider = settings->provider;
    g_autofree char *shown = log_quote(written->key, -1);
    const char *near = nearest_key(provider, written->key);
    g_autofree char *hint =
        near != NULL ? g_strdup_printf("did you mean '%s'?", near)
                     : g_strdup_printf("`boothost provider show %s` lists them", provider->name);
    g_ptr_array_add(settings->problems,
                    problem_new(TRUE, written->where,
                                "[provider %s]: module %s has no setting %s; %s",
                                settings->config->name, provider->name, shown, hint));
}

/* A secret is never repeated. */
static void complain_value(struct settings *settings, const struct boot_host_setting *schema,
                           const struct instance_setting *written, const char *wanted) {
    g_autofree char *shown = schema->type == BOOT_HOST_SECRET ? g_strdup("what is written there")
                                                              : log_quote(written->value, -1);
    g_ptr_array_add(settings->problems,
                    problem_new(TRUE, written->where, "[provider %s] %s: %s is not %s",
                                settings->config->name, written->key, shown, wanted));
}

static char *typed_text(const struct settings *settings, uint32_t type, const char *value) {
    if (type != BOOT_HOST_PATH)
        return g_strdup(value);
    const char *folder = settings->config->folder;
    return g_canonicalize_filename(value, folder != NULL ? folder : "/");
}

static struct setting *make_setting(const struct settings *settings,
                                    const struct boot_host_setting *schema, const char *value,
                                    int64_t number) {
    struct setting *setting = g_new0(struct setting, 1);
    setting->key = schema->name;
    setting->type = schema->type;
    setting->number = number;
    setting->text = typed_text(settings, schema->type, value);
    if (schema->type == BOOT_HOST_LIST)
        setting->items = text_split_list(value);
    return setting;
}

static void take_written(struct settings *settings, const struct instance_setting *written) {
    const struct boot_host_setting *schema = find_schema(settings->provider, written->key);
    if (schema == NULL) {
        complain_unknown(settings, written);
        return;
    }
    bool is_template = (schema->flags & BOOT_HOST_SETTING_TEMPLATE) != 0;
    int64_t number = 0;
    if (!value_parse(schema->type, written->value, &number)) {
        complain_value(settings, schema, written, value_type_help(schema->type));
        return;
    }
    if (is_template && !reply_template_is_valid(written->value)) {
        complain_value(settings, schema, written, "text with whole ${fact} or ${fact:-text} parts");
        return;
    }
    struct setting *setting = make_setting(settings, schema, written->value, number);
    setting->key = written->key;
    setting->where = written->where;
    g_hash_table_replace(settings->values, (gpointer) setting->key, setting);
}

static void take_default(struct settings *settings, const struct boot_host_setting *schema) {
    if (is_family(schema) || g_hash_table_contains(settings->values, schema->name))
        return;
    if (schema->default_value != NULL) {
        int64_t number = 0;
        value_parse(schema->type, schema->default_value, &number); /* held true at the handshake */
        struct setting *setting = make_setting(settings, schema, schema->default_value, number);
        g_hash_table_replace(settings->values, (gpointer) setting->key, setting);
    }
}

static bool is_written(const struct instance_config *config, const char *key) {
    for (guint i = 0; i < config->settings->len; i++) {
        const struct instance_setting *written = config->settings->pdata[i];
        if (strcmp(written->key, key) == 0)
            return written->value[0] != '\0';
    }
    return false;
}

static void check_required(struct settings *settings, const struct boot_host_setting *schema) {
    const struct instance_config *config = settings->config;
    if ((schema->flags & BOOT_HOST_SETTING_REQUIRED) == 0 || is_family(schema) ||
        is_written(config, schema->name))
        return;
    g_ptr_array_add(settings->problems,
                    problem_new(TRUE, config->where,
                                "[provider %s]: module %s needs the setting '%s' (%s): write %s",
                                config->name, settings->provider->name, schema->name, schema->help,
                                value_type_help(schema->type)));
}

/* ---- Life ------------------------------------------------------------------------------------ */

struct settings *settings_new(const struct provider *provider, struct instance_config *config,
                              GPtrArray *problems) {
    struct settings *settings = g_new0(struct settings, 1);
    settings->provider = provider;
    settings->config = instance_config_ref(config);
    settings->problems = problems;
    settings->values = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_setting);
    settings->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_snapshot);
    g_mutex_init(&settings->lock);

    for (guint i = 0; i < config->settings->len; i++)
        take_written(settings, config->settings->pdata[i]);
    for (uint32_t i = 0; i < provider->setting_count; i++) {
        check_required(settings, &provider->settings[i]);
        take_default(settings, &provider->settings[i]);
    }
    return settings;
}

void settings_free(struct settings *settings) {
    if (settings == NULL)
        return;
    g_hash_table_unref(settings->values);
    g_hash_table_unref(settings->files);
    g_mutex_clear(&settings->lock);
    instance_config_unref(settings->config);
    g_free(settings);
}

void settings_seal(struct settings *settings) {
    g_mutex_lock(&settings->lock);
    settings->problems = NULL;
    g_mutex_unlock(&settings->lock);
}

/* ---- Getters --------------------------------------------------------------------------------- */

static const struct setting *find(const struct settings *settings, const char *key) {
    return key != NULL ? g_hash_table_lookup(settings->values, key) : NULL;
}

const char *settings_text(const struct settings *settings, const char *key) {
    const struct setting *setting = find(settings, key);
    return setting != NULL ? setting->text : NULL;
}

int64_t settings_number(const struct settings *settings, const char *key) {
    const struct setting *setting = find(settings, key);
    return setting != NULL ? setting->number : 0;
}

const char *settings_item(const struct settings *settings, const char *key, uint32_t index) {
    const struct setting *setting = find(settings, key);
    if (setting == NULL || setting->items == NULL || index >= g_strv_length(setting->items))
        return NULL;
    return setting->items[index];
}

const char *settings_key(const struct settings *settings, uint32_t index) {
    const GPtrArray *written = settings->config->settings;
    if (index >= written->len)
        return NULL;
    return ((const struct instance_setting *) written->pdata[index])->key;
}

void settings_visit(const struct settings *settings, settings_visit_fn visit, void *user) {
    const GPtrArray *written = settings->config->settings;
    for (guint i = 0; i < written->len; i++) {
        const struct instance_setting *line = written->pdata[i];
        const struct setting *setting = find(settings, line->key);
        if (setting != NULL)
            visit(setting->key, setting->text, setting->type, true, user);
    }
    for (uint32_t i = 0; i < settings->provider->setting_count; i++) {
        const struct setting *setting = find(settings, settings->provider->settings[i].name);
        if (setting != NULL && setting->where == NULL)
            visit(setting->key, setting->text, setting->type, false, user);
    }
}

/* ---- Files ----------------------------------------------------------------------------------- */

/* O_NONBLOCK: opening a pipe must not wait for somebody to write. */
static int32_t read_file(const char *path, GBytes **ret_content) {
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return -errno;
    struct stat info;
    int32_t error = 0;
    if (fstat(file, &info) != 0)
        error = -errno;
    else if (!S_ISREG(info.st_mode))
        error = S_ISDIR(info.st_mode) ? -EISDIR : -EINVAL;
    else if (info.st_size > LIMIT_CONTENT_BYTES)
        error = -EFBIG;

    GByteArray *bytes = g_byte_array_new();
    guint8 buffer[16384];
    while (error == 0) {
        ssize_t count = read(file, buffer, sizeof(buffer));
        if (count == 0)
            break;
        if (count < 0)
            error = errno == EINTR ? 0 : -errno;
        else if (bytes->len + (gsize) count > LIMIT_CONTENT_BYTES)
            error = -EFBIG;
        else
            g_byte_array_append(bytes, buffer, (guint) count);
    }
    close(file);
    GBytes *content = g_byte_array_free_to_bytes(bytes);
    if (error == 0)
        *ret_content = content;
    else
        g_bytes_unref(content);
    return error;
}

static struct snapshot *take_snapshot(struct settings *settings, const char *key) {
    struct snapshot *snapshot = g_hash_table_lookup(settings->files, key);
    if (snapshot != NULL)
        return snapshot;
    snapshot = g_new0(struct snapshot, 1);
    snapshot->error = read_file(settings_text(settings, key), &snapshot->content);
    g_hash_table_insert(settings->files, g_strdup(key), snapshot);
    return snapshot;
}

int32_t settings_file(struct settings *settings, const char *key,
                      struct boot_host_span *ret_content) {
    const struct setting *setting = find(settings, key);
    if (setting == NULL)
        return -ENOENT;
    if (setting->type != BOOT_HOST_PATH || ret_content == NULL)
        return -EINVAL;
    g_mutex_lock(&settings->lock);
    struct snapshot *snapshot = take_snapshot(settings, key);
    g_mutex_unlock(&settings->lock);
    if (snapshot->error == 0)
        ret_content->data = g_bytes_get_data(snapshot->content, &ret_content->size);
    return snapshot->error;
}

void settings_set_file(struct settings *settings, const char *key, GBytes *content) {
    struct snapshot *snapshot = g_new0(struct snapshot, 1);
    snapshot->content = g_bytes_ref(content);
    g_mutex_lock(&settings->lock);
    g_hash_table_replace(settings->files, g_strdup(key), snapshot);
    g_mutex_unlock(&settings->lock);
}

/* ---- Reports of the provider ----------------------------------------------------------------- */

/* The line of the file that a path setting names, else the line of the setting, else the group. */
static char *find_place(const struct settings *settings, const char *key, uint32_t line) {
    const struct setting *setting = find(settings, key);
    if (setting != NULL && setting->type == BOOT_HOST_PATH && line > 0)
        return g_strdup_printf("%s:%u", setting->text, line);
    if (setting != NULL && setting->where != NULL)
        return g_strdup(setting->where);
    return g_strdup(settings->config->where);
}

void settings_report(struct settings *settings, bool is_fatal, const char *key, uint32_t line,
                     const char *text) {
    if (settings->report != NULL) {
        settings->report(is_fatal, key, line, text, settings->report_user);
        return;
    }
    const char *name = settings->config->name;
    g_autofree char *where = find_place(settings, key, line);
    g_autofree char *words = g_utf8_make_valid(text != NULL ? text : "is wrong", -1);
    const char *label = key != NULL ? key : "";
    const char *gap = key != NULL ? " " : "";

    g_mutex_lock(&settings->lock);
    bool collects = settings->problems != NULL;
    if (collects)
        g_ptr_array_add(settings->problems, problem_new(is_fatal, where, "[provider %s]%s%s: %s",
                                                        name, gap, label, words));
    g_mutex_unlock(&settings->lock);
    if (!collects)
        log_line(is_fatal ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, NULL, name,
                 "%s: [provider %s]%s%s: %s", where != NULL ? where : "config", name, gap, label,
                 words);
}

void settings_set_reporter(struct settings *settings, settings_report_fn report, void *user) {
    settings->report = report;
    settings->report_user = user;
}
