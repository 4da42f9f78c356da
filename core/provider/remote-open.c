/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An instance whose provider lives in a process of its own: what it says of itself, and the slots
 * that are called rarely and may wait: open, restore, drain, save, close.
 */
#include <errno.h>
#include <string.h>

#include "provider/remote-private.h"
#include "provider/sandbox-files.h"
#include "provider/state.h"

/* ---- Opening the instance -------------------------------------------------------------------- */

static struct instance *instance_of(const struct boot_host *host) {
    return (struct instance *) ((char *) host - offsetof(struct instance, host));
}

static void add_grant(const char *key, const char *text, uint32_t type, bool is_written,
                      void *user) {
    struct remote *remote = user;
    if (type == BOOT_HOST_PATH && text != NULL && text[0] != '\0')
        g_ptr_array_add(remote->grants, g_strdup(text));
}

/* The process was started before it had told which of its settings are paths. */
static bool grant_paths(struct remote *remote, GError **ret_error) {
    settings_visit(remote->instance->settings, add_grant, remote);
    if (remote->grants->len == 0)
        return true;
    g_clear_pointer(&remote->peer, peer_free);
    remote->peer = remote_start_peer(remote, ret_error);
    return remote->peer != NULL;
}

struct opening {
    struct remote *remote;
    GVariantBuilder settings;
    GVariantBuilder files;
};

/* boothost-worker knows the schema itself, and must see what was written apart from what was not. */
static void add_setting(const char *key, const char *text, uint32_t type, bool is_written,
                        void *user) {
    struct opening *opening = user;
    const struct remote *remote = opening->remote;
    if (text == NULL) /* neither written nor has it a default */
        return;
    g_autofree char *safe = g_utf8_make_valid(text, -1);
    if (is_written || remote->form == REMOTE_FIELDS)
        g_variant_builder_add(&opening->settings, "(ss)", key, safe);
    struct boot_host_span content = {0};
    if (type != BOOT_HOST_PATH || settings_file(remote->instance->settings, key, &content) != 0)
        return;
    g_variant_builder_add(
        &opening->files, "{s@ay}", key,
        g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, content.data, content.size, 1));
}

static GVariant *make_opening(struct remote *remote, uint32_t flags) {
    struct opening opening = {.remote = remote};
    g_variant_builder_init(&opening.settings, G_VARIANT_TYPE("a(ss)"));
    g_variant_builder_init(&opening.files, G_VARIANT_TYPE("a{say}"));
    settings_visit(remote->instance->settings, add_setting, &opening);
    return g_variant_ref_sink(g_variant_new("(s@a(ss)@a{say}u)", remote->config->name,
                                            g_variant_builder_end(&opening.settings),
                                            g_variant_builder_end(&opening.files), flags));
}

static int32_t report_problems(struct remote *remote, GVariant *answer) {
    g_autoptr(GVariantIter) iter = NULL;
    const char *key = NULL;
    const char *text = NULL;
    uint32_t line = 0;
    gboolean is_fatal = FALSE;
    int32_t error = 0;
    g_variant_get(answer, "(a(susb))", &iter);
    while (g_variant_iter_next(iter, "(&su&sb)", &key, &line, &text, &is_fatal)) {
        settings_report(remote->instance->settings, is_fatal, key[0] != '\0' ? key : NULL, line,
                        text);
        error = is_fatal ? -EINVAL : error;
    }
    return error;
}

static int32_t open_remote(const struct boot_host *host, const struct boot_host_config *config,
                           uint32_t flags, void **ret_instance) {
    struct remote *remote = instance_of(host)->remote;
    g_autoptr(GError) error = NULL;
    remote->instance = instance_of(host);
    if (!grant_paths(remote, &error)) {
        host->config_error(config, NULL, 0, error->message);
        return -EIO;
    }
    remote->opening = make_opening(remote, flags);
    g_autoptr(GVariant) answer = peer_call(remote->peer, "Open", g_variant_ref(remote->opening),
                                           "(a(susb))", REMOTE_OPEN_US, &error);
    if (answer == NULL) {
        g_autofree char *text = g_strdup_printf("does not open: %s", error->message);
        host->config_error(config, NULL, 0, text);
        return -EIO;
    }
    int32_t refusal = report_problems(remote, answer);
    if (refusal != 0)
        return refusal;
    remote->instance->thread_count = remote->at_once;
    *ret_instance = remote;
    remote_adopt(remote, g_steal_pointer(&remote->peer));
    remote_attach(remote);
    return 0;
}

/* ---- The other rare slots -------------------------------------------------------------------- */

