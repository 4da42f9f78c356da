/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How an instance's calls are run: on the packet thread (INLINE) or on its workers, with a deadline
 * each, LATER and tickets, queue and breaker. A provider that is late, or never answers, costs its
 * own callers their deadline and nobody else anything.
 *
 * The packet thread's side; what happens on other threads is in provider/worker.
 */
#pragma once

#include "provider/instance.h"

/* Runs a call whose start_us is set. TRUE: it has ended, *ret_outcome says how, and the call is the
 * caller's again. FALSE: the instance has it now; `done` follows, and frees nothing. */
bool dispatch_call(struct instance *instance, struct call *call, call_done_fn done, void *user,
                   struct outcome *ret_outcome);

/* An event: nobody waits for it. Dropped, and counted, when the instance is too busy. */
void dispatch_event(struct instance *instance, struct request *request,
                    const struct boot_host_event *event);

/* When the call began that waits longest for this instance; INT64_MAX: none waits. */
int64_t dispatch_oldest(const struct instance *instance);
/* Gives up who waits longest, if anybody does: as a failure, with words and a counter for it. */
void dispatch_shed(struct instance *instance, int64_t now_us);

/* For the mailbox: a call that the provider has ended; the earliest deadline, INT64_MAX: none; and
 * what to do when one has passed. */
void dispatch_deliver(struct call *call);
int64_t dispatch_next_deadline(const struct instance *instance);
void dispatch_expire(struct instance *instance, int64_t now_us);
