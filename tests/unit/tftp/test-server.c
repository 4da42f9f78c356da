/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tftp/server: whole downloads over the loopback, and everything that goes wrong with them.
 */
#include "tftp/server.h"

#include "tftp-client.h"

#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOOPBACK "127.0.0.1"

/* A server on the loopback, whose owner knows a few names. */
struct stage {
    struct tftp_server *server;
    struct tftp_client *client;
    GBytes *image;      /* what "image" is */
    GAsyncQueue *ended; /* "outcome name message", one text a report */
    GAsyncQueue *held;  /* struct tftp_open of names that begin with "later" */
    gint opened;
    int cut;      /* descriptor of the file that "cut" sends; -1: none */
    gint cutting; /* whether a thread cuts it short and makes it whole again */
};

static void answer_open(gpointer user, struct tftp_open *open) {
    struct stage *stage = user;
    g_atomic_int_inc(&stage->opened);
    if (g_str_has_prefix(open->name, "later")) {
        g_async_queue_push(stage->held, open);
    } else if (strcmp(open->name, "cut") == 0) {
        struct content *content = content_new_file(dup(stage->cut), NULL);
        tftp_open_complete(open, content, TFTP_REFUSAL_UNDEFINED, NULL);
        content_unref(content);
    } else if (g_str_has_prefix(open->name, "image")) {
        struct content *content = content_new_bytes(stage->image);
        tftp_open_complete(open, content, TFTP_REFUSAL_UNDEFINED, NULL);
        content_unref(content);
    } else if (strcmp(open->name, "secret") == 0) {
        tftp_open_complete(open, NULL, TFTP_REFUSAL_ACCESS, "not for you");
    } else {
        tftp_open_complete(open, NULL, TFTP_REFUSAL_NOT_FOUND, NULL);
    }
}

static void note_end(gpointer user, const struct tftp_report *report) {
    struct stage *stage = user;
    g_async_queue_push(stage->ended,
                       g_strdup_printf("%s %s %s", transfer_outcome_name(report->outcome),
                                       report->name, report->message));
}

static GBytes *pattern(size_t size) {
    uint8_t *data = g_malloc(MAX(size, 1));
    for (size_t i = 0; i < size; i++)
        data[i] = (uint8_t) (i * 31 + i / 509);
    return g_bytes_new_take(data, size);
}

static struct tftp_server *start_server(const struct tftp_server_options *base) {
    struct address loopback = address_from_ipv4((const uint8_t[]){127, 0, 0, 1}, 0);
    struct tftp_server_options options = *base;
    options.listen = &loopback;
    options.n_listen = 1;
    g_autoptr(GError) error = NULL;
    struct tftp_server *server = tftp_server_new(&options, &error);
    g_assert_no_error(error);
    return server;
}

static struct stage *stage_new(size_t image, const struct tftp_settings *settings) {
    struct stage *stage = g_new0(struct stage, 1);
    stage->image = pattern(image);
    stage->ended = g_async_queue_new_full(g_free);
    stage->held = g_async_queue_new();
    stage->cut = -1;
    struct tftp_server_options options = {
        .callbacks = {.open = answer_open, .ended = note_end, .user = stage}};
    if (settings != NULL)
        options.settings = *settings;
    stage->server = start_server(&options);
    stage->client = tftp_client_new(LOOPBACK, tftp_server_port(stage->server));
    return stage;
}

static void stage_free(struct stage *stage) {
    tftp_server_free(stage->server);
    tftp_client_free(stage->client);
    g_bytes_unref(stage->image);
    g_async_queue_unref(stage->ended);
    g_async_queue_unref(stage->held);
    if (stage->cut >= 0)
        close(stage->cut);
    g_free(stage);
}

static void expect_end(struct stage *stage, const char *expected) {
    g_autofree char *text = g_async_queue_timeout_pop(stage->ended, 10 * G_USEC_PER_SEC);
    g_assert_cmpstr(text, ==, expected);
}

static uint64_t counter(struct stage *stage, enum tftp_counter which) {
    uint64_t counters[TFTP_COUNTERS];
    tftp_server_counters(stage->server, counters, NULL);
    return counters[which];
}

static void wait_for_counter(struct stage *stage, enum tftp_counter which, uint64_t least) {
    for (unsigned i = 0; i < 1000 && counter(stage, which) < least; i++)
        g_usleep(5000);
    g_assert_cmpuint(counter(stage, which), >=, least);
}

static void check_fetch(struct stage *stage, const char *options) {
    g_autoptr(GByteArray) got = tftp_client_fetch(stage->client, "image", options);
    gsize size = 0;
    const void *data = g_bytes_get_data(stage->image, &size);
    g_assert_cmpmem(got->data, got->len, data, size);
    expect_end(stage, "completed image ");
}

