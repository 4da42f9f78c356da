/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tftp/transfer: any sequence of events. Never more than a window at once, one datagram for each
 * request and a few OACKs before the first ACK, only blocks behind the acknowledged ones, nothing
 * after the end, and an end.
 *
 * Input: size (4 bytes), block size (2), window (1), flags (1), then events of three bytes each:
 * what and how long after the last one, and a number.
 */
#include "fuzz.h"

#include "base/limits.h"
#include "tftp/transfer.h"

#include <string.h>

#define SETUP_BYTES 8
#define EVENT_BYTES 3
#define EVENTS_MAX  4096

struct run {
    struct transfer transfer;
    int64_t now_us;
    gboolean variable;
    unsigned requests;
    unsigned unverified; /* datagrams sent before the first ACK */
};

static void check_blocks(const struct run *run, const struct transfer_action *action) {
    const struct transfer *transfer = &run->transfer;
    uint64_t last = action->first + action->count - 1;
    FUZZ_CHECK(action->count <= transfer->setup.window_size);
    FUZZ_CHECK(action->first > transfer->acknowledged);
    FUZZ_CHECK(last - transfer->acknowledged <= transfer->setup.window_size);
    FUZZ_CHECK(last <= transfer->blocks && last == transfer->sent);
    for (uint64_t block = action->first; block <= last; block++) {
        unsigned bytes = transfer_block_bytes(transfer, block);
        FUZZ_CHECK(transfer_block_offset(transfer, block) + bytes <= transfer->setup.size);
        FUZZ_CHECK(bytes == transfer->setup.block_size || block == transfer->blocks);
        FUZZ_CHECK(bytes < transfer->setup.block_size || block < transfer->blocks);
    }
}

static void step(struct run *run, struct transfer_event event) {
    struct transfer *transfer = &run->transfer;
    uint64_t before = transfer->acknowledged;
    enum transfer_outcome outcome = transfer->outcome;
    struct transfer_action action = transfer_step(transfer, &event, run->now_us);
    FUZZ_CHECK(transfer->acknowledged >= before && transfer->acknowledged <= transfer->blocks);
    FUZZ_CHECK(outcome == TRANSFER_RUNNING || transfer->outcome == outcome);
    if (transfer->outcome != TRANSFER_RUNNING) {
        FUZZ_CHECK(action.count == 0 && !action.oack && action.wake_us == 0);
    } else {
        FUZZ_CHECK(action.wake_us > 0);
        if (action.count > 0) {
            check_blocks(run, &action);
            FUZZ_CHECK(action.wake_us > run->now_us);
        }
        if (!transfer->verified)
            run->unverified += action.count + (action.oack ? 1 : 0);
        FUZZ_CHECK(run->unverified <=
                   run->requests + (transfer->setup.oack ? TRANSFER_OACK_REPEATS : 0));
    }
    struct transfer_statistics statistics = transfer_statistics(transfer, run->now_us);
    FUZZ_CHECK(statistics.bytes <= transfer->setup.size);
    FUZZ_CHECK(statistics.duration_us >= 0);
}

static struct transfer_setup read_setup(const uint8_t *data) {
    struct transfer_setup setup = {
        .size = (uint64_t) data[0] << 24 | data[1] << 16 | data[2] << 8 | data[3],
        .block_size = (unsigned) (data[4] << 8 | data[5]),
        .window_size = data[6],
        .rollover = data[7] & 1,
        .oack = (data[7] & 2) != 0,
        .size_told = (data[7] & 4) != 0,
        .timeout_us = (data[7] & 8) != 0 ? INT64_C(20000) : INT64_C(255000000),
        .give_up_us = (data[7] & 16) != 0 ? INT64_C(1000000) : INT64_C(120000000),
    };
    setup.block_size = CLAMP(setup.block_size, LIMIT_TFTP_BLOCK_MIN, LIMIT_TFTP_BLOCK_MAX);
    setup.window_size = CLAMP(setup.window_size, 1, LIMIT_TFTP_WINDOW_MAX);
    return setup;
}

static void hold(struct run *run, uint16_t number) {
    struct transfer *transfer = &run->transfer;
    uint64_t least = MAX(transfer->held, transfer->acknowledged + 1);
    if (transfer->outcome != TRANSFER_RUNNING || transfer->sent < least)
        return; /* nothing of it is on its way */
    uint64_t next = least + number % (transfer->sent + 2 - least);
    int64_t wake_us = transfer_went(transfer, next, run->now_us);
    FUZZ_CHECK(wake_us == transfer->wake_us && wake_us > 0);
    FUZZ_CHECK((transfer->held != 0) == (next <= transfer->sent));
    FUZZ_CHECK(transfer->held == 0 || wake_us == INT64_MAX);
}

/* One event of the input. Half of the ACKs are for a block under way, else hardly any would be. */
static void take_event(struct run *run, const uint8_t *data) {
    uint16_t number = (uint16_t) (data[1] << 8 | data[2]);
    run->now_us += INT64_C(1) << (data[0] >> 3) / 2 * 2;
    struct transfer_event event = {.number = number};
    /* Some clients name the size of the next window with each ACK. */
    if (run->variable)
        event.window = (uint8_t) (number >> 8);
    const struct transfer *transfer = &run->transfer;
    switch (data[0] & 7) {
    case 0:
        if (transfer->held != 0)
            return; /* it is asked to wait, for as long as it takes */
        event.kind = TRANSFER_EVENT_TIMER;
        run->now_us = MAX(run->now_us, transfer->wake_us);
        break;
    case 1:
        event.kind = TRANSFER_EVENT_TIMER;
        break;
    case 2:
        event.kind = TRANSFER_EVENT_ERROR;
        event.number = number % 9;
        break;
    case 3:
        event.kind = number % 8 != 0 ? TRANSFER_EVENT_ACK : TRANSFER_EVENT_REQUEST;
        run->requests += number % 8 != 0 ? 0 : 1;
        break;
    case 4:
        /* Some blocks of the window have not gone, or what was kept back has. */
        hold(run, number);
        return;
    default:
        event.kind = TRANSFER_EVENT_ACK;
        event.number = transfer_block_number(
            transfer,
            transfer->acknowledged +
                number % (transfer->sent - MIN(transfer->acknowledged, transfer->sent) + 1));
        break;
    }
    step(run, event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < SETUP_BYTES || size > SETUP_BYTES + EVENTS_MAX * EVENT_BYTES)
        return 0;
    struct transfer_setup setup = read_setup(data);
    struct run run = {.now_us = 1, .requests = 1, .variable = (data[7] & 32) != 0};
    transfer_init(&run.transfer, &setup, run.now_us);
    step(&run, (struct transfer_event){.kind = TRANSFER_EVENT_START});
    for (size_t at = SETUP_BYTES; at + EVENT_BYTES <= size; at += EVENT_BYTES)
        take_event(&run, data + at);

    /* All goes; then silence: the timer alone ends it, in time. */
    if (run.transfer.held != 0)
        transfer_went(&run.transfer, run.transfer.sent + 1, run.now_us);
    int64_t silent_us = run.now_us;
    unsigned steps = 0;
    while (run.transfer.outcome == TRANSFER_RUNNING) {
        run.now_us = MAX(run.now_us, run.transfer.wake_us);
        step(&run, (struct transfer_event){.kind = TRANSFER_EVENT_TIMER});
        FUZZ_CHECK(++steps <= setup.give_up_us / 20000 + 2);
    }
    FUZZ_CHECK(run.now_us - silent_us <= setup.give_up_us);
    return 0;
}
