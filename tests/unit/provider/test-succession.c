/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Memory from one generation to the next: whose, when, and when not.
 */
#include "provider/succession.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "provider/instance.h"
#include "support/chain-bed.h"

#define PATIENCE_US (20 * CLOCK_MILLISECOND)

/* ---- A provider that counts what it is asked ------------------------------------------------- */

struct memory {
    const struct boot_host *host;
    const struct boot_host_config *config;
    uint32_t count;
};

static const struct boot_host_setting settings[] = {
    {"sleep", BOOT_HOST_DURATION, 0, "0", "how long a decision takes"},
    {"fail-save", BOOT_HOST_BOOLEAN, 0, "no", "save fails"},
    {"fail-restore", BOOT_HOST_BOOLEAN, 0, "no", "restore fails"},
};

static int32_t open_memory(const struct boot_host *host, const struct boot_host_config *config,
                           uint32_t flags, void **ret_instance) {
    struct memory *memory = calloc(1, sizeof(*memory));
    memory->host = host;
    memory->config = config;
    *ret_instance = memory;
    return 0;
}

static void close_memory(void *instance) {
    free(instance);
}

static int32_t decide(void *instance, const struct boot_host_request *request,
                      struct boot_host_reply *reply) {
    struct memory *memory = instance;
    int64_t us = memory->host->config_number(memory->config, "sleep");
    struct timespec time = {us / 1000000, us % 1000000 * 1000};
    nanosleep(&time, NULL);
    memory->count++;
    return BOOT_HOST_PASS;
}

static int32_t save(void *instance, struct boot_host_state *state) {
    struct memory *memory = instance;
    if (memory->host->config_number(memory->config, "fail-save") != 0)
        return -EIO;
    return memory->host->state_put(state, "count", &memory->count, sizeof(memory->count));
}

static int32_t restore(void *instance, const struct boot_host_state *state) {
    struct memory *memory = instance;
    struct boot_host_span data = {0};
    if (memory->host->config_number(memory->config, "fail-restore") != 0)
        return -EBADMSG;
    int32_t result = memory->host->state_get(state, "count", &data);
    if (result == 0)
        memcpy(&memory->count, data.data, sizeof(memory->count));
    return result;
}

#define MEMORY(its_name, thread_flags, its_save)                                                   \
    {                                                                                              \
        .size = sizeof(struct boot_host_provider), .abi = BOOT_HOST_ABI, .flags = (thread_flags),  \
        .setting_count = G_N_ELEMENTS(settings), .setting_size = sizeof(settings[0]),              \
        .name = (its_name), .version = "1", .summary = "Counts", .settings = settings,             \
        .open = open_memory, .close = close_memory, .decide = decide, .save = (its_save),          \
        .restore = restore,                                                                        \
    }

static const struct boot_host_provider tables[] = {
    MEMORY("inline", BOOT_HOST_INLINE, save),
    MEMORY("worker", 0, save),
    MEMORY("parallel", BOOT_HOST_PARALLEL, save),
    MEMORY("forgetful", BOOT_HOST_INLINE, NULL),
};

/* ---- Two generations ------------------------------------------------------------------------- */

struct fixture {
    struct chain_bed *old;
    struct chain_bed *heir;
    struct request *request;
    GPtrArray *problems;
};

static struct chain_bed *new_bed(void) {
    struct chain_bed *bed = chain_bed_new(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(tables); i++)
        chain_bed_add_table(bed, &tables[i]);
    return bed;
}

static void set_up(struct fixture *fixture, gconstpointer unused) {
    fixture->old = new_bed();
    fixture->heir = new_bed();
    fixture->request = chain_bed_request("pxe/edk2-x64-discover");
    fixture->problems = problem_list_new();
}

static void tear_down(struct fixture *fixture, gconstpointer unused) {
    chain_bed_free(fixture->old);
    chain_bed_free(fixture->heir);
    request_unref(fixture->request);
    g_ptr_array_unref(fixture->problems);
}