static void test_downloads(void) {
    static const size_t sizes[] = {0, 1, 511, 512, 513, 1468, 2936, 100000};
    static const char *const options[] = {"",
                                          "tsize=0",
                                          "blksize=1468 tsize=0",
                                          "blksize=1468 windowsize=4",
                                          "blksize=8 windowsize=32",
                                          "blksize=1024 windowsize=7 timeout=2"};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        struct stage *stage = stage_new(sizes[i], NULL);
        for (size_t j = 0; j < G_N_ELEMENTS(options); j++)
            check_fetch(stage, options[j]);
        g_assert_cmpuint(counter(stage, TFTP_COUNTER_COMPLETED), ==, G_N_ELEMENTS(options));
        g_assert_cmpuint(counter(stage, TFTP_COUNTER_BYTES), ==, sizes[i] * G_N_ELEMENTS(options));
        stage_free(stage);
    }
}

static void fetch_file(struct stage *stage, const char *options) {
    g_autoptr(GByteArray) got = tftp_client_fetch(stage->client, "cut", options);
    gsize size = 0;
    const void *data = g_bytes_get_data(stage->image, &size);
    g_assert_cmpmem(got->data, got->len, data, size);
    expect_end(stage, "completed cut ");
}

static void test_files(void) {
    /* Out of a mapping, across its pages and to its end. */
    static const size_t sizes[] = {0, 1, 512, 4095, 4096, 4097, 8192, 3000001};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        struct stage *stage = stage_new(sizes[i], NULL);
        g_autofree char *path = NULL;
        stage->cut = g_file_open_tmp("boothost-file-XXXXXX", &path, NULL);
        g_assert_cmpint(unlink(path), ==, 0);
        const void *data = g_bytes_get_data(stage->image, NULL);
        g_assert_cmpint(write(stage->cut, data, sizes[i]), ==, (ssize_t) sizes[i]);
        fetch_file(stage, "");
        fetch_file(stage, "blksize=1468 windowsize=16");
        fetch_file(stage, "blksize=1428 windowsize=32 tsize=0");
        stage_free(stage);
    }
}

static void test_more_than_65535_blocks(void) {
    struct stage *stage = stage_new(70000 * 64 + 5, NULL);
    check_fetch(stage, "blksize=64 windowsize=32");
    stage_free(stage);
}

static void test_large_blocks_in_pieces(void) {
    /* A window of more bytes than the server sends at once. */
    struct tftp_settings settings = {.block_size = 65464, .window_size = 32};
    struct stage *stage = stage_new(3000000, &settings);
    check_fetch(stage, "blksize=65464 windowsize=32");
    stage_free(stage);
}

static void test_answers_come_from_the_address_asked(void) {
    /* Bound to every address, as on a machine with many. */
    struct address everywhere = {.family = 4};
    struct tftp_server_options options = {.listen = &everywhere, .n_listen = 1};
    g_autoptr(GError) error = NULL;
    struct tftp_server *server = tftp_server_new(&options, &error);
    g_assert_no_error(error);
    struct tftp_client *client = tftp_client_new(LOOPBACK, tftp_server_port(server));
    client->server.sin_addr.s_addr = htonl(0x7f00002a); /* 127.0.0.42 */
    tftp_client_ask(client, TFTP_RRQ, "image", "octet", "");
    tftp_client_expect_error(client, TFTP_ERROR_NOT_FOUND, "");
    g_assert_cmphex(ntohl(client->peer.sin_addr.s_addr), ==, 0x7f00002a);
    g_assert_cmpuint(ntohs(client->peer.sin_port), !=, tftp_server_port(server));
    tftp_client_free(client);
    tftp_server_free(server);
}

static void test_lossy_line(void) {
    struct stage *stage = stage_new(256 * 1024, NULL);
    static const char *const options[] = {"blksize=1468", "blksize=1468 windowsize=16"};
    for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
        struct tftp_client *client = tftp_client_new(LOOPBACK, tftp_server_port(stage->server));
        client->loss = 2;
        int64_t begin_us = g_get_monotonic_time();
        g_autoptr(GByteArray) got = tftp_client_fetch(client, "image", options[i]);
        gsize size = 0;
        const void *data = g_bytes_get_data(stage->image, &size);
        g_assert_cmpmem(got->data, got->len, data, size);
        /* Some seven losses, each cured within some 20 ms; a timer of a second would need 7 s. */
        g_assert_cmpint(g_get_monotonic_time() - begin_us, <, 4 * G_USEC_PER_SEC);
        tftp_client_free(client);
    }
    stage_free(stage);
}

