/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One file sent to a group of clients as a state machine (RFC 2090). PURE.
 */
#include "tftp/multicast.h"

#include "tftp/round-trip.h"

#define WAIT_FLOOR_US   INT64_C(20000)    /* shorter timers resend what is merely on its way */
#define REPEAT_FLOOR_US INT64_C(10000)    /* a duplicate made by the wire is younger */
#define PATIENCE_US     INT64_C(2000000)  /* with a master that keeps others waiting */
#define LAST_WAIT_US    INT64_C(5000000)  /* for the last ACK, which many loaders never send */
#define FIRST_WAIT_US   INT64_C(10000000) /* for the first one; clients ask anew after 1 to 5 s */
#define OFFER_WAIT_US   INT64_C(300000)   /* for the answer to an offer of mastership ... */
#define OFFER_FLOOR_US  INT64_C(50000)    /* ... and when many do not answer one after the other */
#define OFFERS_UNSEEN   4 /* to one who has never answered: its address may be invented */
#define STRIKES_MAX     3

void multicast_group_init(struct multicast_group *group, const struct multicast_setup *setup) {
    *group = (struct multicast_group){
        .setup = *setup,
        .blocks = setup->size / setup->block_size + 1,
        .wait_us = MIN(OFFER_WAIT_US, setup->timeout_us),
    };
    g_queue_init(&group->members);
}

uint64_t multicast_block_offset(const struct multicast_group *group, uint64_t block) {
    return (block - 1) * group->setup.block_size;
}

unsigned multicast_block_bytes(const struct multicast_group *group, uint64_t block) {
    return block < group->blocks ? group->setup.block_size
                                 : (unsigned) (group->setup.size % group->setup.block_size);
}

static struct multicast_action keep_waiting(const struct multicast_group *group) {
    return (struct multicast_action){.wake_us = group->wake_us};
}

static struct multicast_action wake_at(struct multicast_group *group, int64_t wake_us) {
    group->wake_us = wake_us;
    return keep_waiting(group);
}

/* For the ACK of a block that is sent once, with the wait's floor and ceiling. */
static int64_t usual_wait(const struct multicast_group *group) {
    int64_t wait = group->smooth_us + 4 * group->varies_us;
    return MIN(MAX(wait, WAIT_FLOOR_US), group->setup.timeout_us);
}

/* ---- Blocks ---------------------------------------------------------------------------------- */

/* When silence or standstill of the master ends its turn. */
static int64_t patience_ends_at(const struct multicast_group *group) {
    int64_t patience = group->members.length > 1 ? PATIENCE_US : group->setup.give_up_us;
    if (group->sent == group->blocks)
        patience = MIN(patience, LAST_WAIT_US);
    return group->progress_us + MIN(patience, group->setup.give_up_us);
}

/* Sends the block under way, once its time has come. */
static struct multicast_action send_block(struct multicast_group *group, int64_t now_us) {
    group->held = FALSE;
    group->sent_us = now_us;
    group->packets++;
    if (group->repeated)
        group->resent++;
    group->wake_us = MIN(now_us + group->wait_us, patience_ends_at(group));
    return (struct multicast_action){.block = group->sent, .wake_us = group->wake_us};
}

static struct multicast_action send_or_hold(struct multicast_group *group, uint64_t block,
                                            gboolean repeated, int64_t now_us) {
    group->sent = block;
    group->repeated = repeated;
    if (group->held)
        return keep_waiting(group); /* in the place that was reserved for the one before */
    int64_t due_us = pace_reserve(group->setup.pace, multicast_block_bytes(group, block), now_us);
    if (due_us <= now_us)
        return send_block(group, now_us);
    group->held = TRUE;
    return wake_at(group, due_us);
}

/* What was sent twice gives no sample, since nobody knows which one was answered (Karn). */
static void measure_round_trip(struct multicast_group *group, int64_t now_us) {
    if (!group->repeated)
        round_trip_take(now_us - group->sent_us, &group->smooth_us, &group->varies_us);
    group->wait_us = usual_wait(group);
}

/* ---- Mastership ------------------------------------------------------------------------------ */

