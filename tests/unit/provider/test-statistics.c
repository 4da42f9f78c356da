/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Counters, and the median out of buckets.
 */
#include "provider/statistics.h"

#include <glib.h>

static void test_no_answers(void) {
    struct statistics statistics = {0};
    g_assert_cmpint(statistics_median(&statistics), ==, 0);
}

static void test_median_is_near(void) {
    for (int64_t time = 1; time < INT64_C(4000000000); time = time * 7 / 5 + 1) {
        struct statistics statistics = {0};
        statistics_took(&statistics, time);
        g_assert_cmpint(ABS(statistics_median(&statistics) - time), <=, time / 8);
    }
}

static void test_outliers(void) {
    struct statistics statistics = {0};
    for (int i = 0; i < 60; i++)
        statistics_took(&statistics, 2);
    for (int i = 0; i < 40; i++)
        statistics_took(&statistics, INT64_MAX);
    g_assert_cmpint(statistics_median(&statistics), ==, 2);
}

static void test_odd_times(void) {
    struct statistics statistics = {0};
    statistics_took(&statistics, -5);
    g_assert_cmpint(statistics_median(&statistics), ==, 0);
}

static void test_counts(void) {
    struct statistics statistics = {0};
    statistics_count(&statistics.calls);
    statistics_count_shared(&statistics.calls);
    g_assert_cmpuint(statistics_get(&statistics.calls), ==, 2);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/provider/statistics/no-answers-no-median", test_no_answers);
    g_test_add_func("/boothost/provider/statistics/median-is-within-an-eighth",
                    test_median_is_near);
    g_test_add_func("/boothost/provider/statistics/outliers-do-not-move-it", test_outliers);
    g_test_add_func("/boothost/provider/statistics/time-below-zero-counts-as-none", test_odd_times);
    g_test_add_func("/boothost/provider/statistics/counters-count", test_counts);
    return g_test_run();
}
