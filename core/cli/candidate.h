/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A configuration that is only looked at: read, judged, its chain opened with the CHECK flag.
 */
#pragma once

#include <stdio.h>

#include "config/config.h"

struct candidate {
    struct config *config;         /* NULL: it cannot be used */
    struct generation *generation; /* NULL: its chain cannot be opened */
    GPtrArray *problems;           /* struct problem *: all that was found */
};

/* Never fails: look at the members. Blocks while modules open. */
void candidate_load(const char *path, struct candidate *ret_candidate);
void candidate_clear(struct candidate *candidate);

/* "file:line: error: text" a problem. `path` stands in for a place unknown. */
void candidate_print_problems(const struct candidate *candidate, const char *path, FILE *to);
unsigned candidate_fatal_count(const struct candidate *candidate);
