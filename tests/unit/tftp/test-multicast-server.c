/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tftp/multicast-server: a TFTP server that hands downloads over to it, on the loopback, with real
 * packets to a real group.
 */
#include "tftp/multicast-server.h"

#include "tftp-client.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BLOCK 512
#define SIZE  (5 * BLOCK + 100)

struct stage {
    struct content_root *root;
    char *folder;
    struct multicast_server *multicast;
    struct tftp_server *server;
    GAsyncQueue *ended; /* "outcome name bytes", one text a report */
    struct tftp_client *clients[3];
    int group; /* socket in the group; -1: not joined */
    gint entered;
};

static void note_end(gpointer user, const struct tftp_report *report) {
    struct stage *stage = user;
    g_async_queue_push(stage->ended, g_strdup_printf("%s %s %" G_GUINT64_FORMAT,
                                                     transfer_outcome_name(report->outcome),
                                                     report->name, report->statistics.bytes));
}

static void enter(gpointer user) {
    g_atomic_int_inc(&((struct stage *) user)->entered);
}

static void leave(gpointer user) {
    g_atomic_int_add(&((struct stage *) user)->entered, -1);
}

static uint8_t byte_at(size_t offset) {
    return (uint8_t) (offset * 31 + offset / 509);
}

static struct multicast_server *new_multicast(struct stage *stage, char **patterns) {
    struct multicast_settings settings;
    multicast_settings_init(&settings);
    settings.patterns = patterns;
    settings.groups.count = 2;
    settings.port = (uint16_t) (20000 + getpid() % 20000);
    struct multicast_server_options options = {
        .settings = &settings,
        .callbacks = {.enter = enter, .leave = leave, .ended = note_end, .user = stage}};
    g_autoptr(GError) error = NULL;
    struct multicast_server *server = multicast_server_new(&options, &error);
    g_assert_no_error(error);
    return server;
}

static struct stage *stage_new(void) {
    static char *patterns[] = {(char *) "*.wim", NULL};
    struct stage *stage = g_new0(struct stage, 1);
    struct address loopback = address_from_ipv4((const uint8_t[]){127, 0, 0, 1}, 0);
    g_autofree uint8_t *data = g_malloc(SIZE);
    for (size_t i = 0; i < SIZE; i++)
        data[i] = byte_at(i);
    g_autoptr(GError) error = NULL;
    stage->folder = g_dir_make_tmp("boothost-multicast-XXXXXX", &error);
    g_assert_no_error(error);
    g_autofree char *path = g_build_filename(stage->folder, "a.wim", NULL);
    g_assert_true(g_file_set_contents(path, (const char *) data, SIZE, &error));
    stage->root = content_root_open(stage->folder, &error);
    g_assert_no_error(error);
    stage->ended = g_async_queue_new_full(g_free);
    stage->group = -1;
    stage->multicast = new_multicast(stage, patterns);
    struct tftp_server_options options = {.settings = {.multicast = TRUE},
                                          .root = stage->root,
                                          .multicast = stage->multicast,
                                          .callbacks = {.ended = note_end, .user = stage},
                                          .listen = &loopback,
                                          .n_listen = 1};
    stage->server = tftp_server_new(&options, &error);
    g_assert_no_error(error);
    for (unsigned i = 0; i < G_N_ELEMENTS(stage->clients); i++)
        stage->clients[i] = tftp_client_new("127.0.0.1", tftp_server_port(stage->server));
    return stage;
}

static void stage_free(struct stage *stage) {
    tftp_server_free(stage->server);
    multicast_server_free(stage->multicast);
    g_assert_cmpint(stage->entered, ==, 0);
    for (unsigned i = 0; i < G_N_ELEMENTS(stage->clients); i++)
        tftp_client_free(stage->clients[i]);
    if (stage->group >= 0)
        close(stage->group);
    g_async_queue_unref(stage->ended);
    content_root_unref(stage->root);
    g_autofree char *path = g_build_filename(stage->folder, "a.wim", NULL);
    unlink(path);
    rmdir(stage->folder);
    g_free(stage->folder);
    g_free(stage);
}

static void expect_end(struct stage *stage, const char *expected) {
    g_autofree char *text = g_async_queue_timeout_pop(stage->ended, 20 * G_USEC_PER_SEC);
    g_assert_cmpstr(text, ==, expected);
}

static uint64_t counter(struct stage *stage, enum multicast_counter which) {
    uint64_t counters[MULTICAST_COUNTERS];
    multicast_server_counters(stage->multicast, counters);
    return counters[which];
}

/* The value of the OACK's option, "239.255.1.0,1758,1". */
static char *expect_oack(struct tftp_client *client) {
    tftp_client_expect(client, TFTP_OACK);
    const struct tftp_option *option = tftp_option_find(&client->packet, "multicast");
    g_assert_nonnull(option);
    return g_strndup((const char *) option->value.data, option->value.size);
}