static void test_refusals(void) {
    struct stage *stage = stage_new(100, NULL);
    struct tftp_client *client = stage->client;
    tftp_client_ask(client, TFTP_RRQ, "no/such/file", "octet", "");
    tftp_client_expect_error(client, TFTP_ERROR_NOT_FOUND, "not found");
    expect_end(stage, "refused no/such/file file not found");
    tftp_client_ask(client, TFTP_RRQ, "secret", "octet", "");
    tftp_client_expect_error(client, TFTP_ERROR_ACCESS, "not for you");
    expect_end(stage, "refused secret not for you");
    tftp_client_ask(client, TFTP_RRQ, "..\\..\\etc\\passwd", "octet", "");
    tftp_client_expect_error(client, TFTP_ERROR_ACCESS, "'..'");
    expect_end(stage, "refused  '..' in the name");
    tftp_client_ask(client, TFTP_RRQ, "image", "mail", "");
    tftp_client_expect_error(client, TFTP_ERROR_ILLEGAL, "octet");
    expect_end(stage, "refused image unknown mode: use octet");
    tftp_client_ask(client, TFTP_WRQ, "image", "octet", "");
    tftp_client_expect_error(client, TFTP_ERROR_ACCESS, "read-only");
    g_assert_cmpuint(counter(stage, TFTP_COUNTER_REFUSED), ==, 4);
    g_assert_cmpuint(counter(stage, TFTP_COUNTER_WRITE_REFUSED), ==, 1);
    g_assert_cmpuint(counter(stage, TFTP_COUNTER_MODE_REFUSED), ==, 1);
    check_fetch(stage, "blksize=1468");
    stage_free(stage);
}

static void test_size_probe(void) {
    struct stage *stage = stage_new(5000, NULL);
    tftp_client_ask(stage->client, TFTP_RRQ, "image", "octet", "tsize=0 blksize=1468 windowsize=4");
    tftp_client_expect(stage->client, TFTP_OACK);
    tftp_client_error(stage->client, TFTP_ERROR_OPTION_REFUSED, "User aborted the transfer");
    expect_end(stage, "size-probe image ERROR 8 'User aborted the transfer'");
    check_fetch(stage, "blksize=1468 windowsize=4");
    g_assert_cmpuint(counter(stage, TFTP_COUNTER_SIZE_PROBES), ==, 1);
    g_assert_cmpuint(counter(stage, TFTP_COUNTER_ABORTED), ==, 0);
    stage_free(stage);
}

static void test_one_datagram_to_strangers(void) {
    struct stage *stage = stage_new(100000, NULL);
    static const char *const options[] = {"", "blksize=1468 windowsize=32"};
    for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
        tftp_client_ask(stage->client, TFTP_RRQ, "image", "octet", options[i]);
        g_assert_true(tftp_client_receive(stage->client, 5000));
        g_assert_false(tftp_client_receive(stage->client, 150)); /* later an OACK, but no data */
    }
    stage_free(stage);
}

static void test_lost_first_packets(void) {
    /* The client heard nothing and repeats itself: the same transfer answers, from the same port. */
    struct stage *stage = stage_new(100000, NULL);
    static const char *const options[] = {"", "blksize=1468 windowsize=32"};
    for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
        tftp_client_ask(stage->client, TFTP_RRQ, "image", "octet", options[i]);
        g_assert_true(tftp_client_receive(stage->client, 5000));
        struct sockaddr_in before = stage->client->peer;
        for (unsigned j = 0; j < 3; j++) {
            tftp_client_ask(stage->client, TFTP_RRQ, "image", "octet", options[i]);
            g_assert_true(tftp_client_receive(stage->client, 5000));
            g_assert_cmpuint(before.sin_port, ==, stage->client->peer.sin_port);
        }
        tftp_client_error(stage->client, 0, "enough");
        wait_for_counter(stage, TFTP_COUNTER_ABORTED, i + 1);
        /* A client that keeps its port may hear one that was on its way. */
        while (tftp_client_receive(stage->client, 50))
            g_assert_cmpuint(stage->client->packet.opcode, ==, i == 0 ? TFTP_DATA : TFTP_OACK);
    }
    g_assert_cmpint(g_atomic_int_get(&stage->opened), ==, 2);
    stage_free(stage);
}

