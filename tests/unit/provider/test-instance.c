/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One instance: memory over a swap, its voice, busy queues, and a close that does not wait for ever.
 */
#include "provider/instance.h"

#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "provider/dispatch.h"
#include "provider/state.h"
#include "support/chain-bed.h"

/* A provider that counts its calls, and can be made to wait. */
struct counter {
    const struct boot_host *host;
    GMutex lock;
    GCond changed;
    gboolean is_blocked;
    guint calls;
};

static int32_t open_counter(const struct boot_host *host, const struct boot_host_config *config,
                            uint32_t flags, void **ret_instance) {
    struct counter *counter = g_new0(struct counter, 1);
    counter->host = host;
    g_mutex_init(&counter->lock);
    g_cond_init(&counter->changed);
    *ret_instance = counter;
    return 0;
}

static void close_counter(void *instance) {
    g_free(instance);
}

static int32_t decide(void *instance, const struct boot_host_request *request,
                      struct boot_host_reply *reply) {
    struct counter *counter = instance;
    g_mutex_lock(&counter->lock);
    counter->calls++;
    while (counter->is_blocked)
        g_cond_wait(&counter->changed, &counter->lock);
    g_mutex_unlock(&counter->lock);
    return BOOT_HOST_REPLY;
}

static int32_t save(void *instance, struct boot_host_state *state) {
    struct counter *counter = instance;
    return counter->host->state_put(state, "calls", &counter->calls, sizeof(counter->calls));
}

static int32_t restore(void *instance, const struct boot_host_state *state) {
    struct counter *counter = instance;
    struct boot_host_span span = {0};
    int32_t error = counter->host->state_get(state, "calls", &span);
    if (error == 0 && span.size == sizeof(counter->calls))
        memcpy(&counter->calls, span.data, span.size);
    return error;
}

static const struct boot_host_provider table = {
    .size = sizeof(table),
    .abi = BOOT_HOST_ABI,
    .name = "counter",
    .version = "1",
    .summary = "Counts its calls",
    .open = open_counter,
    .close = close_counter,
    .decide = decide,
    .save = save,
    .restore = restore,
};

struct fixture {
    struct chain_bed *bed;
    struct request *request;
    struct instance *instance;
    struct counter *counter;
};

static void set_up(struct fixture *fixture, gconstpointer unused) {
    log_catch_clear();
    fixture->bed = chain_bed_new(NULL);
    chain_bed_add_table(fixture->bed, &table);
    chain_bed_add(fixture->bed, "a", "counter", NULL)->deadline_us = 100 * CLOCK_MILLISECOND;
    chain_bed_open_clean(fixture->bed);
    fixture->request = chain_bed_request("pxe/edk2-x64-discover");
    fixture->instance = generation_get_instances(fixture->bed->generation)->pdata[0];
    fixture->counter = fixture->instance->state;
}

static void tear_down(struct fixture *fixture, gconstpointer unused) {
    request_unref(fixture->request);
    chain_bed_free(fixture->bed);
}

static void set_blocked(struct fixture *fixture, gboolean is_blocked) {
    g_mutex_lock(&fixture->counter->lock);
    fixture->counter->is_blocked = is_blocked;
    g_cond_broadcast(&fixture->counter->changed);
    g_mutex_unlock(&fixture->counter->lock);
}

static void test_memory(struct fixture *fixture, gconstpointer unused) {
    struct state *state = state_new();
    g_assert_cmpint(instance_restore(fixture->instance, state), ==, -ENOENT);
    fixture->counter->calls = 42;
    g_assert_cmpint(instance_save(fixture->instance, state), ==, 0);
    fixture->counter->calls = 0;
    g_assert_cmpint(instance_restore(fixture->instance, state), ==, 0);
    g_assert_cmpuint(fixture->counter->calls, ==, 42);
    state_free(state);
}

static void test_log_is_limited(struct fixture *fixture, gconstpointer unused) {
    const struct boot_host *host = fixture->counter->host;
    for (guint i = 0; i < 1000; i++) {
        g_autofree char *line = g_strdup_printf("line %u.", i);
        host->log(host, BOOT_HOST_LOG_INFO, line);
    }
    g_assert_true(log_catch_has("provider a: line 0."));
    g_assert_false(log_catch_has("provider a: line 999."));
}

static void test_host_services(struct fixture *fixture, gconstpointer unused) {
    const struct boot_host *host = fixture->counter->host;
    g_assert_cmpstr(host->instance_name(host), ==, "a");
    g_assert_cmpint(host->now(host), >, 0);
    g_assert_null(host->query(host, "boothost.nothing/1"));
    g_assert_true(BOOT_HOST_HAS(host, architecture_name));
    g_assert_nonnull(host->architecture_name(host, 0));
    g_assert_null(host->architecture_name(host, UINT32_MAX));
    /* Every slot of the table is filled. */
    void *const *slots = (void *const *) &host->log;
    gsize count = (sizeof(*host) - offsetof(struct boot_host, log)) / sizeof(void *);
    for (gsize i = 0; i < count; i++)
        g_assert_nonnull(slots[i]);
}

/* Begins the first one, and waits until the provider has begun with it. */
static void begin_inside(struct fixture *fixture, struct chain_answer *answer) {
    set_blocked(fixture, TRUE);
    chain_bed_begin(fixture->bed, fixture->request, answer);
    for (bool is_inside = false; !is_inside; g_thread_yield()) {
        g_mutex_lock(&fixture->instance->lock);
        is_inside = fixture->instance->inside > 0;
        g_mutex_unlock(&fixture->instance->lock);
    }
}

