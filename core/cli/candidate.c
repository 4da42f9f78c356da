/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The same calls as the daemon's own start, with the CHECK flag.
 */
#include "cli/candidate.h"

#include "provider/problem.h"

#define CLOSE_PATIENCE_US (2 * CLOCK_SECOND) /* for providers that are slow to close */

void candidate_load(const char *path, struct candidate *ret_candidate) {
    GPtrArray *problems = problem_list_new();
    struct config *config = config_load(path, problems);
    struct generation *generation = NULL;

    struct generation_options options = {.clock = clock_monotonic(), .check = TRUE};
    if (config != NULL)
        generation = config_open_chain(config, &options, problems);
    *ret_candidate = (struct candidate){config, generation, problems};
}

void candidate_clear(struct candidate *candidate) {
    if (candidate->generation != NULL)
        generation_finish(candidate->generation, CLOSE_PATIENCE_US);
    if (candidate->config != NULL)
        config_unref(candidate->config);
    g_clear_pointer(&candidate->problems, g_ptr_array_unref);
}

void candidate_print_problems(const struct candidate *candidate, const char *path, FILE *to) {
    for (guint i = 0; i < candidate->problems->len; i++) {
        const struct problem *problem = g_ptr_array_index(candidate->problems, i);
        fprintf(to, "%s: %s: %s\n", problem->where != NULL ? problem->where : path,
                problem->fatal ? "error" : "warning", problem->text);
    }
}

unsigned candidate_fatal_count(const struct candidate *candidate) {
    unsigned count = 0;

    for (guint i = 0; i < candidate->problems->len; i++) {
        const struct problem *problem = g_ptr_array_index(candidate->problems, i);
        count += problem->fatal ? 1 : 0;
    }
    return count;
}