static void test_lost_packets_are_repeated(void) {
    struct stage *stage = stage_new(3000, NULL);
    tftp_client_ask(stage->client, TFTP_RRQ, "image", "octet", "");
    tftp_client_expect_data(stage->client, 1);
    tftp_client_ack(stage->client, 1);
    tftp_client_expect_data(stage->client, 2);
    tftp_client_expect_data(stage->client, 2); /* by the timer */
    tftp_client_ack(stage->client, 2);
    tftp_client_expect_data(stage->client, 3);
    stage_free(stage);
}

static void test_strangers_cannot_interfere(void) {
    struct stage *stage = stage_new(2000, NULL);
    struct tftp_client *stranger = tftp_client_new(LOOPBACK, tftp_server_port(stage->server));
    tftp_client_ask(stage->client, TFTP_RRQ, "image", "octet", "");
    tftp_client_expect_data(stage->client, 1);
    stranger->peer = stage->client->peer;
    tftp_client_ack(stranger, 1);
    tftp_client_expect_error(stranger, TFTP_ERROR_UNKNOWN_TID, "no transfer");
    stranger->peer = stage->client->peer;
    tftp_client_error(stranger, 0, "die"); /* an ERROR is never answered */
    g_assert_false(tftp_client_receive(stranger, 100));
    for (uint16_t block = 1; block < 4; block++) {
        tftp_client_ack(stage->client, block);
        tftp_client_expect_data(stage->client, (uint16_t) (block + 1));
    }
    tftp_client_ack(stage->client, 4);
    expect_end(stage, "completed image ");
    /* A late packet of the transfer that has just ended is no stranger's. */
    tftp_client_ack(stage->client, 4);
    g_assert_false(tftp_client_receive(stage->client, 100));
    g_assert_cmpuint(counter(stage, TFTP_COUNTER_FOREIGN), ==, 1);
    tftp_client_free(stranger);
    stage_free(stage);
}

static void test_asking_anew(void) {
    struct stage *stage = stage_new(2000, NULL);
    tftp_client_ask(stage->client, TFTP_RRQ, "image", "octet", "");
    tftp_client_expect_data(stage->client, 1);
    struct sockaddr_in before = stage->client->peer;
    tftp_client_ask(stage->client, TFTP_RRQ, "image", "octet", "blksize=1024"); /* another way */
    tftp_client_expect(stage->client, TFTP_OACK);
    g_assert_cmpuint(before.sin_port, !=, stage->client->peer.sin_port);
    expect_end(stage, "replaced image the client asked anew");
    tftp_client_ack(stage->client, 0);
    tftp_client_expect_data(stage->client, 1);
    before = stage->client->peer;
    g_usleep(20000);
    tftp_client_ask(stage->client, TFTP_RRQ, "image", "octet", "blksize=1024"); /* from the start */
    do
        tftp_client_receive(stage->client, 5000);
    while (stage->client->packet.opcode == TFTP_DATA); /* repeated before our request came */
    g_assert_cmpuint(stage->client->packet.opcode, ==, TFTP_OACK);
    g_assert_cmpuint(before.sin_port, !=, stage->client->peer.sin_port);
    expect_end(stage, "replaced image the client asked anew");
    unsigned running = 0;
    uint64_t counters[TFTP_COUNTERS];
    tftp_server_counters(stage->server, counters, &running);
    g_assert_cmpuint(running, ==, 1);
    stage_free(stage);
}

static void test_content_comes_later(void) {
    struct stage *stage = stage_new(100, NULL);
    tftp_client_ask(stage->client, TFTP_RRQ, "later/menu", "octet", "");
    struct tftp_open *open = g_async_queue_timeout_pop(stage->held, 5 * G_USEC_PER_SEC);
    g_assert_nonnull(open);
    g_assert_cmpstr(open->name, ==, "later/menu");
    g_assert_cmpuint(open->server.port, ==, tftp_server_port(stage->server));
    /* Asking again while it is waited for starts nothing new. */
    tftp_client_ask(stage->client, TFTP_RRQ, "later/menu", "octet", "");
    wait_for_counter(stage, TFTP_COUNTER_REQUESTS, 2);
    g_assert_cmpint(g_atomic_int_get(&stage->opened), ==, 1);
    struct content *content = content_new_bytes(stage->image);
    tftp_open_complete(open, content, TFTP_REFUSAL_UNDEFINED, NULL);
    content_unref(content);
    tftp_client_expect_data(stage->client, 1);
    tftp_client_ack(stage->client, 1);
    expect_end(stage, "completed later/menu ");
    stage_free(stage);
}

