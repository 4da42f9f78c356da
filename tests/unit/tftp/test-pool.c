/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tftp/pool: clients spread over several servers on one port, and what those have in common.
 */
#include "tftp/pool.h"

#include "tftp-client.h"

#include "net/udp.h"

#include <unistd.h>

#define LOOPBACK "127.0.0.1"
#define SERVERS  3
#define CLIENTS  48 /* that all of them come to one server: never, by chance */

struct fixture {
    struct tftp_pool *pool;
    GBytes *file;
    gint asked[SERVERS]; /* by the server that asked */
    gint ended;
};

/* What one server's callbacks get. */
struct place {
    struct fixture *fixture;
    unsigned number;
};

static void answer(gpointer user, struct tftp_open *open) {
    struct place *place = user;
    g_atomic_int_inc(&place->fixture->asked[place->number]);
    struct content *content = content_new_bytes(place->fixture->file);
    tftp_open_complete(open, content, TFTP_REFUSAL_UNDEFINED, NULL);
    content_unref(content);
}

static void note_end(gpointer user, const struct tftp_report *report) {
    struct place *place = user;
    g_atomic_int_inc(&place->fixture->ended);
}

static struct address loopback(uint16_t port) {
    return address_from_ipv4((const uint8_t[]){127, 0, 0, 1}, port);
}

static struct tftp_pool *open_pool(struct fixture *fixture, struct place places[SERVERS],
                                   const struct tftp_server_options *base, GError **error) {
    struct address listen = loopback(0);
    struct tftp_server_options options = *base;
    struct tftp_callbacks callbacks[SERVERS];
    for (unsigned i = 0; i < SERVERS; i++) {
        places[i] = (struct place){fixture, i};
        callbacks[i] =
            (struct tftp_callbacks){.open = answer, .ended = note_end, .user = &places[i]};
    }
    if (options.n_listen == 0 && options.n_inherited == 0) {
        options.listen = &listen;
        options.n_listen = 1;
    }
    return tftp_pool_new(&options, callbacks, SERVERS, error);
}

static uint64_t counter(const struct fixture *fixture, enum tftp_counter which,
                        unsigned *ret_running) {
    uint64_t counters[TFTP_COUNTERS];
    tftp_pool_counters(fixture->pool, counters, ret_running);
    return counters[which];
}

static void count_one(const struct tftp_report *report, gpointer user) {
    (*(unsigned *) user)++;
}

static void test_spread(void) {
    struct fixture fixture = {.file = g_bytes_new_static("0123456789", 10)};
    struct place places[SERVERS];
    struct tftp_server_options options = {0};
    fixture.pool = open_pool(&fixture, places, &options, NULL);
    g_assert_cmpuint(tftp_pool_count(fixture.pool), ==, SERVERS);
    for (unsigned i = 0; i < CLIENTS; i++) {
        struct tftp_client *client = tftp_client_new(LOOPBACK, tftp_pool_port(fixture.pool));
        g_autoptr(GByteArray) got = tftp_client_fetch(client, "file", "tsize=0");
        g_assert_cmpmem(got->data, got->len, "0123456789", 10);
        tftp_client_free(client);
    }
    unsigned busy = 0;
    for (unsigned i = 0; i < SERVERS; i++)
        busy += g_atomic_int_get(&fixture.asked[i]) > 0 ? 1 : 0;
    g_assert_cmpuint(busy, >, 1);
    while (g_atomic_int_get(&fixture.ended) < CLIENTS)
        g_usleep(1000);
    unsigned running = 1;
    g_assert_cmpuint(counter(&fixture, TFTP_COUNTER_REQUESTS, &running), ==, CLIENTS);
    g_assert_cmpuint(counter(&fixture, TFTP_COUNTER_COMPLETED, NULL), ==, CLIENTS);
    g_assert_cmpuint(counter(&fixture, TFTP_COUNTER_BYTES, NULL), ==, CLIENTS * 10);
    g_assert_cmpuint(running, ==, 0);
    tftp_pool_free(fixture.pool);
    g_bytes_unref(fixture.file);
}

