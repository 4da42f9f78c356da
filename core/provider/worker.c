/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The far side of a call: what happens inside the provider, on whatever thread. A call ends when its
 * door has returned a verdict, or when it has returned LATER and host->complete was called, in
 * either order.
 */
#include "provider/worker.h"

#include <errno.h>
#include <inttypes.h>

#include "provider/instance.h"

/* What a helper thread does: something of the provider's that may block. */
struct errand {
    uint64_t ticket;   /* to cancel, when `call` is NULL */
    struct call *call; /* to free, with its reader */
};

/* ---- Inside the provider: any thread --------------------------------------------------------- */

/* True: the call has ended. Under the lock. */
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

bool worker_conclude(struct call *call, int32_t raw, int32_t *ret_verdict) {
    struct instance *instance = call->instance;
    bool twice = false;
    g_mutex_lock(&instance->lock);
    bool ended = conclude(call, raw, &twice);
    if (ended)
        *ret_verdict = call->verdict;
    g_mutex_unlock(&instance->lock);
    if (twice)
        warn_twice(instance);
    return ended;
}

static void leave(struct instance *instance) {
    g_mutex_lock(&instance->lock);
    instance->inside--;
    g_cond_broadcast(&instance->changed);
    g_mutex_unlock(&instance->lock);
}

/* The next in line; NULL: it was withdrawn. Under the lock. */
static struct call *take_next(struct instance *instance) {
    while (instance->is_held && !instance->is_closing)
        g_cond_wait(&instance->changed, &instance->lock);
    GList *link = g_queue_pop_head_link(&instance->line);
    if (link == NULL) {
        instance->surplus--;
        return NULL;
    }
    struct call *call = link->data;
    call->is_in_line = false;
    call->state = instance->is_closing ? CALL_FINISHED : CALL_RUNNING;
    if (call->state == CALL_RUNNING) {
        call->was_run = true;
        call->begun_us = clock_now(instance->clock);
        instance->inside++;
    }
    return call;
}

/* One wake-up, of which there are as many as calls in line, and the surplus. */
static void work(gpointer data, gpointer user) {
    struct instance *instance = user;
    g_mutex_lock(&instance->lock);
    struct call *call = take_next(instance);
    g_mutex_unlock(&instance->lock);
    if (call == NULL)
        return;
    if (call->state == CALL_FINISHED) {
        mailbox_post(instance->mailbox, call);
        return;
    }

    int32_t raw = call_run(call);
    int32_t verdict = 0;
    if (worker_conclude(call, raw, &verdict))
        mailbox_post(instance->mailbox, call);
    leave(instance);
}

/* ---- The line: the packet thread ------------------------------------------------------------- */

void worker_submit(struct instance *instance, struct call *call) {
    g_mutex_lock(&instance->lock);
    call->state = CALL_WAITING;
    call->is_in_line = true;
    g_queue_push_tail_link(&instance->line, &call->line_link);
    bool wakes = instance->surplus == 0;
    if (!wakes)
        instance->surplus--;
    g_mutex_unlock(&instance->lock);
    if (wakes)
        g_thread_pool_push(instance->workers, instance, NULL);
}

bool worker_withdraw(struct call *call) {
    struct instance *instance = call->instance;
    g_mutex_lock(&instance->lock);
    bool is_ours = call->is_in_line;
    if (is_ours) {
        g_queue_unlink(&instance->line, &call->line_link);
        call->is_in_line = false;
        instance->surplus++;
    }
    g_mutex_unlock(&instance->lock);
    return is_ours;
}

struct call *worker_first_in_line(struct instance *instance) {
    g_mutex_lock(&instance->lock);
    struct call *call = g_queue_peek_head(&instance->line);
    g_mutex_unlock(&instance->lock);
    return call;
}

/* ---- What else may block --------------------------------------------------------------------- */

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

void worker_send_errand(struct instance *instance, struct call *call, uint64_t ticket) {
    struct errand *errand = g_new0(struct errand, 1);
    errand->call = call;
    errand->ticket = ticket;
    g_thread_pool_push(instance->helpers, errand, NULL);
}

/* ---- Tickets: any thread --------------------------------------------------------------------- */

uint64_t worker_ticket(struct call *call) {
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

int32_t worker_complete(struct instance *instance, uint64_t ticket, int32_t verdict) {
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

/* ---- Threads --------------------------------------------------------------------------------- */

/* Its thread is made at the first errand. */
static bool start_helper(struct instance *instance) {
    instance->helpers = g_thread_pool_new(run_errand, instance, 1, FALSE, NULL);
    return true;
}

bool worker_start(struct instance *instance, GError **ret_error) {
    uint32_t flags = instance->provider->flags;
    bool is_single = (flags & BOOT_HOST_PARALLEL) == 0;
    if (instance->remote != NULL || (instance->is_direct && is_single))
        return start_helper(instance);
    if ((flags & BOOT_HOST_INLINE) == 0)
        instance->thread_count = (flags & BOOT_HOST_PARALLEL) != 0 ? INSTANCE_PARALLEL_THREADS : 1;
    if (instance->thread_count == 0)
        return start_helper(instance);
    start_helper(instance);
    g_autoptr(GError) error = NULL;
    instance->workers =
        g_thread_pool_new(work, instance, (gint) instance->thread_count, TRUE, &error);
    if (error == NULL)
        return true;
    g_propagate_error(ret_error, g_steal_pointer(&error));
    return false;
}

/* Under the lock. */
static bool wait_outside(struct instance *instance, int64_t timeout_us) {
    int64_t end = g_get_monotonic_time() + timeout_us;
    bool in_time = true;
    while (instance->inside > 0 && in_time)
        in_time = g_cond_wait_until(&instance->changed, &instance->lock, end);
    return instance->inside == 0;
}

bool worker_hold(struct instance *instance, int64_t timeout_us) {
    g_mutex_lock(&instance->lock);
    instance->is_held = true;
    bool is_idle = wait_outside(instance, timeout_us);
    g_mutex_unlock(&instance->lock);
    if (!is_idle)
        worker_release(instance);
    return is_idle;
}

void worker_release(struct instance *instance) {
    g_mutex_lock(&instance->lock);
    instance->is_held = false;
    g_cond_broadcast(&instance->changed);
    g_mutex_unlock(&instance->lock);
}

bool worker_wait_idle(struct instance *instance, int64_t timeout_us) {
    g_mutex_lock(&instance->lock);
    instance->is_closing = true;
    g_cond_broadcast(&instance->changed);
    bool is_idle = wait_outside(instance, timeout_us);
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

void worker_cancel_all(struct instance *instance, int64_t timeout_us) {
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

void worker_stop(struct instance *instance) {
    if (instance->workers != NULL)
        g_thread_pool_free(instance->workers, FALSE, TRUE);
    if (instance->helpers != NULL)
        g_thread_pool_free(instance->helpers, FALSE, TRUE);
    instance->workers = NULL;
    instance->helpers = NULL;
}
