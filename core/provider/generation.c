/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A generation: loading, opening and closing the instances of one chain.
 */
#include "provider/generation.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "provider/dispatch.h"
#include "provider/instance.h"
#include "provider/life.h"
#include "provider/loader.h"
#include "provider/module-store.h"
#include "provider/remote.h"

/* A file that this generation has taken a module from. */
struct taken {
    dev_t device;
    ino_t inode;
    struct module *module;
};

struct generation {
    gatomicrefcount refs;
    uint64_t number;
    gboolean check;
    const struct clock *clock;
    struct call *spare;     /* see generation_take_call */
    int64_t wall_offset_us; /* of the wall clock to ours, and when that was looked at */
    int64_t wall_checked_us;
    GMainContext *context;
    GArray *modules;      /* struct taken */
    GPtrArray *instances; /* struct instance *; each is closed, not freed by the array */
    struct mailbox *mailbox;
    struct life *life;
};

/* ---- Modules --------------------------------------------------------------------------------- */

static void clear_taken(gpointer taken) {
    module_unref(((struct taken *) taken)->module);
}

/* Tables that are part of the program go by their name. */
static struct module *find_builtin(const GPtrArray *modules, const char *word) {
    for (guint i = 0; modules != NULL && i < modules->len; i++) {
        struct module *module = modules->pdata[i];
        if (g_strcmp0(module->provider.name, word) == 0)
            return module;
    }
    return NULL;
}

/* Two paths may name one file, which is one module. */
static struct module *find_taken(const struct generation *generation, const struct stat *info) {
    for (guint i = 0; i < generation->modules->len; i++) {
        const struct taken *taken = &g_array_index(generation->modules, struct taken, i);
        if (taken->inode == info->st_ino && taken->device == info->st_dev)
            return taken->module;
    }
    return NULL;
}

static struct module *find_module(struct generation *generation,
                                  const struct generation_options *options, const char *word,
                                  char **ret_error) {
    struct module *module = find_builtin(options->modules, word);
    if (module != NULL)
        return module;
    g_autofree char *path = module_find(options->module_folder, word, ret_error);
    if (path == NULL)
        return NULL;
    struct stat info = {0};
    module = stat(path, &info) == 0 ? find_taken(generation, &info) : NULL;
    if (module != NULL)
        return module;
    module = options->store != NULL ? module_store_load(options->store, path, ret_error)
                                    : module_load(path, ret_error);
    struct taken taken = {.device = info.st_dev, .inode = info.st_ino, .module = module};
    if (module != NULL)
        g_array_append_val(generation->modules, taken);
    return module;
}

/* ---- An instance that could not be opened ---------------------------------------------------- */

static int32_t open_absent(const struct boot_host *host, const struct boot_host_config *config,
                           uint32_t flags, void **ret_instance) {
    *ret_instance = (void *) host;
    return 0;
}

static int32_t decide_absent(void *instance, const struct boot_host_request *request,
                             struct boot_host_reply *reply) {
    const struct boot_host *host = instance;
    host->reply_set(reply, BOOT_HOST_REPLY_REASON, "it did not open: see the daemon's first lines");
    return -ENODEV;
}

static int32_t content_absent(void *instance, const struct boot_host_request *request,
                              struct boot_host_content *content) {
    return -ENODEV;
}

static const struct boot_host_provider absent = {
    .size = sizeof(absent),
    .abi = BOOT_HOST_ABI,
    .flags = BOOT_HOST_INLINE,
    .name = "absent",
    .version = BOOTHOST_VERSION,
    .summary = "Stands for a provider that could not be opened: always fails",
    .open = open_absent,
    .decide = decide_absent,
    .content = content_absent,
};

/* The group's name, policies and filters, but nothing of its settings. Filters that are wrong
 * themselves are left out: then it stands for all clients. */
static struct instance *open_absent_instance(const struct instance_config *config,
                                             const struct instance_options *options) {
    g_autoptr(GPtrArray) unused = problem_list_new();
    char *error = NULL;
    struct module *module = module_new_builtin(&absent, &error);
    struct instance_config *bare = instance_config_new(config->name);
    bare->where = g_strdup(config->where);
    bare->on_error = config->on_error;
    bare->on_timeout = config->on_timeout;
    struct match *match = match_new(config, unused);
    if (unused->len == 0) {
        bare->match_architecture = g_strdupv(config->match_architecture);
        bare->match_network = g_strdupv(config->match_network);
        bare->match_interface = g_strdupv(config->match_interface);
        bare->match_vendor_class = g_strdupv(config->match_vendor_class);
    }
    struct instance *instance = instance_open(module, bare, options, unused);
    match_free(match);
    instance_config_unref(bare);
    module_unref(module);
    return instance;
}

/* ---- Opening --------------------------------------------------------------------------------- */

