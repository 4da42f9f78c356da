/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The steps of a generation, as status shows them.
 */
#include "provider/life.h"

#include "support/actor.h"
#include "support/chain-bed.h"

#define DISCOVER "pxe/edk2-x64-discover"

static void assert_status(const struct life *life, const char *state, guint64 in_flight) {
    g_autoptr(GVariant) status = g_variant_ref_sink(life_status(life));
    const char *word = NULL;
    guint64 count = 0;
    g_assert_true(g_variant_lookup(status, "state", "&s", &word));
    g_assert_true(g_variant_lookup(status, "in-flight", "t", &count));
    g_assert_cmpstr(word, ==, state);
    g_assert_cmpuint(count, ==, in_flight);
}

static void test_steps(void) {
    struct life *life = life_new(3, g_main_context_default());
    assert_status(life, "serving", 0);
    life_enter(life);
    life_retire(life);
    assert_status(life, "draining", 1);
    life_leave(life);
    life_end(life);
    assert_status(life, "closing", 0);
    g_assert_false(life_is_closed(life));
    life_close(life);
    g_assert_true(life_is_closed(life));
    life_unref(life);
}

static gboolean is_closed(void *life) {
    return life_is_closed(life);
}

static void test_generation(void) {
    struct chain_bed *bed = chain_bed_new(NULL);
    chain_bed_add_table(bed, &actor_worker);
    chain_bed_add(bed, "slow", "actor-worker", "sleep", "50ms", NULL);
    chain_bed_open_clean(bed);
    struct life *life = life_ref(generation_get_life(bed->generation));
    struct request *request = chain_bed_request(DISCOVER);
    struct chain_answer answer;
    chain_bed_begin(bed, request, &answer);
    assert_status(life, "serving", 1);

    life_retire(life);
    generation_unref(g_steal_pointer(&bed->generation));
    assert_status(life, "draining", 1);
    chain_bed_wait(&answer);
    chain_bed_run_until(is_closed, life);

    life_unref(life);
    chain_answer_clear(&answer);
    request_unref(request);
    chain_bed_free(bed);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/provider/life/steps-in-their-order", test_steps);
    g_test_add_func("/boothost/provider/life/a-generation-drains-before-it-closes",
                    test_generation);
    return g_test_run();
}
