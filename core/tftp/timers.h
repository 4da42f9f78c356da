/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The wake-up times of many transfers: a binary heap, so that the next one is at hand. A timer that
 * is put off, as every acknowledgement does it, stays where it is in the heap and only moves when
 * its old time has come. One thread.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

/* Lies within the object that waits. All zero is "not set". */
struct timer {
    int64_t due_us;
    int64_t sorted_us; /* its time in the heap, which is not later */
    guint place;       /* 1 and more: within the heap; 0: not set */
};

struct timers {
    GPtrArray *heap; /* struct timer, the earliest first */
};

void timers_init(struct timers *timers);
void timers_clear(struct timers *timers);

/* Sets or moves a timer. */
void timers_set(struct timers *timers, struct timer *timer, int64_t due_us);
/* Does nothing when it is not set. */
void timers_cancel(struct timers *timers, struct timer *timer);

/* The earliest of the timers whose time has come, which stays set; NULL when there is none. */
struct timer *timers_due(struct timers *timers, int64_t now_us);

/* Before this time no timer is due; -1 when none is set. */
int64_t timers_next_us(const struct timers *timers);
