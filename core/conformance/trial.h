/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One check of one module, in a process of its own: what checks have in common.
 */
#pragma once

#include <glib.h>

#include "base/clock.h"
#include "conformance/crowd.h"
#include "conformance/report.h"
#include "conformance/rules.h"
#include "conformance/spy.h"
#include "conformance/stand.h"
#include "provider/problem.h"

struct trial {
    const char *path;               /* of the module, absolute */
    struct instance_config *config; /* what the author gave, with the module's name */
    const char *const *files;       /* names to ask for, ends in NULL */
    gboolean is_slow;               /* valgrind: times mean nothing */
    struct report *report;
    struct spy *spy; /* the module, once it is loaded */
};

/* Loads the module. FALSE after a finding. */
gboolean trial_load(struct trial *trial);

/* The settings, with another deadline. Free with instance_config_unref. */
struct instance_config *trial_copy_config(const struct trial *trial, int64_t deadline_us);
/* Other values wherever the schema leaves room for them; `least`: of texts alone. */
struct instance_config *trial_vary_config(const struct trial *trial, gboolean least);

/* Opens it on a stand; NULL after a finding of rule OPEN, or when the settings do not even reach the
 * provider: then there is a line "usage". */
struct stand *trial_open(struct trial *trial);
struct stand *trial_open_with(struct trial *trial, struct instance_config *config, gboolean check);
/* A finding when it does not close in time. */
void trial_close(struct trial *trial, struct stand *stand);

/* Asks one guest, and says so in findings. */
void trial_ask(struct trial *trial, struct stand *stand, const struct guest *guest,
               struct stand_answer *ret_answer);
/* Asks all of them and forgets the answers. Takes the crowd. */
void trial_ask_all(struct trial *trial, struct stand *stand, GPtrArray *crowd);

/* The usual clients and the files of this trial. */
GPtrArray *trial_guests(const struct trial *trial);
/* Only those who ask for files, the boot files that usual clients are told among them. */
GPtrArray *trial_files(struct trial *trial, struct stand *stand);

/* All that an answer says, but times: equal answers have equal texts. Free with g_free. */
char *trial_fingerprint(const struct stand_answer *answer);
/* The fingerprints of a crowd, one text each; NULL when the provider does not answer the same when
 * it is asked again. Free with g_ptr_array_unref. */
GPtrArray *trial_fingerprints(struct trial *trial, struct stand *stand, const GPtrArray *crowd);

/* Runs the main context until `counter` has come to `wanted`; FALSE: not within so long. */
gboolean trial_wait(const _Atomic uint32_t *counter, uint32_t wanted, int64_t patience_us);

/* The whole of a child process: runs a check and reports. `trial` has all but the module. */
struct check;
void trial_run(struct trial *trial, const struct check *check);
