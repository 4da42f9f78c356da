/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How an instance's calls are run. A call ends when its door has returned a verdict, or when it has
 * returned LATER and host->complete was called, in either order.
 */
#include "provider/dispatch.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "boot/trace.h"
#include "provider/value.h"

#define ERRNO_MAX 4095 /* what the kernel can return, too: anything beyond is no errno */

/* What a helper thread does: something of the provider's that may block. */
struct errand {
    uint64_t ticket;   /* to cancel, when `call` is NULL */
    struct call *call; /* to free, with its reader */
};

/* ---- Outcomes
 * ----------------------------------------------------------------------------------------- */

void call_outcome_clear(struct call_outcome *outcome) {
    g_clear_pointer(&outcome->reason, g_free);
}

static const char *own_reason(const struct call *call) {
    return call->draft != NULL ? reply_get(call->draft, BOOT_HOST_REPLY_REASON) : NULL;
}

static bool is_verdict(const struct call *call, int32_t raw) {
    if (raw == BOOT_HOST_PASS || raw == BOOT_HOST_REPLY || raw == BOOT_HOST_DROP)
        return true;
    return call->door == CALL_DECIDE && (raw == BOOT_HOST_ABORT || raw == BOOT_HOST_HOLD);
}

/* What the provider returned as a verdict, or as a failure with the words for it. */
static struct call_outcome judge(struct call *call, int32_t raw) {
    struct call_outcome outcome = {.verdict = raw, .call = call};
    if (raw < 0 && raw >= -ERRNO_MAX) {
        if (own_reason(call) == NULL)
            outcome.reason = g_strdup_printf("failed: %s", g_strerror(-raw));
        return outcome;
    }
    bool has_content = call->content_kind != CHAIN_CONTENT_NONE;
    if (is_verdict(call, raw)) {
        if (call->door != CALL_CONTENT || raw != BOOT_HOST_REPLY || has_content)
            return outcome;
        outcome.reason = g_strdup("answered REPLY without having given content");
    } else if (raw == BOOT_HOST_LATER) {
        outcome.reason = g_strdup("answered LATER without having taken a ticket");
    } else {
        outcome.reason =
            g_strdup_printf("returned %" PRId32 ", which is no verdict of this door", raw);
    }
    outcome.verdict = -EPROTO;
    return outcome;
}

static void note_breaker(struct instance *instance, bool failed, int64_t now_us) {
    if (!failed && instance->breaker.state == BREAKER_CLOSED && instance->breaker.failures == 0)
        return;
    enum breaker_state before = instance->breaker.state;
    if (failed)
        breaker_fail(&instance->breaker, now_us);
    else
        breaker_succeed(&instance->breaker);
    instance->breaker_shown = instance->breaker.state;
    if (instance->breaker.state == before)
        return;
    g_autofree char *pause = value_format_duration(instance->breaker.pause_us);
    if (instance->breaker.state == BREAKER_OPEN)
        instance_warn(instance, "failed %u times in a row; it is not asked for %s",
                      instance->breaker.failures, pause);
    else
        instance_log(instance, BOOT_HOST_LOG_INFO, "answers again");
}

static struct call_outcome time_out(struct instance *instance, const char *what, int64_t now_us) {
    g_autofree char *deadline = value_format_duration(instance->config->deadline_us);
    statistics_count(&instance->statistics.timeouts);
    note_breaker(instance, true, now_us);
    return (struct call_outcome){.verdict = -ETIMEDOUT,
                                 .end_us = now_us,
                                 .reason =
                                     g_strdup_printf("%s its deadline of %s", what, deadline)};
}

/* The provider has answered. */
static struct call_outcome settle(struct instance *instance, struct call *call, int32_t raw) {
    int64_t now = clock_now(instance->clock);
    int64_t took = now - call->start_us;
    statistics_took(&instance->statistics, took);
    if (took > instance->config->deadline_us && instance->thread_count == 0) {
        /* The packet thread stood still for so long: all the more must the breaker count it. */
        statistics_count(&instance->statistics.late);
        return time_out(instance, "answered on the packet thread, but after", now);
    }
    struct call_outcome outcome = judge(call, raw);
    outcome.end_us = now;
    if (outcome.verdict < 0)
        statistics_count(&instance->statistics.errors);
    note_breaker(instance, outcome.verdict < 0, now);
    return outcome;
}

