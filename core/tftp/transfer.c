/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One TFTP transfer as a state machine. PURE.
 */
#include "tftp/transfer.h"

#include "codec/tftp.h"

#define WAIT_FLOOR_US   INT64_C(20000)    /* shorter timers resend what is merely on its way */
#define REPEAT_FLOOR_US INT64_C(10000)    /* a duplicate made by the wire is younger */
#define FIRST_WAIT_US   INT64_C(10000000) /* for the first ACK; clients ask anew after 0.3 to 5 s */
#define LAST_WAIT_US    INT64_C(5000000)  /* for the last ACK, which many loaders never send */

const char *transfer_outcome_name(enum transfer_outcome outcome) {
    static const char *const names[] = {
        [TRANSFER_RUNNING] = "running",       [TRANSFER_COMPLETED] = "completed",
        [TRANSFER_SIZE_PROBE] = "size-probe", [TRANSFER_ABORTED] = "aborted",
        [TRANSFER_TIMED_OUT] = "timed-out",   [TRANSFER_REPLACED] = "replaced",
        [TRANSFER_REFUSED] = "refused",       [TRANSFER_FAILED] = "failed",
    };
    return outcome < G_N_ELEMENTS(names) ? names[outcome] : "unknown";
}

void transfer_init(struct transfer *transfer, const struct transfer_setup *setup, int64_t now_us) {
    *transfer = (struct transfer){
        .setup = *setup,
        .blocks = setup->size / setup->block_size + 1,
        .started_us = now_us,
        .sent_us = now_us,
        .progress_us = now_us,
        .wait_us = MIN(FIRST_WAIT_US, setup->timeout_us),
    };
}

uint16_t transfer_block_number(const struct transfer *transfer, uint64_t block) {
    if (transfer->setup.rollover == 0 || block <= UINT16_MAX)
        return (uint16_t) block;
    return (uint16_t) ((block - 1) % UINT16_MAX + 1);
}

uint64_t transfer_block_offset(const struct transfer *transfer, uint64_t block) {
    return (block - 1) * transfer->setup.block_size;
}

unsigned transfer_block_bytes(const struct transfer *transfer, uint64_t block) {
    return block < transfer->blocks
               ? transfer->setup.block_size
               : (unsigned) (transfer->setup.size % transfer->setup.block_size);
}

static struct transfer_action end(struct transfer *transfer, enum transfer_outcome outcome) {
    transfer->outcome = outcome;
    transfer->wake_us = 0;
    return (struct transfer_action){0};
}

/* Nothing to send; the timer stays. */
static struct transfer_action keep_waiting(const struct transfer *transfer) {
    return (struct transfer_action){.wake_us = transfer->wake_us};
}

static gboolean last_is_sent(const struct transfer *transfer) {
    return transfer->sent == transfer->blocks;
}

/* When silence ends the transfer. */
static int64_t give_up_at(const struct transfer *transfer) {
    int64_t patience = transfer->setup.give_up_us;
    if (!transfer->verified)
        patience = MIN(patience, FIRST_WAIT_US);
    else if (last_is_sent(transfer))
        patience = MIN(patience, LAST_WAIT_US);
    return transfer->progress_us + patience;
}

static void set_timer(struct transfer *transfer, int64_t now_us) {
    transfer->sent_us = now_us;
    /* An unverified client gets nothing twice: there is only the end to wait for. */
    int64_t next = transfer->verified ? now_us + transfer->wait_us : INT64_MAX;
    transfer->wake_us = MIN(next, give_up_at(transfer));
}

/* The window after the last acknowledged block; one block only for an unverified client. */
static struct transfer_action send_window(struct transfer *transfer, int64_t now_us) {
    uint64_t first = transfer->acknowledged + 1;
    uint64_t most = transfer->verified ? transfer->setup.window_size : 1;
    uint64_t last = MIN(transfer->acknowledged + most, transfer->blocks);
    if (transfer->highest >= first) {
        transfer->resent += MIN(transfer->highest, last) - first + 1;
        transfer->repeated = TRUE;
    }
    transfer->sent = last;
    transfer->highest = MAX(transfer->highest, last);
    set_timer(transfer, now_us);
    return (struct transfer_action){
        .first = first, .count = (unsigned) (last - first + 1), .wake_us = transfer->wake_us};
}

static struct transfer_action start(struct transfer *transfer, int64_t now_us) {
    if (!transfer->setup.oack)
        return send_window(transfer, now_us);
    set_timer(transfer, now_us);
    return (struct transfer_action){.oack = TRUE, .wake_us = transfer->wake_us};
}

