/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Named blobs: put, got, replaced, limited.
 */
#include "provider/state.h"

#include <errno.h>
#include <glib.h>

#include "base/limits.h"

static void test_put_and_get(void) {
    struct state *state = state_new();
    struct boot_host_span span = {0};
    g_assert_cmpint(state_get(state, "a", &span), ==, -ENOENT);
    g_assert_cmpint(state_put(state, "a", "one", 3), ==, 0);
    g_assert_cmpint(state_put(state, "a", "three", 5), ==, 0);
    g_assert_cmpint(state_put(state, "empty", NULL, 0), ==, 0);
    g_assert_cmpint(state_get(state, "a", &span), ==, 0);
    g_assert_cmpmem(span.data, span.size, "three", 5);
    g_assert_cmpint(state_get(state, "empty", &span), ==, 0);
    g_assert_cmpuint(span.size, ==, 0);
    state_free(state);
}

static void test_nonsense(void) {
    struct state *state = state_new();
    struct boot_host_span span = {0};
    g_assert_cmpint(state_put(NULL, "a", "x", 1), ==, -EINVAL);
    g_assert_cmpint(state_put(state, NULL, "x", 1), ==, -EINVAL);
    g_assert_cmpint(state_put(state, "a", NULL, 1), ==, -EINVAL);
    g_assert_cmpint(state_get(state, "a", NULL), ==, -EINVAL);
    g_assert_cmpint(state_get(NULL, "a", &span), ==, -EINVAL);
    state_free(state);
}

static void test_limit(void) {
    struct state *state = state_new();
    g_autofree char *half = g_malloc0(LIMIT_CONTENT_BYTES / 2 + 1);
    g_assert_cmpint(state_put(state, "a", half, LIMIT_CONTENT_BYTES / 2 + 1), ==, 0);
    g_assert_cmpint(state_put(state, "b", half, LIMIT_CONTENT_BYTES / 2 + 1), ==, -E2BIG);
    g_assert_cmpint(state_put(state, "a", half, 1), ==, 0);
    g_assert_cmpint(state_put(state, "b", half, LIMIT_CONTENT_BYTES / 2 + 1), ==, 0);
    state_free(state);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/provider/state/put-and-get", test_put_and_get);
    g_test_add_func("/boothost/provider/state/nonsense-is-refused", test_nonsense);
    g_test_add_func("/boothost/provider/state/size-in-all-is-limited", test_limit);
    return g_test_run();
}
