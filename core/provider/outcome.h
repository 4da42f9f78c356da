/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How a call ended: what the provider returned as a verdict or as a failure with words, and what
 * that means for its statistics and its breaker. The packet thread's.
 */
#pragma once

#include <stdint.h>

struct call;
struct instance;

struct outcome {
    int32_t verdict;   /* of the door, a negative errno, or TRACE_BREAKER */
    int64_t end_us;    /* by the generation's clock */
    struct call *call; /* what the provider set; NULL: it has not answered, or was not called */
    char *reason;      /* the host's words about a failure; NULL: see the reply */
};

/* The provider has ended the call with `raw`. */
struct outcome outcome_settle(struct instance *instance, struct call *call, int32_t raw);
/* The deadline has passed; `what` begins the words, such as "no answer within". */
struct outcome outcome_time_out(struct instance *instance, const char *what, int64_t now_us);
/* The deadline has passed before the provider had begun with it, which says nothing about it. */
struct outcome outcome_no_turn(struct instance *instance, int64_t now_us);
/* Others came later and there was no room for all. */
struct outcome outcome_shed(struct instance *instance, int64_t now_us);
void outcome_clear(struct outcome *outcome);
