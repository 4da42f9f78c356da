/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The wake-up times of many transfers: a binary heap.
 */
#include "tftp/timers.h"

void timers_init(struct timers *timers) {
    timers->heap = g_ptr_array_new();
}

void timers_clear(struct timers *timers) {
    g_clear_pointer(&timers->heap, g_ptr_array_unref);
}

/* Places are counted from 1, so that the children of n are 2n and 2n + 1. */
static struct timer *at(const struct timers *timers, guint place) {
    return g_ptr_array_index(timers->heap, place - 1);
}

static void put(struct timers *timers, guint place, struct timer *timer) {
    g_ptr_array_index(timers->heap, place - 1) = timer;
    timer->place = place;
}

static void move_up(struct timers *timers, struct timer *timer) {
    guint place = timer->place;
    for (; place > 1 && at(timers, place / 2)->sorted_us > timer->sorted_us; place /= 2)
        put(timers, place, at(timers, place / 2));
    put(timers, place, timer);
}

static void move_down(struct timers *timers, struct timer *timer) {
    guint place = timer->place;
    guint count = timers->heap->len;
    while (2 * place <= count) {
        guint child = 2 * place;
        if (child < count && at(timers, child + 1)->sorted_us < at(timers, child)->sorted_us)
            child++;
        if (at(timers, child)->sorted_us >= timer->sorted_us)
            break;
        put(timers, place, at(timers, child));
        place = child;
    }
    put(timers, place, timer);
}

void timers_set(struct timers *timers, struct timer *timer, int64_t due_us) {
    timer->due_us = due_us;
    if (timer->place != 0 && due_us >= timer->sorted_us)
        return;
    if (timer->place == 0) {
        g_ptr_array_add(timers->heap, timer);
        timer->place = timers->heap->len;
    }
    timer->sorted_us = due_us;
    move_up(timers, timer);
}

void timers_cancel(struct timers *timers, struct timer *timer) {
    if (timer->place == 0)
        return;
    struct timer *last = at(timers, timers->heap->len);
    guint place = timer->place;
    g_ptr_array_set_size(timers->heap, (int) timers->heap->len - 1);
    timer->place = 0;
    if (last == timer)
        return;
    put(timers, place, last);
    move_up(timers, last);
    move_down(timers, last);
}

struct timer *timers_due(struct timers *timers, int64_t now_us) {
    while (timers->heap->len > 0) {
        struct timer *first = at(timers, 1);
        if (first->sorted_us > now_us)
            return NULL;
        if (first->due_us == first->sorted_us)
            return first;
        first->sorted_us = first->due_us; /* it was put off */
        move_down(timers, first);
    }
    return NULL;
}

int64_t timers_next_us(const struct timers *timers) {
    return timers->heap->len > 0 ? at(timers, 1)->sorted_us : -1;
}
