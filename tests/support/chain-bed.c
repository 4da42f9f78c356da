/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A chain in a test.
 */
#include "support/chain-bed.h"

#include <string.h>

#include "provider/loader.h"
#include "support/vector.h"

#define PATIENCE_MS      10000
#define CLOSE_TIMEOUT_US (5 * CLOCK_SECOND)

/* ---- Bed ------------------------------------------------------------------------------------- */

static void unref_config(gpointer config) {
    instance_config_unref(config);
}

static void unref_module(gpointer module) {
    module_unref(module);
}

struct chain_bed *chain_bed_new(const char *module_folder) {
    struct chain_bed *bed = g_new0(struct chain_bed, 1);
    bed->configs = g_ptr_array_new_with_free_func(unref_config);
    bed->modules = g_ptr_array_new_with_free_func(unref_module);
    bed->problems = problem_list_new();
    bed->module_folder = g_strdup(module_folder);
    bed->clock = clock_monotonic();
    return bed;
}

void chain_bed_free(struct chain_bed *bed) {
    if (bed->generation != NULL)
        g_assert_true(generation_finish(bed->generation, CLOSE_TIMEOUT_US));
    g_ptr_array_unref(bed->configs);
    g_ptr_array_unref(bed->modules);
    g_ptr_array_unref(bed->problems);
    g_free(bed->module_folder);
    g_free(bed);
}

struct instance_config *chain_bed_add(struct chain_bed *bed, const char *name, const char *module,
                                      ...) {
    struct instance_config *config = instance_config_new(name);
    config->module = g_strdup(module);
    config->where = g_strdup_printf("test.conf:%u", (bed->configs->len + 1) * 10);
    config->folder = g_strdup("/etc/boothost");
    va_list arguments;
    va_start(arguments, module);
    for (const char *key = va_arg(arguments, const char *); key != NULL;
         key = va_arg(arguments, const char *)) {
        const char *value = va_arg(arguments, const char *);
        g_autofree char *where = g_strdup_printf("test.conf:%u", (bed->configs->len + 1) * 10 +
                                                                     config->settings->len + 1);
        instance_config_add(config, key, value, where);
    }
    va_end(arguments);
    g_ptr_array_add(bed->configs, config);
    return config;
}

void chain_bed_add_table(struct chain_bed *bed, const struct boot_host_provider *table) {
    char *error = NULL;
    struct module *module = module_new_builtin(table, &error);
    g_assert_cmpstr(error, ==, NULL);
    g_assert_nonnull(module);
    g_ptr_array_add(bed->modules, module);
}

gboolean chain_bed_open(struct chain_bed *bed) {
    struct generation_options options = {
        .instances = bed->configs,
        .module_folder = bed->module_folder,
        .clock = bed->clock,
        .check = bed->check,
        .remote_host = bed->remote_host,
        .number = 7,
        .modules = bed->modules,
    };
    bed->generation = generation_new(&options, bed->problems);
    return bed->generation != NULL;
}

char *chain_bed_problems(const struct chain_bed *bed) {
    GString *lines = g_string_new(NULL);
    for (guint i = 0; i < bed->problems->len; i++) {
        const struct problem *problem = bed->problems->pdata[i];
        g_string_append_printf(lines, "%s: %s%s\n", problem->where,
                               problem->fatal ? "" : "warning: ", problem->text);
    }
    return g_string_free(lines, FALSE);
}

void chain_bed_open_clean(struct chain_bed *bed) {
    gboolean opened = chain_bed_open(bed);
    g_autofree char *problems = chain_bed_problems(bed);
    g_assert_cmpstr(problems, ==, "");
    g_assert_true(opened);
}

/* ---- Asking ---------------------------------------------------------------------------------- */

static void on_decided(const struct decision *decision, void *user) {
    struct chain_answer *answer = user;
    answer->is_done = TRUE;
    answer->verdict = decision->verdict;
    answer->boot_file = g_strdup(reply_get(decision->reply, BOOT_HOST_REPLY_BOOT_FILE));
    answer->trace = trace_ref(decision->trace);
}

static void on_content(const struct chain_content *content, void *user) {
    struct chain_answer *answer = user;
    answer->is_done = TRUE;
    answer->trace = trace_ref(content->trace);
    answer->content_kind = content->kind;
    answer->content = g_strdup(content->name);
    answer->reader = content->reader;
    if (content->bytes != NULL)
        answer->content =
            g_strndup(g_bytes_get_data(content->bytes, NULL), g_bytes_get_size(content->bytes));
}

static gboolean give_up(gpointer unused) {
    g_error("nothing came within %d ms", PATIENCE_MS);
    return G_SOURCE_REMOVE;
}

void chain_bed_run_until(gboolean (*done)(void *user), void *user) {
    guint alarm = g_timeout_add(PATIENCE_MS, give_up, NULL);
    while (!done(user))
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(alarm);
}

