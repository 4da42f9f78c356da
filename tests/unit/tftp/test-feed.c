/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tftp/feed: a window over bytes that are made while they are sent.
 */
#include "tftp/feed.h"

#include "feed-source.h"
#include "tftp/content.h"

#include <errno.h>

/* One feed and what it has said. */
struct stage {
    struct feeds *feeds;
    GAsyncQueue *said;       /* "ready", or why not */
    struct content *content; /* once it is ready */
    GAsyncQueue *rung;
};

static void on_ready(struct content *content, const char *failure, void *user) {
    struct stage *stage = user;
    if (content != NULL && stage->content == NULL)
        stage->content = content_ref(content);
    g_async_queue_push(stage->said, g_strdup(failure != NULL ? failure : "ready"));
}

static struct stage stage_begin(void) {
    return (struct stage){
        .feeds = feeds_new(), .said = g_async_queue_new_full(g_free), .rung = g_async_queue_new()};
}

static void stage_end(struct stage *stage) {
    content_unref(stage->content);
    feeds_free(stage->feeds);
    g_async_queue_unref(stage->said);
    g_async_queue_unref(stage->rung);
}

static void expect(struct stage *stage, const char *expected) {
    g_autofree char *said = g_async_queue_timeout_pop(stage->said, 10 * G_USEC_PER_SEC);
    g_assert_cmpstr(said, ==, expected);
}

static void start(struct stage *stage, struct feed_source *source, int64_t length,
                  gboolean want_size) {
    struct feed_reader reader = feed_source_reader(source, length);
    g_assert_true(feed_start(stage->feeds, &reader, want_size, on_ready, stage));
}

static void ring(void *user) {
    g_async_queue_push(user, GINT_TO_POINTER(1));
}

/* Takes all there is from `offset` on in steps, as a transfer does; returns where it ends. */
static uint64_t take_from(struct stage *stage, uint64_t offset, size_t step, int *ret_code) {
    struct feed *feed = content_feed(stage->content);
    g_autofree uint8_t *bytes = g_malloc(step);
    feed_set_bell(feed, ring, stage->rung, NULL);
    for (;;) {
        size_t count = (size_t) MIN(feed_available(feed, offset, ret_code), step);
        if (count == 0 && !feed_wait(feed, offset + 1)) {
            if (feed_available(feed, offset, ret_code) == 0)
                return offset;
            continue;
        }
        if (count == 0) {
            g_assert_nonnull(g_async_queue_timeout_pop(stage->rung, 10 * G_USEC_PER_SEC));
            continue;
        }
        g_assert_true(content_read(stage->content, offset, bytes, count));
        for (size_t i = 0; i < count; i++)
            g_assert_cmpuint(bytes[i], ==, feed_source_byte(offset + i));
        offset += count;
        feed_release(feed, offset);
    }
}

static uint64_t take_all(struct stage *stage, size_t step, int *ret_code) {
    return take_from(stage, 0, step, ret_code);
}

static void test_gives_the_bytes_of_its_reader(void) {
    static const int64_t sizes[] = {0, 1, 65536, LIMIT_FEED_BYTES, 1024 * 1024 + 5};
    for (unsigned i = 0; i < 2 * G_N_ELEMENTS(sizes); i++) {
        struct stage stage = stage_begin();
        struct feed_source source = {.size = (uint64_t) sizes[i / 2]};
        int code = 0;
        start(&stage, &source, i % 2 == 0 ? sizes[i / 2] : -1, FALSE);
        expect(&stage, "ready");
        g_assert_cmpuint(take_all(&stage, 1468 * 7, &code), ==, source.size);
        g_assert_cmpint(code, ==, 0);
        g_assert_cmpuint(content_size(stage.content), ==, source.size);
        stage_end(&stage);
        feed_source_await_close(&source);
    }
}

static void test_reads_no_further_than_its_window(void) {
    struct stage stage = stage_begin();
    struct feed_source source = {.size = 10 * LIMIT_FEED_BYTES};
    uint8_t byte = 0;
    int code = 0;
    start(&stage, &source, (int64_t) source.size, FALSE);
    expect(&stage, "ready");
    struct feed *feed = content_feed(stage.content);
    for (unsigned i = 0; i < 100 && feed_available(feed, 0, &code) < LIMIT_FEED_BYTES; i++)
        g_usleep(5000);
    g_usleep(20000);
    g_assert_cmpuint(feed_available(feed, 0, &code), ==, LIMIT_FEED_BYTES);
    g_assert_true(content_read(stage.content, 0, &byte, 1));
    /* What was released is gone, and makes room. */
    feed_release(feed, LIMIT_FEED_BYTES / 2);
    g_assert_false(content_read(stage.content, 0, &byte, 1));
    g_assert_cmpint(errno, ==, EINVAL);
    g_assert_cmpuint(take_from(&stage, LIMIT_FEED_BYTES / 2, 4096, &code), ==, source.size);
    stage_end(&stage);
}

