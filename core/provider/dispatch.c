/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How an instance's calls are run: the packet thread's side.
 */
#include "provider/dispatch.h"

#include <errno.h>
#include <inttypes.h>

#include "base/limits.h"
#include "boot/trace.h"
#include "provider/remote.h"
#include "provider/worker.h"

/* ---- Giving up ------------------------------------------------------------------------------- */

static void unlink_pending(struct instance *instance, struct call *call) {
    if (call->is_pending)
        g_queue_unlink(&instance->pending, &call->pending_link);
    call->is_pending = false;
}

static void release(struct instance *instance, struct call *call) {
    if (call_has_reader(call))
        worker_send_errand(instance, call, 0);
    else
        call_free(call);
}

/* True: the provider has not begun with it, and never will. */
static bool take_back(struct instance *instance, struct call *call) {
    return instance->remote != NULL ? remote_withdraw(instance->remote, call)
                                    : worker_withdraw(call);
}

/* The call stays the provider's until it has ended. False: it has just made it, and is in the
 * mailbox already. */
static bool leave_behind(struct instance *instance, struct call *call) {
    g_mutex_lock(&instance->lock);
    bool has_ended = call->state == CALL_FINISHED;
    bool is_inside = call->state == CALL_RUNNING;
    bool has_ticket = g_hash_table_contains(instance->tickets, &call->ticket);
    uint64_t ticket = call->ticket;
    call->is_abandoned = !has_ended;
    g_mutex_unlock(&instance->lock);
    if (has_ended)
        return false;
    call->is_stalled = is_inside;
    if (is_inside)
        instance->stalled++;
    if (has_ticket)
        worker_send_errand(instance, NULL, ticket);
    return true;
}

/* A provider whose turn came late, or never, has not failed: others were before. */
static bool had_its_time(struct instance *instance, const struct call *call, int64_t now_us) {
    g_mutex_lock(&instance->lock);
    int64_t begun_us = call->was_run || instance->thread_count == 0 ? call->begun_us : now_us;
    g_mutex_unlock(&instance->lock);
    return now_us - begun_us >= instance->config->deadline_us / 2;
}

static struct outcome make_outcome(struct instance *instance, const struct call *call, int32_t why,
                                   int64_t now_us) {
    if (why == -EBUSY)
        return outcome_shed(instance, now_us);
    return had_its_time(instance, call, now_us)
               ? outcome_time_out(instance, "no answer within", now_us)
               : outcome_no_turn(instance, now_us);
}

/* The chain goes on without it. */
static void give_up(struct instance *instance, struct call *call, int32_t why, int64_t now_us) {
    unlink_pending(instance, call);
    bool is_back = take_back(instance, call);
    if (!is_back && !leave_behind(instance, call))
        return;
    struct outcome outcome = make_outcome(instance, call, why, now_us);
    if (call->done != NULL)
        call->done(&outcome, call->user);
    call->done = NULL;
    outcome_clear(&outcome);
    if (is_back) {
        instance->outstanding--;
        release(instance, call);
    } else if (instance->remote != NULL) {
        remote_abandon(instance->remote, call);
    }
}

/* Its client has waited longest, and will be the first to ask anew. Work that has begun goes last. */
void dispatch_shed(struct instance *instance, int64_t now_us) {
    struct call *call = instance->remote != NULL ? remote_first_in_line(instance->remote)
                                                 : worker_first_in_line(instance);
    if (call == NULL || !call->is_pending)
        call = g_queue_peek_head(&instance->pending);
    if (call != NULL)
        give_up(instance, call, -EBUSY, now_us);
}

int64_t dispatch_oldest(const struct instance *instance) {
    const GList *head = instance->pending.head;
    return head != NULL ? ((const struct call *) head->data)->start_us : INT64_MAX;
}

/* ---- Handing over: the packet thread --------------------------------------------------------- */

static void refuse(struct outcome *outcome, int32_t verdict, int64_t now_us, char *reason) {
    *outcome = (struct outcome){.verdict = verdict, .end_us = now_us, .reason = reason};
}

static bool is_busy(const struct instance *instance) {
    return instance->outstanding >= LIMIT_INSTANCE_HELD ||
           (instance->thread_count > 0 && instance->stalled >= instance->thread_count);
}

static char *explain_busy(const struct instance *instance) {
    if (instance->outstanding >= LIMIT_INSTANCE_HELD)
        return g_strdup_printf("too busy: it has not come back from %u calls",
                               instance->outstanding);
    return g_strdup("stalled: an earlier call is past its deadline and has not come back");
}