/* ---- Inside the provider: any thread
 * --------------------------------------------------------------------- */

/* The door has returned. True: the call has ended. Under the lock. */
static bool conclude(struct call *call, int32_t raw, bool *ret_twice) {
    struct instance *instance = call->instance;
    if (call->is_completed) {
        *ret_twice = raw != BOOT_HOST_LATER;
        call->verdict = call->completion;
        call->state = CALL_FINISHED;
        return true;
    }
    if (raw == BOOT_HOST_LATER && call->ticket != 0) {
        call->state = CALL_PARKED;
        return false;
    }
    if (call->ticket != 0)
        g_hash_table_remove(instance->tickets, &call->ticket);
    call->ticket = 0;
    call->verdict = raw;
    call->state = CALL_FINISHED;
    return true;
}

static void warn_twice(struct instance *instance) {
    statistics_count_shared(&instance->statistics.ignored);
    instance_warn(instance,
                  "answered one request twice, by host->complete and by returning a verdict; "
                  "the first answer counts, ignoring");
}

static void leave(struct instance *instance) {
    g_mutex_lock(&instance->lock);
    instance->inside--;
    g_cond_broadcast(&instance->changed);
    g_mutex_unlock(&instance->lock);
}

/* May a worker go inside with this call? Under the lock. */
static bool enter(struct call *call) {
    if (call->is_abandoned || call->instance->is_closing) {
        call->state = CALL_FINISHED;
        return false;
    }
    call->was_run = true;
    call->state = CALL_RUNNING;
    call->instance->inside++;
    return true;
}

static void work(gpointer data, gpointer user) {
    struct call *call = data;
    struct instance *instance = user;
    g_mutex_lock(&instance->lock);
    bool entered = enter(call);
    g_mutex_unlock(&instance->lock);
    if (!entered) {
        mailbox_post(instance->mailbox, call);
        return;
    }

    int32_t raw = call_run(call);
    bool twice = false;
    g_mutex_lock(&instance->lock);
    bool ended = conclude(call, raw, &twice);
    g_mutex_unlock(&instance->lock);
    if (twice)
        warn_twice(instance);
    if (ended)
        mailbox_post(instance->mailbox, call);
    leave(instance);
}

static void run_errand(gpointer data, gpointer user) {
    struct errand *errand = data;
    struct instance *instance = user;
    g_mutex_lock(&instance->lock);
    instance->inside++;
    g_mutex_unlock(&instance->lock);
    if (errand->call != NULL)
        call_free(errand->call);
    else
        instance->provider->cancel(instance->state, errand->ticket);
    leave(instance);
    g_free(errand);
}

static void send_errand(struct instance *instance, struct call *call, uint64_t ticket) {
    struct errand *errand = g_new0(struct errand, 1);
    errand->call = call;
    errand->ticket = ticket;
    g_thread_pool_push(instance->helpers, errand, NULL);
}

/* ---- Handing over: the packet thread
 * ---------------------------------------------------------------------- */

static void refuse(struct call_outcome *outcome, int32_t verdict, int64_t now_us, char *reason) {
    *outcome = (struct call_outcome){.verdict = verdict, .end_us = now_us, .reason = reason};
}

static bool is_busy(const struct instance *instance) {
    return instance->outstanding >= LIMIT_INSTANCE_QUEUE ||
           (instance->thread_count > 0 && instance->stalled >= instance->thread_count);
}

static char *explain_busy(const struct instance *instance) {
    if (instance->outstanding >= LIMIT_INSTANCE_QUEUE)
        return g_strdup_printf("too busy: %u calls wait for it", instance->outstanding);
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
    call->done = done;
    call->user = user;
    call->is_pending = true;
    g_queue_push_tail_link(&instance->pending, &call->pending_link);
    instance->outstanding++;
}

