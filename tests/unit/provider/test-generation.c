/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Opening a chain: what stops it, what is left out, what is shared, and that it closes.
 */
#include "provider/generation.h"

#include "base/limits.h"
#include "provider/instance.h"
#include "support/actor.h"
#include "support/chain-bed.h"

static struct chain_bed *new_bed(void) {
    struct chain_bed *bed = chain_bed_new(NULL);
    chain_bed_add_table(bed, &actor_inline);
    chain_bed_add_table(bed, &actor_worker);
    return bed;
}

static void assert_problems(const struct chain_bed *bed, const char *expected) {
    g_autofree char *problems = chain_bed_problems(bed);
    g_assert_cmpstr(problems, ==, expected);
}

#define DENIED                                                                                     \
    ": module actor-inline does not open: Permission denied; what it has logged says more\n"
#define LEFT_OUT                                                                                   \
    " is left out: clients are answered without it (on-error = drop or critical = yes would "      \
    "forbid "                                                                                      \
    "that)\n"

static void test_left_out(void) {
    struct chain_bed *bed = new_bed();
    chain_bed_add(bed, "a", "actor-inline", "fail-open", "yes", NULL);
    chain_bed_add(bed, "b", "actor-worker", NULL);
    g_assert_true(chain_bed_open(bed));
    assert_problems(bed, "test.conf:10: [provider a]" DENIED
                         "test.conf:10: warning: [provider a]" LEFT_OUT);
    g_assert_cmpuint(generation_get_instances(bed->generation)->len, ==, 1);
    chain_bed_free(bed);
}

static void test_critical(void) {
    struct chain_bed *bed = new_bed();
    chain_bed_add(bed, "a", "actor-inline", "fail-open", "yes", NULL)->critical = TRUE;
    chain_bed_add(bed, "b", "actor-worker", NULL);
    g_assert_false(chain_bed_open(bed));
    assert_problems(bed, "test.conf:10: [provider a]" DENIED);
    chain_bed_free(bed);
}

static void test_all_failed(void) {
    struct chain_bed *bed = new_bed();
    chain_bed_add(bed, "a", "actor-inline", "fail-open", "yes", NULL);
    g_assert_false(chain_bed_open(bed));
    chain_bed_free(bed);
}

static void test_check(void) {
    struct chain_bed *bed = new_bed();
    bed->check = TRUE;
    chain_bed_add(bed, "a", "actor-inline", "fail-open", "yes", NULL);
    chain_bed_add(bed, "b", "actor-worker", "sleep", "soon", NULL);
    chain_bed_add(bed, "c", "actor-wroker", NULL);
    g_assert_false(chain_bed_open(bed));
    assert_problems(
        bed, "test.conf:10: [provider a]" DENIED
             "test.conf:21: [provider b] sleep: 'soon' is not a duration such as 300ms, 2s, "
             "5min or 1h\n"
             "test.conf:30: [provider c]: there is no module 'actor-wroker' in this program, and "
             "no folder of modules is known: write the absolute path of a .so file\n");
    chain_bed_free(bed);
}

static void test_too_long(void) {
    struct chain_bed *bed = new_bed();
    for (guint i = 0; i <= LIMIT_CHAIN; i++)
        chain_bed_add(bed, "a", "actor-inline", NULL);
    g_assert_false(chain_bed_open(bed));
    const struct problem *problem = bed->problems->pdata[0];
    g_assert_cmpstr(problem->text, ==, "the chain has 65 providers; 64 are the most");
    chain_bed_free(bed);
}

static void test_instances_share_a_module(void) {
    struct chain_bed *bed = new_bed();
    chain_bed_add(bed, "a", "actor-inline", "verdict", "1", NULL);
    chain_bed_add(bed, "b", "actor-inline", "verdict", "2", NULL);
    chain_bed_open_clean(bed);
    const GPtrArray *instances = generation_get_instances(bed->generation);
    const struct instance *first = instances->pdata[0];
    const struct instance *second = instances->pdata[1];
    g_assert_true(first->module == second->module);
    g_assert_true(first->state != second->state);
    chain_bed_free(bed);
}