static void ask(struct fixture *fixture, struct chain_bed *bed, guint times) {
    for (guint i = 0; i < times; i++) {
        struct chain_answer answer;
        chain_bed_ask(bed, fixture->request, &answer);
        chain_answer_clear(&answer);
    }
}

static void open_both(struct fixture *fixture) {
    chain_bed_open_clean(fixture->old);
    chain_bed_open_clean(fixture->heir);
}

/* Runs on a thread of its own, as the contract of succession_begin wants it. */
static gpointer begin(gpointer data) {
    struct fixture *fixture = data;
    return succession_begin(fixture->old->generation, fixture->heir->generation, PATIENCE_US,
                            fixture->problems);
}

static struct succession *begin_elsewhere(struct fixture *fixture) {
    return g_thread_join(g_thread_new("reload", begin, fixture));
}

/* The names of those that were taken over, joined by blanks. */
static char *take_all(struct fixture *fixture) {
    struct succession *succession = begin_elsewhere(fixture);
    succession_take_inline(succession, fixture->problems);
    GString *names = g_string_new(NULL);
    const GPtrArray *taken = succession_names(succession);
    for (guint i = 0; i < taken->len; i++)
        g_string_append_printf(names, "%s%s", i > 0 ? " " : "", (const char *) taken->pdata[i]);
    succession_end(succession);
    return g_string_free(names, FALSE);
}

static uint32_t count_of(const struct chain_bed *bed, guint index) {
    const struct instance *instance = generation_get_instances(bed->generation)->pdata[index];
    return ((const struct memory *) instance->state)->count;
}

static void assert_warning(const struct fixture *fixture, const char *words) {
    g_assert_cmpuint(fixture->problems->len, ==, 1);
    const struct problem *problem = fixture->problems->pdata[0];
    g_assert_false(problem->fatal);
    g_assert_cmpstr(problem->where, ==, "test.conf:10");
    g_assert_cmpstr(problem->text, ==, words);
}

/* ---- Tests ----------------------------------------------------------------------------------- */

static void test_each_kind(struct fixture *fixture, gconstpointer unused) {
    static const char *const kinds[] = {"inline", "worker", "parallel"};
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        chain_bed_add(fixture->old, kinds[i], kinds[i], NULL);
        chain_bed_add(fixture->heir, kinds[i], kinds[i], NULL);
    }
    open_both(fixture);
    ask(fixture, fixture->old, 5);
    g_autofree char *names = take_all(fixture);
    g_assert_cmpstr(names, ==, "worker parallel inline");
    g_assert_cmpuint(fixture->problems->len, ==, 0);
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++)
        g_assert_cmpuint(count_of(fixture->heir, i), ==, 5);
}

static void test_name_and_module(struct fixture *fixture, gconstpointer unused) {
    chain_bed_add(fixture->old, "a", "inline", NULL);
    chain_bed_add(fixture->old, "b", "inline", NULL);
    chain_bed_add(fixture->old, "c", "forgetful", NULL);
    chain_bed_add(fixture->heir, "c", "forgetful", NULL);
    chain_bed_add(fixture->heir, "b", "worker", NULL);
    chain_bed_add(fixture->heir, "x", "inline", NULL);
    chain_bed_add(fixture->heir, "a", "inline", NULL);
    open_both(fixture);
    ask(fixture, fixture->old, 2);
    g_autofree char *names = take_all(fixture);
    g_assert_cmpstr(names, ==, "a");
    g_assert_cmpuint(fixture->problems->len, ==, 0);
    g_assert_cmpuint(count_of(fixture->heir, 3), ==, 2);
    g_assert_cmpuint(count_of(fixture->heir, 2), ==, 0);
}

static void test_save_fails(struct fixture *fixture, gconstpointer unused) {
    chain_bed_add(fixture->old, "a", "inline", "fail-save", "yes", NULL);
    chain_bed_add(fixture->heir, "a", "inline", NULL);
    open_both(fixture);
    g_autofree char *names = take_all(fixture);
    g_assert_cmpstr(names, ==, "");
    assert_warning(fixture, "[provider a] starts without the memory of its predecessor: save "
                            "failed: Input/output error");
}

