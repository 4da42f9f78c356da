/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A reader of made-up bytes.
 */
#include "feed-source.h"

#include <errno.h>

uint8_t feed_source_byte(uint64_t offset) {
    return (uint8_t) (offset * 31 + offset / 509 + offset / 70001);
}

static int64_t read_source(void *user, uint64_t offset, void *buffer, uint64_t size) {
    struct feed_source *source = user;
    g_assert_true(offset >= source->last);
    source->last = offset;
    g_atomic_int_inc(&source->reads);
    if (source->gate != NULL) {
        g_mutex_lock(source->gate);
        g_mutex_unlock(source->gate);
    }
    if (source->delay_us > 0)
        g_usleep(source->delay_us);
    if (source->fails_at > 0 && offset >= source->fails_at)
        return -EIO;
    uint64_t end = source->fails_at > 0 ? source->fails_at : source->size;
    uint64_t count = MIN(size, end - MIN(offset, end));
    for (uint64_t i = 0; i < count; i++)
        ((uint8_t *) buffer)[i] = feed_source_byte(offset + i);
    return (int64_t) count;
}

static void close_source(void *user) {
    g_atomic_int_inc(&((struct feed_source *) user)->closed);
}

struct feed_reader feed_source_reader(struct feed_source *source, int64_t length) {
    return (struct feed_reader){
        .length = length, .user = source, .read = read_source, .close = close_source};
}

void feed_source_await_close(struct feed_source *source) {
    for (unsigned i = 0; i < 2000 && g_atomic_int_get(&source->closed) == 0; i++)
        g_usleep(5000);
    g_usleep(2000); /* a second close would come now */
    g_assert_cmpint(g_atomic_int_get(&source->closed), ==, 1);
}
