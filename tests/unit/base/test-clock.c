/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * base/clock: the real clock runs, the fake one stands still until it is moved.
 */
#include "base/clock.h"

#include <glib.h>

static void test_monotonic_never_goes_back(void) {
    int64_t before = clock_now(clock_monotonic());
    g_usleep(1000);
    int64_t after = clock_now(clock_monotonic());
    g_assert_cmpint(before, >, 0);
    g_assert_cmpint(after - before, >=, CLOCK_MILLISECOND);
}

static void test_coarse_is_behind(void) {
    int64_t coarse = clock_now(clock_coarse());
    int64_t fine = clock_now(clock_monotonic());
    g_assert_cmpint(coarse, >, 0);
    g_assert_cmpint(coarse, <=, fine);
    g_usleep(20 * CLOCK_MILLISECOND);
    g_assert_cmpint(clock_now(clock_coarse()), >, coarse);
}

static void test_fake_moves_by_hand_only(void) {
    struct clock_fake fake;
    clock_fake_init(&fake, 5 * CLOCK_SECOND);
    g_assert_cmpint(clock_now(&fake.base), ==, 5 * CLOCK_SECOND);
    g_usleep(1000);
    g_assert_cmpint(clock_now(&fake.base), ==, 5 * CLOCK_SECOND);
    fake.time_us += 300 * CLOCK_MILLISECOND;
    g_assert_cmpint(clock_now(&fake.base), ==, 5300 * CLOCK_MILLISECOND);
}

static void test_fakes_are_independent(void) {
    struct clock_fake left;
    struct clock_fake right;
    clock_fake_init(&left, 1);
    clock_fake_init(&right, 2);
    left.time_us = 10;
    g_assert_cmpint(clock_now(&left.base), ==, 10);
    g_assert_cmpint(clock_now(&right.base), ==, 2);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/base/clock/monotonic-never-goes-back",
                    test_monotonic_never_goes_back);
    g_test_add_func("/boothost/base/clock/coarse-is-behind", test_coarse_is_behind);
    g_test_add_func("/boothost/base/clock/fake-moves-by-hand-only", test_fake_moves_by_hand_only);
    g_test_add_func("/boothost/base/clock/fakes-are-independent", test_fakes_are_independent);
    return g_test_run();
}
