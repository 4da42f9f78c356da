/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boot/attempt: repeats, returns and fresh starts.
 */
#include "boot/attempt.h"

#include <glib.h>

#include "base/clock.h"

#define AT(seconds) ((seconds) *CLOCK_SECOND)

static void test_repeats(void) {
    struct attempt attempt = {0};
    g_assert_true(attempt_discover(&attempt, 7, AT(0)));
    attempt_answered(&attempt);
    static const int64_t edk2[] = {4, 12, 28};
    for (size_t i = 0; i < G_N_ELEMENTS(edk2); i++)
        g_assert_false(attempt_discover(&attempt, 7, AT(edk2[i])));
    g_assert_cmpuint(attempt.count, ==, 1);
}

static void test_returns(void) {
    struct attempt attempt = {0};
    for (uint32_t i = 1; i <= 5; i++) {
        g_assert_true(attempt_discover(&attempt, i, AT(30 * i)));
        g_assert_cmpuint(attempt.count, ==, i);
        attempt_answered(&attempt);
    }
}

/* Firmware that makes its xid from its MAC. */
static void test_returns_with_same_xid(void) {
    struct attempt attempt = {0};
    g_assert_true(attempt_discover(&attempt, 7, AT(0)));
    attempt_answered(&attempt);
    g_assert_true(attempt_discover(&attempt, 7, AT(61)));
    g_assert_cmpuint(attempt.count, ==, 2);
}

static void test_success(void) {
    struct attempt attempt = {0};
    g_assert_true(attempt_discover(&attempt, 7, AT(0)));
    attempt_answered(&attempt);
    attempt_fetched(&attempt);
    g_assert_true(attempt_discover(&attempt, 7, AT(5)));
    g_assert_cmpuint(attempt.count, ==, 1);
}

static void test_silence(void) {
    struct attempt attempt = {0};
    g_assert_true(attempt_discover(&attempt, 7, AT(0)));
    g_assert_true(attempt_discover(&attempt, 8, AT(30)));
    g_assert_cmpuint(attempt.count, ==, 1);
}

static void test_long_pause(void) {
    struct attempt attempt = {0};
    g_assert_true(attempt_discover(&attempt, 7, AT(0)));
    attempt_answered(&attempt);
    g_assert_true(attempt_discover(&attempt, 8, AT(601)));
    g_assert_cmpuint(attempt.count, ==, 1);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/boot/attempt/a-repeat-is-none", test_repeats);
    g_test_add_func("/boothost/boot/attempt/counts-returns", test_returns);
    g_test_add_func("/boothost/boot/attempt/the-same-xid-later-is-a-return",
                    test_returns_with_same_xid);
    g_test_add_func("/boothost/boot/attempt/a-file-ends-the-count", test_success);
    g_test_add_func("/boothost/boot/attempt/silence-is-not-counted", test_silence);
    g_test_add_func("/boothost/boot/attempt/a-long-pause-starts-anew", test_long_pause);
    return g_test_run();
}
