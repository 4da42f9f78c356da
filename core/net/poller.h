/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Waits for descriptors on a thread without a main loop, where a wake-up per packet must cost one
 * system call (epoll, eventfd). One thread waits; any thread may wake it.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

#define POLLER_EVENTS_MAX 64 /* descriptors reported by one wait */

struct poller;

struct poller *poller_new(GError **error);
void poller_free(struct poller *poller);

/* Reports `token` from poller_wait() while `descriptor` has something to read. FALSE with errno. */
gboolean poller_add(struct poller *poller, int descriptor, uint32_t token);

/* Waits until a descriptor is readable, poller_wake() was called, or `timeout_us` have passed
 * (negative: for ever; rounded up to a millisecond). Returns how many tokens it wrote, 0 for the
 * others and for interruptions. */
unsigned poller_wait(struct poller *poller, int64_t timeout_us,
                     uint32_t ret_tokens[POLLER_EVENTS_MAX]);

/* Ends the present or the next wait. Any thread. */
void poller_wake(struct poller *poller);
