/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Content that is made while it is sent: a reader that may block, and a window of its bytes. A
 * thread reads ahead until the window is full; what the client has acknowledged makes room. So a
 * file of any size costs one window of memory, and a slow reader keeps nobody waiting but its own
 * client.
 */
#pragma once

#include "base/limits.h"

#include <glib.h>
#include <stdint.h>

struct content;
struct feed;
struct feeds;

/* Where the bytes come from; the same as the contract's struct boot_host_reader. `read` is called
 * with rising offsets, one call at a time, `close` once and last, both on threads that may block. */
struct feed_reader {
    int64_t length; /* bytes in all; -1: known when read returns 0 */
    void *user;
    int64_t (*read)(void *user, uint64_t offset, void *buffer, uint64_t size);
    void (*close)(void *user);
};

/* The threads: as many as there are feeds, since each may block for as long as it likes. */
struct feeds *feeds_new(void);
/* Waits for what is inside a reader. */
void feeds_free(struct feeds *feeds);

/* Called once for each feed on one of the threads: `content` is lent; NULL: `failure` says why. */
typedef void (*feed_ready_fn)(struct content *content, const char *failure, void *user);

/* Takes `reader` over, begins to read and calls `ready` as soon as the first bytes are there. With
 * `want_size` it waits a moment for the end, so that the size can be told of what has no length but
 * fits the window. FALSE when LIMIT_FEEDS are open: the reader is closed and `ready` not called. */
gboolean feed_start(struct feeds *feeds, const struct feed_reader *reader, gboolean want_size,
                    feed_ready_fn ready, void *user);

/* ---- For content.c and the transfer thread ---------------------------------------------------- */

/* The largest window that can be repeated, in bytes. */
#define FEED_WINDOW (LIMIT_FEED_BYTES / 2)

/* The end of interest in it; the reader is closed on a thread of its own. */
void feed_close(struct feed *feed);

/* FALSE: not known yet. */
gboolean feed_size(struct feed *feed, uint64_t *ret_size);

/* Bytes that are there from `offset` on. `ret_code` is the errno of a reader that has failed, else
 * 0; what came before it failed is there all the same. */
uint64_t feed_available(struct feed *feed, uint64_t offset, int *ret_code);

/* Copies bytes that are there. FALSE with errno EINVAL when they are not. */
gboolean feed_read(struct feed *feed, uint64_t offset, void *buffer, size_t size);

/* Nothing before `offset` will be read again. */
void feed_release(struct feed *feed, uint64_t offset);

/* Whom to ring when bytes are there that were waited for. `user` is freed with the feed. Once. */
void feed_set_bell(struct feed *feed, void (*ring)(void *user), void *user,
                   GDestroyNotify free_user);

/* Rings once all bytes before `offset` are there, or there will be no more. FALSE: they are there
 * already. */
gboolean feed_wait(struct feed *feed, uint64_t offset);
