/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The far side of a call: what happens inside the provider, on an instance's worker threads, on its
 * helper thread, or on threads of the provider's own that complete a ticket. What has ended goes into
 * the mailbox.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct call;
struct instance;

/* The threads. False: the machine has none left, *ret_error says so. */
bool worker_start(struct instance *instance, GError **ret_error);

/* The call waits in line for a thread. */
void worker_submit(struct instance *instance, struct call *call);

/* Takes a call out of the line. False: it is in no line, a thread has it or has had it. */
bool worker_withdraw(struct call *call);

/* Who waits longest; NULL: nobody. A thread may take it the next moment. */
struct call *worker_first_in_line(struct instance *instance);

/* The door of a call with a ticket has returned `raw` on the packet thread. True: the call has ended,
 * *ret_verdict is how. */
bool worker_conclude(struct call *call, int32_t raw, int32_t *ret_verdict);

/* Something that may block, for the helper thread: frees `call` with its reader, or, when it is NULL,
 * cancels `ticket`. */
void worker_send_errand(struct instance *instance, struct call *call, uint64_t ticket);

/* For the host table. Any thread. */
uint64_t worker_ticket(struct call *call);
int32_t worker_complete(struct instance *instance, uint64_t ticket, int32_t verdict);

/* No worker thread goes inside from now on, calls wait in their queue, until worker_release. Waits
 * until none is inside; false, and nothing is held, when the time is over. Not on the packet thread.
 * Calls that were answered LATER may still be completed meanwhile. */
bool worker_hold(struct instance *instance, int64_t timeout_us);
void worker_release(struct instance *instance);

/* Closing, in this order. Any thread. */
/* Waits until no thread is inside the provider; false when the time is over. */
bool worker_wait_idle(struct instance *instance, int64_t timeout_us);
/* Cancels what was answered LATER and waits for it, then forgets it. */
void worker_cancel_all(struct instance *instance, int64_t timeout_us);
/* Ends the threads; what still waits in the queue is posted to the mailbox without having run. */
void worker_stop(struct instance *instance);