static char *explain_breaker(const struct instance *instance, int64_t now_us) {
    const struct breaker *breaker = &instance->breaker;
    int64_t left_ms = MAX(breaker->retry_us - now_us, 0) / CLOCK_MILLISECOND;
    return g_strdup_printf("not asked: it failed %u times in a row; next try in %" PRId64 "ms",
                           breaker->failures, left_ms);
}

/* The provider has it from now on. */
static void hold(struct instance *instance, struct call *call, call_done_fn done, void *user) {
    call_own(call);
    call->done = done;
    call->user = user;
    call->is_pending = true;
    if (instance->thread_count == 0)
        call->begun_us = call->start_us;
    g_queue_push_tail_link(&instance->pending, &call->pending_link);
    instance->outstanding++;
    if (instance->pending.head == &call->pending_link)
        mailbox_look_again(instance->mailbox);
}

static bool run_inline(struct instance *instance, struct call *call, call_done_fn done, void *user,
                       struct outcome *ret_outcome) {
    call->was_run = true;
    call->state = CALL_RUNNING;
    int32_t raw = call_run(call);
    /* Without a ticket nobody else knows the call, and the fast path takes no lock. */
    if (call->ticket != 0 && !worker_conclude(call, raw, &raw)) {
        hold(instance, call, done, user);
        return false;
    }
    *ret_outcome = outcome_settle(instance, call, raw);
    return true;
}

bool dispatch_call(struct instance *instance, struct call *call, call_done_fn done, void *user,
                   struct outcome *ret_outcome) {
    call->instance = instance;
    if (instance->pending.length >= LIMIT_INSTANCE_QUEUE)
        dispatch_shed(instance, call->start_us);
    if (is_busy(instance)) {
        statistics_count(&instance->statistics.errors);
        refuse(ret_outcome, -EBUSY, call->start_us, explain_busy(instance));
        return true;
    }
    if (!breaker_admit(&instance->breaker, call->start_us)) {
        refuse(ret_outcome, TRACE_BREAKER, call->start_us,
               explain_breaker(instance, call->start_us));
        return true;
    }
    statistics_count(&instance->statistics.calls);
    if (instance->thread_count == 0)
        return run_inline(instance, call, done, user, ret_outcome);
    hold(instance, call, done, user);
    if (instance->remote != NULL)
        remote_submit(instance->remote, call);
    else
        worker_submit(instance, call);
    return false;
}

void dispatch_event(struct instance *instance, struct request *request,
                    const struct boot_host_event *event) {
    int64_t now = clock_now(instance->clock);
    bool is_full = instance->pending.length >= LIMIT_INSTANCE_QUEUE || is_busy(instance);
    if (is_full || instance->breaker.state != BREAKER_CLOSED) {
        statistics_count(&instance->statistics.dropped);
        return;
    }
    if (instance->remote != NULL) {
        bool is_told = remote_event(instance->remote, request, event);
        statistics_count(is_told ? &instance->statistics.calls : &instance->statistics.dropped);
        return;
    }
    statistics_count(&instance->statistics.calls);
    if (instance->thread_count == 0) {
        instance->provider->event(instance->state, (const struct boot_host_request *) request,
                                  event);
        return;
    }
    struct call *call = call_new(CALL_EVENT, request, NULL);
    call->instance = instance;
    call->start_us = now;
    call_set_event(call, event);
    hold(instance, call, NULL, NULL);
    worker_submit(instance, call);
}

/* ---- Coming back: the packet thread ---------------------------------------------------------- */

static void count_late(struct instance *instance, const struct call *call) {
    if (!call->was_run)
        return;
    statistics_count(&instance->statistics.late);
    int64_t late = clock_now(instance->clock) - call->start_us - instance->config->deadline_us;
    instance_warn(instance, "answered %" PRId64 "ms after its deadline, ignoring",
                  late / CLOCK_MILLISECOND);
}

void dispatch_deliver(struct call *call) {
    struct instance *instance = call->instance;
    unlink_pending(instance, call);
    instance->outstanding--;
    if (call->is_stalled)
        instance->stalled--;
    if (call->is_abandoned) {
        count_late(instance, call);
    } else {
        struct outcome outcome = outcome_settle(instance, call, call->verdict);
        if (call->done != NULL)
            call->done(&outcome, call->user);
        outcome_clear(&outcome);
    }
    release(instance, call);
}

int64_t dispatch_next_deadline(const struct instance *instance) {
    const GList *head = instance->pending.head;
    const struct call *call = head != NULL ? head->data : NULL;
    return call != NULL ? call->start_us + instance->config->deadline_us : INT64_MAX;
}

void dispatch_expire(struct instance *instance, int64_t now_us) {
    while (dispatch_next_deadline(instance) <= now_us)
        give_up(instance, g_queue_peek_head(&instance->pending), -ETIMEDOUT, now_us);
}