/* The packet thread only tries the lock, so that it may be held while the process takes its time. */
static GVariant *call_slot(struct remote *remote, const char *method, GVariant *parameters,
                           const char *type) {
    g_autoptr(GError) error = NULL;
    GVariant *answer = NULL;
    g_rec_mutex_lock(&remote->lock);
    if (remote->phase == REMOTE_RUNNING)
        answer = peer_call(remote->peer, method, parameters, type,
                           MAX(remote->config->deadline_us, CLOCK_SECOND), &error);
    else
        g_variant_unref(g_variant_ref_sink(parameters));
    remote_wake(remote);
    g_rec_mutex_unlock(&remote->lock);
    if (error != NULL) {
        g_autofree char *text = g_strdup_printf("%s failed: %s, ignoring", method, error->message);
        remote_log(BOOT_HOST_LOG_WARNING, text, remote);
    }
    return answer;
}

static void drain_remote(void *state) {
    struct remote *remote = state;
    g_rec_mutex_lock(&remote->lock);
    remote_detach(remote);
    g_rec_mutex_unlock(&remote->lock);
    g_autoptr(GVariant) answer = call_slot(remote, "Drain", g_variant_new("()"), "()");
}

static int32_t save_remote(void *state, struct boot_host_state *blobs) {
    g_autoptr(GVariant) answer = call_slot(state, "Save", g_variant_new("()"), "(a{say})");
    if (answer == NULL)
        return -EIO;
    g_autoptr(GVariantIter) iter = NULL;
    const char *name = NULL;
    GVariant *blob = NULL;
    int32_t error = 0;
    g_variant_get(answer, "(a{say})", &iter);
    while (error == 0 && g_variant_iter_next(iter, "{&s@ay}", &name, &blob)) {
        gsize size = 0;
        const void *data = g_variant_get_fixed_array(blob, &size, 1);
        error = state_put((struct state *) blobs, name, data, size);
        g_variant_unref(blob);
    }
    return error;
}

static void add_blob(const char *name, const void *data, size_t size, void *builder) {
    g_variant_builder_add(builder, "{s@ay}", name,
                          g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, data, size, 1));
}

static int32_t restore_remote(void *state, const struct boot_host_state *blobs) {
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{say}"));
    state_visit((const struct state *) blobs, add_blob, &builder);
    g_autoptr(GVariant) answer = call_slot(
        state, "Restore", g_variant_new("(@a{say})", g_variant_builder_end(&builder)), "()");
    return answer != NULL ? 0 : -EIO;
}

static void close_remote(void *state) {
    struct remote *remote = state;
    g_autoptr(GVariant) answer = call_slot(remote, "Close", g_variant_new("()"), "()");
    g_rec_mutex_lock(&remote->lock);
    remote_detach(remote);
    remote->phase = REMOTE_CLOSED;
    g_clear_pointer(&remote->peer, peer_free);
    remote_fail_waiters(remote);
    remote_drop_calls(remote);
    g_rec_mutex_unlock(&remote->lock);
    g_mutex_lock(&remote->status_lock);
    remote->instance = NULL;
    g_mutex_unlock(&remote->status_lock);
}

/* The doors are there so that the chain asks; dispatch sends what they would be called with. */
static int32_t decide_remote(void *state, const struct boot_host_request *request,
                             struct boot_host_reply *reply) {
    return -EIO;
}

static int32_t content_remote(void *state, const struct boot_host_request *request,
                              struct boot_host_content *content) {
    return -EIO;
}

static void event_remote(void *state, const struct boot_host_request *request,
                         const struct boot_host_event *event) {
}

/* ---- What it says of itself ------------------------------------------------------------------ */

static void set_slots(struct boot_host_provider *table, const char *const *doors) {
    table->open = open_remote;
    table->close = close_remote;
    table->drain = drain_remote;
    table->decide = g_strv_contains(doors, "decide") ? decide_remote : NULL;
    table->content = g_strv_contains(doors, "content") ? content_remote : NULL;
    table->event = g_strv_contains(doors, "event") ? event_remote : NULL;
    table->save = g_strv_contains(doors, "state") ? save_remote : NULL;
    table->restore = g_strv_contains(doors, "state") ? restore_remote : NULL;
}

static void read_schema(struct remote *remote, GVariant *settings) {
    gsize count = g_variant_n_children(settings);
    remote->schema = g_new0(struct boot_host_setting, count);
    for (gsize i = 0; i < count; i++) {
        struct boot_host_setting *setting = &remote->schema[i];
        gboolean has_default = FALSE;
        const char *default_value = NULL;
        g_variant_get_child(settings, i, "(&suub&s&s)", &setting->name, &setting->type,
                            &setting->flags, &has_default, &default_value, &setting->help);
        setting->default_value = has_default ? default_value : NULL;
    }
    remote->table.settings = remote->schema;
    remote->table.setting_count = (uint32_t) count;
    remote->table.setting_size = sizeof(struct boot_host_setting);
}