static bool run_inline(struct instance *instance, struct call *call, call_done_fn done, void *user,
                       struct call_outcome *ret_outcome) {
    call->was_run = true;
    call->state = CALL_RUNNING;
    int32_t raw = call_run(call);
    /* Without a ticket nobody else knows the call, and the fast path takes no lock. */
    if (call->ticket != 0) {
        bool twice = false;
        g_mutex_lock(&instance->lock);
        bool ended = conclude(call, raw, &twice);
        raw = call->verdict;
        g_mutex_unlock(&instance->lock);
        if (twice)
            warn_twice(instance);
        if (!ended) {
            hold(instance, call, done, user);
            return false;
        }
    }
    *ret_outcome = settle(instance, call, raw);
    return true;
}

bool dispatch_call(struct instance *instance, struct call *call, call_done_fn done, void *user,
                   struct call_outcome *ret_outcome) {
    call->instance = instance;
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
    g_thread_pool_push(instance->workers, call, NULL);
    return false;
}

void dispatch_event(struct instance *instance, struct request *request,
                    const struct boot_host_event *event) {
    int64_t now = clock_now(instance->clock);
    if (is_busy(instance) || instance->breaker.state != BREAKER_CLOSED) {
        statistics_count(&instance->statistics.dropped);
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
    g_thread_pool_push(instance->workers, call, NULL);
}

/* ---- Coming back: the packet thread
 * ------------------------------------------------------------------------ */

static void unlink_pending(struct instance *instance, struct call *call) {
    if (call->is_pending)
        g_queue_unlink(&instance->pending, &call->pending_link);
    call->is_pending = false;
}

static void release(struct instance *instance, struct call *call) {
    if (call_has_reader(call))
        send_errand(instance, call, 0);
    else
        call_free(call);
}

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
        struct call_outcome outcome = settle(instance, call, call->verdict);
        if (call->done != NULL)
            call->done(&outcome, call->user);
        call_outcome_clear(&outcome);
    }
    release(instance, call);
}

int64_t dispatch_next_deadline(const struct instance *instance) {
    const GList *head = instance->pending.head;
    const struct call *call = head != NULL ? head->data : NULL;
    return call != NULL ? call->start_us + instance->config->deadline_us : INT64_MAX;
}

/* The chain goes on without it. The call itself stays the provider's until it has ended. */
static void abandon(struct instance *instance, struct call *call, int64_t now_us) {
    g_mutex_lock(&instance->lock);
    bool has_ended = call->state == CALL_FINISHED;
    bool is_inside = call->state == CALL_RUNNING;
    bool has_ticket = g_hash_table_contains(instance->tickets, &call->ticket);
    uint64_t ticket = call->ticket;
    call->is_abandoned = !has_ended;
    g_mutex_unlock(&instance->lock);
    if (has_ended)
        return; /* in the mailbox already: it has just made it */

    call->is_stalled = is_inside;
    if (is_inside)
        instance->stalled++;
    if (has_ticket)
        send_errand(instance, NULL, ticket);
    struct call_outcome outcome = time_out(instance, "no answer within", now_us);
    if (call->done != NULL)
        call->done(&outcome, call->user);
    call->done = NULL;
    call_outcome_clear(&outcome);
}

void dispatch_expire(struct instance *instance, int64_t now_us) {
    while (dispatch_next_deadline(instance) <= now_us) {
        struct call *call = g_queue_peek_head(&instance->pending);
        unlink_pending(instance, call);
        abandon(instance, call, now_us);
    }
}

/* ---- Tickets: any thread
 * ------------------------------------------------------------------------------------ */

uint64_t dispatch_ticket(struct call *call) {
    struct instance *instance = call->instance;
    g_mutex_lock(&instance->lock);
    if (call->ticket == 0) {
        call->ticket = ++instance->last_ticket;
        g_hash_table_insert(instance->tickets, &call->ticket, call);
    }
    uint64_t ticket = call->ticket;
    g_mutex_unlock(&instance->lock);
    return ticket;
}

static void take_completion(struct instance *instance, struct call *call, int32_t verdict) {
    g_hash_table_remove(instance->tickets, &call->ticket);
    g_cond_broadcast(&instance->changed);
    if (call->state != CALL_PARKED) {
        call->is_completed = true;
        call->completion = verdict;
        return;
    }
    call->verdict = verdict;
    call->state = CALL_FINISHED;
    mailbox_post(instance->mailbox, call);
}

