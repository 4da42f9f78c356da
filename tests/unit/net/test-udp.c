/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * net/udp: batches over the loopback, from and to the right addresses, and errors that help.
 */
#include "net/udp.h"

#include "net/poller.h"

#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct address loopback(uint8_t host, uint16_t port) {
    return address_from_ipv4((const uint8_t[]){127, 0, 0, host}, port);
}

static struct udp_socket *open_at(struct address local) {
    struct udp_options options = {.local = local};
    g_autoptr(GError) error = NULL;
    struct udp_socket *socket = udp_open(&options, &error);
    g_assert_no_error(error);
    return socket;
}

/* Receives until `least` datagrams came; the batch holds the last lot, whose size is returned. */
static unsigned receive(struct udp_socket *socket, struct udp_batch *batch,
                        const struct udp_datagram **ret_datagrams) {
    unsigned count = 0;
    for (unsigned i = 0; i < 1000 && count == 0; i++) {
        count = udp_receive(socket, batch, ret_datagrams);
        if (count == 0)
            g_usleep(1000);
    }
    g_assert_cmpuint(count, >, 0);
    return count;
}

static void test_arrival(void) {
    /* Bound to every address: which one was meant, and where it came in, must still be known. */
    struct udp_socket *server = open_at((struct address){.family = 4});
    struct udp_socket *client = open_at(loopback(7, 0));
    struct udp_batch *batch = udp_batch_new(1500);
    struct udp_datagram out = {
        .data = (const uint8_t *) "hello", .size = 5, .peer = loopback(42, udp_local(server).port)};
    g_assert_cmpuint(udp_send(client, &out, 1, NULL), ==, 1);
    const struct udp_datagram *got = NULL;
    g_assert_cmpuint(receive(server, batch, &got), ==, 1);
    g_assert_cmpmem(got->data, got->size, "hello", 5);
    struct address peer = loopback(7, 0);
    struct address local = loopback(42, 0);
    g_assert_true(address_equal(&got->peer, &peer));
    g_assert_cmpuint(got->peer.port, ==, udp_local(client).port);
    g_assert_true(address_equal(&got->local, &local));
    g_assert_cmpuint(got->local.port, ==, udp_local(server).port);
    g_assert_cmpuint(got->interface, ==, if_nametoindex("lo"));
    g_assert_false(got->truncated);

    /* The answer goes out from the address that was asked. */
    struct udp_datagram answer = {.data = (const uint8_t *) "hi",
                                  .size = 2,
                                  .peer = got->peer,
                                  .local = got->local,
                                  .interface = got->interface};
    g_assert_cmpuint(udp_send(server, &answer, 1, NULL), ==, 1);
    g_assert_cmpuint(receive(client, batch, &got), ==, 1);
    g_assert_true(address_equal(&got->peer, &local));
    udp_batch_free(batch);
    udp_close(client);
    udp_close(server);
}

static void test_batches(void) {
    struct udp_socket *server = open_at(loopback(1, 0));
    struct udp_socket *client = open_at(loopback(1, 0));
    struct udp_batch *batch = udp_batch_new(64);
    uint32_t numbers[200];
    struct udp_datagram out[200];
    for (uint32_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        numbers[i] = i;
        out[i] = (struct udp_datagram){.data = (const uint8_t *) &numbers[i],
                                       .size = sizeof(uint32_t),
                                       .peer = udp_local(server)};
    }
    int codes[200];
    g_assert_cmpuint(udp_send(client, out, G_N_ELEMENTS(out), codes), ==, G_N_ELEMENTS(out));
    for (unsigned i = 0; i < G_N_ELEMENTS(codes); i++)
        g_assert_cmpint(codes[i], ==, 0);
    uint32_t next = 0;
    while (next < G_N_ELEMENTS(numbers)) {
        const struct udp_datagram *got = NULL;
        unsigned count = receive(server, batch, &got);
        g_assert_cmpuint(count, <=, LIMIT_BATCH);
        for (unsigned i = 0; i < count; i++, next++)
            g_assert_cmpmem(got[i].data, got[i].size, &next, sizeof(next));
    }
    const struct udp_datagram *nothing = NULL;
    g_assert_cmpuint(udp_receive(server, batch, &nothing), ==, 0);
    udp_batch_free(batch);
    udp_close(client);
    udp_close(server);
}

