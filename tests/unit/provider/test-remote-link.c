/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * provider/remote-link: the handshake, where messages end, and what is too much.
 */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "provider/peer.h"
#include "provider/remote-link.h"

static void feed(struct link *link, const char *text) {
    char *why = NULL;
    g_assert_true(link_feed(link, text, strlen(text), &why));
    g_assert_cmpstr(why, ==, NULL);
}

/* What the other end reads by now; free with g_free. */
static char *read_answer(int socket) {
    char buffer[1024] = {0};
    ssize_t count = recv(socket, buffer, sizeof(buffer) - 1, MSG_DONTWAIT);
    return g_strndup(buffer, count > 0 ? (gsize) count : 0);
}

static struct link *make_host(int *ret_other) {
    int sockets[2];
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), ==, 0);
    *ret_other = sockets[1];
    return link_new(sockets[0], LINK_HOST);
}

static void begin(struct link *link) {
    char *why = NULL;
    g_assert_true(link_feed(link, "\0AUTH ANONYMOUS\r\nBEGIN\r\n", 24, &why));
    g_assert_true(link_is_ready(link));
}

static void test_handshake_as_gdbus_does_it(void) {
    int other = -1;
    struct link *link = make_host(&other);
    char *why = NULL;
    g_assert_true(link_feed(link, "", 1, &why));
    feed(link, "AUTH\r\n");
    g_autofree char *methods = read_answer(other);
    g_assert_cmpstr(methods, ==, "REJECTED EXTERNAL ANONYMOUS\r\n");
    feed(link, "AUTH EXTERNAL 30\r\n");
    g_autofree char *welcome = read_answer(other);
    g_assert_true(g_str_has_prefix(welcome, "OK "));
    feed(link, "NEGOTIATE_UNIX_FD\r\nBEG");
    g_autofree char *no = read_answer(other);
    g_assert_cmpstr(no, ==, "ERROR\r\n");
    g_assert_false(link_is_ready(link));
    feed(link, "IN\r\n");
    g_assert_true(link_is_ready(link));
    link_free(link);
    close(other);
}

static void test_handshake_that_makes_no_sense(void) {
    static const char *const bad[] = {"AUTH", "\r\nBEGIN\r\n", "BEGIN\r\n"};
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        int other = -1;
        struct link *link = make_host(&other);
        g_autofree char *why = NULL;
        bool has_nul = i == 2;
        bool is_fine = !has_nul || link_feed(link, "", 1, &why);
        is_fine = is_fine && link_feed(link, bad[i], strlen(bad[i]), &why);
        g_assert_false(is_fine);
        g_assert_nonnull(why);
        link_free(link);
        close(other);
    }
}

static void test_line_without_end(void) {
    int other = -1;
    struct link *link = make_host(&other);
    g_autofree char *line = g_strnfill(2000, 'A');
    g_autofree char *why = NULL;
    g_assert_true(link_feed(link, "", 1, &why));
    g_assert_false(link_feed(link, line, strlen(line), &why));
    link_free(link);
    close(other);
}

static void test_message_in_pieces(void) {
    int other = -1;
    struct link *link = make_host(&other);
    begin(link);
    g_autoptr(GDBusMessage) message = peer_message("Cancel", g_variant_new("(t)", 77), false);
    g_dbus_message_set_serial(message, 5);
    gsize size = 0;
    g_autofree guchar *blob = g_dbus_message_to_blob(message, &size, 0, NULL);
    for (gsize i = 0; i < size; i++) {
        g_autoptr(GError) error = NULL;
        char *why = NULL;
        g_assert_null(link_take(link, &error));
        g_assert_no_error(error);
        g_assert_true(link_feed(link, blob + i, 1, &why));
    }
    g_autoptr(GDBusMessage) taken = link_take(link, NULL);
    g_assert_nonnull(taken);
    g_assert_cmpstr(g_dbus_message_get_member(taken), ==, "Cancel");
    g_assert_nonnull(peer_body(taken, "(t)"));
    g_assert_null(peer_body(taken, "(s)"));
    link_free(link);
    close(other);
}

static void test_message_too_large(void) {
    int other = -1;
    struct link *link = make_host(&other);
    begin(link);
    unsigned char header[16] = {'l', 2, 1, 1, 0, 0, 0x20, 0, 1};
    g_autoptr(GError) error = NULL;
    char *why = NULL;
    g_assert_true(link_feed(link, header, sizeof(header), &why));
    g_assert_null(link_take(link, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
    link_free(link);
    close(other);
}

/* What the socket does not take waits, and arrives whole. */
static void test_slow_reader(void) {
    int sockets[2];
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), ==, 0);
    struct link *provider = link_new(sockets[0], LINK_PROVIDER);
    struct link *host = link_new(sockets[1], LINK_HOST);
    char *why = NULL;
    while (!link_is_ready(host) || !link_is_ready(provider))
        g_assert_true(link_receive(host, &why) && link_receive(provider, &why));

    g_autofree char *text = g_strnfill(900000, 'x');
    g_autoptr(GDBusMessage) message = peer_message("Log", g_variant_new("(us)", 6, text), false);
    g_assert_cmpuint(link_send(provider, message, NULL), !=, 0);
    g_assert_true(link_has_unsent(provider));
    g_autoptr(GDBusMessage) taken = NULL;
    while (taken == NULL) {
        g_assert_true(link_flush(provider));
        g_assert_true(link_receive(host, &why));
        taken = link_take(host, NULL);
    }
    g_assert_false(link_has_unsent(provider));
    g_assert_true(
        g_variant_equal(g_dbus_message_get_body(taken), g_dbus_message_get_body(message)));
    link_free(provider);
    link_free(host);
}

static void test_closed(void) {
    int other = -1;
    struct link *link = make_host(&other);
    begin(link);
    g_autofree char *welcome = read_answer(other);
    g_assert_true(g_str_has_prefix(welcome, "OK "));
    close(other);
    g_autofree char *why = NULL;
    g_assert_false(link_receive(link, &why));
    g_assert_cmpstr(why, ==, "closed the connection");
    link_free(link);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/boothost/provider/remote-link/" name, function)
    ADD("handshake-as-gdbus-does-it", test_handshake_as_gdbus_does_it);
    ADD("handshake-that-makes-no-sense", test_handshake_that_makes_no_sense);
    ADD("line-without-end", test_line_without_end);
    ADD("message-in-pieces", test_message_in_pieces);
    ADD("message-too-large", test_message_too_large);
    ADD("slow-reader", test_slow_reader);
    ADD("closed", test_closed);
    return g_test_run();
}
