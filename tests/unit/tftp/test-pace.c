/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tftp/pace: bytes a second, in made-up time.
 */
#include "tftp/pace.h"

#include <glib.h>

#define MS INT64_C(1000)
#define S  INT64_C(1000000)

static void test_no_cap_is_no_wait(void) {
    struct pace pace = {.bytes_per_second = 0};
    for (unsigned i = 0; i < 100; i++)
        g_assert_cmpint(pace_reserve(&pace, 1 << 20, 5 * S), ==, 5 * S);
}

static void test_places_follow_each_other(void) {
    struct pace pace = {.bytes_per_second = 1000000};
    g_assert_cmpint(pace_reserve(&pace, 10000, 5 * S), <=, 5 * S);
    int64_t second = pace_reserve(&pace, 10000, 5 * S);
    int64_t third = pace_reserve(&pace, 10000, 5 * S);
    g_assert_cmpint(third - second, ==, 10 * MS);
    g_assert_cmpint(third, >, 5 * S);
}

static void test_the_rate_is_kept(void) {
    /* Whoever asks late, by the millisecond of a timer, gets all of the rate all the same. */
    struct pace pace = {.bytes_per_second = 100000000};
    int64_t now_us = 7 * S;
    uint64_t bytes = 0;
    while (now_us < 8 * S) {
        int64_t at_us = pace_reserve(&pace, 16384, now_us);
        bytes += 16384;
        if (at_us > now_us)
            now_us = (at_us + MS - 1) / MS * MS + 300;
    }
    g_assert_cmpuint(bytes, >, 97000000);
    g_assert_cmpuint(bytes, <, 101000000);
}

static void test_idle_time_is_not_saved_up(void) {
    struct pace pace = {.bytes_per_second = 1000000};
    pace_reserve(&pace, 1000, 1 * S);
    int64_t now_us = 100 * S;
    uint64_t bytes = 0;
    while (pace_reserve(&pace, 1000, now_us) <= now_us)
        bytes += 1000;
    g_assert_cmpuint(bytes, <=, 10000); /* a few milliseconds' worth */
}

static void test_a_rate_may_change(void) {
    struct pace pace = {.bytes_per_second = 1000};
    pace_reserve(&pace, 1000, 1 * S);
    g_assert_cmpint(pace_reserve(&pace, 1000, 1 * S), >, 1 * S);
    pace.bytes_per_second = 0;
    g_assert_cmpint(pace_reserve(&pace, 1000, 1 * S), ==, 1 * S);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/boothost/tftp/pace/" name, function)
    ADD("no-cap-is-no-wait", test_no_cap_is_no_wait);
    ADD("places-follow-each-other", test_places_follow_each_other);
    ADD("the-rate-is-kept", test_the_rate_is_kept);
    ADD("idle-time-is-not-saved-up", test_idle_time_is_not_saved_up);
    ADD("a-rate-may-change", test_a_rate_may_change);
    return g_test_run();
}
