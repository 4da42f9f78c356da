/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tftp/server with content that is made while it is sent: slow, broken, endless and large ones.
 */
#include "tftp/server.h"

#include "feed-source.h"
#include "tftp-client.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct stage {
    struct tftp_server *server;
    struct tftp_client *client;
    struct feeds *feeds;
    struct feed_source source; /* of each file but "plain" */
    int64_t length;            /* as it is told */
    GAsyncQueue *ended;        /* "outcome name message" */
};

static void on_ready(struct content *content, const char *failure, void *user) {
    tftp_open_complete(user, content, TFTP_REFUSAL_UNDEFINED, failure);
}

static void answer_open(gpointer user, struct tftp_open *open) {
    struct stage *stage = user;
    if (strcmp(open->name, "plain") == 0) {
        g_autoptr(GBytes) bytes = g_bytes_new_static("plain", 5);
        struct content *content = content_new_bytes(bytes);
        tftp_open_complete(open, content, TFTP_REFUSAL_UNDEFINED, NULL);
        content_unref(content);
        return;
    }
    if (strcmp(open->name, "busy") == 0) {
        tftp_open_complete(open, NULL, TFTP_REFUSAL_BUSY, "too many");
        return;
    }
    struct feed_reader reader = feed_source_reader(&stage->source, stage->length);
    g_assert_true(feed_start(stage->feeds, &reader, open->wants_size, on_ready, open));
}

static void note_end(gpointer user, const struct tftp_report *report) {
    struct stage *stage = user;
    g_async_queue_push(stage->ended,
                       g_strdup_printf("%s %s %s", transfer_outcome_name(report->outcome),
                                       report->name, report->message));
}

static struct stage *stage_new(const struct feed_source *source, int64_t length) {
    struct address loopback = address_from_ipv4((const uint8_t[]){127, 0, 0, 1}, 0);
    struct stage *stage = g_new0(struct stage, 1);
    stage->source = *source;
    stage->length = length;
    stage->feeds = feeds_new();
    stage->ended = g_async_queue_new_full(g_free);
    struct tftp_server_options options = {
        .callbacks = {.open = answer_open, .ended = note_end, .user = stage},
        .listen = &loopback,
        .n_listen = 1,
    };
    g_autoptr(GError) error = NULL;
    stage->server = tftp_server_new(&options, &error);
    g_assert_no_error(error);
    stage->client = tftp_client_new("127.0.0.1", tftp_server_port(stage->server));
    return stage;
}

static void stage_free(struct stage *stage) {
    tftp_server_free(stage->server);
    tftp_client_free(stage->client);
    feeds_free(stage->feeds);
    g_async_queue_unref(stage->ended);
    g_free(stage);
}

static void expect_end(struct stage *stage, const char *expected) {
    g_autofree char *text = g_async_queue_timeout_pop(stage->ended, 10 * G_USEC_PER_SEC);
    g_assert_cmpstr(text, ==, expected);
}

static void check_bytes(const uint8_t *bytes, size_t size, uint64_t offset) {
    for (size_t i = 0; i < size; i++)
        g_assert_cmpuint(bytes[i], ==, feed_source_byte(offset + i));
}

static void check_fetch(struct stage *stage, const char *options) {
    g_autoptr(GByteArray) got = tftp_client_fetch(stage->client, "made", options);
    g_assert_cmpuint(got->len, ==, stage->source.size);
    check_bytes(got->data, got->len, 0);
    /* The last acknowledgement may be lost, too. */
    g_autofree char *end = g_async_queue_timeout_pop(stage->ended, 10 * G_USEC_PER_SEC);
    g_assert_true(end != NULL && g_str_has_prefix(end, "completed made "));
    feed_source_await_close(&stage->source);
}

static void test_sizes(void) {
    /* Around blocks and windows, and more than a feed's window. */
    static const uint64_t sizes[] = {0, 1, 511, 512, 1024, 14680, 300000, 1468 * 600};
    static const char *const options[] = {"", "blksize=1468 tsize=0 windowsize=16",
                                          "blksize=65464 windowsize=32"};
    for (unsigned i = 0; i < G_N_ELEMENTS(sizes) * G_N_ELEMENTS(options) * 2; i++) {
        struct feed_source source = {.size = sizes[i / 2 / G_N_ELEMENTS(options)]};
        struct stage *stage = stage_new(&source, i % 2 == 0 ? (int64_t) source.size : -1);
        check_fetch(stage, options[i / 2 % G_N_ELEMENTS(options)]);
        stage_free(stage);
    }
}

