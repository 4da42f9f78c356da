/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One TFTP transfer as a state machine. PURE.
 */
#include "tftp/transfer.h"

#include "codec/tftp.h"
#include "tftp/round-trip.h"

#define SPARE_US        INT64_C(20000)    /* beyond the round trip: clients have other work, too */
#define REPEAT_FLOOR_US INT64_C(10000)    /* a duplicate made by the wire is younger */
#define OACK_WAIT_US    INT64_C(200000)   /* before there is a round trip to go by */
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
        .wait_us = MIN(OACK_WAIT_US, setup->timeout_us),
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

static gboolean may_repeat(const struct transfer *transfer) {
    if (transfer->verified)
        return TRUE;
    return transfer->setup.oack && transfer->oack_repeats < TRANSFER_OACK_REPEATS;
}

static void set_timer(struct transfer *transfer, int64_t now_us) {
    transfer->sent_us = now_us;
    int64_t next = may_repeat(transfer) ? now_us + transfer->wait_us : INT64_MAX;
    /* A window that grew late may hold the last block, for which there is less patience. */
    int64_t last = MAX(give_up_at(transfer), now_us + SPARE_US);
    transfer->wake_us = MIN(next, last);
}

/* What of the window was kept back has gone, or will not go any more. */
static void end_hold(struct transfer *transfer, int64_t now_us) {
    if (transfer->held == 0)
        return;
    int64_t held_us = now_us - transfer->held_us;
    transfer->progress_us = MIN(transfer->progress_us + held_us, now_us);
    transfer->held = 0;
}

/* The window after the last acknowledged block; one block only for an unverified client. */
static struct transfer_action send_window(struct transfer *transfer, int64_t now_us) {
    end_hold(transfer, now_us);
    uint64_t first = transfer->acknowledged + 1;
    uint64_t most = transfer->verified ? transfer->setup.window_size : 1;
    uint64_t last = MIN(transfer->acknowledged + most, transfer->blocks);
    if (transfer->highest >= first) {
        transfer->resent += MIN(transfer->highest, last) - first + 1;
        transfer->repeated = TRUE;
        transfer->disturbed = TRUE;
    }
    transfer->sent = last;
    transfer->before = transfer->highest;
    transfer->highest = MAX(transfer->highest, last);
    set_timer(transfer, now_us);
    return (struct transfer_action){
        .first = first, .count = (unsigned) (last - first + 1), .wake_us = transfer->wake_us};
}

static struct transfer_action send_first(struct transfer *transfer, int64_t now_us) {
    if (!transfer->setup.oack)
        return send_window(transfer, now_us);
    set_timer(transfer, now_us);
    return (struct transfer_action){.oack = TRUE, .wake_us = transfer->wake_us};
}

/* The client asks again: for a lost first packet, or from the beginning. A request that was doubled
 * on its way and overtaken by the client's next packets is no new beginning. */
static struct transfer_action take_request(struct transfer *transfer, int64_t now_us) {
    if (transfer->verified) {
        if (now_us - transfer->started_us < 2 * transfer->smooth_us)
            return keep_waiting(transfer);
        return end(transfer, TRANSFER_REPLACED);
    }
    transfer->repeated = TRUE;
    transfer->progress_us = now_us;
    return send_first(transfer, now_us);
}

static void take_sample(struct transfer *transfer, int64_t sample) {
    gboolean first = transfer->smooth_us == 0;
    transfer->fastest_us = first ? sample : MIN(transfer->fastest_us, sample);
    round_trip_take(sample, &transfer->smooth_us, &transfer->varies_us);
}

/* What was sent twice gives no sample, since nobody knows which one was answered (Karn). Until there
 * is one the wait stays as long as it has become. */
static void measure_round_trip(struct transfer *transfer, int64_t now_us) {
    if (!transfer->repeated)
        take_sample(transfer, now_us - transfer->sent_us);
    if (transfer->smooth_us == 0)
        return;
    int64_t wait = transfer->smooth_us + MAX(4 * transfer->varies_us, SPARE_US);
    transfer->wait_us = MIN(wait, transfer->setup.timeout_us);
}

/* Finds the block that an ACK means among those under way; FALSE for an older or invented one. */
static gboolean find_block(const struct transfer *transfer, uint16_t number, uint64_t *ret_block) {
    uint64_t last = MIN(transfer->sent, transfer->highest);
    for (uint64_t block = last + 1; block-- > transfer->acknowledged;) {
        if (transfer_block_number(transfer, block) == number) {
            *ret_block = block;
            return TRUE;
        }
    }
    return FALSE;
}

/* Whether an ACK may speak of what was sent last: nothing comes sooner than a round trip after it,
 * give or take. A report of a hole comes as fast as any packet can; while two copies of something are
 * under way, an ACK is more likely to be about the older one. */
static gboolean is_old_enough(const struct transfer *transfer, int64_t now_us) {
    int64_t trip_us = transfer->disturbed ? transfer->smooth_us : transfer->fastest_us;
    if (transfer->smooth_us == 0)
        trip_us = transfer->wait_us;
    return now_us - transfer->sent_us >= trip_us - trip_us / 4;
}

/* The client wants again what it was sent already: because the first block of its window was lost
 * (RFC 7440 section 4), or everything was. Or a duplicate came off the wire, and then, too, there
 * are clients that acknowledge what they get twice: answering both would keep the traffic doubled.
 */