/* Asks, and joins the group that the answer names; whether it is the master. */
static gboolean ask(struct stage *stage, unsigned which, const char *options) {
    tftp_client_ask(stage->clients[which], TFTP_RRQ, "a.wim", "octet", options);
    g_autofree char *value = expect_oack(stage->clients[which]);
    g_auto(GStrv) parts = g_strsplit(value, ",", 3);
    g_assert_cmpuint(g_strv_length(parts), ==, 3);
    if (stage->group < 0) {
        struct sockaddr_in local = {.sin_family = AF_INET,
                                    .sin_port = htons((uint16_t) atoi(parts[1]))};
        struct ip_mreqn request = {.imr_ifindex = 1}; /* the loopback has no other index */
        struct timeval patience = {.tv_sec = 5};
        g_assert_cmpint(inet_pton(AF_INET, parts[0], &request.imr_multiaddr), ==, 1);
        stage->group = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        g_assert_cmpint(bind(stage->group, (struct sockaddr *) &local, sizeof(local)), ==, 0);
        g_assert_cmpint(
            setsockopt(stage->group, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof(request)), ==,
            0);
        g_assert_cmpint(
            setsockopt(stage->group, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), ==, 0);
    }
    return strcmp(parts[2], "1") == 0;
}

/* The next packet of the group must be this block, or a repetition of the one before. */
static void expect_block(struct stage *stage, unsigned block) {
    uint8_t bytes[2048];
    ssize_t size = 0;
    unsigned number = 0;
    do {
        size = recv(stage->group, bytes, sizeof(bytes), 0);
        g_assert_cmpint(size, >=, 4);
        g_assert_cmpuint(bytes[1], ==, TFTP_DATA);
        number = (unsigned) (bytes[2] << 8 | bytes[3]);
    } while (number + 1 == block);
    g_assert_cmpuint(number, ==, block);
    g_assert_cmpint(size - 4, ==, block <= SIZE / BLOCK ? BLOCK : SIZE % BLOCK);
    for (ssize_t i = 4; i < size; i++)
        g_assert_cmphex(bytes[i], ==, byte_at((block - 1) * BLOCK + (size_t) i - 4));
}

static void fetch_from(struct stage *stage, unsigned which, unsigned first, unsigned last) {
    for (unsigned block = first; block <= last; block++) {
        tftp_client_ack(stage->clients[which], (uint16_t) (block - 1));
        expect_block(stage, block);
    }
}

static void test_two_clients(void) {
    struct stage *stage = stage_new();
    g_assert_true(ask(stage, 0, "multicast="));
    g_assert_false(ask(stage, 1, "multicast= tsize=0"));
    const struct tftp_option *size = tftp_option_find(&stage->clients[1]->packet, "tsize");
    g_assert_nonnull(size);
    g_assert_cmpuint(counter(stage, MULTICAST_COUNTER_MEMBERS), ==, 2);
    fetch_from(stage, 0, 1, 6);
    tftp_client_ack(stage->clients[0], 6);
    expect_end(stage, "completed a.wim 2660");

    g_autofree char *value = expect_oack(stage->clients[1]);
    g_assert_true(g_str_has_suffix(value, ",1"));
    g_assert_cmpuint(stage->clients[1]->packet.option_count, ==, 1);
    fetch_from(stage, 1, 3, 3); /* it has lost one */
    tftp_client_ack(stage->clients[1], 6);
    expect_end(stage, "completed a.wim 2660");
    g_assert_cmpuint(counter(stage, MULTICAST_COUNTER_STREAMS), ==, 0);
    g_assert_cmpuint(counter(stage, MULTICAST_COUNTER_COMPLETED), ==, 2);
    g_assert_cmpuint(counter(stage, MULTICAST_COUNTER_MASTERS), ==, 2);
    g_assert_cmpuint(counter(stage, MULTICAST_COUNTER_BLOCKS), >=, 7);
    stage_free(stage);
}

static void test_block_sizes(void) {
    struct stage *stage = stage_new();
    g_assert_true(ask(stage, 0, "multicast= blksize=1024 windowsize=8"));
    g_assert_null(tftp_option_find(&stage->clients[0]->packet, "windowsize"));
    /* Larger ones are lowered to the stream's, smaller ones and none need a stream of their own. */
    g_assert_false(ask(stage, 1, "multicast= blksize=1400"));
    uint64_t size = 0;
    g_assert_true(
        tftp_option_number(tftp_option_find(&stage->clients[1]->packet, "blksize"), &size));
    g_assert_cmpuint(size, ==, 1024);
    g_assert_true(ask(stage, 2, "multicast="));
    g_assert_cmpuint(counter(stage, MULTICAST_COUNTER_STREAMS), ==, 2);
    stage_free(stage); /* stops with members */
}

static void test_stop_tells_all(void) {
    struct stage *stage = stage_new();
    g_assert_true(ask(stage, 0, "multicast="));
    g_assert_false(ask(stage, 1, "multicast="));
    tftp_server_free(stage->server);
    multicast_server_free(stage->multicast);
    stage->server = NULL;
    stage->multicast = NULL;
    tftp_client_expect_error(stage->clients[0], TFTP_ERROR_UNDEFINED, "server stops");
    tftp_client_expect_error(stage->clients[1], TFTP_ERROR_UNDEFINED, "server stops");
    expect_end(stage, "failed a.wim 0");
    expect_end(stage, "failed a.wim 0");
    stage_free(stage);
}