static void test_one_bad_among_good(void) {
    struct udp_socket *server = open_at(loopback(1, 0));
    struct udp_socket *client = open_at(loopback(1, 0));
    struct udp_batch *batch = udp_batch_new(64);
    struct udp_datagram out[3];
    for (unsigned i = 0; i < 3; i++)
        out[i] = (struct udp_datagram){
            .data = (const uint8_t *) "x", .size = 1, .peer = udp_local(server)};
    out[1].interface = 999999; /* no such interface */
    int codes[3] = {-1, 0, -1};
    g_assert_cmpuint(udp_send(client, out, 3, codes), ==, 2);
    g_assert_cmpint(codes[0], ==, 0);
    g_assert_cmpint(codes[1], !=, 0);
    g_assert_cmpint(codes[2], ==, 0);
    unsigned got_count = 0;
    while (got_count < 2) {
        const struct udp_datagram *got = NULL;
        got_count += receive(server, batch, &got);
    }
    g_assert_cmpuint(got_count, ==, 2);
    udp_batch_free(batch);
    udp_close(client);
    udp_close(server);
}

static void test_truncation(void) {
    struct udp_socket *server = open_at(loopback(1, 0));
    struct udp_socket *client = open_at(loopback(1, 0));
    struct udp_batch *batch = udp_batch_new(4);
    struct udp_datagram out = {
        .data = (const uint8_t *) "too long", .size = 8, .peer = udp_local(server)};
    g_assert_cmpuint(udp_send(client, &out, 1, NULL), ==, 1);
    const struct udp_datagram *got = NULL;
    g_assert_cmpuint(receive(server, batch, &got), ==, 1);
    g_assert_cmpmem(got->data, got->size, "too ", 4);
    g_assert_true(got->truncated);
    udp_batch_free(batch);
    udp_close(client);
    udp_close(server);
}

static void test_closed_peer_is_no_error(void) {
    struct udp_socket *closed = open_at(loopback(1, 0));
    struct address nobody = udp_local(closed);
    udp_close(closed);
    struct udp_socket *client = open_at(loopback(1, 0));
    struct udp_socket *server = open_at(loopback(1, 0));
    struct udp_batch *batch = udp_batch_new(16);
    struct udp_datagram out = {.data = (const uint8_t *) "x", .size = 1, .peer = nobody};
    g_assert_cmpuint(udp_send(client, &out, 1, NULL), ==, 1);
    const struct udp_datagram *got = NULL;
    g_assert_cmpuint(udp_receive(client, batch, &got), ==, 0);
    out.peer = udp_local(server);
    g_assert_cmpuint(udp_send(client, &out, 1, NULL), ==, 1);
    g_assert_cmpuint(receive(server, batch, &got), ==, 1);
    udp_batch_free(batch);
    udp_close(server);
    udp_close(client);
}

static void test_errors_help(void) {
    struct udp_socket *owner = open_at(loopback(1, 0));
    struct udp_options options = {.local = udp_local(owner)};
    g_autoptr(GError) error = NULL;
    g_assert_null(udp_open(&options, &error));
    g_assert_error(error, UDP_ERROR, UDP_ERROR_IN_USE);
    g_assert_nonnull(strstr(error->message, "another program"));
    g_assert_nonnull(strstr(error->message, "ss -ulpn"));
    g_clear_error(&error);
    udp_close(owner);

    options = (struct udp_options){.local = address_from_ipv4((const uint8_t[]){192, 0, 2, 9}, 0)};
    g_assert_null(udp_open(&options, &error));
    g_assert_error(error, UDP_ERROR, UDP_ERROR_ADDRESS);
    g_assert_nonnull(strstr(error->message, "192.0.2.9"));
    g_clear_error(&error);

    options = (struct udp_options){.local = loopback(1, 0), .device = "nosuchlink"};
    g_assert_null(udp_open(&options, &error));
    g_assert_cmpuint(error->domain, ==, UDP_ERROR);
    g_assert_nonnull(strstr(error->message, "nosuchlink"));
}

static void test_receive_buffer(void) {
    struct udp_options options = {.local = loopback(1, 0), .receive_buffer = 65536};
    struct udp_socket *socket = udp_open(&options, NULL);
    g_assert_nonnull(socket);
    g_assert_cmpint(udp_receive_buffer(socket), >=, 65536);
    udp_close(socket);
}