int32_t dispatch_complete(struct instance *instance, uint64_t ticket, int32_t verdict) {
    if (verdict == BOOT_HOST_LATER)
        return -EINVAL;
    g_mutex_lock(&instance->lock);
    struct call *call = g_hash_table_lookup(instance->tickets, &ticket);
    if (call != NULL)
        take_completion(instance, call, verdict);
    g_mutex_unlock(&instance->lock);
    if (call != NULL)
        return 0;
    statistics_count_shared(&instance->statistics.ignored);
    instance_warn(instance,
                  "completed ticket %" PRIu64 ", which is not open: completed already, answered "
                  "by a verdict, or never taken, ignoring",
                  ticket);
    return -ENOENT;
}

/* ---- Threads
 * ---------------------------------------------------------------------------------------------- */

bool dispatch_start(struct instance *instance, GError **ret_error) {
    uint32_t flags = instance->provider->flags;
    if ((flags & BOOT_HOST_INLINE) == 0)
        instance->thread_count = (flags & BOOT_HOST_PARALLEL) != 0 ? INSTANCE_PARALLEL_THREADS : 1;
    instance->helpers = g_thread_pool_new(run_errand, instance, 1, FALSE, NULL);
    if (instance->thread_count == 0)
        return true;
    g_autoptr(GError) error = NULL;
    instance->workers =
        g_thread_pool_new(work, instance, (gint) instance->thread_count, TRUE, &error);
    if (error == NULL)
        return true;
    g_propagate_error(ret_error, g_steal_pointer(&error));
    return false;
}

bool dispatch_wait_idle(struct instance *instance, int64_t timeout_us) {
    int64_t end = g_get_monotonic_time() + timeout_us;
    g_mutex_lock(&instance->lock);
    instance->is_closing = true;
    bool in_time = true;
    while (instance->inside > 0 && in_time)
        in_time = g_cond_wait_until(&instance->changed, &instance->lock, end);
    bool is_idle = instance->inside == 0;
    g_mutex_unlock(&instance->lock);
    return is_idle;
}

static GArray *open_tickets(struct instance *instance) {
    GArray *tickets = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    GHashTableIter iter;
    gpointer key = NULL;
    g_mutex_lock(&instance->lock);
    g_hash_table_iter_init(&iter, instance->tickets);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        g_array_append_vals(tickets, key, 1);
    g_mutex_unlock(&instance->lock);
    return tickets;
}

/* What is never completed is taken back: after close nobody may complete it. */
static void forget_tickets(struct instance *instance) {
    GHashTableIter iter;
    gpointer call = NULL;
    g_mutex_lock(&instance->lock);
    g_hash_table_iter_init(&iter, instance->tickets);
    while (g_hash_table_iter_next(&iter, NULL, &call)) {
        g_hash_table_iter_remove(&iter);
        mailbox_post(instance->mailbox, call);
    }
    g_mutex_unlock(&instance->lock);
}

void dispatch_cancel_all(struct instance *instance, int64_t timeout_us) {
    g_autoptr(GArray) tickets = open_tickets(instance);
    for (guint i = 0; i < tickets->len; i++)
        instance->provider->cancel(instance->state, g_array_index(tickets, uint64_t, i));

    int64_t end = g_get_monotonic_time() + timeout_us;
    bool in_time = true;
    g_mutex_lock(&instance->lock);
    while (g_hash_table_size(instance->tickets) > 0 && in_time)
        in_time = g_cond_wait_until(&instance->changed, &instance->lock, end);
    g_mutex_unlock(&instance->lock);
    forget_tickets(instance);
}

void dispatch_stop(struct instance *instance) {
    if (instance->workers != NULL)
        g_thread_pool_free(instance->workers, FALSE, TRUE);
    if (instance->helpers != NULL)
        g_thread_pool_free(instance->helpers, FALSE, TRUE);
    instance->workers = NULL;
    instance->helpers = NULL;
}