static void test_content_comes_too_late(void) {
    struct stage *stage = stage_new(100, NULL);
    tftp_client_ask(stage->client, TFTP_RRQ, "later/one", "octet", "");
    struct tftp_open *open = g_async_queue_timeout_pop(stage->held, 5 * G_USEC_PER_SEC);
    g_assert_nonnull(open);
    tftp_server_free(stage->server);
    expect_end(stage, "failed later/one server stops");
    struct content *content = content_new_bytes(stage->image);
    tftp_open_complete(open, content, TFTP_REFUSAL_UNDEFINED, NULL);
    content_unref(content);
    stage->server = NULL;
    stage_free(stage);
}

static void test_file_cut_while_sent(void) {
    struct stage *stage = stage_new(0, NULL);
    g_autofree char *path = NULL;
    stage->cut = g_file_open_tmp("boothost-cut-XXXXXX", &path, NULL);
    g_assert_cmpint(unlink(path), ==, 0);
    g_assert_cmpint(ftruncate(stage->cut, 100000), ==, 0);
    tftp_client_ask(stage->client, TFTP_RRQ, "cut", "octet", "");
    tftp_client_expect_data(stage->client, 1);
    g_assert_cmpint(ftruncate(stage->cut, 600), ==, 0);
    tftp_client_ack(stage->client, 1);
    tftp_client_expect_error(stage->client, TFTP_ERROR_UNDEFINED, "cut short");
    expect_end(stage, "failed cut the file was cut short while it was sent");
    g_assert_cmpuint(counter(stage, TFTP_COUNTER_FAILED), ==, 1);
    stage_free(stage);
}

/* Takes windows until the file or the server's patience ends; TRUE: the file did. */
static gboolean fetch_what_there_is(struct tftp_client *client) {
    tftp_client_ask(client, TFTP_RRQ, "cut", "octet", "blksize=1024 windowsize=8");
    tftp_client_expect(client, TFTP_OACK);
    tftp_client_ack(client, 0);
    for (uint16_t last = 0;;) {
        if (!tftp_client_receive(client, 1000)) {
            tftp_client_ack(client, last);
            continue;
        }
        if (client->packet.opcode == TFTP_ERROR)
            return FALSE;
        if (client->packet.block != last + 1)
            continue;
        last++;
        gboolean end = client->packet.payload.size < 1024;
        if (last % 8 == 0 || end)
            tftp_client_ack(client, last);
        if (end)
            return TRUE;
    }
}

static gpointer cut_and_grow(gpointer data) {
    struct stage *stage = data;
    while (g_atomic_int_get(&stage->cutting)) {
        g_assert_cmpint(ftruncate(stage->cut, 0), ==, 0);
        g_assert_cmpint(ftruncate(stage->cut, 1000000), ==, 0);
        g_usleep(200);
    }
    return NULL;
}

static void test_file_cut_all_the_time(void) {
    struct stage *stage = stage_new(0, NULL);
    g_autofree char *path = NULL;
    stage->cut = g_file_open_tmp("boothost-cut-XXXXXX", &path, NULL);
    g_assert_cmpint(unlink(path), ==, 0);
    g_atomic_int_set(&stage->cutting, 1);
    GThread *cutter = g_thread_new("cutter", cut_and_grow, stage);
    unsigned completed = 0;
    for (unsigned i = 0; i < 100; i++) {
        struct tftp_client *client = tftp_client_new(LOOPBACK, tftp_server_port(stage->server));
        completed += fetch_what_there_is(client) ? 1 : 0;
        tftp_client_free(client);
    }
    g_atomic_int_set(&stage->cutting, 0);
    g_thread_join(cutter);
    g_test_message("%u of 100 were completed", completed);
    wait_for_counter(stage, TFTP_COUNTER_FAILED, 100 - completed);
    stage_free(stage);
}

static void test_rubbish(void) {
    struct stage *stage = stage_new(3000, NULL);
    g_autoptr(GRand) random = g_rand_new_with_seed(4);
    for (unsigned i = 0; i < 2000; i++) {
        uint8_t bytes[1400];
        size_t size = (size_t) g_rand_int_range(random, 0, sizeof(bytes));
        for (size_t j = 0; j < size; j++)
            bytes[j] = (uint8_t) g_rand_int(random);
        if (size > 2 && i % 2 == 0) {
            bytes[0] = 0;
            bytes[1] = (uint8_t) (i % 16 / 2);
        }
        tftp_client_send(stage->client, &stage->client->server, bytes, size);
        if (i % 100 == 99)
            g_usleep(1000);
    }
    wait_for_counter(stage, TFTP_COUNTER_MALFORMED, 500);
    struct tftp_client *other = tftp_client_new(LOOPBACK, tftp_server_port(stage->server));
    g_autoptr(GByteArray) got = tftp_client_fetch(other, "image", "blksize=1468 windowsize=4");
    g_assert_cmpuint(got->len, ==, 3000);
    tftp_client_free(other);
    stage_free(stage);
}