static void test_adopting(void) {
    int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in local = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct udp_options options = {.broadcast = TRUE};
    g_autoptr(GError) error = NULL;
    g_assert_null(udp_adopt(descriptor, &options, &error)); /* not bound yet */
    g_assert_error(error, UDP_ERROR, UDP_ERROR_INHERITED);
    g_clear_error(&error);
    g_assert_cmpint(bind(descriptor, (struct sockaddr *) &local, sizeof(local)), ==, 0);
    struct udp_socket *socket = udp_adopt(descriptor, &options, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(udp_local(socket).port, !=, 0);
    g_assert_cmpint(udp_descriptor(socket), ==, descriptor);
    udp_close(socket);
    g_assert_null(udp_adopt(STDIN_FILENO, &options, &error));
    g_assert_error(error, UDP_ERROR, UDP_ERROR_INHERITED);
}

static void test_nothing_inherited(void) {
    g_setenv("LISTEN_PID", "1", TRUE); /* meant for another process */
    g_setenv("LISTEN_FDS", "3", TRUE);
    g_assert_cmpint(udp_inherited(69), ==, -1);
    g_unsetenv("LISTEN_PID");
    g_assert_cmpint(udp_inherited(69), ==, -1);
    g_unsetenv("LISTEN_FDS");
}

static void test_inherited(void) {
    struct udp_socket *socket = open_at(loopback(1, 0));
    int kept = dup(3); /* whatever the test program has there */
    g_assert_cmpint(dup2(udp_descriptor(socket), 3), ==, 3);
    g_autofree char *process = g_strdup_printf("%d", (int) getpid());
    g_setenv("LISTEN_PID", process, TRUE);
    g_setenv("LISTEN_FDS", "1", TRUE);
    g_assert_cmpint(udp_inherited(udp_local(socket).port), ==, 3);
    g_assert_cmpint(udp_inherited(1), ==, -1);
    g_unsetenv("LISTEN_PID");
    g_unsetenv("LISTEN_FDS");
    if (kept >= 0) {
        g_assert_cmpint(dup2(kept, 3), ==, 3);
        close(kept);
    }
    udp_close(socket);
}

static void send_many(struct udp_socket *client, struct udp_socket *server, unsigned count) {
    struct udp_datagram out = {.data = (const uint8_t *) "x", .size = 1, .peer = udp_local(server)};
    for (unsigned i = 0; i < count; i++)
        g_assert_cmpuint(udp_send(client, &out, 1, NULL), ==, 1);
}

/* Returns whether they were stamped, all or none. */
static gboolean receive_stamped(struct udp_socket *server, struct udp_batch *batch,
                                unsigned expected) {
    const struct udp_datagram *datagrams = NULL;
    g_assert_cmpuint(udp_receive(server, batch, &datagrams), ==, expected);
    gboolean is_stamped = datagrams[0].arrived_us != 0;
    for (unsigned i = 1; i < expected; i++)
        g_assert_cmpint(datagrams[i].arrived_us != 0, ==, is_stamped);
    int64_t age_us = g_get_real_time() - datagrams[0].arrived_us;
    g_assert_true(!is_stamped || (age_us >= 0 && age_us < 60 * G_USEC_PER_SEC));
    return is_stamped;
}

static void test_behind(void) {
    struct udp_socket *server = open_at(loopback(1, 0));
    struct udp_socket *client = open_at(loopback(1, 0));
    struct udp_batch *batch = udp_batch_new(64);
    send_many(client, server, 2 * LIMIT_BATCH);
    g_assert_false(receive_stamped(server, batch, LIMIT_BATCH));
    g_usleep(LIMIT_BEHIND_US + 1000); /* what a slow answer takes */
    g_assert_false(receive_stamped(server, batch, LIMIT_BATCH));
    send_many(client, server, 3);
    g_assert_true(receive_stamped(server, batch, 3));
    udp_batch_free(batch);
    udp_close(client);
    udp_close(server);
}

static void test_not_behind(void) {
    struct udp_socket *server = open_at(loopback(1, 0));
    struct udp_socket *client = open_at(loopback(1, 0));
    struct udp_batch *batch = udp_batch_new(64);
    const struct udp_datagram *datagrams = NULL;
    for (unsigned i = 0; i < 3; i++) {
        send_many(client, server, LIMIT_BATCH);
        g_assert_false(receive_stamped(server, batch, LIMIT_BATCH));
        g_assert_cmpuint(udp_receive(server, batch, &datagrams), ==, 0);
        g_usleep(LIMIT_BEHIND_US + 1000);
    }
    udp_batch_free(batch);
    udp_close(client);
    udp_close(server);
}

static void test_drops(void) {
    struct udp_options options = {.local = loopback(1, 0), .receive_buffer = 1};
    struct udp_socket *server = udp_open(&options, NULL);
    struct udp_socket *client = open_at(loopback(1, 0));
    struct udp_batch *batch = udp_batch_new(64);
    const struct udp_datagram *datagrams = NULL;
    g_assert_nonnull(server);
    g_assert_cmpuint(udp_drops(server), ==, 0);
    send_many(client, server, LIMIT_BATCH);
    unsigned received = udp_receive(server, batch, &datagrams);
    g_assert_cmpuint(received, <, LIMIT_BATCH);
    g_assert_cmpuint(received + udp_drops(server), ==, LIMIT_BATCH);
    udp_batch_free(batch);
    udp_close(client);
    udp_close(server);
}

static gboolean count_datagrams(struct udp_socket *socket, const struct udp_datagram *datagrams,
                                unsigned count, gpointer user) {
    unsigned *seen = user;
    *seen += count;
    return G_SOURCE_CONTINUE;
}

static void test_source(void) {
    struct udp_socket *server = open_at(loopback(1, 0));
    struct udp_socket *client = open_at(loopback(1, 0));
    unsigned seen = 0;
    GMainContext *context = g_main_context_new();
    GSource *source = udp_source_new(server, udp_batch_new(64), count_datagrams, &seen);
    g_source_attach(source, context);
    for (unsigned i = 0; i < 3; i++) {
        struct udp_datagram out = {
            .data = (const uint8_t *) "x", .size = 1, .peer = udp_local(server)};
        g_assert_cmpuint(udp_send(client, &out, 1, NULL), ==, 1);
        while (seen <= i)
            g_main_context_iteration(context, TRUE);
    }
    g_assert_cmpuint(seen, ==, 3);
    g_source_destroy(source);
    g_source_unref(source);
    g_main_context_unref(context);
    udp_close(client);
    udp_close(server);
}

static void test_poller(void) {
    struct udp_socket *server = open_at(loopback(1, 0));
    struct udp_socket *client = open_at(loopback(1, 0));
    struct poller *poller = poller_new(NULL);
    g_assert_nonnull(poller);
    g_assert_true(poller_add(poller, udp_descriptor(server), 17));
    uint32_t tokens[POLLER_EVENTS_MAX];
    g_assert_cmpuint(poller_wait(poller, 2000, tokens), ==, 0); /* time passes */
    struct udp_datagram out = {.data = (const uint8_t *) "x", .size = 1, .peer = udp_local(server)};
    g_assert_cmpuint(udp_send(client, &out, 1, NULL), ==, 1);
    g_assert_cmpuint(poller_wait(poller, -1, tokens), ==, 1);
    g_assert_cmpuint(tokens[0], ==, 17);
    udp_close(server);
    poller_wake(poller);
    poller_wake(poller);
    g_assert_cmpuint(poller_wait(poller, -1, tokens), ==, 0);
    g_assert_cmpuint(poller_wait(poller, 0, tokens), ==, 0);
    udp_close(client);
    poller_free(poller);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/boothost/net/udp/" name, function)
    ADD("arrival-address-and-interface-are-known", test_arrival);
    ADD("batches-keep-their-order", test_batches);
    ADD("one-refused-datagram-does-not-stop-the-others", test_one_bad_among_good);
    ADD("long-datagrams-are-marked", test_truncation);
    ADD("a-closed-peer-is-no-error", test_closed_peer_is_no_error);
    ADD("errors-say-what-to-do", test_errors_help);
    ADD("the-receive-buffer-is-set", test_receive_buffer);
    ADD("bound-sockets-are-adopted", test_adopting);
    ADD("sockets-for-others-are-not-inherited", test_nothing_inherited);
    ADD("sockets-for-us-are-inherited", test_inherited);
    ADD("a-socket-that-is-behind-says-how-old-its-datagrams-are", test_behind);
    ADD("one-that-runs-dry-now-and-then-does-not", test_not_behind);
    ADD("what-the-kernel-drops-is-counted", test_drops);
    ADD("a-main-loop-source", test_source);
    ADD("a-poller-for-threads", test_poller);
    return g_test_run();
}
