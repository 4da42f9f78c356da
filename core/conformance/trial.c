/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What checks have in common: loading, opening, asking.
 */
#include "conformance/trial.h"

#include <dlfcn.h>
#include <malloc.h>
#include <string.h>
#include <sys/resource.h>

#include "conformance/checks.h"
#include "provider/instance.h"

/* ---- Loading --------------------------------------------------------------------------------- */

/* Is it the settings that were refused? Then the table without them is not. */
static gboolean blames_settings(const char *path) {
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    boot_host_provider_entry_fn entry = NULL;
    if (handle != NULL)
        *(void **) &entry = dlsym(handle, BOOT_HOST_PROVIDER_ENTRY);
    const struct boot_host_provider *table = entry != NULL ? entry() : NULL;
    if (table == NULL || table->size < BOOT_HOST_PROVIDER_SIZE_MIN)
        return FALSE;
    struct boot_host_provider bare = {0};
    memcpy(&bare, table, MIN(table->size, sizeof(bare)));
    bare.setting_count = 0;
    struct provider provider;
    struct refusal refusal;
    if (!handshake(&bare, &provider, &refusal)) {
        refusal_clear(&refusal);
        return FALSE;
    }
    provider_clear(&provider);
    return TRUE;
}

gboolean trial_load(struct trial *trial) {
    g_autofree char *error = NULL;
    report_at(trial->report, "loading");
    struct module *module = module_load(trial->path, &error);
    report_at(trial->report, "");
    if (module == NULL) {
        report_fail(trial->report, blames_settings(trial->path) ? RULE_SETTINGS : RULE_TABLE, "%s",
                    error);
        return FALSE;
    }
    g_free(trial->config->module);
    trial->config->module = g_strdup(module->provider.name);
    trial->spy = spy_new(module, trial->report);
    return TRUE;
}

/* ---- Opening --------------------------------------------------------------------------------- */

struct instance_config *trial_copy_config(const struct trial *trial, int64_t deadline_us) {
    const struct instance_config *from = trial->config;
    struct instance_config *copy = instance_config_new(from->name);
    copy->module = g_strdup(from->module);
    copy->where = g_strdup(from->where);
    copy->folder = g_strdup(from->folder);
    copy->deadline_us = deadline_us;
    for (guint i = 0; i < from->settings->len; i++) {
        const struct instance_setting *setting = g_ptr_array_index(from->settings, i);
        instance_config_add(copy, setting->key, setting->value, setting->where);
    }
    return copy;
}

/* What the host has refused before the provider was asked is not the provider's fault. */
static void report_problems(struct trial *trial, const GPtrArray *problems, gboolean was_asked) {
    for (guint i = 0; i < problems->len; i++) {
        const struct problem *problem = g_ptr_array_index(problems, i);
        if (problem->fatal && was_asked)
            report_fail(trial->report, RULE_OPEN, "%s", problem->text);
        else if (problem->fatal)
            report_usage(trial->report, "%s", problem->text);
    }
}

struct stand *trial_open_with(struct trial *trial, struct instance_config *config, gboolean check) {
    g_autoptr(GPtrArray) problems = problem_list_new();
    uint32_t opens = trial->spy->opens;
    struct stand *stand = stand_open(&trial->spy->module, config, check, problems);
    if (stand == NULL)
        report_problems(trial, problems, trial->spy->opens > opens);
    return stand;
}

struct stand *trial_open(struct trial *trial) {
    return trial_open_with(trial, trial->config, FALSE);
}

void trial_close(struct trial *trial, struct stand *stand) {
    report_situation(trial->report, "it is to close");
    if (!stand_close(stand))
        report_fail(trial->report, RULE_CLOSE, "it does not close: a call, drain or close hangs");
    report_situation(trial->report, "%s", "");
}

/* ---- Other settings -------------------------------------------------------------------------- */

static const struct boot_host_setting *find_schema(const struct trial *trial, const char *key) {
    const struct provider *provider = &trial->spy->module.provider;
    for (uint32_t i = 0; i < provider->setting_count; i++) {
        if (strcmp(provider->settings[i].name, key) == 0)
            return &provider->settings[i];
    }
    return NULL;
}

/* NULL: leave it as it is. */
static char *vary(const struct boot_host_setting *schema, const char *value, gboolean least) {
    if (schema->type == BOOT_HOST_TEXT)
        return g_strconcat("other-", value, NULL);
    if (least)
        return NULL;
    int64_t number = g_ascii_strtoll(value, NULL, 10);
    if (schema->type == BOOT_HOST_INTEGER)
        return g_strdup_printf("%" G_GINT64_FORMAT, number + 1);
    if (schema->type == BOOT_HOST_BOOLEAN)
        return g_strdup(strcmp(value, "yes") == 0 || strcmp(value, "true") == 0 ? "no" : "yes");
    return NULL;
}

struct instance_config *trial_vary_config(const struct trial *trial, gboolean least) {
    struct instance_config *other = trial_copy_config(trial, trial->config->deadline_us);
    g_autofree char *name = g_strconcat(trial->config->name, "-other", NULL);
    other->name = g_intern_string(name);
    for (guint i = 0; i < other->settings->len; i++) {
        struct instance_setting *setting = g_ptr_array_index(other->settings, i);
        const struct boot_host_setting *schema = find_schema(trial, setting->key);
        char *value = schema != NULL ? vary(schema, setting->value, least) : NULL;
        if (value == NULL)
            continue;
        g_free(setting->value);
        setting->value = value;
    }
    return other;
}

/* ---- Asking ---------------------------------------------------------------------------------- */