static void test_status(void) {
    struct chain_bed *bed = new_bed();
    chain_bed_add(bed, "a", "actor-worker", NULL);
    chain_bed_open_clean(bed);
    static const char *const facts[][2] = {{"name", "a"},         {"module", "actor-worker"},
                                           {"version", "1"},      {"path", "built-in"},
                                           {"threads", "worker"}, {"state", "ok"},
                                           {"breaker", "closed"}};
    for (gsize i = 0; i < G_N_ELEMENTS(facts); i++) {
        g_autofree char *word = chain_bed_word(bed, 0, facts[i][0]);
        g_assert_cmpstr(word, ==, facts[i][1]);
    }
    g_assert_cmpuint(chain_bed_counter(bed, 0, "calls"), ==, 0);
    g_assert_cmpuint(generation_get_number(bed->generation), ==, 7);
    chain_bed_free(bed);
}

static gpointer unref_elsewhere(gpointer generation) {
    generation_unref_later(generation);
    return NULL;
}

static void test_wall_time(void) {
    struct chain_bed *bed = new_bed();
    chain_bed_add(bed, "a", "actor-inline", NULL);
    chain_bed_open_clean(bed);
    int64_t now = 1000 * CLOCK_SECOND;
    int64_t before = g_get_real_time();
    int64_t first = generation_wall_time(bed->generation, now);
    g_assert_cmpint(first, >=, before);
    g_assert_cmpint(first, <=, g_get_real_time());
    /* Within a second it goes on as the generation's own clock does ... */
    g_assert_cmpint(generation_wall_time(bed->generation, now + 999), ==, first + 999);
    /* ... and then it is looked at anew. */
    g_assert_cmpint(generation_wall_time(bed->generation, now + CLOCK_SECOND), <,
                    first + CLOCK_SECOND);
    g_assert_cmpint(generation_wall_time(bed->generation, now), >=, first);
    chain_bed_free(bed);
}

/* A call that a walk has done with serves the next one; one is kept. */
static void test_spare_call(void) {
    struct chain_bed *bed = new_bed();
    chain_bed_add(bed, "a", "actor-inline", NULL);
    chain_bed_open_clean(bed);
    struct request *request = chain_bed_request("pxe/edk2-x64-discover");
    struct call *call = call_new(CALL_DECIDE, request, reply_nothing());
    g_assert_null(generation_take_call(bed->generation));
    generation_give_call(bed->generation, call);
    generation_give_call(bed->generation, call_new(CALL_DECIDE, request, reply_nothing()));
    g_assert_true(generation_take_call(bed->generation) == call);
    g_assert_null(call->request);
    g_assert_null(generation_take_call(bed->generation));
    generation_give_call(bed->generation, call);
    request_unref(request);
    chain_bed_free(bed);
}

static void test_unref_on_another_thread(void) {
    struct chain_bed *bed = new_bed();
    chain_bed_add(bed, "a", "actor-worker", NULL);
    chain_bed_open_clean(bed);
    GThread *thread = g_thread_new("unref", unref_elsewhere, generation_ref(bed->generation));
    g_thread_join(thread);
    chain_bed_free(bed); /* finishes, which would not happen with a reference left */
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    log_catch_begin();
    g_test_add_func("/boothost/provider/generation/what-fails-is-left-out", test_left_out);
    g_test_add_func("/boothost/provider/generation/critical-stops-it", test_critical);
    g_test_add_func("/boothost/provider/generation/nothing-opened-stops-it", test_all_failed);
    g_test_add_func("/boothost/provider/generation/check-reports-everything", test_check);
    g_test_add_func("/boothost/provider/generation/chain-has-a-limit", test_too_long);
    g_test_add_func("/boothost/provider/generation/instances-share-a-module",
                    test_instances_share_a_module);
    g_test_add_func("/boothost/provider/generation/status-tells-each-instance", test_status);
    g_test_add_func("/boothost/provider/generation/knows-the-wall-clock", test_wall_time);
    g_test_add_func("/boothost/provider/generation/keeps-a-call-for-the-next-walk",
                    test_spare_call);
    g_test_add_func("/boothost/provider/generation/last-reference-from-another-thread",
                    test_unref_on_another_thread);
    return g_test_run();
}
