/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Content that is made while it is sent.
 */
#include "tftp/feed.h"

#include "tftp/content.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#define READ_STEP        (64 * 1024)
#define ROOM_LEAST       (LIMIT_FEED_BYTES / 4) /* a thread does not start for less */
#define SIZE_PATIENCE_US INT64_C(1000000)       /* clients ask again after one to four seconds */

struct feeds {
    GThreadPool *threads;
    gint open; /* atomic */
};

struct feed {
    gatomicrefcount references; /* the content's, and one of a thread that is at it */
    struct feeds *feeds;
    struct feed_reader reader;
    gboolean want_size;
    int64_t opened_us;
    feed_ready_fn ready; /* the filling thread's; NULL: was called */
    void *user;
    void (*ring)(void *user);
    void *bell;
    GDestroyNotify free_bell;
    uint8_t *window; /* LIMIT_FEED_BYTES; a byte's place is its offset modulo that */

    GMutex lock;       /* over all below */
    uint64_t released; /* what is before is not wanted any more */
    uint64_t filled;   /* what is before has been read */
    uint64_t wanted;   /* ring when so much is there; 0: nobody waits */
    gboolean is_ended; /* all has been read: `filled` is the size */
    gboolean is_filling;
    gboolean is_closing;
    int code; /* errno of the reader; 0: none */
};

static void feed_unref(struct feed *feed) {
    if (!g_atomic_ref_count_dec(&feed->references))
        return;
    if (feed->free_bell != NULL)
        feed->free_bell(feed->bell);
    g_atomic_int_dec_and_test(&feed->feeds->open);
    g_mutex_clear(&feed->lock);
    g_free(feed->window);
    g_free(feed);
}

/* ---- The filling thread ---------------------------------------------------------------------- */

/* How much to read next; 0: nothing for now. Under the lock. */
static size_t next_step(const struct feed *feed) {
    uint64_t room = LIMIT_FEED_BYTES - (feed->filled - feed->released);
    uint64_t place = feed->filled % LIMIT_FEED_BYTES;
    if (feed->is_closing || feed->is_ended || feed->code != 0 || room == 0)
        return 0;
    uint64_t step = MIN(MIN(room, LIMIT_FEED_BYTES - place), READ_STEP);
    if (feed->reader.length >= 0)
        step = MIN(step, (uint64_t) feed->reader.length - feed->filled);
    return (size_t) step;
}

static gboolean has_size(const struct feed *feed) {
    return feed->is_ended || feed->reader.length >= 0;
}

/* Under the lock. */
static void take_result(struct feed *feed, int64_t got, size_t asked) {
    if (got < -INT_MAX || got > (int64_t) asked)
        feed->code = EPROTO;
    else if (got < 0)
        feed->code = (int) -got;
    else
        feed->filled += (uint64_t) got;
    if (got == 0 && feed->reader.length >= 0)
        feed->code = ENODATA;
    else if (got == 0 || feed->filled == (uint64_t) feed->reader.length)
        feed->is_ended = TRUE;
}

static gboolean is_ready(const struct feed *feed) {
    if (feed->code != 0 || feed->is_ended || feed->filled == LIMIT_FEED_BYTES)
        return TRUE;
    if (feed->filled == 0)
        return FALSE;
    return has_size(feed) || !feed->want_size ||
           g_get_monotonic_time() - feed->opened_us >= SIZE_PATIENCE_US;
}

/* The content has the feed's first reference, and lives as long as somebody takes one of it. */
static void tell_ready(struct feed *feed, int code) {
    feed_ready_fn ready = feed->ready;
    feed->ready = NULL;
    struct content *content = content_new_feed(feed);
    if (code == 0) {
        ready(content, NULL, feed->user);
    } else {
        g_autofree char *failure =
            g_strdup_printf("the provider's reader failed: %s", g_strerror(code));
        ready(NULL, failure, feed->user);
    }
    content_unref(content);
}

/* Tells who waits for what has just come. */
static void tell(struct feed *feed) {
    g_mutex_lock(&feed->lock);
    gboolean is_over = feed->is_ended || feed->code != 0;
    gboolean rings = feed->wanted > 0 && (is_over || feed->filled >= feed->wanted);
    gboolean tells = feed->ready != NULL && is_ready(feed);
    int code = feed->code;
    if (rings)
        feed->wanted = 0;
    g_mutex_unlock(&feed->lock);
    if (tells)
        tell_ready(feed, code);
    if (rings)
        feed->ring(feed->bell);
}

static void fill(struct feed *feed, size_t step) {
    uint64_t offset = feed->filled; /* this thread alone writes it */
    uint8_t *place = feed->window + offset % LIMIT_FEED_BYTES;
    int64_t got = feed->reader.read(feed->reader.user, offset, place, step);
    g_mutex_lock(&feed->lock);
    take_result(feed, got, step);
    g_mutex_unlock(&feed->lock);
    tell(feed);
}

