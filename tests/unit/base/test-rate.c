/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * core/base/rate.c: what is allowed in a second, and what is said about the rest.
 */
#include <glib.h>

#include "base/clock.h"
#include "base/rate.h"

static void test_allows_the_limit_and_no_more(void) {
    struct rate rate = {.limit = 2};
    uint64_t left_out = 99;
    g_assert_true(rate_allow(&rate, 5 * CLOCK_SECOND, &left_out));
    g_assert_cmpuint(left_out, ==, 0);
    g_assert_true(rate_allow(&rate, 5 * CLOCK_SECOND, &left_out));
    g_assert_false(rate_allow(&rate, 5 * CLOCK_SECOND + 999999, &left_out));
}

static void test_says_once_how_many_were_left_out(void) {
    struct rate rate = {.limit = 1};
    uint64_t left_out = 0;
    g_assert_true(rate_allow(&rate, 0, &left_out));
    for (int i = 0; i < 7; i++)
        g_assert_false(rate_allow(&rate, i, &left_out));
    g_assert_true(rate_allow(&rate, CLOCK_SECOND, &left_out));
    g_assert_cmpuint(left_out, ==, 7);
    g_assert_true(rate_allow(&rate, 2 * CLOCK_SECOND, &left_out));
    g_assert_cmpuint(left_out, ==, 0);
}

static void test_room_is_what_would_be_allowed(void) {
    struct rate rate = {.limit = 1};
    uint64_t left_out = 0;
    g_assert_true(rate_has_room(&rate, 0));
    g_assert_true(rate_allow(&rate, 0, &left_out));
    g_assert_false(rate_has_room(&rate, CLOCK_SECOND - 1));
    g_assert_true(rate_has_room(&rate, CLOCK_SECOND));
    g_assert_true(rate_allow(&rate, CLOCK_SECOND, &left_out));
    g_assert_cmpuint(left_out, ==, 0);
    struct rate nothing = {.limit = 0};
    g_assert_false(rate_has_room(&nothing, 5 * CLOCK_SECOND));
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/base/rate/allows-the-limit-and-no-more",
                    test_allows_the_limit_and_no_more);
    g_test_add_func("/boothost/base/rate/says-once-how-many-were-left-out",
                    test_says_once_how_many_were_left_out);
    g_test_add_func("/boothost/base/rate/room-is-what-would-be-allowed",
                    test_room_is_what_would_be_allowed);
    return g_test_run();
}
