/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The probe's TFTP client against our own server over the loopback, also through a link that
 * loses packets.
 */
#include "cli/tftp-client.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "base/clock.h"
#include "net/udp.h"
#include "tftp/server.h"

struct fixture {
    char *folder;
    struct content_root *root;
    struct tftp_server *server;
};

static void set_up(struct fixture *fixture, gconstpointer unused) {
    struct address listen = {.family = 4, .bytes = {127, 0, 0, 1}};
    g_autoptr(GError) error = NULL;

    fixture->folder = g_dir_make_tmp("boothost-tftp-client-XXXXXX", &error);
    g_assert_no_error(error);
    fixture->root = content_root_open(fixture->folder, &error);
    g_assert_no_error(error);
    struct tftp_server_options options = {.root = fixture->root, .listen = &listen, .n_listen = 1};
    fixture->server = tftp_server_new(&options, &error);
    g_assert_no_error(error);
}

static void tear_down(struct fixture *fixture, gconstpointer unused) {
    g_autofree char *path = g_build_filename(fixture->folder, "file", NULL);

    tftp_server_free(fixture->server);
    content_root_unref(fixture->root);
    g_unlink(path);
    g_assert_cmpint(g_rmdir(fixture->folder), ==, 0);
    g_free(fixture->folder);
}

/* Writes the served file and returns its checksum. */
static char *make_file(const struct fixture *fixture, gsize size) {
    g_autofree char *path = g_build_filename(fixture->folder, "file", NULL);
    g_autofree guint8 *data = g_malloc(size + 1);
    g_autoptr(GError) error = NULL;

    for (gsize i = 0; i < size; i++)
        data[i] = (guint8) (i * 2654435761u >> 13);
    g_file_set_contents(path, (const char *) data, (gssize) size, &error);
    g_assert_no_error(error);
    return g_compute_checksum_for_data(G_CHECKSUM_SHA256, data, size);
}

static struct tftp_fetch fetch_from(uint16_t port, const char *file) {
    return (struct tftp_fetch){
        .server = {.family = 4, .port = port, .bytes = {127, 0, 0, 1}},
        .file = file,
        .timeout_us = 20 * CLOCK_SECOND,
    };
}

