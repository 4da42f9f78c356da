/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The world: chain, generations, sessions, quotas, traces and what else core/daemon/state.h holds.
 * It has one lock. Who holds it is the packet thread for as long, whatever thread it is; so all that
 * says "packet thread" in the rooms below needs no lock of its own.
 *
 * The main loop holds the world always, except while it waits for events. Other threads receive and
 * parse outside, enter to decide a whole batch, and send outside again. What comes back later, an
 * answer of a provider's thread or a deadline, is always dispatched by the main loop, inside.
 *
 * Order of locks: the world first, then any other. Never enter it with another lock held, least of
 * all the TFTP server's, which the main loop takes inside. Never wait inside for a thread that may
 * want to enter: leave, join it, enter again.
 */
#pragma once

#include <glib.h>

struct world;

/* A world around `context` (NULL: the default one), which belongs to the calling thread from now on.
 * That thread is inside; it alone may iterate and free. */
struct world *world_new(GMainContext *context);

/* By the thread that made it, inside; nobody else is or wants to be. NULL is fine. */
void world_free(struct world *world);

/* In and out. Who waits enters in the order of coming, so that a busy main loop keeps nobody out, and
 * the others do not keep it out. Not recursive. Any thread. */
void world_enter(struct world *world);
void world_leave(struct world *world);

/* In when nobody is inside; else FALSE, at once. For threads that have better things to do than wait.
 * Any thread. */
gboolean world_try_enter(struct world *world);

/* How many threads wait to enter at the moment. Any thread. */
unsigned world_waiting(struct world *world);

/* One round of the context: g_main_context_iteration(), but outside while it waits. Not
 * g_main_context_set_poll_func(), whose function gets no user pointer and would need a global one.
 * Returns whether anything was dispatched. Nests. */
gboolean world_iterate(struct world *world, gboolean may_wait);