/* In a process of its own, from a private copy as in ours. */
static struct instance *open_remote(const struct generation_options *options,
                                    struct instance_config *config,
                                    const struct instance_options *shared, GPtrArray *problems) {
    g_autofree char *error = NULL;
    g_autofree char *found = NULL;
    g_autofree char *copy = NULL;
    g_autofree char *hash = NULL;
    if (config->command != NULL)
        return remote_open_instance(config, NULL, shared, problems);
    found =
        module_find(options->module_folder, config->module != NULL ? config->module : "", &error);
    error = found != NULL ? module_judge(found) : g_steal_pointer(&error);
    if (error == NULL && options->store != NULL)
        copy = module_store_copy(options->store, found, &hash, &error);
    struct remote_image image = {
        .path = copy != NULL ? copy : found, .origin = found, .hash = hash};
    if (error == NULL)
        return remote_open_instance(config, &image, shared, problems);
    g_ptr_array_add(problems,
                    problem_new(TRUE, config->where, "[provider %s]: %s", config->name, error));
    return NULL;
}

static struct instance *open_instance(struct generation *generation,
                                      const struct generation_options *options,
                                      struct instance_config *config, GPtrArray *problems) {
    struct instance_options shared = {
        .clock = generation->clock, .mailbox = generation->mailbox, .check = options->check};
    g_autofree char *error = NULL;
    const char *word = config->module != NULL ? config->module : "";
    shared.context = generation->context;
    shared.remote_host = options->remote_host;
    if (remote_is_wanted(config))
        return open_remote(options, config, &shared, problems);
    struct module *module = find_module(generation, options, word, &error);
    if (module != NULL)
        return instance_open(module, config, &shared, problems);
    g_ptr_array_add(problems,
                    problem_new(TRUE, config->where, "[provider %s]: %s", config->name, error));
    return NULL;
}

/* A daemon starts without what is not critical, but says what that means. */
static struct instance *do_without(struct generation *generation,
                                   const struct instance_config *config, GPtrArray *problems) {
    struct instance_options shared = {.clock = generation->clock, .mailbox = generation->mailbox};
    if (config->on_error == INSTANCE_NEXT) {
        g_ptr_array_add(problems,
                        problem_new(FALSE, config->where,
                                    "[provider %s] is left out: clients are answered without it "
                                    "(on-error = drop or critical = yes would forbid that)",
                                    config->name));
        return NULL;
    }
    g_ptr_array_add(
        problems, problem_new(FALSE, config->where,
                              "[provider %s] fails for every client from now on, and its on-error "
                              "is followed",
                              config->name));
    return open_absent_instance(config, &shared);
}

/* FALSE: this generation must not serve. */
static gboolean open_chain(struct generation *generation, const struct generation_options *options,
                           GPtrArray *problems) {
    const GPtrArray *configs = options->instances;
    guint first = problems->len;
    guint opened = 0;
    gboolean is_doomed = FALSE;
    for (guint i = 0; i < configs->len; i++) {
        struct instance_config *config = configs->pdata[i];
        struct instance *instance = open_instance(generation, options, config, problems);
        opened += instance != NULL ? 1 : 0;
        is_doomed = is_doomed || (instance == NULL && config->critical);
        if (instance == NULL && !options->check && !options->strict && !config->critical)
            instance = do_without(generation, config, problems);
        if (instance != NULL)
            g_ptr_array_add(generation->instances, instance);
    }
    if (options->check || options->strict)
        return !problem_list_is_fatal(problems, first);
    return !is_doomed && (opened > 0 || configs->len == 0);
}

static void hold_generation(void *user) {
    generation_ref(user);
}

static void release_generation(void *user) {
    generation_unref(user);
}

static void deliver(struct call *call, void *user) {
    dispatch_deliver(call);
}

static int64_t next_deadline(void *user) {
    const struct generation *generation = user;
    int64_t next = INT64_MAX;
    for (guint i = 0; i < generation->instances->len; i++)
        next = MIN(next, dispatch_next_deadline(generation->instances->pdata[i]));
    return next;
}

static void expire(int64_t now_us, void *user) {
    struct generation *generation = user;
    for (guint i = 0; i < generation->instances->len; i++)
        dispatch_expire(generation->instances->pdata[i], now_us);
}

static struct generation *make_generation(const struct generation_options *options) {
    struct generation *generation = g_new0(struct generation, 1);
    g_atomic_ref_count_init(&generation->refs);
    generation->number = options->number;
    generation->check = options->check;
    generation->clock = options->clock;
    generation->context =
        g_main_context_ref(options->context != NULL ? options->context : g_main_context_default());
    generation->modules = g_array_new(FALSE, FALSE, sizeof(struct taken));
    g_array_set_clear_func(generation->modules, clear_taken);
    generation->instances = g_ptr_array_new();
    generation->life = life_new(options->number, generation->context);
    struct mailbox_reader reader = {
        .deliver = deliver,
        .next_deadline = next_deadline,
        .expire = expire,
        .hold = hold_generation,
        .release = release_generation,
        .user = generation,
    };
    generation->mailbox = mailbox_new(generation->context, options->clock, &reader);
    return generation;
}

/* ---- Closing --------------------------------------------------------------------------------- */

