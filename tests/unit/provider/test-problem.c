/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Problems and lists of them.
 */
#include "provider/problem.h"

static void test_fields(void) {
    struct problem *problem = problem_new(TRUE, "x.conf:3", "%s is %d", "one", 1);
    g_assert_cmpstr(problem->where, ==, "x.conf:3");
    g_assert_cmpstr(problem->text, ==, "one is 1");
    g_assert_true(problem->fatal);
    problem_free(problem);
    problem_free(NULL);
}

static void test_fatal_from(void) {
    g_autoptr(GPtrArray) problems = problem_list_new();
    g_assert_false(problem_list_is_fatal(problems, 0));
    g_ptr_array_add(problems, problem_new(TRUE, NULL, "bad"));
    g_ptr_array_add(problems, problem_new(FALSE, NULL, "odd"));
    g_assert_true(problem_list_is_fatal(problems, 0));
    g_assert_false(problem_list_is_fatal(problems, 1));
    g_assert_false(problem_list_is_fatal(problems, 2));
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/provider/problem/says-what-and-where", test_fields);
    g_test_add_func("/boothost/provider/problem/fatal-from-an-index-on", test_fatal_from);
    return g_test_run();
}