static gboolean is_done(void *user) {
    return ((struct chain_answer *) user)->is_done;
}

void chain_bed_begin(struct chain_bed *bed, struct request *request, struct chain_answer *answer) {
    *answer = (struct chain_answer){0};
    chain_decide(bed->generation, request, on_decided, answer);
}

void chain_bed_wait(struct chain_answer *answer) {
    chain_bed_run_until(is_done, answer);
}

void chain_bed_ask(struct chain_bed *bed, struct request *request,
                   struct chain_answer *ret_answer) {
    chain_bed_begin(bed, request, ret_answer);
    chain_bed_wait(ret_answer);
}

void chain_bed_ask_content(struct chain_bed *bed, struct request *request,
                           struct chain_answer *ret_answer) {
    *ret_answer = (struct chain_answer){0};
    chain_content(bed->generation, request, on_content, ret_answer);
    chain_bed_wait(ret_answer);
}

void chain_answer_clear(struct chain_answer *answer) {
    g_free(answer->boot_file);
    g_free(answer->content);
    trace_unref(answer->trace);
    *answer = (struct chain_answer){0};
}

char *chain_answer_line(const struct chain_answer *answer, guint index) {
    struct trace_entry entry;
    if (!trace_get_entry(answer->trace, index, &entry))
        return g_strdup("");
    return g_strdup_printf("%s %s %s", entry.provider, trace_verdict_name(entry.verdict),
                           entry.reason != NULL ? entry.reason : "-");
}

/* ---- Status ---------------------------------------------------------------------------------- */

static GVariant *status_value(const struct chain_bed *bed, guint index, const char *key) {
    g_autoptr(GVariant) all = g_variant_ref_sink(generation_status(bed->generation));
    g_autoptr(GVariant) one = g_variant_get_child_value(all, index);
    GVariant *value = g_variant_lookup_value(one, key, NULL);
    g_assert_nonnull(value);
    return value;
}

guint64 chain_bed_counter(const struct chain_bed *bed, guint index, const char *key) {
    g_autoptr(GVariant) value = status_value(bed, index, key);
    return g_variant_get_uint64(value);
}

char *chain_bed_word(const struct chain_bed *bed, guint index, const char *key) {
    g_autoptr(GVariant) value = status_value(bed, index, key);
    return g_variant_dup_string(value, NULL);
}

/* ---- Requests -------------------------------------------------------------------------------- */

static struct request_origin make_origin(uint16_t port) {
    static const uint8_t source[4] = {0, 0, 0, 0};
    static const uint8_t server[4] = {10, 0, 0, 1};
    return (struct request_origin){
        .source = address_from_ipv4(source, DHCP_PORT_CLIENT),
        .server = address_from_ipv4(server, 0),
        .interface_name = "eth0",
        .interface_index = 2,
        .port = port,
        .attempt = 1,
    };
}

struct request *chain_bed_request(const char *vector) {
    g_autoptr(GBytes) bytes = vector_load(vector);
    struct request_origin origin =
        make_origin(strstr(vector, "discover") != NULL ? DHCP_PORT_SERVER : DHCP_PORT_BOOT_SERVER);
    struct request *request = NULL;
    g_assert_cmpint(
        request_new(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), &origin, &request), ==,
        REQUEST_OK);
    return request;
}

struct request *chain_bed_file_request(const char *vector, const char *name) {
    struct request *last = chain_bed_request(vector);
    struct request_origin origin = make_origin(69);
    struct request *request = request_new_file(last, NULL, &origin, name);
    request_unref(last);
    return request;
}

/* ---- Log ------------------------------------------------------------------------------------- */

static GMutex catch_lock;
static GString *caught;

static GLogWriterOutput catch_line(GLogLevelFlags level, const GLogField *fields, gsize count,
                                   gpointer unused) {
    if ((level & G_LOG_FLAG_FATAL) != 0)
        return g_log_writer_standard_streams(level, fields, count, NULL);
    g_mutex_lock(&catch_lock);
    for (gsize i = 0; i < count; i++) {
        if (strcmp(fields[i].key, "MESSAGE") == 0)
            g_string_append_printf(caught, "%s\n", (const char *) fields[i].value);
    }
    g_mutex_unlock(&catch_lock);
    return G_LOG_WRITER_HANDLED;
}

void log_catch_begin(void) {
    caught = g_string_new(NULL);
    g_log_set_writer_func(catch_line, NULL, NULL);
}

gboolean log_catch_has(const char *part) {
    g_mutex_lock(&catch_lock);
    gboolean found = strstr(caught->str, part) != NULL;
    if (!found)
        g_test_message("the log so far:\n%s", caught->str);
    g_mutex_unlock(&catch_lock);
    return found;
}

void log_catch_clear(void) {
    g_mutex_lock(&catch_lock);
    g_string_truncate(caught, 0);
    g_mutex_unlock(&catch_lock);
}