static void test_client_flood(void) {
    struct stage *stage = stage_new(3000, NULL);
    for (unsigned i = 0; i < 100; i++) {
        g_autofree char *name = g_strdup_printf("image-%u", i);
        tftp_client_ask(stage->client, TFTP_RRQ, name, "octet", "");
    }
    wait_for_counter(stage, TFTP_COUNTER_REQUESTS, 100);
    g_assert_cmpuint(counter(stage, TFTP_COUNTER_LIMIT_CLIENT), ==, 100 - LIMIT_TRANSFERS_CLIENT);
    struct tftp_client *other = tftp_client_new(LOOPBACK, tftp_server_port(stage->server));
    g_autoptr(GByteArray) got = tftp_client_fetch(other, "image", "");
    g_assert_cmpuint(got->len, ==, 3000);
    tftp_client_free(other);
    stage_free(stage);
}

static void test_flood_from_many_sources(void) {
    struct tftp_settings settings = {.transfers = 64};
    struct stage *stage = stage_new(3000, &settings);
    /* A real transfer is under way ... */
    tftp_client_ask(stage->client, TFTP_RRQ, "image", "octet", "");
    tftp_client_expect_data(stage->client, 1);
    tftp_client_ack(stage->client, 1);
    tftp_client_expect_data(stage->client, 2);
    for (unsigned i = 0; i < 300; i++) {
        g_autofree char *host = g_strdup_printf("127.0.%u.%u", 1 + i / 200, 1 + i % 200);
        struct tftp_client *source = tftp_client_new(host, tftp_server_port(stage->server));
        tftp_client_ask(source, TFTP_RRQ, "image", "octet", "blksize=1468");
        tftp_client_free(source);
    }
    wait_for_counter(stage, TFTP_COUNTER_REQUESTS, 301);
    g_assert_cmpuint(counter(stage, TFTP_COUNTER_LIMIT_TOTAL), ==, 301 - 64);
    /* ... and goes on, and a new one begins. */
    struct tftp_client *other = tftp_client_new(LOOPBACK, tftp_server_port(stage->server));
    g_autoptr(GByteArray) got = tftp_client_fetch(other, "image", "blksize=1468");
    g_assert_cmpuint(got->len, ==, 3000);
    tftp_client_free(other);
    for (uint16_t block = 2; block < 6; block++) {
        tftp_client_ack(stage->client, block);
        tftp_client_expect_data(stage->client, (uint16_t) (block + 1));
    }
    stage_free(stage);
}

static void test_few_descriptors(void) {
    struct rlimit before;
    g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &before), ==, 0);
    struct rlimit few = {.rlim_cur = 300, .rlim_max = before.rlim_max};
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &few), ==, 0);
    struct stage *stage = stage_new(10, NULL); /* raises the soft limit again */
    struct rlimit after;
    g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &after), ==, 0);
    g_assert_cmpuint(after.rlim_cur, ==, before.rlim_max);
    check_fetch(stage, "");
    stage_free(stage);
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &before), ==, 0);
}

static void test_netascii(void) {
    struct stage *stage = stage_new(0, NULL);
    g_bytes_unref(stage->image);
    stage->image = g_bytes_new_static("one\ntwo\n", 8);
    tftp_client_ask(stage->client, TFTP_RRQ, "image", "netascii", "tsize=0");
    tftp_client_expect_data(stage->client, 1);
    g_assert_cmpmem(stage->client->packet.payload.data, stage->client->packet.payload.size,
                    "one\r\ntwo\r\n", 10);
    tftp_client_ack(stage->client, 1);
    expect_end(stage, "completed image ");
    stage_free(stage);
}

static void test_many_clients_at_once(void) {
    struct stage *stage = stage_new(5000, NULL);
    struct tftp_client *clients[128];
    for (size_t i = 0; i < G_N_ELEMENTS(clients); i++) {
        clients[i] = tftp_client_new(LOOPBACK, tftp_server_port(stage->server));
        tftp_client_ask(clients[i], TFTP_RRQ, "image", "octet", "blksize=1024");
    }
    for (size_t i = 0; i < G_N_ELEMENTS(clients); i++) {
        tftp_client_expect(clients[i], TFTP_OACK);
        tftp_client_ack(clients[i], 0);
    }
    for (uint16_t block = 1; block <= 5; block++) {
        for (size_t i = 0; i < G_N_ELEMENTS(clients); i++) {
            tftp_client_expect_data(clients[i], block);
            tftp_client_ack(clients[i], block);
        }
    }
    wait_for_counter(stage, TFTP_COUNTER_COMPLETED, G_N_ELEMENTS(clients));
    for (size_t i = 0; i < G_N_ELEMENTS(clients); i++)
        tftp_client_free(clients[i]);
    stage_free(stage);
}