void trial_ask(struct trial *trial, struct stand *stand, const struct guest *guest,
               struct stand_answer *ret_answer) {
    report_situation(trial->report, "%s", guest->words);
    stand_ask(stand, guest->request, ret_answer);
}

void trial_ask_all(struct trial *trial, struct stand *stand, GPtrArray *crowd) {
    for (guint i = 0; i < crowd->len; i++) {
        struct stand_answer answer;
        trial_ask(trial, stand, g_ptr_array_index(crowd, i), &answer);
        stand_answer_clear(&answer);
    }
    report_situation(trial->report, "%s", "");
    g_ptr_array_unref(crowd);
}

static void append_files(GPtrArray *crowd, const char *const *names) {
    g_autoptr(GPtrArray) files = crowd_files(names);
    g_ptr_array_extend_and_steal(crowd, g_steal_pointer(&files));
}

GPtrArray *trial_guests(const struct trial *trial) {
    GPtrArray *crowd = crowd_usual();
    append_files(crowd, trial->files);
    append_files(crowd, crowd_usual_names());
    return crowd;
}

GPtrArray *trial_files(struct trial *trial, struct stand *stand) {
    GPtrArray *files = crowd_files(trial->files);
    g_autoptr(GPtrArray) clients = crowd_usual();
    for (guint i = 0; i < clients->len; i++) {
        struct stand_answer answer;
        trial_ask(trial, stand, g_ptr_array_index(clients, i), &answer);
        const char *name = reply_get(answer.reply, BOOT_HOST_REPLY_BOOT_FILE);
        if (name != NULL)
            append_files(files, (const char *const[]){name, NULL});
        stand_answer_clear(&answer);
    }
    append_files(files, crowd_usual_names());
    return files;
}

gboolean trial_wait(const _Atomic uint32_t *counter, uint32_t wanted, int64_t patience_us) {
    int64_t end = g_get_monotonic_time() + patience_us;
    while (*counter < wanted && g_get_monotonic_time() < end)
        stand_idle(2 * CLOCK_MILLISECOND);
    return *counter >= wanted;
}

/* ---- Comparing answers ----------------------------------------------------------------------- */

static void add_field(GString *text, const char *name, const char *value) {
    if (value != NULL)
        g_string_append_printf(text, " %s=%s", name, value);
}

static void add_reply(GString *text, const struct reply *reply) {
    add_field(text, "boot-file", reply_get(reply, BOOT_HOST_REPLY_BOOT_FILE));
    add_field(text, "server", reply_get(reply, BOOT_HOST_REPLY_SERVER));
    add_field(text, "server-name", reply_get(reply, BOOT_HOST_REPLY_SERVER_NAME));
    add_field(text, "message", reply_get(reply, BOOT_HOST_REPLY_MESSAGE));
    const char *name = NULL, *value = NULL;
    for (uint32_t i = 0; reply_fact(reply, i, &name, &value); i++)
        add_field(text, name, value);
    struct boot_host_menu_item item;
    for (uint32_t i = 0; reply_get_menu_item(reply, i, &item); i++)
        add_field(text, "item", item.text);
    uint32_t space = 0, code = 0;
    struct boot_host_span span;
    for (uint32_t i = 0; reply_get_option(reply, i, &space, &code, &span); i++) {
        g_autofree char *bytes = g_base64_encode(span.data, span.size);
        g_string_append_printf(text, " option-%u-%u=%s", space, code, bytes);
    }
}

char *trial_fingerprint(const struct stand_answer *answer) {
    GString *text = g_string_new(trace_verdict_name(answer->verdict));
    if (answer->reply != NULL)
        add_reply(text, answer->reply);
    add_field(text, "name", answer->name);
    int error = 0;
    if (answer->kind != CHAIN_CONTENT_BYTES && answer->kind != CHAIN_CONTENT_READER)
        return g_string_free(text, FALSE);
    g_autoptr(GBytes) bytes = stand_read(answer, 65536, &error);
    g_autofree char *sum =
        bytes != NULL ? g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes) : NULL;
    add_field(text, "bytes", sum != NULL ? sum : g_strerror(-error));
    return g_string_free(text, FALSE);
}

static char *ask_for_fingerprint(struct trial *trial, struct stand *stand,
                                 const struct guest *guest) {
    struct stand_answer answer;
    trial_ask(trial, stand, guest, &answer);
    char *text = trial_fingerprint(&answer);
    stand_answer_clear(&answer);
    return text;
}

GPtrArray *trial_fingerprints(struct trial *trial, struct stand *stand, const GPtrArray *crowd) {
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    gboolean steady = TRUE;
    for (guint round = 0; round < 2; round++) {
        for (guint i = 0; i < crowd->len; i++) {
            char *text = ask_for_fingerprint(trial, stand, g_ptr_array_index(crowd, i));
            if (round == 0) {
                g_ptr_array_add(texts, text);
                continue;
            }
            steady = steady && strcmp(text, g_ptr_array_index(texts, i)) == 0;
            g_free(text);
        }
    }
    report_situation(trial->report, "%s", "");
    return steady ? g_steal_pointer(&texts) : NULL;
}

/* ---- A child process ------------------------------------------------------------------------- */

/* Each new thread would bring an arena of its own, and memory would seem to grow. */
static void bound_arenas(void) {
#if defined(__GLIBC__)
    mallopt(M_ARENA_MAX, 1);
#endif
}

void trial_run(struct trial *trial, const struct check *check) {
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    bound_arenas();
    if (check->loads || trial_load(trial))
        check->run(trial);
    if (trial->spy != NULL) {
        spy_free(trial->spy);
        trial->spy = NULL;
    }
    report_end(trial->report);
}
