/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One lock over everything that decides, handed over in the order of coming.
 */
#include "daemon/world.h"

/* A thread at the door; on its own stack. */
struct waiter {
    GCond turn;
    gboolean is_inside;
    GList link;
};

struct world {
    GMutex lock; /* over the two below, for a moment each */
    gboolean is_taken;
    GQueue waiters; /* struct waiter, the longest waiting first */

    GMainContext *context; /* what follows belongs to the thread that owns it */
    GPollFD *descriptors;  /* room for what the last round waited for */
    gint n_descriptors;
};

struct world *world_new(GMainContext *context) {
    struct world *world = g_new0(struct world, 1);
    g_mutex_init(&world->lock);
    g_queue_init(&world->waiters);
    world->is_taken = TRUE;
    world->context = g_main_context_ref(context != NULL ? context : g_main_context_default());
    if (!g_main_context_acquire(world->context))
        g_critical("the world's context belongs to another thread: it must be made where it runs");
    return world;
}

void world_free(struct world *world) {
    if (world == NULL)
        return;
    g_main_context_release(world->context);
    g_main_context_unref(world->context);
    g_free(world->descriptors);
    g_mutex_clear(&world->lock);
    g_free(world);
}

/* Under the lock. Who leaves has made us the holder before it wakes us: nobody can push in. */
static void wait_turn(struct world *world) {
    struct waiter waiter = {.is_inside = FALSE};
    g_cond_init(&waiter.turn);
    waiter.link.data = &waiter;
    g_queue_push_tail_link(&world->waiters, &waiter.link);
    while (!waiter.is_inside)
        g_cond_wait(&waiter.turn, &world->lock);
    g_cond_clear(&waiter.turn);
}

void world_enter(struct world *world) {
    g_mutex_lock(&world->lock);
    if (world->is_taken)
        wait_turn(world);
    else
        world->is_taken = TRUE;
    g_mutex_unlock(&world->lock);
}

gboolean world_try_enter(struct world *world) {
    g_mutex_lock(&world->lock);
    gboolean is_free = !world->is_taken;
    world->is_taken = TRUE;
    g_mutex_unlock(&world->lock);
    return is_free;
}

void world_leave(struct world *world) {
    g_mutex_lock(&world->lock);
    GList *next = g_queue_pop_head_link(&world->waiters);
    if (next != NULL) {
        struct waiter *waiter = next->data;
        waiter->is_inside = TRUE;
        g_cond_signal(&waiter->turn);
    } else {
        world->is_taken = FALSE;
    }
    g_mutex_unlock(&world->lock);
}

unsigned world_waiting(struct world *world) {
    g_mutex_lock(&world->lock);
    unsigned count = world->waiters.length;
    g_mutex_unlock(&world->lock);
    return count;
}

/* What the context waits for, into the world's room for it. */
static gint query(struct world *world, gint priority, gint *ret_timeout_ms) {
    gint count = g_main_context_query(world->context, priority, ret_timeout_ms, world->descriptors,
                                      world->n_descriptors);
    while (count > world->n_descriptors) {
        world->n_descriptors = count;
        world->descriptors = g_renew(GPollFD, world->descriptors, count);
        count = g_main_context_query(world->context, priority, ret_timeout_ms, world->descriptors,
                                     world->n_descriptors);
    }
    return count;
}

gboolean world_iterate(struct world *world, gboolean may_wait) {
    gint priority = 0;
    gint timeout_ms = 0;
    g_main_context_prepare(world->context, &priority);
    gint count = query(world, priority, &timeout_ms);
    world_leave(world);
    g_poll(world->descriptors, (guint) count, may_wait ? timeout_ms : 0);
    world_enter(world);
    gboolean is_ready =
        g_main_context_check(world->context, priority, world->descriptors, count) != 0;
    g_main_context_dispatch(world->context);
    return is_ready;
}