/* RFC 6298 section 2, with the wait's floor and ceiling. */
static void measure_round_trip(struct transfer *transfer, int64_t now_us) {
    if (!transfer->repeated) {
        int64_t sample = now_us - transfer->sent_us;
        if (transfer->smooth_us == 0) {
            transfer->smooth_us = MAX(sample, 1);
            transfer->varies_us = sample / 2;
        } else {
            int64_t error = ABS(transfer->smooth_us - sample);
            transfer->varies_us += (error - transfer->varies_us) / 4;
            transfer->smooth_us += (sample - transfer->smooth_us) / 8;
            transfer->smooth_us = MAX(transfer->smooth_us, 1);
        }
    }
    if (transfer->smooth_us > 0)
        transfer->wait_us = transfer->smooth_us + 4 * transfer->varies_us;
    transfer->wait_us = MIN(MAX(transfer->wait_us, WAIT_FLOOR_US), transfer->setup.timeout_us);
}

/* Finds the block that an ACK means among those under way; FALSE for an older or invented one. */
static gboolean find_block(const struct transfer *transfer, uint16_t number, uint64_t *ret_block) {
    for (uint64_t block = transfer->acknowledged; block <= transfer->sent; block++) {
        if (transfer_block_number(transfer, block) == number) {
            *ret_block = block;
            return TRUE;
        }
    }
    return FALSE;
}

/* The client wants again what it was sent already, or a duplicate came off the wire. */
static struct transfer_action answer_repeated_ack(struct transfer *transfer, int64_t now_us) {
    int64_t age = now_us - transfer->sent_us;
    if (age < MAX(REPEAT_FLOOR_US, transfer->smooth_us + transfer->varies_us) ||
        now_us >= give_up_at(transfer))
        return keep_waiting(transfer);
    return send_window(transfer, now_us);
}

static struct transfer_action take_ack(struct transfer *transfer,
                                       const struct transfer_event *event, int64_t now_us) {
    uint64_t block = 0;
    if (!find_block(transfer, event->number, &block))
        return keep_waiting(transfer);
    /* Also with an ACK that repeats: that is how a client that lost packets asks for less. */
    if (event->window > 0)
        transfer->setup.window_size = event->window;
    gboolean answers_oack = !transfer->verified && transfer->setup.oack;
    if (block == transfer->acknowledged && !answers_oack)
        return transfer->verified ? answer_repeated_ack(transfer, now_us) : keep_waiting(transfer);

    transfer->verified = TRUE;
    measure_round_trip(transfer, now_us);
    transfer->repeated = FALSE;
    transfer->progress_us = now_us;
    transfer->acknowledged = block;
    if (block == transfer->blocks)
        return end(transfer, TRANSFER_COMPLETED);
    return send_window(transfer, now_us);
}

static struct transfer_action take_error(struct transfer *transfer, uint16_t code) {
    gboolean probe = transfer->setup.size_told && transfer->acknowledged == 0 &&
                     (code == TFTP_ERROR_UNDEFINED || code == TFTP_ERROR_OPTION_REFUSED);
    return end(transfer, probe ? TRANSFER_SIZE_PROBE : TRANSFER_ABORTED);
}

static struct transfer_action take_timer(struct transfer *transfer, int64_t now_us) {
    if (now_us < transfer->wake_us)
        return keep_waiting(transfer);
    if (now_us >= give_up_at(transfer)) {
        gboolean delivered = transfer->verified && last_is_sent(transfer);
        return end(transfer, delivered ? TRANSFER_COMPLETED : TRANSFER_TIMED_OUT);
    }
    transfer->timeouts++;
    transfer->wait_us = MIN(2 * transfer->wait_us, transfer->setup.timeout_us);
    return send_window(transfer, now_us);
}

struct transfer_action transfer_step(struct transfer *transfer, const struct transfer_event *event,
                                     int64_t now_us) {
    if (transfer->outcome != TRANSFER_RUNNING)
        return (struct transfer_action){0};
    switch (event->kind) {
    case TRANSFER_EVENT_START:
        return start(transfer, now_us);
    case TRANSFER_EVENT_ACK:
        return take_ack(transfer, event, now_us);
    case TRANSFER_EVENT_ERROR:
        return take_error(transfer, event->number);
    case TRANSFER_EVENT_TIMER:
        return take_timer(transfer, now_us);
    }
    return keep_waiting(transfer);
}

struct transfer_statistics transfer_statistics(const struct transfer *transfer, int64_t now_us) {
    return (struct transfer_statistics){
        .bytes = MIN(transfer->acknowledged * transfer->setup.block_size, transfer->setup.size),
        .size = transfer->setup.size,
        .blocks = transfer->acknowledged,
        .resent = transfer->resent,
        .timeouts = transfer->timeouts,
        .block_size = transfer->setup.block_size,
        .window_size = transfer->setup.window_size,
        .duration_us = now_us - transfer->started_us,
        .round_trip_us = transfer->smooth_us,
        .acknowledged = transfer->acknowledged == transfer->blocks,
    };
}
