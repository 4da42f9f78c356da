/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One provider alone on the daemon's own machinery: a generation with a single instance. What it
 * answers here is what it answers there.
 *
 * On the main thread, which is the packet thread; calls wait for the answer.
 */
#pragma once

#include <glib.h>

#include "boot/reply.h"
#include "boot/request.h"
#include "boot/trace.h"
#include "provider/chain.h"
#include "provider/instance-config.h"
#include "provider/loader.h"

struct stand;
struct instance;

/* NULL, with what is wrong in `problems`. config->module must be the module's name. */
struct stand *stand_open(struct module *module, struct instance_config *config, gboolean check,
                         GPtrArray *problems);
/* FALSE: it has not closed in time. */
gboolean stand_close(struct stand *stand);

/* For what is beside the doors: save, restore, counters. */
struct instance *stand_instance(const struct stand *stand);
guint64 stand_counter(const struct stand *stand, const char *key);

/* All zeros is an empty one. */
struct stand_answer {
    gboolean is_done;
    int32_t verdict;      /* the provider's: of the contract, a negative errno, or TRACE_... */
    const char *reason;   /* NULL: none; owned by the trace */
    int64_t microseconds; /* from call to verdict */
    struct reply *reply;  /* what it set; NULL: not a decision */
    struct trace *trace;
    enum chain_content_kind kind;
    GBytes *bytes;
    char *name;
    struct boot_host_reader reader; /* close is called by stand_answer_clear, unless NULL */
};
void stand_answer_clear(struct stand_answer *answer);

/* Asks the door for the request's stage. */
void stand_ask(struct stand *stand, struct request *request, struct stand_answer *ret_answer);
/* Begins to ask; the answer must stay where it is until stand_wait has returned. */
void stand_begin(struct stand *stand, struct request *request, struct stand_answer *answer);
void stand_wait(struct stand_answer *answer);

void stand_event(struct stand *stand, struct request *request, const struct boot_host_event *event);

/* Runs the main context for so long. */
void stand_idle(int64_t microseconds);

/* What a door gave, read to its end; NULL with the errno when a reader fails, -EFBIG when it has
 * more than 64 MiB. For kinds BYTES and READER. `step`: bytes a read. */
GBytes *stand_read(const struct stand_answer *answer, uint64_t step, int *ret_errno);