static gboolean has_option(struct stage *stage, const char *name) {
    return tftp_option_find(&stage->client->packet, name) != NULL;
}

static void test_size_is_told_when_it_is_known(void) {
    struct feed_source small = {.size = 1000};
    struct stage *stage = stage_new(&small, -1);
    tftp_client_ask(stage->client, TFTP_RRQ, "made", "octet", "tsize=0 blksize=1468");
    tftp_client_expect(stage->client, TFTP_OACK);
    uint64_t size = 0;
    g_assert_true(tftp_option_number(tftp_option_find(&stage->client->packet, "tsize"), &size));
    g_assert_cmpuint(size, ==, 1000);
    stage_free(stage);

    struct feed_source large = {.size = 4 * LIMIT_FEED_BYTES};
    stage = stage_new(&large, -1);
    tftp_client_ask(stage->client, TFTP_RRQ, "made", "octet", "tsize=0 blksize=1468");
    tftp_client_expect(stage->client, TFTP_OACK);
    g_assert_false(has_option(stage, "tsize"));
    g_assert_true(has_option(stage, "blksize"));
    stage_free(stage);
}

static void test_loss(void) {
    struct feed_source source = {.size = 400000};
    struct stage *stage = stage_new(&source, 400000);
    stage->client->loss = 5;
    check_fetch(stage, "blksize=1468 windowsize=8 timeout=1");
    stage_free(stage);
}

static void test_slow_reader_stalls_nobody_else(void) {
    GMutex gate;
    g_mutex_init(&gate);
    struct feed_source source = {.size = 200000, .gate = &gate};
    struct stage *stage = stage_new(&source, 200000);
    g_mutex_lock(&gate);
    tftp_client_ask(stage->client, TFTP_RRQ, "made", "octet", "blksize=1024");
    struct tftp_client *other = tftp_client_new("127.0.0.1", tftp_server_port(stage->server));
    for (unsigned i = 0; i < 50; i++) {
        g_autoptr(GByteArray) plain = tftp_client_fetch(other, "plain", "");
        g_assert_cmpuint(plain->len, ==, 5);
        expect_end(stage, "completed plain ");
    }
    g_assert_false(tftp_client_receive(stage->client, 0));
    g_mutex_unlock(&gate);
    tftp_client_expect(stage->client, TFTP_OACK);
    tftp_client_free(other);
    stage_free(stage);
    g_mutex_clear(&gate);
}

static void test_waiting_for_bytes_is_no_loss(void) {
    /* Each read takes ten times as long as our timer's floor: nothing may be sent twice. */
    struct feed_source source = {.size = 5 * 65536, .delay_us = 200000};
    struct stage *stage = stage_new(&source, 5 * 65536);
    check_fetch(stage, "blksize=1468 windowsize=16");
    stage_free(stage);
}

static void test_failing_reader_ends_in_an_error(void) {
    struct feed_source source = {.size = 1, .fails_at = 100000};
    struct stage *stage = stage_new(&source, 200000);
    tftp_client_ask(stage->client, TFTP_RRQ, "made", "octet", "blksize=1000");
    tftp_client_expect(stage->client, TFTP_OACK);
    for (uint16_t block = 0; block < 100; block++) {
        tftp_client_ack(stage->client, block);
        tftp_client_expect_data(stage->client, (uint16_t) (block + 1));
        check_bytes(stage->client->packet.payload.data, 1000, block * 1000u);
    }
    tftp_client_ack(stage->client, 100);
    tftp_client_expect_error(stage->client, TFTP_ERROR_UNDEFINED, "provider failed");
    expect_end(stage, "failed made the provider failed while the file was sent");
    feed_source_await_close(&stage->source);
    stage_free(stage);
}

