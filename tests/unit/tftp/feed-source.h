/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A reader of made-up bytes for the tests of feeds: as long, as slow and as broken as wanted.
 */
#pragma once

#include "tftp/feed.h"

struct feed_source {
    uint64_t size;
    uint64_t fails_at; /* EIO from this offset on; 0: never */
    unsigned delay_us; /* of each read */
    GMutex *gate;      /* a read waits until it is open; NULL: there is none */
    gint reads;        /* atomic, as the next */
    gint closed;       /* how often */
    uint64_t last;     /* offset of the last read */
};

/* `length`: as the reader tells it. */
struct feed_reader feed_source_reader(struct feed_source *source, int64_t length);

/* The byte at `offset`. */
uint8_t feed_source_byte(uint64_t offset);

/* Waits until the reader was closed. */
void feed_source_await_close(struct feed_source *source);
