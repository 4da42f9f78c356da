/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One provider alone on the daemon's own machinery.
 */
#include "conformance/stand.h"

#include <errno.h>

#include "base/limits.h"
#include "provider/generation.h"
#include "provider/instance.h"

#define CLOSE_PATIENCE_US (10 * CLOCK_SECOND)

struct stand {
    struct generation *generation;
};

struct stand *stand_open(struct module *module, struct instance_config *config, gboolean check,
                         GPtrArray *problems) {
    g_autoptr(GPtrArray) configs = g_ptr_array_new();
    g_autoptr(GPtrArray) modules = g_ptr_array_new();
    g_ptr_array_add(configs, config);
    g_ptr_array_add(modules, module);
    struct generation_options options = {
        .instances = configs,
        .modules = modules,
        .clock = clock_monotonic(),
        .check = check,
        .strict = TRUE,
        .number = 1,
    };
    struct generation *generation = generation_new(&options, problems);
    if (generation == NULL)
        return NULL;
    struct stand *stand = g_new0(struct stand, 1);
    stand->generation = generation;
    return stand;
}

gboolean stand_close(struct stand *stand) {
    gboolean closed = generation_finish(stand->generation, CLOSE_PATIENCE_US);
    g_free(stand);
    return closed;
}

struct instance *stand_instance(const struct stand *stand) {
    return generation_get_instances(stand->generation)->pdata[0];
}

guint64 stand_counter(const struct stand *stand, const char *key) {
    g_autoptr(GVariant) status = g_variant_ref_sink(instance_status(stand_instance(stand)));
    guint64 count = 0;
    g_variant_lookup(status, key, "t", &count);
    return count;
}

/* ---- Asking ---------------------------------------------------------------------------------- */

static void take_trace(struct stand_answer *answer, struct trace *trace) {
    answer->trace = trace_ref(trace);
    answer->is_done = TRUE;
    struct trace_entry entry;
    if (!trace_get_entry(trace, 0, &entry))
        return; /* it does not have this door */
    answer->verdict = entry.verdict;
    answer->reason = entry.reason;
    answer->microseconds = entry.microseconds;
}

static void decided(const struct decision *decision, void *user) {
    struct stand_answer *answer = user;
    answer->reply = reply_copy(decision->reply);
    take_trace(answer, decision->trace);
}

static void given(const struct chain_content *content, void *user) {
    struct stand_answer *answer = user;
    answer->kind = content->kind;
    answer->bytes = content->bytes != NULL ? g_bytes_ref(content->bytes) : NULL;
    answer->name = g_strdup(content->name);
    answer->reader = content->reader;
    take_trace(answer, content->trace);
}

/* However often it has failed: the breaker must not keep anything from it here. */
static void reset_breaker(const struct stand *stand) {
    breaker_succeed(&stand_instance(stand)->breaker);
}

void stand_begin(struct stand *stand, struct request *request, struct stand_answer *answer) {
    *answer = (struct stand_answer){0};
    reset_breaker(stand);
    if (request_get_stage(request) == BOOT_HOST_STAGE_FILE)
        chain_content(stand->generation, request, given, answer);
    else
        chain_decide(stand->generation, request, decided, answer);
}

void stand_wait(struct stand_answer *answer) {
    while (!answer->is_done)
        g_main_context_iteration(NULL, TRUE);
}

void stand_ask(struct stand *stand, struct request *request, struct stand_answer *ret_answer) {
    stand_begin(stand, request, ret_answer);
    stand_wait(ret_answer);
}

void stand_event(struct stand *stand, struct request *request,
                 const struct boot_host_event *event) {
    reset_breaker(stand);
    chain_event(stand->generation, request, event);
}

void stand_answer_clear(struct stand_answer *answer) {
    if (answer->reader.close != NULL)
        answer->reader.close(answer->reader.user);
    g_clear_pointer(&answer->bytes, g_bytes_unref);
    g_clear_pointer(&answer->reply, reply_unref);
    g_clear_pointer(&answer->trace, trace_unref);
    g_free(answer->name);
    *answer = (struct stand_answer){0};
}

static gboolean ring(gpointer rung) {
    *(gboolean *) rung = TRUE;
    return G_SOURCE_REMOVE;
}

void stand_idle(int64_t microseconds) {
    gboolean is_over = FALSE;
    g_timeout_add((guint) (microseconds / CLOCK_MILLISECOND), ring, &is_over);
    while (!is_over)
        g_main_context_iteration(NULL, TRUE);
}

/* ---- Reading --------------------------------------------------------------------------------- */

GBytes *stand_read(const struct stand_answer *answer, uint64_t step, int *ret_errno) {
    if (answer->kind == CHAIN_CONTENT_BYTES)
        return g_bytes_ref(answer->bytes);
    g_autoptr(GByteArray) all = g_byte_array_new();
    g_autofree uint8_t *buffer = g_malloc(step);
    int64_t count = 1;
    while (count > 0 && all->len <= LIMIT_CONTENT_BYTES) {
        count = answer->reader.read(answer->reader.user, all->len, buffer, step);
        if (count > 0)
            g_byte_array_append(all, buffer, (guint) count);
    }
    if (count == 0)
        return g_byte_array_free_to_bytes(g_steal_pointer(&all));
    *ret_errno = count < 0 ? (int) count : -EFBIG;
    return NULL;
}