static void work(gpointer data, gpointer user) {
    struct feed *feed = data;
    gboolean is_closing = FALSE;
    tell(feed); /* an empty file is complete as it is */
    for (;;) {
        g_mutex_lock(&feed->lock);
        size_t step = next_step(feed);
        is_closing = feed->is_closing;
        feed->is_filling = step > 0 || is_closing; /* after the close nobody comes again */
        g_mutex_unlock(&feed->lock);
        if (step == 0)
            break;
        fill(feed, step);
    }
    if (is_closing)
        feed->reader.close(feed->reader.user);
    feed_unref(feed);
}

/* Under the lock. */
static void start_thread(struct feed *feed) {
    if (feed->is_filling)
        return;
    feed->is_filling = TRUE;
    g_atomic_ref_count_inc(&feed->references);
    g_thread_pool_push(feed->feeds->threads, feed, NULL);
}

/* ---- Life ------------------------------------------------------------------------------------ */

struct feeds *feeds_new(void) {
    struct feeds *feeds = g_new0(struct feeds, 1);
    /* One more than feeds: a feed that is closed may still have a thread inside its reader. */
    feeds->threads = g_thread_pool_new(work, NULL, LIMIT_FEEDS + 1, FALSE, NULL);
    return feeds;
}

void feeds_free(struct feeds *feeds) {
    if (feeds == NULL)
        return;
    g_thread_pool_free(feeds->threads, FALSE, TRUE);
    g_free(feeds);
}

gboolean feed_start(struct feeds *feeds, const struct feed_reader *reader, gboolean want_size,
                    feed_ready_fn ready, void *user) {
    gboolean has_room = g_atomic_int_add(&feeds->open, 1) < LIMIT_FEEDS;
    struct feed *feed = g_new0(struct feed, 1);
    g_atomic_ref_count_init(&feed->references);
    feed->feeds = feeds;
    feed->reader = *reader;
    feed->want_size = want_size;
    feed->opened_us = g_get_monotonic_time();
    feed->ready = ready;
    feed->user = user;
    g_mutex_init(&feed->lock);
    if (!has_room) {
        feed_close(feed);
        return FALSE;
    }
    feed->window = g_malloc(LIMIT_FEED_BYTES);
    feed->is_ended = reader->length == 0;
    g_mutex_lock(&feed->lock);
    start_thread(feed);
    g_mutex_unlock(&feed->lock);
    return TRUE;
}

void feed_close(struct feed *feed) {
    g_mutex_lock(&feed->lock);
    feed->is_closing = TRUE;
    start_thread(feed);
    g_mutex_unlock(&feed->lock);
    feed_unref(feed);
}

/* ---- The transfer thread --------------------------------------------------------------------- */

gboolean feed_size(struct feed *feed, uint64_t *ret_size) {
    g_mutex_lock(&feed->lock);
    gboolean is_known = has_size(feed);
    if (is_known)
        *ret_size = feed->is_ended ? feed->filled : (uint64_t) feed->reader.length;
    g_mutex_unlock(&feed->lock);
    return is_known;
}

uint64_t feed_available(struct feed *feed, uint64_t offset, int *ret_code) {
    g_mutex_lock(&feed->lock);
    uint64_t available = feed->filled > offset ? feed->filled - offset : 0;
    *ret_code = feed->code;
    g_mutex_unlock(&feed->lock);
    return available;
}

gboolean feed_read(struct feed *feed, uint64_t offset, void *buffer, size_t size) {
    g_mutex_lock(&feed->lock);
    gboolean is_there = offset >= feed->released && offset + size <= feed->filled;
    g_mutex_unlock(&feed->lock);
    if (!is_there) {
        errno = EINVAL;
        return FALSE;
    }
    size_t place = offset % LIMIT_FEED_BYTES;
    size_t first = MIN(size, LIMIT_FEED_BYTES - place);
    memcpy(buffer, feed->window + place, first);
    memcpy((uint8_t *) buffer + first, feed->window, size - first);
    return TRUE;
}

void feed_release(struct feed *feed, uint64_t offset) {
    g_mutex_lock(&feed->lock);
    feed->released = CLAMP(offset, feed->released, feed->filled);
    if (LIMIT_FEED_BYTES - (feed->filled - feed->released) >= ROOM_LEAST && next_step(feed) > 0)
        start_thread(feed);
    g_mutex_unlock(&feed->lock);
}

void feed_set_bell(struct feed *feed, void (*ring)(void *user), void *user,
                   GDestroyNotify free_user) {
    g_mutex_lock(&feed->lock);
    feed->ring = ring;
    feed->bell = user;
    feed->free_bell = free_user;
    g_mutex_unlock(&feed->lock);
}

gboolean feed_wait(struct feed *feed, uint64_t offset) {
    g_mutex_lock(&feed->lock);
    gboolean waits = !feed->is_ended && feed->code == 0 && feed->filled < offset;
    feed->wanted = waits ? offset : 0;
    g_mutex_unlock(&feed->lock);
    return waits;
}
