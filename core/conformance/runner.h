/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Runs each check in a process of its own (boothost-conformance), in a scratch folder: a crash, a
 * hang or an exit of the module is a finding, not the end.
 */
#pragma once

#include <glib.h>

#include "conformance/checks.h"

#define RUNNER_DESCRIPTOR 3 /* on which the child reports */

struct instance_config;

struct runner {
    const char *module;                   /* path, absolute */
    const struct instance_config *config; /* name, folder, deadline, settings */
    const char *const *files;             /* names that the content door has; NULL: none */
    gboolean valgrind;
};

enum runner_result {
    RUNNER_PASSED,
    RUNNER_SKIPPED,
    RUNNER_FAILED,
    RUNNER_USAGE, /* the settings were refused before the module was asked */
};

struct runner_finding {
    gboolean is_warning;
    unsigned rule;
    char *text;
};

struct runner_outcome {
    enum runner_result result;
    GPtrArray *findings; /* struct runner_finding * */
    GPtrArray *notes;    /* char * */
    char *reason;        /* why it was skipped, or what is wrong with the settings; NULL: neither */
    char *output;        /* what the child printed */
    int64_t microseconds;
};

/* FALSE: no child could be started, `error` says why. Clear the outcome with runner_outcome_clear. */
gboolean runner_run(const struct runner *runner, const struct check *check,
                    struct runner_outcome *ret_outcome, GError **error);
void runner_outcome_clear(struct runner_outcome *outcome);

/* "passed", "skipped", "failed". Static text. */
const char *runner_result_name(enum runner_result result);