static void test_repeats_errors_and_strangers(void) {
    struct stage *stage = stage_new();
    g_assert_true(ask(stage, 0, "multicast="));
    g_assert_true(ask(stage, 0, "multicast=")); /* its OACK was lost */
    g_assert_cmpuint(counter(stage, MULTICAST_COUNTER_MEMBERS), ==, 1);
    stage->clients[1]->peer = stage->clients[0]->peer;
    tftp_client_ack(stage->clients[1], 1);
    tftp_client_expect_error(stage->clients[1], TFTP_ERROR_UNKNOWN_TID, "no transfer");
    tftp_client_error(stage->clients[0], 3, "disk full");
    expect_end(stage, "aborted a.wim 0");
    g_assert_cmpuint(counter(stage, MULTICAST_COUNTER_LOST), ==, 1);
    g_assert_cmpuint(counter(stage, MULTICAST_COUNTER_STREAMS), ==, 0);
    stage_free(stage);
}

static void test_alone(void) {
    struct stage *stage = stage_new();
    struct tftp_client *client = stage->clients[0];
    /* Without the option, in another mode, and with blocks that would need a stream of dwarfs. */
    g_autoptr(GByteArray) plain = tftp_client_fetch(client, "a.wim", "");
    g_assert_cmpuint(plain->len, ==, SIZE);
    expect_end(stage, "completed a.wim 2660");
    g_autoptr(GByteArray) small = tftp_client_fetch(client, "a.wim", "multicast= blksize=64");
    g_assert_cmpuint(small->len, ==, SIZE);
    expect_end(stage, "completed a.wim 2660");
    g_assert_cmpuint(counter(stage, MULTICAST_COUNTER_ALONE), ==, 1);
    g_assert_cmpuint(counter(stage, MULTICAST_COUNTER_JOINED), ==, 0);
    stage_free(stage);
}

static void count_visit(const struct tftp_report *report, gpointer user) {
    g_assert_cmpstr(report->name, ==, "a.wim");
    g_assert_cmpint(report->outcome, ==, TRANSFER_RUNNING);
    g_assert_cmpuint(report->statistics.size, ==, SIZE);
    (*(unsigned *) user)++;
}

static void test_running(void) {
    struct stage *stage = stage_new();
    g_assert_true(ask(stage, 0, "multicast="));
    g_assert_false(ask(stage, 1, "multicast="));
    unsigned seen = 0;
    multicast_server_running(stage->multicast, 10, count_visit, &seen);
    g_assert_cmpuint(seen, ==, 2);
    multicast_server_running(stage->multicast, 1, count_visit, &seen);
    g_assert_cmpuint(seen, ==, 3);
    stage_free(stage);
}

/* The client of the loopback is in no network of the only link: a router is in between. */
static void test_behind_a_router(void) {
    struct stage *stage = stage_new();
    struct interface link = {.index = 7, .name = "far", .up = TRUE};
    struct interfaces *interfaces = interfaces_new(&link, 1);
    struct tftp_settings settings = {.multicast = TRUE};
    tftp_server_configure(stage->server, &settings, stage->root, interfaces);
    interfaces_unref(interfaces);
    g_autoptr(GByteArray) got =
        tftp_client_fetch(stage->clients[0], "a.wim", "multicast= blksize=1024");
    g_assert_cmpuint(got->len, ==, SIZE);
    g_assert_cmpuint(counter(stage, MULTICAST_COUNTER_ALONE), ==, 1);
    stage_free(stage);
}

static void test_no_patterns(void) {
    struct stage *stage = stage_new();
    struct multicast_settings settings;
    multicast_settings_init(&settings);
    struct multicast_server_options options = {.settings = &settings};
    g_assert_true(multicast_server_configure(stage->multicast, &options, NULL));
    g_autoptr(GByteArray) got =
        tftp_client_fetch(stage->clients[0], "a.wim", "multicast= blksize=1024");
    g_assert_cmpuint(got->len, ==, SIZE);
    g_assert_cmpuint(counter(stage, MULTICAST_COUNTER_ALONE), ==, 1);
    stage_free(stage);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/boothost/tftp/multicast-server/" name, function)
    ADD("two-clients-share-a-stream", test_two_clients);
    ADD("block-sizes-part-streams", test_block_sizes);
    ADD("a-stop-tells-everyone", test_stop_tells_all);
    ADD("repeats-errors-and-strangers", test_repeats_errors_and_strangers);
    ADD("what-is-not-shared-comes-alone", test_alone);
    ADD("status-lists-the-members", test_running);
    ADD("who-is-behind-a-router-comes-alone", test_behind_a_router);
    ADD("a-reload-may-turn-it-off", test_no_patterns);
    return g_test_run();
}