/* The same client asks again and again from one port: always the server that knows it. */
static void test_repeats_meet_their_transfer(void) {
    struct fixture fixture = {.file = g_bytes_new_static("0123456789", 10)};
    struct place places[SERVERS];
    struct tftp_server_options options = {0};
    fixture.pool = open_pool(&fixture, places, &options, NULL);
    struct tftp_client *client = tftp_client_new(LOOPBACK, tftp_pool_port(fixture.pool));
    for (unsigned i = 0; i < 10; i++) {
        tftp_client_ask(client, TFTP_RRQ, "file", "octet", "");
        tftp_client_expect_data(client, 1);
    }
    unsigned running = 0;
    counter(&fixture, TFTP_COUNTER_REQUESTS, &running);
    g_assert_cmpuint(running, ==, 1);
    tftp_client_free(client);
    tftp_pool_free(fixture.pool);
    g_bytes_unref(fixture.file);
}

static void test_one_cap(void) {
    struct fixture fixture = {.file = g_bytes_new_static("0123456789", 10)};
    struct place places[SERVERS];
    struct tftp_server_options options = {.settings = {.transfers = 5}};
    fixture.pool = open_pool(&fixture, places, &options, NULL);
    struct tftp_client *clients[CLIENTS];
    for (unsigned i = 0; i < CLIENTS; i++) {
        clients[i] = tftp_client_new(LOOPBACK, tftp_pool_port(fixture.pool));
        tftp_client_ask(clients[i], TFTP_RRQ, "file", "octet", "");
        tftp_client_receive(clients[i], 20); /* none acknowledges, so that all stay */
    }
    unsigned running = 0;
    unsigned listed = 0;
    g_assert_cmpuint(counter(&fixture, TFTP_COUNTER_LIMIT_TOTAL, &running), ==, CLIENTS - 5);
    g_assert_cmpuint(running, ==, 5);
    tftp_pool_running(fixture.pool, 30, count_one, &listed);
    g_assert_cmpuint(listed, ==, 5);
    for (unsigned i = 0; i < CLIENTS; i++)
        tftp_client_free(clients[i]);
    tftp_pool_free(fixture.pool);
    g_bytes_unref(fixture.file);
}

static void test_port_is_ours_alone(void) {
    struct fixture fixture = {0};
    struct place places[SERVERS];
    struct tftp_server_options options = {0};
    fixture.pool = open_pool(&fixture, places, &options, NULL);
    struct address taken = loopback(tftp_pool_port(fixture.pool));
    options.listen = &taken;
    options.n_listen = 1;
    g_autoptr(GError) error = NULL;
    g_assert_null(open_pool(&fixture, places, &options, &error));
    g_assert_error(error, UDP_ERROR, UDP_ERROR_IN_USE);
    tftp_pool_free(fixture.pool);
}

static void test_handed_over(void) {
    struct udp_options udp = {.local = loopback(0)};
    struct udp_socket *socket = udp_open(&udp, NULL);
    int descriptor = dup(udp_descriptor(socket));
    struct fixture fixture = {0};
    struct place places[SERVERS];
    struct tftp_server_options options = {.inherited = &descriptor, .n_inherited = 1};
    fixture.pool = open_pool(&fixture, places, &options, NULL);
    g_assert_cmpuint(tftp_pool_count(fixture.pool), ==, 1);
    g_assert_cmpuint(tftp_pool_port(fixture.pool), ==, udp_local(socket).port);
    tftp_pool_free(fixture.pool);
    udp_close(socket);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/boothost/tftp/pool/" name, function)
    ADD("clients-are-spread-and-counted-together", test_spread);
    ADD("repeated-requests-meet-their-transfer", test_repeats_meet_their_transfer);
    ADD("one-cap-holds-for-all", test_one_cap);
    ADD("the-port-is-ours-alone", test_port_is_ours_alone);
    ADD("a-socket-handed-over-is-for-one", test_handed_over);
    return g_test_run();
}
