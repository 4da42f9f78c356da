/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: how often a client has come back without having fetched anything. Time comes in as
 * monotonic microseconds.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Zero-initialise. */
struct attempt {
    uint32_t count;      /* 0: it never asked; 1: its first DISCOVER */
    uint32_t xid;        /* of the DISCOVER exchange it is in */
    int64_t exchange_us; /* when that began */
    bool was_answered;
    bool has_fetched;
};

/* A DISCOVER came. True when it begins a new exchange, false for a repeat of the last one. A client
 * that was told a file, fetched nothing, and soon asks again in a new exchange raises the count;
 * any other new exchange sets it to 1. */
bool attempt_discover(struct attempt *attempt, uint32_t xid, int64_t now_us);

/* It was told what to boot. */
void attempt_answered(struct attempt *attempt);

/* It has fetched a file. */
void attempt_fetched(struct attempt *attempt);
