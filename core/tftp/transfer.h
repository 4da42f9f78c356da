/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One TFTP transfer as a state machine: an event and the time go in, what to send and when to wake
 * up come out. PURE: no socket, clock, disk or heap. RFC 1350, 2347, 7440.
 *
 * It deals in block ranges and never sees a byte of the file; the caller reads and sends. Blocks
 * are counted from 1 without end; only the wire knows 16 bits of them. Times are monotonic
 * microseconds.
 *
 * Until the client's first ACK proves that its address is its own, each of its requests is worth one
 * datagram, lest we multiply a forger's traffic; an OACK, which is no longer than the request, may be
 * repeated a few times in case it was lost. From then on: whole windows, back to the first missing
 * block when the client says so (RFC 7440 section 4), and a timer that starts from the measured
 * round trip. An ACK that repeats is answered only when it is older than a round trip, so that
 * duplicates on the wire never double the traffic (Sorcerer's Apprentice).
 */
#pragma once

#include <glib.h>
#include <stdint.h>

#define TRANSFER_OACK_REPEATS 2 /* by our own timer, while the client has not answered */

enum transfer_outcome {
    TRANSFER_RUNNING,
    TRANSFER_COMPLETED,  /* every block sent; see statistics.acknowledged for the last one */
    TRANSFER_SIZE_PROBE, /* the client stopped as soon as it knew the size: normal, not a failure */
    TRANSFER_ABORTED,    /* the client sent an ERROR */
    TRANSFER_TIMED_OUT,  /* the client fell silent */
    TRANSFER_REPLACED,   /* the client asked for the same file again */
    TRANSFER_REFUSED,    /* never began: no such file, no access, bad name, bad mode */
    TRANSFER_FAILED,     /* our content failed, or the server stops */
};

/* "completed", "size-probe" ... */
const char *transfer_outcome_name(enum transfer_outcome outcome);

struct transfer_statistics {
    uint64_t bytes;        /* payload the client has acknowledged */
    uint64_t size;         /* bytes of the whole content; 0 while it is not known */
    uint64_t blocks;       /* acknowledged */
    uint64_t resent;       /* blocks sent more than once */
    uint64_t timeouts;     /* times the timer ran out and something was repeated */
    unsigned block_size;   /* agreed; 0 before there was an agreement */
    unsigned window_size;  /* agreed, or the last one of a variable window */
    int64_t duration_us;   /* since the request */
    int64_t round_trip_us; /* smoothed; 0 when never measured */
    gboolean acknowledged; /* the last block was */
};

/* Of content that is made while it is sent; transfer_set_size() follows when its end is seen. */
#define TRANSFER_SIZE_UNKNOWN (UINT64_MAX / 2)

/* What a transfer is made from. */
struct transfer_setup {
    uint64_t size;        /* bytes of the content, or TRANSFER_SIZE_UNKNOWN */
    unsigned block_size;  /* 8 to 65464 */
    unsigned window_size; /* 1 to LIMIT_TFTP_WINDOW_MAX; changes where ACKs name another */
    unsigned rollover;    /* the number that follows block 65535: 0 or 1 */
    gboolean oack;        /* options were agreed: an OACK goes first */
    gboolean size_told;   /* the OACK has tsize: an ERROR right after it is a size probe */
    int64_t timeout_us;   /* longest wait between repetitions */
    int64_t give_up_us;   /* silence that ends the transfer */
};

/* Fields are read-only outside transfer.c. */
struct transfer {
    struct transfer_setup setup;
    enum transfer_outcome outcome;
    uint64_t blocks;       /* of the whole content; the last is short, perhaps empty */
    uint64_t acknowledged; /* last block the client has, without a gap */
    uint64_t sent;         /* last block of the window under way */
    uint64_t highest;      /* last block ever sent */
    uint64_t before;       /* the same before this window */
    uint64_t held;         /* first block of the window that has not gone yet; 0: all have */
    int64_t held_us;       /* since when */
    gboolean verified;     /* the client has answered from its address */
    gboolean repeated;     /* what is under way was sent before: no round trip from it (Karn) */
    gboolean disturbed;    /* no window has gone through whole and at once since one was repeated */
    unsigned oack_repeats;
    int64_t started_us;
    int64_t sent_us;     /* when what is under way was sent, for the last time */
    int64_t progress_us; /* last time the client got on */
    int64_t wait_us;     /* present wait for an answer; doubles */
    int64_t smooth_us;   /* round trip, RFC 6298 */
    int64_t varies_us;   /* and its variation */
    int64_t fastest_us;  /* the shortest one ever */
    int64_t wake_us;
    uint64_t resent;
    uint64_t timeouts;
};

enum transfer_event_kind {
    TRANSFER_EVENT_START,   /* once, first */
    TRANSFER_EVENT_ACK,     /* number: the block on the wire; perhaps a window */
    TRANSFER_EVENT_ERROR,   /* number: the code */
    TRANSFER_EVENT_TIMER,   /* the wake-up time has come; too early is harmless */
    TRANSFER_EVENT_REQUEST, /* the client repeats its request, wishes and all; when it had answered
                             * already the outcome is TRANSFER_REPLACED: it begins anew */
};

struct transfer_event {
    enum transfer_event_kind kind;
    uint16_t number;
    uint8_t window; /* ACK: blocks of the next window, as the client wishes; 0: as before */
};

/* What the caller does next. When the outcome is not TRANSFER_RUNNING any more, nothing is sent. */
struct transfer_action {
    gboolean oack;   /* send the OACK */
    uint64_t first;  /* send blocks first ... */
    unsigned count;  /* ... to first + count - 1; 0: none */
    int64_t wake_us; /* give the timer event then; 0: never */
};

/* `now_us` counts as the beginning of the transfer. */
void transfer_init(struct transfer *transfer, const struct transfer_setup *setup, int64_t now_us);

/* One step. An event after the end, or one that makes no sense, does nothing. */
struct transfer_action transfer_step(struct transfer *transfer, const struct transfer_event *event,
                                     int64_t now_us);

/* What the last action said to send cannot go at once, for reasons that are none of the client's:
 * bytes that are not there yet, or a cap on bandwidth. Told whenever something of it has gone: `next`
 * is the first block that has not. While something is left, no timer repeats anything, and the time
 * does not count as the client's silence; so a client that we keep waiting is never taken for one
 * that loses packets. Returns when to give the timer event, INT64_MAX: not before all has gone. */
int64_t transfer_went(struct transfer *transfer, uint64_t next, int64_t now_us);

/* How many bytes it is in all, once; nothing beyond them has gone. */
void transfer_set_size(struct transfer *transfer, uint64_t size);

/* A block's 16 bits on the wire, its place in the content and its bytes (0 for an empty
 * last one). */
uint16_t transfer_block_number(const struct transfer *transfer, uint64_t block);
uint64_t transfer_block_offset(const struct transfer *transfer, uint64_t block);
unsigned transfer_block_bytes(const struct transfer *transfer, uint64_t block);

struct transfer_statistics transfer_statistics(const struct transfer *transfer, int64_t now_us);
