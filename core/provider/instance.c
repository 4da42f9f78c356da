/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One configured provider: open, close, memory over a swap, and its voice.
 */
#include "provider/instance.h"

#include <errno.h>
#include <inttypes.h>

#include "base/log.h"
#include "provider/host.h"
#include "provider/remote.h"
#include "provider/state.h"
#include "provider/worker.h"

#define CLOSE_WAIT_US (5 * CLOCK_SECOND) /* at least so long a call may hold up the closing */

/* ---- Voice ----------------------------------------------------------------------------------- */

/* Control bytes would let a provider, or a client through it, forge lines. */
static char *make_safe(const char *text) {
    char *safe = g_utf8_make_valid(text, -1);
    for (char *at = safe; *at != '\0'; at++) {
        if (g_ascii_iscntrl(*at))
            *at = ' ';
    }
    return g_strchomp(safe);
}

static enum log_level level_of(uint32_t level) {
    if (level <= BOOT_HOST_LOG_ERROR)
        return LOG_LEVEL_ERROR;
    if (level <= BOOT_HOST_LOG_WARNING)
        return LOG_LEVEL_WARNING;
    return level <= BOOT_HOST_LOG_INFO ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG;
}

void instance_log(struct instance *instance, uint32_t level, const char *text) {
    if (instance->log != NULL) {
        instance->log(level, text, instance->log_user);
        return;
    }
    const char *name = instance->config->name;
    uint64_t left_out = 0;
    g_mutex_lock(&instance->lock);
    bool admitted = rate_allow(&instance->log_rate, clock_now(instance->clock), &left_out);
    g_mutex_unlock(&instance->lock);
    if (!admitted)
        return;
    if (left_out > 0)
        log_line(LOG_LEVEL_WARNING, NULL, name,
                 "provider %s: %" PRIu64 " lines of log left out, ignoring", name, left_out);
    g_autofree char *safe = make_safe(text);
    log_line(level_of(level), NULL, name, "provider %s: %s", name, safe);
}

void instance_warn(struct instance *instance, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    instance_log(instance, BOOT_HOST_LOG_WARNING, text);
}

/* ---- Opening --------------------------------------------------------------------------------- */

static void free_instance(struct instance *instance) {
    settings_free(instance->settings);
    match_free(instance->match);
    g_hash_table_unref(instance->tickets);
    g_mutex_clear(&instance->lock);
    g_cond_clear(&instance->changed);
    mailbox_unref(instance->mailbox);
    instance_config_unref(instance->config);
    module_unref(instance->module);
    remote_unref(instance->remote);
    g_free(instance);
}

static struct instance *make_instance(struct module *module, struct instance_config *config,
                                      const struct instance_options *options) {
    struct instance *instance = g_new0(struct instance, 1);
    host_init(&instance->host);
    instance->module = module_ref(module);
    instance->provider = &module->provider;
    instance->config = instance_config_ref(config);
    instance->clock = options->clock;
    instance->mailbox = mailbox_ref(options->mailbox);
    instance->remote = options->remote != NULL ? remote_ref(options->remote) : NULL;
    instance->is_direct = options->is_direct;
    instance->log = options->log;
    instance->log_user = options->user;
    instance->log_rate.limit = INSTANCE_LOG_LINES;
    instance->tickets = g_hash_table_new(g_int64_hash, g_int64_equal);
    g_mutex_init(&instance->lock);
    g_cond_init(&instance->changed);
    return instance;
}

/* What is wrong with a setting was said by the provider itself; a bare errno needs words
 * of ours. */
static bool open_provider(struct instance *instance, bool check, GPtrArray *problems) {
    const struct instance_config *config = instance->config;
    guint first = problems->len;
    uint32_t flags = check ? BOOT_HOST_OPEN_CHECK : 0;
    int32_t error = instance->provider->open(&instance->host,
                                             (const struct boot_host_config *) instance->settings,
                                             flags, &instance->state);
    bool reported = problem_list_is_fatal(problems, first);
    if (error == 0 && reported) {
        instance->provider->close(instance->state);
        return false;
    }
    if (error != 0 && !reported)
        g_ptr_array_add(
            problems, problem_new(TRUE, config->where,
                                  "[provider %s]: module %s does not open: %s; what it has logged "
                                  "says more",
                                  config->name, instance->provider->name, g_strerror(ABS(error))));
    return error == 0;
}