static struct transfer_action answer_repeated_ack(struct transfer *transfer, int64_t now_us) {
    gboolean is_due = transfer->held == transfer->acknowledged + 1; /* what it wants is yet to go */
    if (is_due || now_us >= give_up_at(transfer))
        return keep_waiting(transfer);
    gboolean hole = transfer->setup.window_size > 1 && !transfer->disturbed;
    int64_t late_us = MAX(REPEAT_FLOOR_US, transfer->smooth_us + transfer->varies_us);
    if (transfer->smooth_us == 0)
        late_us = transfer->wait_us;
    if (hole ? !is_old_enough(transfer, now_us) : now_us - transfer->sent_us < late_us)
        return keep_waiting(transfer);
    return send_window(transfer, now_us);
}

/* The window moves on to the last acknowledged block, but nothing is sent that is under way. */
static struct transfer_action slide_window(struct transfer *transfer, int64_t now_us) {
    /* What was kept back may have been sent, and come, at an earlier time. */
    uint64_t first =
        transfer->held != 0 ? MAX(transfer->held, transfer->acknowledged + 1) : transfer->sent + 1;
    uint64_t last = MIN(transfer->acknowledged + transfer->setup.window_size, transfer->blocks);
    transfer->wake_us = MIN(now_us + transfer->wait_us, give_up_at(transfer));
    if (last < first)
        return keep_waiting(transfer);
    if (transfer->held == 0 && transfer->highest >= first)
        transfer->resent += MIN(transfer->highest, last) - first + 1;
    transfer->sent = last;
    transfer->highest = MAX(transfer->highest, last);
    return (struct transfer_action){
        .first = first, .count = (unsigned) (last - first + 1), .wake_us = transfer->wake_us};
}

/* The client has got on to a block among those under way. */
static struct transfer_action advance(struct transfer *transfer, uint64_t block, int64_t now_us) {
    if (transfer->held != 0 && transfer->held <= block)
        transfer->held = block + 1; /* it came when it was sent before */
    /* All that has gone has come; the rest of a window that is kept back follows. */
    gboolean whole = block == transfer->sent || block + 1 == transfer->held;
    transfer->verified = TRUE;
    measure_round_trip(transfer, now_us);
    transfer->progress_us = now_us;
    transfer->acknowledged = block;
    if (block == transfer->blocks)
        return end(transfer, TRANSFER_COMPLETED);
    /* Two copies of a window under way make some clients answer every block. Each of these ACKs
     * looks like the report of a hole, and whole windows for them would be a flood. */
    if (!whole && !is_old_enough(transfer, now_us))
        return slide_window(transfer, now_us);
    if (whole && !transfer->repeated)
        transfer->disturbed = FALSE;
    transfer->repeated = FALSE;
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
    if (block > transfer->acknowledged || answers_oack)
        return advance(transfer, block, now_us);
    return transfer->verified ? answer_repeated_ack(transfer, now_us) : keep_waiting(transfer);
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
    if (transfer->verified)
        return send_window(transfer, now_us);
    transfer->oack_repeats++;
    transfer->repeated = TRUE;
    return send_first(transfer, now_us);
}

struct transfer_action transfer_step(struct transfer *transfer, const struct transfer_event *event,
                                     int64_t now_us) {
    if (transfer->outcome != TRANSFER_RUNNING)
        return (struct transfer_action){0};
    switch (event->kind) {
    case TRANSFER_EVENT_START:
        return send_first(transfer, now_us);
    case TRANSFER_EVENT_REQUEST:
        return take_request(transfer, now_us);
    case TRANSFER_EVENT_ACK:
        return take_ack(transfer, event, now_us);
    case TRANSFER_EVENT_ERROR:
        return take_error(transfer, event->number);
    case TRANSFER_EVENT_TIMER:
        return take_timer(transfer, now_us);
    }
    return keep_waiting(transfer);
}

int64_t transfer_went(struct transfer *transfer, uint64_t next, int64_t now_us) {
    if (transfer->outcome != TRANSFER_RUNNING)
        return INT64_MAX;
    if (next > transfer->sent) {
        end_hold(transfer, now_us);
        transfer->highest = MAX(transfer->before, transfer->sent);
        set_timer(transfer, now_us);
        return transfer->wake_us;
    }
    if (transfer->held == 0)
        transfer->held_us = now_us;
    if (next > MAX(transfer->held, transfer->acknowledged + 1))
        transfer->sent_us = now_us;
    transfer->held = next;
    transfer->highest = MAX(transfer->before, next - 1);
    transfer->wake_us = INT64_MAX;
    return transfer->wake_us;
}

void transfer_set_size(struct transfer *transfer, uint64_t size) {
    transfer->setup.size = size;
    transfer->blocks = size / transfer->setup.block_size + 1;
    transfer->sent = MIN(transfer->sent, transfer->blocks);
}

struct transfer_statistics transfer_statistics(const struct transfer *transfer, int64_t now_us) {
    return (struct transfer_statistics){
        .bytes = MIN(transfer->acknowledged * transfer->setup.block_size, transfer->setup.size),
        .size = transfer->setup.size != TRANSFER_SIZE_UNKNOWN ? transfer->setup.size : 0,
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