static void test_reader_that_fails_at_once_is_refused(void) {
    struct feed_source source = {.size = 0};
    struct stage *stage = stage_new(&source, 10);
    tftp_client_ask(stage->client, TFTP_RRQ, "made", "octet", "blksize=1000");
    tftp_client_expect_error(stage->client, TFTP_ERROR_UNDEFINED, "reader failed");
    feed_source_await_close(&stage->source);
    stage_free(stage);
}

static void test_too_busy_is_silence(void) {
    struct feed_source unused = {.size = 0};
    struct stage *stage = stage_new(&unused, 0);
    uint64_t counters[TFTP_COUNTERS];
    tftp_client_ask(stage->client, TFTP_RRQ, "busy", "octet", "");
    expect_end(stage, "failed busy too many");
    g_assert_false(tftp_client_receive(stage->client, 50));
    tftp_server_counters(stage->server, counters, NULL);
    g_assert_cmpuint(counters[TFTP_COUNTER_LIMIT_TOTAL], ==, 1);
    stage_free(stage);
}

static void test_client_that_goes_away_closes_the_reader(void) {
    struct feed_source source = {.size = 10000000};
    struct stage *stage = stage_new(&source, 10000000);
    tftp_client_ask(stage->client, TFTP_RRQ, "made", "octet", "blksize=1000");
    tftp_client_expect(stage->client, TFTP_OACK);
    tftp_client_error(stage->client, TFTP_ERROR_UNDEFINED, "enough");
    feed_source_await_close(&stage->source);
    stage_free(stage);
}

/* Pages of this process that no other shares, in bytes. */
static uint64_t private_memory(void) {
    g_autofree char *text = NULL;
    unsigned long long size = 0;
    unsigned long long resident = 0;
    unsigned long long shared = 0;
    g_assert_true(g_file_get_contents("/proc/self/statm", &text, NULL, NULL));
    g_assert_cmpint(sscanf(text, "%llu %llu %llu", &size, &resident, &shared), ==, 3);
    return (resident - shared) * (uint64_t) sysconf(_SC_PAGESIZE);
}

static void test_memory_stays_flat(void) {
    uint64_t size = UINT64_C(200) * 1024 * 1024;
    struct feed_source source = {.size = size};
    struct stage *stage = stage_new(&source, -1);
    struct tftp_client *client = stage->client;
    uint64_t before = private_memory();
    tftp_client_ask(client, TFTP_RRQ, "made", "octet", "blksize=16384 windowsize=8");
    tftp_client_expect(client, TFTP_OACK);
    g_assert_false(has_option(stage, "tsize"));
    unsigned block_size = 1468; /* the server's cap */
    uint64_t received = 0;
    uint16_t block = 0;
    for (unsigned in_window = 8;; in_window++) {
        if (in_window == 8) {
            tftp_client_ack(client, block);
            in_window = 0;
        }
        tftp_client_expect_data(client, ++block);
        size_t bytes = client->packet.payload.size;
        for (size_t i = 0; i < bytes; i += 97)
            g_assert_cmpuint(client->packet.payload.data[i], ==, feed_source_byte(received + i));
        received += bytes;
        if (bytes < block_size)
            break;
    }
    tftp_client_ack(client, block);
    g_assert_cmpuint(received, ==, size);
    expect_end(stage, "completed made ");
    /* The window, a thread's stack and change. */
    g_assert_cmpuint(private_memory(), <, before + 4 * 1024 * 1024);
    stage_free(stage);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/boothost/tftp/server-feed/" name, function)
    ADD("sizes-around-blocks-and-windows", test_sizes);
    ADD("the-size-is-told-when-it-is-known", test_size_is_told_when_it_is_known);
    ADD("what-is-lost-is-repeated", test_loss);
    ADD("a-slow-reader-stalls-nobody-else", test_slow_reader_stalls_nobody_else);
    ADD("waiting-for-bytes-is-no-loss", test_waiting_for_bytes_is_no_loss);
    ADD("a-failing-reader-ends-in-an-error", test_failing_reader_ends_in_an_error);
    ADD("a-reader-that-fails-at-once-is-refused", test_reader_that_fails_at_once_is_refused);
    ADD("too-busy-is-silence", test_too_busy_is_silence);
    ADD("a-client-that-goes-away-closes-the-reader", test_client_that_goes_away_closes_the_reader);
    ADD("memory-stays-flat", test_memory_stays_flat);
    return g_test_run();
}
