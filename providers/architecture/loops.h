/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who was given what, how often, lately: a table of fixed size, so that no flood of clients makes
 * it grow. When a place is taken, the least recent of eight gives way; a client in a loop is
 * recent.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loops;

/* At most `count` times within `window_us`. NULL: memory is short. */
struct loops *loops_new(uint32_t count, int64_t window_us);
void loops_free(struct loops *loops);

enum loops_result {
    LOOPS_FREE,    /* go on */
    LOOPS_STOPPED, /* this is the first one too many */
    LOOPS_STILL,   /* it was stopped before, within the window */
};

/* May the client be given the file (again)? `counts`: this is a boot of its own, and not the same
 * one asking again. */
enum loops_result loops_check(struct loops *loops, const char *client, const char *file,
                              int64_t now, bool counts);

/* The table as bytes, for a successor of the same module; lent. */
const void *loops_data(const struct loops *loops, size_t *ret_size);
/* Takes such bytes over; false, and no change, when they are of another size. */
bool loops_take(struct loops *loops, const void *data, size_t size);
