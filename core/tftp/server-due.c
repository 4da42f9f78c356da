/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The TFTP server's window on its way: what the state machine wants sent goes as far as there are
 * bytes for it and the caps on bandwidth allow, and the rest follows.
 */
#include "tftp/server-private.h"

#include "tftp/feed.h"

#include <errno.h>

/* Under a cap downloads take turns of so many bytes, so that a large window gets no more of the line
 * than a small one. */
#define TURN_BYTES 4096

/* ---- Feeds ----------------------------------------------------------------------------------- */

/* How far a feed has got: it sees the end of what had no size, and makes room for what follows. */
static void follow_feed(struct download *download, struct feed *feed) {
    struct transfer *transfer = &download->transfer;
    uint64_t size = 0;
    feed_release(feed, transfer_block_offset(transfer, transfer->acknowledged + 1));
    if (transfer->setup.size == TRANSFER_SIZE_UNKNOWN && feed_size(feed, &size))
        transfer_set_size(transfer, size);
}

/* How many of the blocks from `next` on are there. While the size is not known, no block is known to
 * be the last one. */
static unsigned blocks_there(const struct download *download, struct feed *feed, uint64_t next,
                             int *ret_code) {
    const struct transfer *transfer = &download->transfer;
    uint64_t available = feed_available(feed, transfer_block_offset(transfer, next), ret_code);
    uint64_t block = next;
    for (; block <= transfer->sent; block++) {
        unsigned bytes = transfer_block_bytes(transfer, block);
        if (bytes > available)
            break;
        available -= bytes;
    }
    return (unsigned) (block - next);
}

/* Waits for the next block's bytes. FALSE: they have just come. */
static gboolean wait_for_feed(struct tftp_server *server, struct download *download,
                              struct feed *feed, uint64_t next) {
    const struct transfer *transfer = &download->transfer;
    uint64_t end = transfer_block_offset(transfer, next) + transfer_block_bytes(transfer, next);
    if (!feed_wait(feed, end))
        return FALSE;
    timers_set(&server->timers, &download->timer, server->now_us + LIMIT_FEED_STALL_US);
    return TRUE;
}

/* ---- Caps on bandwidth ----------------------------------------------------------------------- */

static gboolean is_capped(const struct tftp_server *server) {
    return server->settings.client_rate > 0 || server->settings.total_rate > 0;
}

/* The client's own cap first: a place in everybody's line is for who may use it. */
static void ask_turn(struct tftp_server *server, struct download *download, unsigned blocks) {
    unsigned block_size = download->transfer.setup.block_size;
    struct pace *pace = &download->source->pace;
    pace->bytes_per_second = server->settings.client_rate;
    download->turn.blocks = MIN(blocks, MAX(TURN_BYTES / block_size, 1));
    download->turn.due_us =
        pace_reserve(pace, (uint64_t) download->turn.blocks * block_size, server->now_us);
    download->turn.is_shared = FALSE;
}

/* Of what all may have together, each server on the port has as much as it has of the transfers. */
static uint64_t total_rate(const struct tftp_server *server) {
    const struct tftp_share *share = &server->share;
    uint64_t rate = server->settings.total_rate;
    uint64_t mine = download_table_count(server->table);
    uint64_t all = 0;
    for (unsigned i = 0; share->running != NULL && i < share->count; i++)
        all += i == share->place ? mine : (uint64_t) g_atomic_int_get(&share->running[i]);
    return all > mine && rate > 0 ? MAX(rate / all * mine, 1) : rate;
}

static void ask_shared_turn(struct tftp_server *server, struct download *download) {
    unsigned block_size = download->transfer.setup.block_size;
    server->pace.bytes_per_second = total_rate(server);
    download->turn.due_us =
        pace_reserve(&server->pace, (uint64_t) download->turn.blocks * block_size, server->now_us);
    download->turn.is_shared = TRUE;
}

/* How many of `blocks` may go now; 0: the download's turn is due later. */
static unsigned take_turn(struct tftp_server *server, struct download *download, unsigned blocks) {
    struct turn *turn = &download->turn;
    if (turn->blocks == 0)
        ask_turn(server, download, blocks);
    if (turn->due_us <= server->now_us && !turn->is_shared)
        ask_shared_turn(server, download);
    if (turn->due_us > server->now_us)
        return 0;
    blocks = MIN(blocks, turn->blocks);
    turn->blocks = 0;
    return blocks;
}

/* ---- The window ------------------------------------------------------------------------------ */

/* Sends what can go now of the blocks from `next` on, and has the rest come later. */
static gboolean send_due(struct tftp_server *server, struct download *download, uint64_t next) {
    struct transfer *transfer = &download->transfer;
    struct feed *feed = content_feed(download->content);
    for (;;) {
        int code = 0;
        if (feed != NULL)
            follow_feed(download, feed);
        unsigned due = (unsigned) (transfer->sent + 1 - next);
        unsigned there = feed != NULL ? blocks_there(download, feed, next, &code) : due;
        unsigned count = there > 0 ? take_turn(server, download, there) : 0;
        if (count > 0 && !server_send_blocks(server, download, next, count))
            return FALSE;
        next += count;
        int64_t wake_us = transfer_went(transfer, next, server->now_us);
        if (count == due || (there > 0 && count == 0)) {
            wake_us = count == due ? wake_us : download->turn.due_us;
            timers_set(&server->timers, &download->timer, wake_us);
            return TRUE;
        }
        if (count == 0 && code != 0) {
            errno = code;
            return FALSE;
        }
        if (count == 0 && wait_for_feed(server, download, feed, next))
            return TRUE;
    }
}

gboolean server_send_window(struct tftp_server *server, struct download *download,
                            const struct transfer_action *action) {
    if (is_capped(server) || content_feed(download->content) != NULL ||
        download->transfer.held != 0)
        return send_due(server, download, action->first);
    if (!server_send_blocks(server, download, action->first, action->count))
        return FALSE;
    timers_set(&server->timers, &download->timer, action->wake_us);
    return TRUE;
}

gboolean server_send_rest(struct tftp_server *server, struct download *download) {
    /* A feed that gives nothing for so long is given up. */
    if (download->turn.blocks == 0 && download->timer.due_us <= server->now_us) {
        errno = ETIMEDOUT;
        return FALSE;
    }
    return send_due(server, download, download->transfer.held);
}
