/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * provider/supervisor: when a process is started again.
 */
#include <glib.h>

#include "provider/supervisor.h"

static void test_first_end_costs_no_pause(void) {
    struct supervisor supervisor = {0};
    supervisor_started(&supervisor, 1000);
    g_assert_cmpint(supervisor_ended(&supervisor, 2000), ==, 0);
}

static void test_pauses_double_up_to_a_cap(void) {
    struct supervisor supervisor = {0};
    int64_t now = 0;
    int64_t expected = 0;
    for (unsigned i = 0; i < 40; i++) {
        supervisor_started(&supervisor, now);
        int64_t pause = supervisor_ended(&supervisor, now + 1);
        g_assert_cmpint(pause, ==, expected);
        expected = i == 0 ? SUPERVISOR_PAUSE_MIN_US : MIN(pause * 2, SUPERVISOR_PAUSE_MAX_US);
        now += 1 + pause;
    }
    g_assert_cmpint(expected, ==, SUPERVISOR_PAUSE_MAX_US);
}

static void test_a_long_life_forgives(void) {
    struct supervisor supervisor = {0};
    for (unsigned i = 0; i < 10; i++) {
        supervisor_started(&supervisor, 0);
        supervisor_ended(&supervisor, 1);
    }
    supervisor_started(&supervisor, 0);
    g_assert_cmpint(supervisor_ended(&supervisor, SUPERVISOR_PROVEN_US), ==, 0);
    supervisor_started(&supervisor, SUPERVISOR_PROVEN_US);
    g_assert_cmpint(supervisor_ended(&supervisor, SUPERVISOR_PROVEN_US + 1), ==,
                    SUPERVISOR_PAUSE_MIN_US);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/provider/supervisor/first-end-costs-no-pause",
                    test_first_end_costs_no_pause);
    g_test_add_func("/boothost/provider/supervisor/pauses-double-up-to-a-cap",
                    test_pauses_double_up_to_a_cap);
    g_test_add_func("/boothost/provider/supervisor/a-long-life-forgives",
                    test_a_long_life_forgives);
    return g_test_run();
}
