/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tftp/multicast: any sequence of events of several clients. Only blocks of the content are sent,
 * and only while there is a master that has answered; who has left is never named again; nobody who
 * never answered gets more than a few OACKs; and silence ends every group.
 *
 * Input: size (3 bytes), flags (1), then events of three bytes each: what and how long after the
 * last one, whose, and a number.
 */
#include "fuzz.h"

#include "tftp/multicast.h"

#define SETUP_BYTES   4
#define EVENT_BYTES   3
#define EVENTS_MAX    4096
#define CLIENTS       8
#define BLOCK         512
#define UNASKED_OACKS 5 /* after a request, before the first answer */

struct client {
    struct multicast_member member; /* first member */
    gboolean is_in;
    unsigned unasked;
};

struct run {
    struct multicast_group group;
    struct pace pace;
    struct client clients[CLIENTS];
    unsigned members;
    int64_t now_us;
};

static void check(struct run *run, const struct multicast_action *action) {
    struct multicast_group *group = &run->group;
    if (action->block != 0) {
        FUZZ_CHECK(action->block <= group->blocks && group->master != NULL);
        FUZZ_CHECK(group->master->verified);
        FUZZ_CHECK(multicast_block_offset(group, action->block) +
                       multicast_block_bytes(group, action->block) <=
                   group->setup.size);
    }
    if (action->oack != NULL) {
        struct client *client = (struct client *) action->oack;
        FUZZ_CHECK(client->is_in || action->oack->link.data != NULL);
        if (!action->oack->verified)
            FUZZ_CHECK(++client->unasked <= UNASKED_OACKS);
    }
    if (action->ended != NULL) {
        struct client *client = (struct client *) action->ended;
        FUZZ_CHECK(client->is_in && action->ended != action->oack);
        FUZZ_CHECK(action->outcome != TRANSFER_RUNNING);
        FUZZ_CHECK(action->outcome != TRANSFER_COMPLETED || action->ended->verified);
        *client = (struct client){.is_in = FALSE};
        run->members--;
    }
    FUZZ_CHECK(group->members.length == run->members);
    FUZZ_CHECK((action->wake_us == 0) == (run->members == 0));
    FUZZ_CHECK(group->sent <= group->blocks);
}

static void step(struct run *run, enum multicast_event_kind kind, struct client *client,
                 uint16_t number) {
    struct multicast_event event = {.kind = kind, .number = number};
    if (client != NULL)
        event.member = &client->member;
    if (kind == MULTICAST_EVENT_JOIN) {
        run->members += client->is_in ? 0 : 1;
        client->is_in = TRUE;
        client->unasked = 0;
    }
    struct multicast_action action = multicast_step(&run->group, &event, run->now_us);
    check(run, &action);
}

static void take_event(struct run *run, const uint8_t *data) {
    struct client *client = &run->clients[data[1] % CLIENTS];
    uint16_t number = (uint16_t) (data[2] * (run->group.blocks / 200 + 1));
    run->now_us += INT64_C(1) << (data[0] >> 3) / 2 * 2;
    switch (data[0] & 7) {
    case 0:
        step(run, MULTICAST_EVENT_JOIN, client, 0);
        return;
    case 1:
        run->now_us = MAX(run->now_us, run->group.wake_us);
        step(run, MULTICAST_EVENT_TIMER, NULL, 0);
        return;
    case 2:
        step(run, MULTICAST_EVENT_TIMER, NULL, 0);
        return;
    case 3:
        if (client->is_in)
            step(run, MULTICAST_EVENT_ERROR, client, 0);
        return;
    case 4: /* what the group waits for */
        client = (struct client *) run->group.master;
        if (client != NULL)
            step(run, MULTICAST_EVENT_ACK, client, (uint16_t) run->group.sent);
        return;
    default:
        if (client->is_in)
            step(run, MULTICAST_EVENT_ACK, client, number);
        return;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < SETUP_BYTES || size > SETUP_BYTES + EVENTS_MAX * EVENT_BYTES)
        return 0;
    struct run run = {.now_us = 1};
    struct multicast_setup setup = {
        .size = (uint64_t) data[0] << 16 | data[1] << 8 | data[2],
        .block_size = BLOCK,
        .timeout_us = (data[3] & 1) != 0 ? INT64_C(20000) : INT64_C(1000000),
        .give_up_us = (data[3] & 2) != 0 ? INT64_C(1000000) : INT64_C(30000000),
        .pace = &run.pace,
    };
    run.pace.bytes_per_second = (data[3] & 4) != 0 ? 1000000 : 0;
    multicast_group_init(&run.group, &setup);
    for (size_t at = SETUP_BYTES; at + EVENT_BYTES <= size; at += EVENT_BYTES)
        take_event(&run, data + at);

    /* Silence: the timer alone ends it, in time. */
    int64_t silent_us = run.now_us;
    for (unsigned steps = 0; run.members > 0; steps++) {
        run.now_us = MAX(run.now_us, run.group.wake_us);
        step(&run, MULTICAST_EVENT_TIMER, NULL, 0);
        FUZZ_CHECK(steps < 100000);
    }
    FUZZ_CHECK(run.now_us - silent_us <= CLIENTS * INT64_C(70000000));
    return 0;
}