static bool open_all(struct instance *instance, const struct instance_options *options,
                     GPtrArray *problems) {
    guint first = problems->len;
    instance->match = match_new(instance->config, problems);
    instance->settings = settings_new(instance->provider, instance->config, problems);
    g_autoptr(GError) error = NULL;
    if (!worker_start(instance, &error))
        g_ptr_array_add(problems, problem_new(TRUE, instance->config->where,
                                              "[provider %s]: no thread for it: %s",
                                              instance->config->name, error->message));
    if (options->prepare != NULL)
        options->prepare(instance, options->user);
    bool opened = !problem_list_is_fatal(problems, first) &&
                  open_provider(instance, options->check, problems);
    settings_seal(instance->settings);
    return opened;
}

struct instance *instance_open(struct module *module, struct instance_config *config,
                               const struct instance_options *options, GPtrArray *problems) {
    struct instance *instance = make_instance(module, config, options);
    if (open_all(instance, options, problems))
        return instance;
    worker_stop(instance);
    free_instance(instance);
    return NULL;
}

/* ---- Closing --------------------------------------------------------------------------------- */

/* What nobody waits for any more; a reader among it must be closed before its instance is. */
static void free_posted(struct mailbox *mailbox) {
    struct call *call = NULL;
    while ((call = mailbox_take(mailbox)) != NULL)
        call_free(call);
}

void instance_close(struct instance *instance) {
    int64_t patience = MAX(instance->config->deadline_us, CLOSE_WAIT_US);
    if (!worker_wait_idle(instance, patience)) {
        instance_warn(instance,
                      "does not come back from a call, so it cannot be closed; it stays in "
                      "memory until the daemon ends, ignoring");
        return;
    }
    instance->provider->drain(instance->state);
    worker_cancel_all(instance, instance->config->deadline_us);
    worker_stop(instance);
    free_posted(instance->mailbox);
    instance->provider->close(instance->state);
    free_instance(instance);
}

/* ---- Memory over a swap ---------------------------------------------------------------------- */

int32_t instance_save(struct instance *instance, struct state *state) {
    return instance->provider->save(instance->state, (struct boot_host_state *) state);
}

int32_t instance_restore(struct instance *instance, const struct state *state) {
    return instance->provider->restore(instance->state, (const struct boot_host_state *) state);
}

/* ---- Status ---------------------------------------------------------------------------------- */

static void put_text(GVariantBuilder *builder, const char *key, const char *text) {
    g_variant_builder_add(builder, "{sv}", key, g_variant_new_string(text));
}

static void put_counter(GVariantBuilder *builder, const char *key,
                        const _Atomic uint64_t *counter) {
    g_variant_builder_add(builder, "{sv}", key, g_variant_new_uint64(statistics_get(counter)));
}

static const char *describe_threads(const struct instance *instance) {
    if (instance->remote != NULL)
        return "process";
    if (instance->thread_count == 0)
        return "inline";
    return instance->thread_count == 1 ? "worker" : "parallel";
}

static const char *describe_isolation(const struct instance *instance) {
    if (instance->config->command != NULL)
        return "command";
    return instance->remote != NULL ? "process" : "none";
}

GVariant *instance_status(const struct instance *instance) {
    const struct statistics *statistics = &instance->statistics;
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
    put_text(&builder, "name", instance->config->name);
    put_text(&builder, "module", instance->provider->name);
    put_text(&builder, "version", instance->provider->version);
    put_text(&builder, "path", module_get_origin(instance->module));
    put_text(&builder, "image", instance->module->hash != NULL ? instance->module->hash : "");
    put_text(&builder, "threads", describe_threads(instance));
    put_text(&builder, "state", instance->stalled > 0 ? "stalled" : "ok");
    put_text(&builder, "breaker", breaker_state_name((enum breaker_state) instance->breaker_shown));
    put_text(&builder, "isolation", describe_isolation(instance));
    if (instance->remote != NULL)
        remote_put_status(instance->remote, &builder);
    put_counter(&builder, "calls", &statistics->calls);
    put_counter(&builder, "errors", &statistics->errors);
    put_counter(&builder, "timeouts", &statistics->timeouts);
    put_counter(&builder, "late", &statistics->late);
    put_counter(&builder, "ignored", &statistics->ignored);
    put_counter(&builder, "shed", &statistics->shed);
    put_counter(&builder, "dropped-events", &statistics->dropped);
    g_variant_builder_add(&builder, "{sv}", "median-microseconds",
                          g_variant_new_int64(statistics_median(statistics)));
    return g_variant_builder_end(&builder);
}