static void note_running(const struct tftp_report *report, gpointer user) {
    GString *text = user;
    g_string_append_printf(text, "%s %s;", transfer_outcome_name(report->outcome), report->name);
}

static void test_running_list(void) {
    struct stage *stage = stage_new(5000, NULL);
    tftp_client_ask(stage->client, TFTP_RRQ, "image-a", "octet", "");
    tftp_client_expect_data(stage->client, 1);
    g_autoptr(GString) text = g_string_new(NULL);
    tftp_server_running(stage->server, 10, note_running, text);
    g_assert_cmpstr(text->str, ==, "running image-a;");
    tftp_server_running(stage->server, 0, note_running, text);
    g_assert_cmpstr(text->str, ==, "running image-a;");
    stage_free(stage);
}

static void test_served_root_alone(void) {
    g_autofree char *path = g_dir_make_tmp("boothost-root-XXXXXX", NULL);
    g_autofree char *file = g_build_filename(path, "Loader.efi", NULL);
    g_assert_true(g_file_set_contents(file, "served", 6, NULL));
    struct content_root *root = content_root_open(path, NULL);
    struct tftp_server_options options = {.root = root};
    struct tftp_server *server = start_server(&options);
    content_root_unref(root);
    struct tftp_client *client = tftp_client_new(LOOPBACK, tftp_server_port(server));
    g_autoptr(GByteArray) got = tftp_client_fetch(client, "\\LOADER.EFI", "tsize=0");
    g_assert_cmpmem(got->data, got->len, "served", 6);
    tftp_client_ask(client, TFTP_RRQ, "missing", "octet", "");
    tftp_client_expect_error(client, TFTP_ERROR_NOT_FOUND, "not found");
    tftp_server_configure(server, &(struct tftp_settings){.block_size = 512}, NULL, NULL);
    tftp_client_ask(client, TFTP_RRQ, "loader.efi", "octet", "");
    tftp_client_expect_error(client, TFTP_ERROR_NOT_FOUND, "not found");
    tftp_client_free(client);
    tftp_server_free(server);
    g_assert_cmpint(unlink(file), ==, 0);
    g_assert_cmpint(rmdir(path), ==, 0);
}

/* The owner names what to look for below the root: the loader's companion, then as asked. */
static void serve_names(gpointer user, struct tftp_open *open) {
    static const char *const names[] = {"debian/grubx64.efi", "grubx64.efi", NULL};
    tftp_open_serve(open, strcmp(open->name, "grubx64.efi") == 0 ? names : NULL);
}

static void test_file_replaced_while_sent(void) {
    g_autofree char *path = g_dir_make_tmp("boothost-root-XXXXXX", NULL);
    g_autofree char *file = g_build_filename(path, "image", NULL);
    g_autofree char *old = g_strnfill(100000, 'o');
    g_autofree char *new = g_strnfill(100000, 'n');
    g_assert_true(g_file_set_contents(file, old, -1, NULL));
    struct tftp_server_options options = {.root = content_root_open(path, NULL)};
    struct tftp_server *server = start_server(&options);
    content_root_unref(options.root);
    struct tftp_client *first = tftp_client_new(LOOPBACK, tftp_server_port(server));
    struct tftp_client *second = tftp_client_new(LOOPBACK, tftp_server_port(server));
    tftp_client_ask(first, TFTP_RRQ, "image", "octet", "");
    tftp_client_expect_data(first, 1);
    g_assert_true(g_file_set_contents(file, new, -1, NULL)); /* another inode, by a rename */
    g_autoptr(GByteArray) got = tftp_client_fetch(second, "image", "");
    g_assert_cmpmem(got->data, got->len, new, 100000);
    for (uint16_t block = 1; block <= 100000 / 512; block++) {
        tftp_client_ack(first, block);
        tftp_client_expect_data(first, (uint16_t) (block + 1));
        size_t size = first->packet.payload.size;
        g_assert_cmpmem(first->packet.payload.data, size, old, size);
    }
    tftp_client_free(first);
    tftp_client_free(second);
    tftp_server_free(server);
    g_assert_cmpint(unlink(file), ==, 0);
    g_assert_cmpint(rmdir(path), ==, 0);
}