static struct multicast_action end_member(struct multicast_group *group,
                                          struct multicast_member *member,
                                          enum transfer_outcome outcome) {
    g_queue_unlink(&group->members, &member->link);
    member->link.data = NULL;
    if (group->master == member)
        group->master = NULL;
    return (struct multicast_action){.ended = member,
                                     .outcome = outcome,
                                     .wake_us = group->members.length > 0 ? group->wake_us : 0};
}

/* From now on the group has no master. */
static void begin_offers(struct multicast_group *group) {
    group->master = NULL;
    group->held = FALSE;
    group->asked = 0;
    group->wait_us = MIN(OFFER_WAIT_US, group->setup.timeout_us);
}

static void to_the_end(struct multicast_group *group, struct multicast_member *member) {
    g_queue_unlink(&group->members, &member->link);
    g_queue_push_tail_link(&group->members, &member->link);
}

/* Many that have died must not keep the living waiting: the first round is ever faster, the next
 * ones slower again. */
static int64_t next_offer_wait(const struct multicast_group *group) {
    unsigned round = group->asked / MAX(group->members.length, 1);
    if (round == 0)
        return MAX(group->wait_us / 2, OFFER_FLOOR_US);
    return MIN(OFFER_WAIT_US << MIN(round, 4), group->setup.timeout_us);
}

/* Offers mastership to the member whose turn it is. */
static struct multicast_action offer(struct multicast_group *group, int64_t now_us) {
    for (unsigned i = 0; i < group->members.length; i++) {
        struct multicast_member *member = g_queue_peek_head(&group->members);
        to_the_end(group, member);
        if (!member->verified && member->offers_left == 0)
            continue;
        if (member->offers_left > 0)
            member->offers_left--;
        if (member->asked_us == 0)
            member->asked_us = now_us;
        member->told_master = TRUE;
        group->wake_us = now_us + group->wait_us;
        group->asked++;
        group->wait_us = next_offer_wait(group);
        return (struct multicast_action){.oack = member, .wake_us = group->wake_us};
    }
    /* Nobody is left whom we may ask once more: they answer, ask anew, or are left out. */
    return wake_at(group, now_us + OFFER_WAIT_US);
}

/* Ends a member; when it was the master, another one is asked. */
static struct multicast_action leave(struct multicast_group *group, struct multicast_member *member,
                                     enum transfer_outcome outcome, int64_t now_us) {
    struct multicast_action end = end_member(group, member, outcome);
    if (group->members.length == 0 || group->master != NULL)
        return end;
    begin_offers(group);
    struct multicast_action next = offer(group, now_us);
    next.ended = end.ended;
    next.outcome = end.outcome;
    return next;
}

static void become_master(struct multicast_group *group, struct multicast_member *member,
                          int64_t now_us) {
    group->master = member;
    group->changes++;
    group->progress_us = now_us;
    group->sent = 0;
    group->held = FALSE;
    group->wait_us = usual_wait(group);
    member->served = FALSE;
    /* It is the one we offer last from now on. */
    to_the_end(group, member);
}

/* One who has not answered for too long; NULL: all may still be there. */
static struct multicast_member *find_gone(const struct multicast_group *group, int64_t now_us) {
    for (GList *link = group->members.head; link != NULL; link = link->next) {
        struct multicast_member *member = link->data;
        int64_t patience = member->verified ? group->setup.give_up_us : FIRST_WAIT_US;
        if (member->asked_us != 0 && now_us - member->asked_us >= patience)
            return member;
    }
    return NULL;
}

static struct multicast_action offer_or_end(struct multicast_group *group, int64_t now_us) {
    struct multicast_member *gone = find_gone(group, now_us);
    if (gone == NULL)
        return offer(group, now_us);
    group->wake_us = now_us; /* for the others */
    return end_member(group, gone, TRANSFER_TIMED_OUT);
}

/* ---- Events ---------------------------------------------------------------------------------- */