/* More calls than may wait: the one that has waited longest is shed, and all others are answered. */
static void test_queue_is_limited(struct fixture *fixture, gconstpointer unused) {
    fixture->instance->config->deadline_us = 10 * CLOCK_SECOND;
    struct chain_answer *answers = g_new0(struct chain_answer, LIMIT_INSTANCE_QUEUE + 1);
    begin_inside(fixture, &answers[0]);
    for (guint i = 1; i <= LIMIT_INSTANCE_QUEUE; i++)
        chain_bed_begin(fixture->bed, fixture->request, &answers[i]);
    struct chain_answer *oldest = &answers[1]; /* the provider has begun with the first one */
    g_assert_true(oldest->is_done);
    g_autofree char *line = chain_answer_line(oldest, 0);
    g_assert_cmpstr(line, ==, "a error shed: 1023 newer calls wait for it");
    g_assert_false(answers[0].is_done);
    g_assert_cmpuint(chain_bed_counter(fixture->bed, 0, "shed"), ==, 1);
    set_blocked(fixture, FALSE);
    for (guint i = 0; i <= LIMIT_INSTANCE_QUEUE; i++) {
        chain_bed_wait(&answers[i]);
        chain_answer_clear(&answers[i]);
    }
    g_assert_cmpuint(fixture->counter->calls, ==, LIMIT_INSTANCE_QUEUE);
    g_free(answers);
}

/* Nobody else has room, either: the one that has waited longest goes, wherever it waits. */
static void test_shed(struct fixture *fixture, gconstpointer unused) {
    fixture->instance->config->deadline_us = 10 * CLOCK_SECOND;
    struct chain_answer answers[3];
    begin_inside(fixture, &answers[0]);
    for (guint i = 1; i < G_N_ELEMENTS(answers); i++)
        chain_bed_begin(fixture->bed, fixture->request, &answers[i]);
    for (guint shed = 1; shed <= G_N_ELEMENTS(answers); shed++) {
        g_assert_true(chain_shed(fixture->bed->generation));
        g_assert_cmpuint(chain_bed_counter(fixture->bed, 0, "shed"), ==, shed);
    }
    g_assert_false(chain_shed(fixture->bed->generation));
    /* Of the one that it has begun with, an answer comes, too late; the others left the line. */
    g_assert_cmpuint(fixture->instance->outstanding, ==, 1);
    set_blocked(fixture, FALSE);
    while (fixture->instance->outstanding > 0)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpuint(fixture->counter->calls, ==, 1);
    for (guint i = 0; i < G_N_ELEMENTS(answers); i++) {
        g_assert_true(answers[i].is_done);
        chain_answer_clear(&answers[i]);
    }
}

/* What has waited in vain behind a stuck call must not be run any more when that comes back. */
static void test_abandoned_is_not_run(struct fixture *fixture, gconstpointer unused) {
    struct chain_answer answers[3];
    begin_inside(fixture, &answers[0]);
    for (guint i = 1; i < G_N_ELEMENTS(answers); i++)
        chain_bed_begin(fixture->bed, fixture->request, &answers[i]);
    for (guint i = 0; i < G_N_ELEMENTS(answers); i++) {
        chain_bed_wait(&answers[i]);
        g_autofree char *line = chain_answer_line(&answers[i], 0);
        g_assert_cmpstr(line, ==,
                        i == 0 ? "a timeout no answer within its deadline of 100ms"
                               : "a timeout waited for its turn longer than its deadline of 100ms");
        chain_answer_clear(&answers[i]);
    }
    set_blocked(fixture, FALSE);
    while (fixture->instance->outstanding > 0)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpuint(fixture->counter->calls, ==, 1);
    g_assert_cmpuint(chain_bed_counter(fixture->bed, 0, "late"), ==, 1);
    g_assert_cmpuint(chain_bed_counter(fixture->bed, 0, "timeouts"), ==, 3);
}

/* A call that never returns holds its own instance, not the end of the daemon. The instance is
 * given up on purpose here, so this test keeps it alive until its thread has left. */
static void test_close_gives_up(struct fixture *fixture, gconstpointer unused) {
    set_blocked(fixture, TRUE);
    struct chain_answer answer;
    chain_bed_begin(fixture->bed, fixture->request, &answer);
    chain_bed_wait(&answer);
    chain_answer_clear(&answer);
    struct instance *instance = fixture->instance;
    g_assert_true(generation_finish(g_steal_pointer(&fixture->bed->generation), 10 * CLOCK_SECOND));
    g_assert_true(
        log_catch_has("provider a: does not come back from a call, so it cannot be closed; it "
                      "stays in memory until the daemon ends, ignoring"));
    set_blocked(fixture, FALSE);
    struct call *call = NULL;
    while ((call = mailbox_take(instance->mailbox)) == NULL)
        g_usleep(1000);
    call_free(call);
    instance_close(instance);
}

static void add(const char *name, void (*test)(struct fixture *, gconstpointer)) {
    g_autofree char *path = g_strconcat("/boothost/provider/instance/", name, NULL);
    g_test_add(path, struct fixture, NULL, set_up, test, tear_down);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    log_catch_begin();
    add("memory-is-saved-and-restored", test_memory);
    add("log-is-limited", test_log_is_limited);
    add("host-fills-every-slot", test_host_services);
    add("queue-is-limited", test_queue_is_limited);
    add("who-waits-longest-makes-room", test_shed);
    add("abandoned-calls-are-not-run", test_abandoned_is_not_run);
    add("close-gives-up-on-a-stuck-call", test_close_gives_up);
    return g_test_run();
}