static void test_size_of_what_fits_is_told(void) {
    struct stage stage = stage_begin();
    struct feed_source source = {.size = LIMIT_FEED_BYTES - 1, .delay_us = 10000};
    start(&stage, &source, -1, TRUE);
    expect(&stage, "ready");
    g_assert_cmpuint(content_size(stage.content), ==, source.size);
    stage_end(&stage);
}

static void test_size_of_what_does_not_fit_is_unknown(void) {
    struct stage stage = stage_begin();
    struct feed_source source = {.size = LIMIT_FEED_BYTES + 1};
    int code = 0;
    start(&stage, &source, -1, TRUE);
    expect(&stage, "ready");
    g_assert_cmpuint(content_size(stage.content), ==, CONTENT_SIZE_UNKNOWN);
    g_assert_cmpuint(take_all(&stage, 1000, &code), ==, source.size);
    g_assert_cmpuint(content_size(stage.content), ==, source.size);
    stage_end(&stage);
}

static void test_failures(void) {
    struct stage stage = stage_begin();
    struct feed_source at_once = {.size = 100, .fails_at = 1};
    /* It gives a byte, then fails; nobody has waited for more. */
    int code = 0;
    start(&stage, &at_once, 100, FALSE);
    expect(&stage, "ready");
    g_assert_cmpuint(take_all(&stage, 10, &code), ==, 1);
    g_assert_cmpint(code, ==, EIO);
    g_clear_pointer(&stage.content, content_unref);

    /* `length` was a lie. */
    struct feed_source short_one = {.size = 99};
    start(&stage, &short_one, 100, FALSE);
    expect(&stage, "ready");
    g_assert_cmpuint(take_all(&stage, 10, &code), ==, 99);
    g_assert_cmpint(code, ==, ENODATA);
    g_clear_pointer(&stage.content, content_unref);

    struct feed_source empty = {.size = 0};
    start(&stage, &empty, 100, FALSE);
    expect(&stage, "the provider's reader failed: No data available");
    feed_source_await_close(&at_once);
    feed_source_await_close(&short_one);
    feed_source_await_close(&empty);
    stage_end(&stage);
}

static void test_closes_once_though_it_reads(void) {
    struct stage stage = stage_begin();
    GMutex gate;
    g_mutex_init(&gate);
    struct feed_source source = {.size = 10 * LIMIT_FEED_BYTES};
    start(&stage, &source, (int64_t) source.size, FALSE);
    expect(&stage, "ready");
    source.gate = &gate;
    g_mutex_lock(&gate);
    int before = g_atomic_int_get(&source.reads);
    feed_release(content_feed(stage.content), LIMIT_FEED_BYTES);
    for (unsigned i = 0; i < 200 && g_atomic_int_get(&source.reads) == before; i++)
        g_usleep(1000);
    g_clear_pointer(&stage.content, content_unref);
    g_usleep(10000);
    g_assert_cmpint(g_atomic_int_get(&source.closed), ==, 0);
    g_mutex_unlock(&gate);
    feed_source_await_close(&source);
    stage_end(&stage);
    g_mutex_clear(&gate);
}

static void on_ready_of_many(struct content *content, const char *failure, void *user) {
    struct stage *stage = user;
    g_async_queue_push(stage->said, g_strdup(failure != NULL ? failure : "ready"));
}

static void test_too_many_are_refused(void) {
    struct stage stage = stage_begin();
    static struct feed_source sources[LIMIT_FEEDS + 1];
    GMutex gate;
    g_mutex_init(&gate);
    g_mutex_lock(&gate);
    for (unsigned i = 0; i <= LIMIT_FEEDS; i++) {
        sources[i] = (struct feed_source){.size = 1, .gate = &gate};
        struct feed_reader reader = feed_source_reader(&sources[i], 1);
        g_assert_true(feed_start(stage.feeds, &reader, FALSE, on_ready_of_many, &stage) ==
                      (i < LIMIT_FEEDS));
    }
    feed_source_await_close(&sources[LIMIT_FEEDS]);
    g_mutex_unlock(&gate);
    for (unsigned i = 0; i < LIMIT_FEEDS; i++)
        expect(&stage, "ready");
    stage_end(&stage);
    g_mutex_clear(&gate);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/boothost/tftp/feed/" name, function)
    ADD("gives-the-bytes-of-its-reader", test_gives_the_bytes_of_its_reader);
    ADD("reads-no-further-than-its-window", test_reads_no_further_than_its_window);
    ADD("the-size-of-what-fits-is-told", test_size_of_what_fits_is_told);
    ADD("the-size-of-what-does-not-fit-is-unknown", test_size_of_what_does_not_fit_is_unknown);
    ADD("a-reader-that-fails", test_failures);
    ADD("a-reader-is-closed-once-though-it-reads", test_closes_once_though_it_reads);
    ADD("too-many-are-refused", test_too_many_are_refused);
    return g_test_run();
}