static struct module *read_description(struct remote *remote, char **ret_error) {
    static const char *const usual_doors[] = {"decide", NULL};
    struct boot_host_provider *table = &remote->table;
    g_autoptr(GVariant) facts = g_variant_get_child_value(remote->description, 0);
    g_autoptr(GVariant) settings = g_variant_get_child_value(remote->description, 1);
    g_autofree const char **doors = NULL;
    gboolean is_raw = FALSE;
    table->size = sizeof(*table);
    table->abi = BOOT_HOST_ABI;
    remote->at_once = 1;
    g_variant_lookup(facts, "name", "&s", &table->name);
    g_variant_lookup(facts, "version", "&s", &table->version);
    g_variant_lookup(facts, "summary", "&s", &table->summary);
    g_variant_lookup(facts, "abi", "u", &table->abi);
    g_variant_lookup(facts, "at-once", "u", &remote->at_once);
    g_variant_lookup(facts, "doors", "^a&s", &doors);
    g_variant_lookup(facts, "raw", "b", &is_raw);
    remote->at_once = CLAMP(remote->at_once, 1, REMOTE_AT_ONCE);
    remote->form = is_raw ? REMOTE_PACKET : REMOTE_FIELDS;
    set_slots(table, doors != NULL ? doors : usual_doors);
    read_schema(remote, settings);
    return module_new_builtin(table, ret_error);
}

/* ---- From a configuration to an instance ----------------------------------------------------- */

bool remote_is_wanted(const struct instance_config *config) {
    return config->is_isolated || config->command != NULL;
}

static struct remote *make_remote(struct instance_config *config, const struct remote_image *image,
                                  const struct instance_options *options) {
    struct remote *remote = g_new0(struct remote, 1);
    g_atomic_ref_count_init(&remote->refs);
    remote->config = instance_config_ref(config);
    remote->program = g_strdup(options->remote_host->program);
    remote->user = g_strdup(options->remote_host->user);
    remote->context =
        g_main_context_ref(options->context != NULL ? options->context : g_main_context_default());
    if (image != NULL) {
        remote->module_path = g_strdup(image->path);
        remote->origin = g_strdup(image->origin);
        remote->hash = g_strdup(image->hash);
    }
    remote->is_check = options->check;
    remote->grants = g_ptr_array_new_with_free_func(g_free);
    remote->held = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    remote->waiters = g_hash_table_new(NULL, NULL);
    g_queue_init(&remote->queue);
    g_rec_mutex_init(&remote->lock);
    g_mutex_init(&remote->waiters_lock);
    g_cond_init(&remote->waiters_changed);
    g_mutex_init(&remote->status_lock);
    remote->shown_phase = REMOTE_STARTING;
    return remote;
}

static struct module *start(struct remote *remote, char **ret_error) {
    g_autoptr(GError) error = NULL;
    remote->peer = remote_start_peer(remote, &error);
    if (remote->peer == NULL) {
        *ret_error = g_strdup_printf("its process does not start: %s; what it has logged says more",
                                     error->message);
        return NULL;
    }
    struct module *module = read_description(remote, ret_error);
    if (module != NULL) {
        module->origin = remote->origin != NULL ? g_strdup(remote->origin)
                                                : g_strjoinv(" ", remote->config->command);
        module->hash = g_strdup(remote->hash);
    }
    return module;
}

struct instance *remote_open_instance(struct instance_config *config,
                                      const struct remote_image *image,
                                      const struct instance_options *options, GPtrArray *problems) {
    g_autofree char *error = NULL;
    if (options->remote_host == NULL || options->remote_host->program == NULL) {
        g_ptr_array_add(problems, problem_new(TRUE, config->where,
                                              "[provider %s]: boothost-worker is not installed, so "
                                              "no provider can have a process of its own",
                                              config->name));
        return NULL;
    }
    if (!sandbox_files_are_confined())
        g_ptr_array_add(problems, problem_new(FALSE, config->where,
                                              "[provider %s]: this kernel has no Landlock, so only "
                                              "their permissions keep files from its process",
                                              config->name));
    struct remote *remote = make_remote(config, image, options);
    struct module *module = start(remote, &error);
    struct instance_options shared = *options;
    shared.remote = remote;
    struct instance *instance =
        module != NULL ? instance_open(module, config, &shared, problems) : NULL;
    if (module == NULL)
        g_ptr_array_add(problems,
                        problem_new(TRUE, config->where, "[provider %s]: %s", config->name, error));
    module_unref(module);
    remote_unref(remote);
    return instance;
}