static void test_names_below_the_root(void) {
    g_autofree char *path = g_dir_make_tmp("boothost-root-XXXXXX", NULL);
    g_autofree char *file = g_build_filename(path, "grubx64.efi", NULL);
    g_autofree char *folder = g_build_filename(path, "debian", NULL);
    g_autofree char *beside = g_build_filename(folder, "grubx64.efi", NULL);
    g_assert_cmpint(mkdir(folder, 0755), ==, 0);
    g_assert_true(g_file_set_contents(file, "top", 3, NULL));
    g_assert_true(g_file_set_contents(beside, "beside", 6, NULL));
    struct tftp_server_options options = {.root = content_root_open(path, NULL),
                                          .callbacks = {.open = serve_names}};
    struct tftp_server *server = start_server(&options);
    content_root_unref(options.root);
    struct tftp_client *client = tftp_client_new(LOOPBACK, tftp_server_port(server));
    g_autoptr(GByteArray) got = tftp_client_fetch(client, "grubx64.efi", "");
    g_assert_cmpmem(got->data, got->len, "beside", 6);
    g_assert_cmpint(unlink(beside), ==, 0);
    g_autoptr(GByteArray) next = tftp_client_fetch(client, "grubx64.efi", "");
    g_assert_cmpmem(next->data, next->len, "top", 3);
    tftp_client_ask(client, TFTP_RRQ, "debian", "octet", "");
    tftp_client_expect_error(client, TFTP_ERROR_ACCESS, "");
    tftp_client_free(client);
    tftp_server_free(server);
    g_assert_cmpint(unlink(file), ==, 0);
    g_assert_cmpint(rmdir(folder), ==, 0);
    g_assert_cmpint(rmdir(path), ==, 0);
}

static void test_port_in_use(void) {
    struct stage *stage = stage_new(0, NULL);
    struct address taken =
        address_from_ipv4((const uint8_t[]){127, 0, 0, 1}, tftp_server_port(stage->server));
    struct tftp_server_options options = {.listen = &taken, .n_listen = 1};
    g_autoptr(GError) error = NULL;
    g_assert_null(tftp_server_new(&options, &error));
    g_assert_nonnull(error);
    g_assert_nonnull(strstr(error->message, "is taken"));
    stage_free(stage);
}

static void test_counters_have_names(void) {
    for (int i = 0; i < TFTP_COUNTERS; i++)
        g_assert_nonnull(tftp_counter_name((enum tftp_counter) i));
    g_assert_cmpstr(tftp_counter_name(TFTP_COUNTERS), ==, "unknown");
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/boothost/tftp/server/" name, function)
    ADD("downloads-of-all-sizes-and-options", test_downloads);
    ADD("files-of-all-sizes", test_files);
    ADD("more-than-65535-blocks", test_more_than_65535_blocks);
    ADD("large-windows-go-out-in-pieces", test_large_blocks_in_pieces);
    ADD("answers-come-from-the-address-asked", test_answers_come_from_the_address_asked);
    ADD("a-lossy-line-costs-little-time", test_lossy_line);
    ADD("refusals-say-why", test_refusals);
    ADD("a-size-probe-is-no-failure", test_size_probe);
    ADD("strangers-get-no-more-than-they-ask-for", test_one_datagram_to_strangers);
    ADD("a-lost-first-packet-is-repeated-on-demand", test_lost_first_packets);
    ADD("lost-packets-are-repeated", test_lost_packets_are_repeated);
    ADD("strangers-cannot-interfere", test_strangers_cannot_interfere);
    ADD("asking-anew-replaces-the-transfer", test_asking_anew);
    ADD("content-may-come-later", test_content_comes_later);
    ADD("content-may-come-after-the-server", test_content_comes_too_late);
    ADD("a-file-cut-while-sent-is-an-error", test_file_cut_while_sent);
    ADD("a-file-cut-all-the-time-stops-nothing", test_file_cut_all_the_time);
    ADD("rubbish-is-counted-and-survived", test_rubbish);
    ADD("one-port-cannot-take-everything", test_client_flood);
    ADD("a-flood-from-many-sources-stops-nobody", test_flood_from_many_sources);
    ADD("the-soft-limit-of-descriptors-is-raised", test_few_descriptors);
    ADD("netascii-converts-text", test_netascii);
    ADD("many-clients-at-once", test_many_clients_at_once);
    ADD("running-transfers-are-listed", test_running_list);
    ADD("the-served-root-alone-and-changed", test_served_root_alone);
    ADD("a-file-replaced-while-sent-goes-on", test_file_replaced_while_sent);
    ADD("the-owner-names-what-to-look-for", test_names_below_the_root);
    ADD("a-taken-port-is-explained", test_port_in_use);
    ADD("counters-have-names", test_counters_have_names);
    return g_test_run();
}