static void test_restore_fails(struct fixture *fixture, gconstpointer unused) {
    chain_bed_add(fixture->old, "a", "worker", NULL);
    chain_bed_add(fixture->heir, "a", "worker", "fail-restore", "yes", NULL);
    open_both(fixture);
    g_autofree char *names = take_all(fixture);
    g_assert_cmpstr(names, ==, "");
    assert_warning(fixture, "[provider a] starts without the memory of its predecessor: restore "
                            "failed: Bad message");
}

static gboolean is_inside(void *data) {
    struct fixture *fixture = data;
    struct instance *instance = generation_get_instances(fixture->old->generation)->pdata[0];
    g_mutex_lock(&instance->lock);
    gboolean inside = instance->inside > 0;
    g_mutex_unlock(&instance->lock);
    return inside;
}

static void wait_inside(struct fixture *fixture) {
    while (!is_inside(fixture))
        g_usleep(1000);
}

static void test_busy(struct fixture *fixture, gconstpointer unused) {
    struct chain_answer answer;
    chain_bed_add(fixture->old, "a", "worker", "sleep", "200ms", NULL);
    chain_bed_add(fixture->heir, "a", "worker", NULL);
    open_both(fixture);
    chain_bed_begin(fixture->old, fixture->request, &answer);
    wait_inside(fixture);
    int64_t began = g_get_monotonic_time();
    g_autofree char *names = take_all(fixture);
    g_assert_cmpint(g_get_monotonic_time() - began, <, 150 * CLOCK_MILLISECOND);
    g_assert_cmpstr(names, ==, "");
    assert_warning(fixture, "[provider a] starts without the memory of its predecessor: it does "
                            "not come back from a call; reload again to try it");
    chain_bed_wait(&answer);
    chain_answer_clear(&answer);
    ask(fixture, fixture->old, 1); /* it is held no longer */
}

static void test_held(struct fixture *fixture, gconstpointer unused) {
    struct chain_answer answer;
    chain_bed_add(fixture->old, "a", "parallel", NULL);
    chain_bed_add(fixture->heir, "a", "parallel", NULL);
    open_both(fixture);
    struct succession *succession = begin_elsewhere(fixture);
    chain_bed_begin(fixture->old, fixture->request, &answer);
    for (guint i = 0; i < 20; i++) {
        g_usleep(1000);
        g_main_context_iteration(NULL, FALSE);
    }
    g_assert_false(answer.is_done);
    g_assert_cmpuint(count_of(fixture->old, 0), ==, 0);
    succession_end(succession);
    chain_bed_wait(&answer);
    g_assert_cmpuint(count_of(fixture->old, 0), ==, 1);
    chain_answer_clear(&answer);
}

static void test_closed_while_held(struct fixture *fixture, gconstpointer unused) {
    chain_bed_add(fixture->old, "a", "worker", NULL);
    chain_bed_add(fixture->heir, "a", "worker", NULL);
    open_both(fixture);
    struct generation *kept = generation_ref(fixture->old->generation);
    struct succession *succession = begin_elsewhere(fixture);
    succession_end(succession);
    generation_unref(kept);
    ask(fixture, fixture->heir, 1); /* tear_down finishes both */
}

#define ADD(name, function)                                                                        \
    g_test_add("/boothost/provider/succession/" name, struct fixture, NULL, set_up, function,      \
               tear_down)

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    log_catch_begin();
    ADD("every-kind-of-thread", test_each_kind);
    ADD("name-and-module-must-be-the-same", test_name_and_module);
    ADD("a-failed-save-is-a-warning", test_save_fails);
    ADD("a-failed-restore-is-a-warning", test_restore_fails);
    ADD("a-busy-one-is-not-waited-for", test_busy);
    ADD("calls-wait-while-it-is-held", test_held);
    ADD("both-generations-close-afterwards", test_closed_while_held);
    return g_test_run();
}