static void close_generation(struct generation *generation) {
    for (guint i = 0; i < generation->instances->len; i++)
        instance_close(generation->instances->pdata[i]);
    call_free(generation->spare);
    mailbox_unref(generation->mailbox);
    g_ptr_array_unref(generation->instances);
    g_array_unref(generation->modules);
    g_main_context_unref(generation->context);
    life_unref(generation->life);
    g_free(generation);
}

static gpointer close_in_background(gpointer data) {
    struct generation *generation = data;
    struct life *life = life_ref(generation->life);
    close_generation(generation);
    life_close(life);
    life_unref(life);
    return NULL;
}

struct generation *generation_new(const struct generation_options *options, GPtrArray *problems) {
    if (options->instances->len > LIMIT_CHAIN) {
        g_ptr_array_add(problems,
                        problem_new(TRUE, NULL, "the chain has %u providers; %d are the most",
                                    options->instances->len, LIMIT_CHAIN));
        return NULL;
    }
    struct generation *generation = make_generation(options);
    if (open_chain(generation, options, problems)) {
        /* Only now: its thread may be another one, and looks at all instances. */
        mailbox_open(generation->mailbox);
        return generation;
    }
    mailbox_close(generation->mailbox);
    close_generation(generation);
    return NULL;
}

/* ---- Life ------------------------------------------------------------------------------------ */

struct generation *generation_ref(struct generation *generation) {
    g_atomic_ref_count_inc(&generation->refs);
    return generation;
}

void generation_unref(struct generation *generation) {
    if (generation == NULL || !g_atomic_ref_count_dec(&generation->refs))
        return;
    mailbox_close(generation->mailbox);
    life_end(generation->life);
    GThread *thread = g_thread_try_new("provider-close", close_in_background, generation, NULL);
    if (thread != NULL)
        g_thread_unref(thread);
    else
        close_in_background(generation);
}

static gboolean unref_now(gpointer generation) {
    generation_unref(generation);
    return G_SOURCE_REMOVE;
}

void generation_unref_later(struct generation *generation) {
    /* Not g_main_context_invoke, which runs it here at a moment when nobody runs the context. */
    g_autoptr(GMainContext) context = g_main_context_ref(generation->context);
    g_autoptr(GSource) source = g_idle_source_new();
    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, unref_now, generation, NULL);
    g_source_attach(source, context);
}

struct generation *generation_enter(struct generation *generation) {
    life_enter(generation->life);
    return generation_ref(generation);
}

void generation_leave(struct generation *generation) {
    life_leave(generation->life);
    generation_unref(generation);
}

void generation_leave_later(struct generation *generation) {
    life_leave(generation->life);
    generation_unref_later(generation);
}

static gboolean ring(gpointer rung) {
    *(gboolean *) rung = TRUE;
    return G_SOURCE_CONTINUE;
}

gboolean generation_finish(struct generation *generation, int64_t timeout_us) {
    g_autoptr(GMainContext) context = g_main_context_ref(generation->context);
    struct life *life = life_ref(generation->life);
    gboolean is_over = FALSE;
    GSource *alarm = g_timeout_source_new((guint) MAX(timeout_us / CLOCK_MILLISECOND, 1));
    g_source_set_callback(alarm, ring, &is_over, NULL);
    g_source_attach(alarm, context);

    generation_unref(generation);
    while (!life_is_closed(life) && !is_over)
        g_main_context_iteration(context, TRUE);

    g_source_destroy(alarm);
    g_source_unref(alarm);
    gboolean is_closed = life_is_closed(life);
    life_unref(life);
    return is_closed;
}

uint64_t generation_get_number(const struct generation *generation) {
    return generation->number;
}

struct life *generation_get_life(const struct generation *generation) {
    return generation->life;
}

gboolean generation_is_check(const struct generation *generation) {
    return generation->check;
}

struct call *generation_take_call(struct generation *generation) {
    return g_steal_pointer(&generation->spare);
}

void generation_give_call(struct generation *generation, struct call *call) {
    if (generation->spare != NULL) {
        call_free(call);
        return;
    }
    call_reset(call, CALL_DECIDE, NULL, NULL);
    generation->spare = call;
}

int64_t generation_wall_time(struct generation *generation, int64_t now_us) {
    int64_t age = now_us - generation->wall_checked_us;
    if (generation->wall_offset_us == 0 || age < 0 || age >= CLOCK_SECOND) {
        generation->wall_offset_us = g_get_real_time() - now_us;
        generation->wall_checked_us = now_us;
    }
    return now_us + generation->wall_offset_us;
}

const struct clock *generation_get_clock(const struct generation *generation) {
    return generation->clock;
}

const GPtrArray *generation_get_instances(const struct generation *generation) {
    return generation->instances;
}

GVariant *generation_status(const struct generation *generation) {
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < generation->instances->len; i++)
        g_variant_builder_add_value(&builder, instance_status(generation->instances->pdata[i]));
    return g_variant_builder_end(&builder);
}
