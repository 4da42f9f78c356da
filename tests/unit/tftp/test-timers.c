/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tftp/timers: the earliest is first, whatever is set, moved and cancelled.
 */
#include "tftp/timers.h"

#define COUNT 500

static void test_order(void) {
    struct timers timers;
    timers_init(&timers);
    struct timer list[COUNT] = {0};
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    for (unsigned i = 0; i < COUNT; i++)
        timers_set(&timers, &list[i], g_rand_int_range(random, 0, 1000));
    for (unsigned i = 0; i < COUNT; i += 3) /* earlier or later */
        timers_set(&timers, &list[i], g_rand_int_range(random, 0, 1000));
    unsigned left = COUNT;
    for (unsigned i = 0; i < COUNT; i += 7, left--)
        timers_cancel(&timers, &list[i]);
    int64_t last_us = -1;
    for (struct timer *timer = timers_due(&timers, 1000); timer != NULL;
         timer = timers_due(&timers, 1000), left--) {
        g_assert_cmpint(timer->due_us, >=, last_us);
        last_us = timer->due_us;
        timers_cancel(&timers, timer);
    }
    g_assert_cmpuint(left, ==, 0);
    timers_clear(&timers);
}

static void test_cancelling_twice(void) {
    struct timers timers;
    timers_init(&timers);
    struct timer one = {0};
    timers_cancel(&timers, &one);
    timers_set(&timers, &one, 5);
    timers_set(&timers, &one, 3);
    g_assert_true(timers_due(&timers, 3) == &one);
    timers_cancel(&timers, &one);
    timers_cancel(&timers, &one);
    g_assert_null(timers_due(&timers, 10));
    g_assert_cmpint(timers_next_us(&timers), ==, -1);
    timers_clear(&timers);
}

static void test_only_when_due(void) {
    struct timers timers;
    timers_init(&timers);
    struct timer early = {0};
    struct timer late = {0};
    timers_set(&timers, &late, 20);
    timers_set(&timers, &early, 10);
    g_assert_cmpint(timers_next_us(&timers), ==, 10);
    g_assert_null(timers_due(&timers, 9));
    timers_set(&timers, &early, 30); /* put off behind the other one */
    g_assert_cmpint(timers_next_us(&timers), <=, 20);
    g_assert_null(timers_due(&timers, 19));
    g_assert_cmpint(timers_next_us(&timers), ==, 20);
    g_assert_true(timers_due(&timers, 30) == &late);
    timers_set(&timers, &late, 40);
    g_assert_true(timers_due(&timers, 35) == &early);
    timers_set(&timers, &late, 5); /* and back to the front */
    g_assert_true(timers_due(&timers, 5) == &late);
    timers_clear(&timers);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/tftp/timers/the-earliest-is-first", test_order);
    g_test_add_func("/boothost/tftp/timers/cancelling-twice-is-harmless", test_cancelling_twice);
    g_test_add_func("/boothost/tftp/timers/none-is-due-before-its-time", test_only_when_due);
    return g_test_run();
}