static struct multicast_action join(struct multicast_group *group, struct multicast_member *member,
                                    int64_t now_us) {
    if (member->link.data != NULL) {
        /* Its OACK was lost, or it starts anew. */
        member->acknowledged = 0;
        member->served = FALSE;
        if (member->asked_us != 0)
            member->asked_us = now_us;
        return (struct multicast_action){.oack = member, .wake_us = group->wake_us};
    }
    gboolean first = group->members.length == 0;
    member->link.data = member;
    member->joined_us = now_us;
    /* The first one cures the loss of its OACK by asking again; who listens cannot know that it
     * was meant to be master. */
    member->offers_left = first ? 1 : OFFERS_UNSEEN;
    g_queue_push_tail_link(&group->members, &member->link);
    if (first) {
        begin_offers(group);
        return offer(group, now_us);
    }
    return (struct multicast_action){.oack = member, .wake_us = group->wake_us};
}

/* The master asks for the block behind `number`. */
static struct multicast_action serve_master(struct multicast_group *group, uint64_t number,
                                            int64_t now_us) {
    struct multicast_member *master = group->master;
    uint64_t wanted = number + 1;
    if (number > master->acknowledged || !master->served) {
        if (master->served && number == group->sent && !group->held)
            measure_round_trip(group, now_us);
        if (number > master->acknowledged)
            master->strikes = 0;
        master->served = TRUE;
        master->acknowledged = MAX(number, master->acknowledged);
        group->progress_us = now_us;
        return send_or_hold(group, wanted, FALSE, now_us);
    }
    /* Asked once more: its block was lost, or the wire made a duplicate of the ACK. Answering each
     * would double the traffic for ever (Sorcerer's Apprentice). */
    int64_t age = now_us - group->sent_us;
    if (group->held || age < MAX(REPEAT_FLOOR_US, group->smooth_us + group->varies_us))
        return keep_waiting(group);
    return send_or_hold(group, wanted, TRUE, now_us);
}

static struct multicast_action take_ack(struct multicast_group *group,
                                        struct multicast_member *member, uint64_t number,
                                        int64_t now_us) {
    if (number > group->blocks)
        return keep_waiting(group);
    member->verified = TRUE;
    member->asked_us = 0;
    if (number == group->blocks) {
        member->acknowledged = number;
        return leave(group, member, TRANSFER_COMPLETED, now_us);
    }
    if (group->master == NULL && member->told_master)
        become_master(group, member, now_us);
    if (group->master == member)
        return serve_master(group, number, now_us);
    if (!member->told_master)
        return keep_waiting(group); /* a listener that confirms its OACK */
    /* It takes itself for the master, but another one was faster. */
    member->told_master = FALSE;
    return (struct multicast_action){.oack = member, .wake_us = group->wake_us};
}

/* The master's turn is over: it has gone, or hears nothing of what we send. */
static struct multicast_action end_turn(struct multicast_group *group, int64_t now_us) {
    struct multicast_member *master = group->master;
    if (group->sent == group->blocks && master->acknowledged + 1 == group->blocks)
        return leave(group, master, TRANSFER_COMPLETED, now_us);
    if (group->members.length == 1 || ++master->strikes >= STRIKES_MAX)
        return leave(group, master, TRANSFER_TIMED_OUT, now_us);
    master->asked_us = group->progress_us;
    begin_offers(group);
    return offer(group, now_us);
}

static struct multicast_action take_timer(struct multicast_group *group, int64_t now_us) {
    if (group->members.length == 0)
        return (struct multicast_action){0};
    if (now_us < group->wake_us)
        return keep_waiting(group);
    if (group->master == NULL)
        return offer_or_end(group, now_us);
    if (now_us >= patience_ends_at(group))
        return end_turn(group, now_us);
    if (group->held)
        return send_block(group, now_us);
    group->wait_us = MIN(2 * group->wait_us, group->setup.timeout_us);
    return send_or_hold(group, group->sent, TRUE, now_us);
}

struct multicast_action multicast_step(struct multicast_group *group,
                                       const struct multicast_event *event, int64_t now_us) {
    switch (event->kind) {
    case MULTICAST_EVENT_JOIN:
        return join(group, event->member, now_us);
    case MULTICAST_EVENT_ACK:
        return take_ack(group, event->member, event->number, now_us);
    case MULTICAST_EVENT_ERROR:
        return leave(group, event->member, TRANSFER_ABORTED, now_us);
    case MULTICAST_EVENT_TIMER:
        return take_timer(group, now_us);
    }
    return keep_waiting(group);
}