static void assert_fetched(uint16_t port, gsize size, const char *sum) {
    struct tftp_fetch fetch = fetch_from(port, "file");
    struct tftp_result result = {0};
    g_autoptr(GError) error = NULL;

    g_assert_true(tftp_fetch_run(&fetch, &result, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(result.bytes, ==, size);
    g_assert_cmpuint(result.announced, ==, size);
    g_assert_cmpuint(result.block_size, ==, 1468);
    g_assert_cmpuint(result.window_size, ==, 4);
    g_assert_cmpstr(result.sha256, ==, sum);
}

static void test_sizes(struct fixture *fixture, gconstpointer unused) {
    static const gsize sizes[] = {0, 1, 1467, 1468, 1469, 4 * 1468, 4 * 1468 + 1, 1000000};

    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree char *sum = make_file(fixture, sizes[i]);
        assert_fetched(tftp_server_port(fixture->server), sizes[i], sum);
    }
}

static void test_block_rollover(struct fixture *fixture, gconstpointer unused) {
    const gsize size = (gsize) 1468 * 65540 + 7;
    g_autofree char *sum = make_file(fixture, size);

    assert_fetched(tftp_server_port(fixture->server), size, sum);
}

static void test_missing(struct fixture *fixture, gconstpointer unused) {
    struct tftp_fetch fetch = fetch_from(tftp_server_port(fixture->server), "nothing.efi");
    struct tftp_result result = {0};
    g_autoptr(GError) error = NULL;

    g_assert_false(tftp_fetch_run(&fetch, &result, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

/* A bound socket that nobody reads. */
static void test_silence(struct fixture *fixture, gconstpointer unused) {
    struct udp_options options = {.local = {.family = 4, .bytes = {127, 0, 0, 1}}};
    g_autoptr(GError) error = NULL;
    struct tftp_result result = {0};

    struct udp_socket *deaf = udp_open(&options, &error);
    g_assert_no_error(error);
    struct tftp_fetch fetch = fetch_from(udp_local(deaf).port, "file");
    fetch.timeout_us = 100 * CLOCK_MILLISECOND;
    g_assert_false(tftp_fetch_run(&fetch, &result, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
    g_assert_cmpuint(result.repeats, >=, 1);
    udp_close(deaf);
}

/* ---- A link that loses packets --------------------------------------------------------------- */

/* Between client and server: one socket to each, on a thread that loses one packet in seven of
 * either direction. */
struct lossy_link {
    GSocket *to_client;
    GSocket *to_server;
    GSocketAddress *client;
    GSocketAddress *server; /* the port of requests, then that of the transfer */
    unsigned count;
    gint stop;
    GThread *thread;
};

static GSocketAddress *loopback(uint16_t port) {
    return g_inet_socket_address_new_from_string("127.0.0.1", port);
}

static GSocket *bound_socket(void) {
    g_autoptr(GSocketAddress) any = loopback(0);
    g_autoptr(GError) error = NULL;

    GSocket *socket =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, &error);
    g_assert_no_error(error);
    g_socket_bind(socket, any, FALSE, &error);
    g_assert_no_error(error);
    g_socket_set_timeout(socket, 1);
    g_socket_set_blocking(socket, FALSE);
    return socket;
}

/* Takes what waits at one side, remembers who sent it, and passes it to the other side. */
static void pass(struct lossy_link *link, GSocket *from, GSocketAddress **peer, GSocket *to,
                 GSocketAddress *const *other) {
    char data[2048];
    GSocketAddress *sender = NULL;

    gssize size = g_socket_receive_from(from, &sender, data, sizeof data, NULL, NULL);
    if (size < 0)
        return;
    g_clear_object(peer);
    *peer = sender;
    if (++link->count % 7 != 0 && *other != NULL)
        g_socket_send_to(to, *other, data, (gsize) size, NULL, NULL);
}

static gpointer link_run(gpointer data) {
    struct lossy_link *link = data;

    while (!g_atomic_int_get(&link->stop)) {
        GPollFD ready[] = {{.fd = g_socket_get_fd(link->to_client), .events = G_IO_IN},
                           {.fd = g_socket_get_fd(link->to_server), .events = G_IO_IN}};
        g_poll(ready, 2, 50);
        pass(link, link->to_client, &link->client, link->to_server, &link->server);
        pass(link, link->to_server, &link->server, link->to_client, &link->client);
    }
    return NULL;
}

static uint16_t link_start(struct lossy_link *link, uint16_t server_port) {
    g_autoptr(GSocketAddress) local = NULL;

    link->to_client = bound_socket();
    link->to_server = bound_socket();
    link->server = loopback(server_port);
    link->thread = g_thread_new("lossy", link_run, link);
    local = g_socket_get_local_address(link->to_client, NULL);
    return g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(local));
}

static void link_stop(struct lossy_link *link) {
    g_atomic_int_set(&link->stop, 1);
    g_thread_join(link->thread);
    g_clear_object(&link->client);
    g_clear_object(&link->server);
    g_object_unref(link->to_client);
    g_object_unref(link->to_server);
}

static void test_losses(struct fixture *fixture, gconstpointer unused) {
    g_autofree char *sum = make_file(fixture, 60000);
    struct lossy_link link = {0};

    uint16_t port = link_start(&link, tftp_server_port(fixture->server));
    assert_fetched(port, 60000, sum);
    link_stop(&link);
    g_assert_cmpuint(link.count, >, 50); /* it really went that way */
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
    g_test_add("/boothost/cli/tftp-client/" name, struct fixture, NULL, set_up, function, tear_down)
    ADD("sizes-at-block-and-window-edges", test_sizes);
    ADD("block-numbers-roll-over", test_block_rollover);
    ADD("missing-file-is-not-found", test_missing);
    ADD("silent-server-is-given-up", test_silence);
    ADD("losses-in-both-directions", test_losses);
    return g_test_run();
}
