/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The TFTP server's window on its way: what the state machine wants sent goes as far as there are
 * bytes for it, and the rest follows when they come.
 */
#include "tftp/server-private.h"

#include "tftp/feed.h"

#include <errno.h>

/* How far a feed has got: it sees the end of what had no size, and makes room for what follows. */
static void follow_feed(struct download *download, struct feed *feed) {
    struct transfer *transfer = &download->transfer;
    uint64_t size = 0;
    feed_release(feed, transfer_block_offset(transfer, transfer->acknowledged + 1));
    if (transfer->setup.size == TRANSFER_SIZE_UNKNOWN && feed_size(feed, &size))
        transfer_set_size(transfer, size);
}

/* How many of `count` blocks from `next` on are there. */
static unsigned blocks_there(const struct download *download, struct feed *feed, uint64_t next,
                             unsigned count, int *ret_code) {
    const struct transfer *transfer = &download->transfer;
    uint64_t available = feed_available(feed, transfer_block_offset(transfer, next), ret_code);
    unsigned there = 0;
    for (; there < count; there++) {
        unsigned bytes = transfer_block_bytes(transfer, next + there);
        /* While the size is not known, no block is known to be the last one. */
        if (bytes > available)
            break;
        available -= bytes;
    }
    return there;
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

static gboolean send_from_feed(struct tftp_server *server, struct download *download,
                               struct feed *feed, uint64_t next) {
    struct transfer *transfer = &download->transfer;
    for (;;) {
        int code = 0;
        follow_feed(download, feed);
        unsigned due = (unsigned) (transfer->sent + 1 - next);
        unsigned there = blocks_there(download, feed, next, due, &code);
        if (there > 0 && !server_send_blocks(server, download, next, there))
            return FALSE;
        next += there;
        int64_t wake_us = transfer_went(transfer, next, server->now_us);
        if (there == due) {
            timers_set(&server->timers, &download->timer, wake_us);
            return TRUE;
        }
        if (code != 0) {
            errno = code;
            return FALSE;
        }
        if (wait_for_feed(server, download, feed, next))
            return TRUE;
    }
}

gboolean server_send_window(struct tftp_server *server, struct download *download,
                            const struct transfer_action *action) {
    struct feed *feed = content_feed(download->content);
    if (feed != NULL)
        return send_from_feed(server, download, feed, action->first);
    if (!server_send_blocks(server, download, action->first, action->count))
        return FALSE;
    timers_set(&server->timers, &download->timer, action->wake_us);
    return TRUE;
}

gboolean server_send_rest(struct tftp_server *server, struct download *download) {
    return send_from_feed(server, download, content_feed(download->content),
                          download->transfer.held);
}
