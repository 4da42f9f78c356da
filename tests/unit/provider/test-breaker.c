/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The breaker opens after failures in a row, probes, and doubles its pause up to a cap.
 */
#include "provider/breaker.h"

#include <glib.h>

static void fail_times(struct breaker *breaker, unsigned count, int64_t now_us) {
    for (unsigned i = 0; i < count; i++) {
        g_assert_true(breaker_admit(breaker, now_us));
        breaker_fail(breaker, now_us);
    }
}

static void test_opens_after_failures(void) {
    struct breaker breaker = {0};
    fail_times(&breaker, BREAKER_FAILURES - 1, 0);
    g_assert_true(breaker_admit(&breaker, 0));
    breaker_fail(&breaker, 0);
    g_assert_cmpint(breaker.state, ==, BREAKER_OPEN);
    g_assert_false(breaker_admit(&breaker, 0));
    g_assert_false(breaker_admit(&breaker, BREAKER_PAUSE_MIN_US - 1));
}

static void test_success_resets(void) {
    struct breaker breaker = {0};
    fail_times(&breaker, BREAKER_FAILURES - 1, 0);
    breaker_succeed(&breaker);
    fail_times(&breaker, BREAKER_FAILURES - 1, 0);
    g_assert_cmpint(breaker.state, ==, BREAKER_CLOSED);
}

static void test_one_probe(void) {
    struct breaker breaker = {0};
    fail_times(&breaker, BREAKER_FAILURES, 0);
    g_assert_true(breaker_admit(&breaker, BREAKER_PAUSE_MIN_US));
    g_assert_cmpint(breaker.state, ==, BREAKER_PROBING);
    g_assert_false(breaker_admit(&breaker, BREAKER_PAUSE_MIN_US));
    breaker_succeed(&breaker);
    g_assert_cmpint(breaker.state, ==, BREAKER_CLOSED);
    g_assert_true(breaker_admit(&breaker, BREAKER_PAUSE_MIN_US));
}

static void test_pause_doubles(void) {
    struct breaker breaker = {0};
    int64_t now = 0;
    fail_times(&breaker, BREAKER_FAILURES, now);
    for (int64_t pause = BREAKER_PAUSE_MIN_US; pause < BREAKER_PAUSE_MAX_US; pause *= 2) {
        g_assert_cmpint(breaker.pause_us, ==, pause);
        now = breaker.retry_us;
        fail_times(&breaker, 1, now);
    }
    g_assert_cmpint(breaker.pause_us, ==, BREAKER_PAUSE_MAX_US);
    fail_times(&breaker, 1, breaker.retry_us);
    g_assert_cmpint(breaker.pause_us, ==, BREAKER_PAUSE_MAX_US);
}

static void test_old_answers_do_not_close(void) {
    struct breaker breaker = {0};
    fail_times(&breaker, BREAKER_FAILURES, 0);
    breaker_succeed(&breaker);
    g_assert_cmpint(breaker.state, ==, BREAKER_OPEN);
    breaker_fail(&breaker, 5);
    g_assert_cmpint(breaker.retry_us, ==, BREAKER_PAUSE_MIN_US);
}

static void test_names(void) {
    g_assert_cmpstr(breaker_state_name(BREAKER_CLOSED), ==, "closed");
    g_assert_cmpstr(breaker_state_name(BREAKER_OPEN), ==, "open");
    g_assert_cmpstr(breaker_state_name(BREAKER_PROBING), ==, "probing");
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/provider/breaker/opens-after-failures-in-a-row",
                    test_opens_after_failures);
    g_test_add_func("/boothost/provider/breaker/success-starts-the-count-anew",
                    test_success_resets);
    g_test_add_func("/boothost/provider/breaker/lets-one-probe-through", test_one_probe);
    g_test_add_func("/boothost/provider/breaker/pause-doubles-up-to-a-cap", test_pause_doubles);
    g_test_add_func("/boothost/provider/breaker/old-answers-do-not-move-it",
                    test_old_answers_do_not_close);
    g_test_add_func("/boothost/provider/breaker/states-have-names", test_names);
    return g_test_run();
}
