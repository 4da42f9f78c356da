/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One file sent to a group of clients as a state machine (RFC 2090): an event and the time go in,
 * what to send and when to wake up come out. PURE: no socket, clock, disk or heap; members are the
 * caller's memory.
 *
 * Every block goes to the whole group, but one member alone, the master, acknowledges; its ACK asks
 * for the block behind it. The others listen, and fetch what they missed once they are master: when
 * a master is done, or makes no progress, mastership is offered to the others, the oldest first,
 * by another OACK. The first to acknowledge has it. So a late joiner hears the rest of a running
 * transfer and then asks for its beginning, which all others that lack it hear too.
 *
 * Block numbers have 16 bits and any of them may be asked for, so they must not roll over: the
 * content has at most MULTICAST_BLOCKS_MAX blocks. Times are monotonic microseconds.
 */
#pragma once

#include "tftp/pace.h"
#include "tftp/transfer.h"

#define MULTICAST_BLOCKS_MAX 65535

/* One client of a group. Lies within the caller's object and stays its own; all zero before it
 * joins. Fields are read-only outside multicast.c. */
struct multicast_member {
    GList link;            /* in the group's queue; data is NULL when it is in none */
    gboolean verified;     /* has answered from its address */
    gboolean told_master;  /* our last OACK made it master */
    gboolean served;       /* some block was sent because it asked */
    unsigned offers_left;  /* OACKs it may still get before its first answer */
    unsigned strikes;      /* times it was master and made no progress */
    uint64_t acknowledged; /* the last block it said it has without a gap */
    int64_t joined_us;
    int64_t asked_us; /* first offer it has not answered; 0: none */
};

/* What a group is made from. */
struct multicast_setup {
    uint64_t size;       /* bytes of the content */
    unsigned block_size; /* with at most MULTICAST_BLOCKS_MAX blocks */
    int64_t timeout_us;  /* longest wait between repetitions */
    int64_t give_up_us;  /* silence after which a member is left out */
    struct pace *pace;   /* shared by all groups; outlives this one */
};

/* Fields are read-only outside multicast.c. */
struct multicast_group {
    struct multicast_setup setup;
    uint64_t blocks;                 /* of the content; the last is short, perhaps empty */
    GQueue members;                  /* whose turn it is next first: the oldest */
    struct multicast_member *master; /* NULL: mastership is being offered */
    uint64_t sent;                   /* the block under way; 0: none yet */
    gboolean held;                   /* ... waits for its time, see pace.h */
    gboolean repeated;               /* ... was sent before: no round trip from it (Karn) */
    int64_t sent_us;
    int64_t progress_us; /* last time the master got on, or became master */
    int64_t wait_us;     /* present wait for an ACK, doubles; or for the answer to an offer */
    int64_t smooth_us;   /* round trip, RFC 6298 */
    int64_t varies_us;   /* and its variation */
    unsigned asked;      /* members asked since there was a master */
    int64_t wake_us;
    uint64_t packets; /* blocks sent */
    uint64_t resent;  /* of these, repeated by the timer */
    uint64_t changes; /* of master */
};

enum multicast_event_kind {
    MULTICAST_EVENT_JOIN,  /* a request, or the repetition of one */
    MULTICAST_EVENT_ACK,   /* number: the block on the wire */
    MULTICAST_EVENT_ERROR, /* the client goes */
    MULTICAST_EVENT_TIMER, /* the wake-up time has come; too early is harmless */
};

struct multicast_event {
    enum multicast_event_kind kind;
    struct multicast_member *member; /* NULL for the timer */
    uint16_t number;
};

/* What the caller does next. */
struct multicast_action {
    struct multicast_member *oack;  /* send it an OACK; told_master says which. NULL: none */
    uint64_t block;                 /* send this block to the group; 0: none */
    struct multicast_member *ended; /* has left the group; NULL: none */
    enum transfer_outcome outcome;  /* ... and this is how */
    int64_t wake_us;                /* give the timer event then; 0: the group is empty */
};

void multicast_group_init(struct multicast_group *group, const struct multicast_setup *setup);

/* One step. Events of members that have left must not be given. */
struct multicast_action multicast_step(struct multicast_group *group,
                                       const struct multicast_event *event, int64_t now_us);

/* The place of a block in the content and its bytes (0 for an empty last one). */
uint64_t multicast_block_offset(const struct multicast_group *group, uint64_t block);
unsigned multicast_block_bytes(const struct multicast_group *group, uint64_t block);
