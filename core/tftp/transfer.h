/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One TFTP transfer as a state machine: an event and the time go in, what to send and when to wake
 * up come out. PURE: no socket, clock, disk or heap. RFC 1350, 2347, 7440.
 *
 * It deals in block ranges and never sees a byte of the file; the caller reads and sends.
 */
#pragma once

#include "tftp/options.h"

#include <glib.h>
#include <stdint.h>

enum transfer_outcome {
    TRANSFER_RUNNING,
    TRANSFER_COMPLETED,  /* every block sent; see statistics.acknowledged for the last one */
    TRANSFER_SIZE_PROBE, /* the client stopped as soon as it knew the size: normal, not a failure */
    TRANSFER_ABORTED,    /* the client sent an ERROR */
    TRANSFER_TIMED_OUT,  /* the client fell silent */
    TRANSFER_REPLACED,   /* the client asked for the same file again */
    TRANSFER_REFUSED,    /* never began: no such file, no access, bad name, bad option */
    TRANSFER_FAILED,     /* our content or our socket failed, or the server stops */
};

/* "completed", "size-probe" ... */
const char *transfer_outcome_name(enum transfer_outcome outcome);

struct transfer_statistics {
    uint64_t bytes;        /* payload the client has acknowledged */
    uint64_t size;         /* bytes of the whole content */
    uint64_t blocks;       /* acknowledged */
    uint64_t resent;       /* blocks sent more than once */
    uint64_t timeouts;     /* times the timer ran out */
    unsigned block_size;   /* agreed */
    unsigned window_size;  /* agreed */
    int64_t duration_us;   /* since the request */
    int64_t round_trip_us; /* smoothed; 0 when never measured */
    gboolean acknowledged; /* the last block was */
};
