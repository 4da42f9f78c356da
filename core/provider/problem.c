/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One thing that is wrong with a configuration or a module.
 */
#include "provider/problem.h"

struct problem *problem_new(gboolean fatal, const char *where, const char *format, ...) {
    struct problem *problem = g_new0(struct problem, 1);
    problem->fatal = fatal;
    problem->where = g_strdup(where);
    va_list arguments;
    va_start(arguments, format);
    problem->text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return problem;
}

void problem_free(struct problem *problem) {
    if (problem == NULL)
        return;
    g_free(problem->where);
    g_free(problem->text);
    g_free(problem);
}

static void free_problem(gpointer problem) {
    problem_free(problem);
}

GPtrArray *problem_list_new(void) {
    return g_ptr_array_new_with_free_func(free_problem);
}

gboolean problem_list_is_fatal(const GPtrArray *problems, guint first) {
    for (guint i = first; i < problems->len; i++) {
        const struct problem *problem = problems->pdata[i];
        if (problem->fatal)
            return TRUE;
    }
    return FALSE;
}
