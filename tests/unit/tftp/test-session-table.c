/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tftp/session-table: caps by source, by client and in all; which one goes first.
 */
#include "tftp/session.h"

static struct address client_address(uint8_t host, uint16_t port) {
    return address_from_ipv4((const uint8_t[]){10, 0, 0, host}, port);
}

static struct session *add(struct tftp_sessions *table, const struct address *client,
                           const char *name) {
    unsigned socket = 0;
    g_assert_cmpint(tftp_sessions_room(table, client, 8192, &socket), ==, SESSION_ROOM);
    struct tftp_open open = {.client = *client, .name = name, .wire_name = name};
    struct session *session = session_new(&open, socket);
    tftp_sessions_add(table, session);
    return session;
}

static void drop(struct tftp_sessions *table, struct session *session) {
    tftp_sessions_remove(table, session);
    session_free(session);
}

static void drop_all(struct tftp_sessions *table) {
    for (struct session *session = tftp_sessions_any(table); session != NULL;
         session = tftp_sessions_any(table))
        drop(table, session);
    g_assert_cmpuint(tftp_sessions_count(table), ==, 0);
    tftp_sessions_free(table);
}

static void test_finding(void) {
    struct tftp_sessions *table = tftp_sessions_new();
    struct address one = client_address(1, 2070);
    struct address other = client_address(1, 2071);
    struct session *a = add(table, &one, "a");
    struct session *b = add(table, &one, "b");
    g_assert_cmpuint(a->socket, !=, b->socket);
    g_assert_true(tftp_sessions_find(table, &one, a->socket) == a);
    g_assert_true(tftp_sessions_find_name(table, &one, "b") == b);
    g_assert_null(tftp_sessions_find_name(table, &one, "c"));
    g_assert_null(tftp_sessions_find_name(table, &other, "a"));
    drop_all(table);
}

static void test_client_cap(void) {
    struct tftp_sessions *table = tftp_sessions_new();
    struct address client = client_address(1, 2070);
    for (unsigned i = 0; i < LIMIT_TRANSFERS_CLIENT; i++)
        add(table, &client, "file");
    unsigned socket = 0;
    g_assert_cmpint(tftp_sessions_room(table, &client, 8192, &socket), ==, SESSION_ROOM_CLIENT);
    struct address other = client_address(1, 2071);
    g_assert_cmpint(tftp_sessions_room(table, &other, 8192, &socket), ==, SESSION_ROOM);
    drop_all(table);
}

static void test_source_cap(void) {
    struct tftp_sessions *table = tftp_sessions_new();
    for (unsigned i = 0; i < LIMIT_TRANSFERS_SOURCE; i++) {
        struct address client = client_address(1, (uint16_t) (1024 + i));
        add(table, &client, "file");
    }
    unsigned socket = 0;
    struct address same = client_address(1, 999);
    g_assert_cmpint(tftp_sessions_room(table, &same, 8192, &socket), ==, SESSION_ROOM_SOURCE);
    struct address other = client_address(2, 999);
    g_assert_cmpint(tftp_sessions_room(table, &other, 8192, &socket), ==, SESSION_ROOM);
    struct address first = client_address(1, 1024);
    drop(table, tftp_sessions_find_name(table, &first, "file"));
    g_assert_cmpint(tftp_sessions_room(table, &same, 8192, &socket), ==, SESSION_ROOM);
    drop_all(table);
}

static void test_total_cap_and_who_goes(void) {
    struct tftp_sessions *table = tftp_sessions_new();
    struct address clients[3] = {client_address(1, 1), client_address(2, 1), client_address(3, 1)};
    struct session *first = add(table, &clients[0], "file");
    struct session *second = add(table, &clients[1], "file");
    unsigned socket = 0;
    g_assert_cmpint(tftp_sessions_room(table, &clients[2], 2, &socket), ==, SESSION_ROOM_TOTAL);
    g_assert_true(tftp_sessions_oldest(table) == first);
    tftp_sessions_verified(table, first);
    tftp_sessions_verified(table, first);
    g_assert_true(tftp_sessions_oldest(table) == second);
    tftp_sessions_verified(table, second);
    g_assert_null(tftp_sessions_oldest(table));
    drop_all(table);
}

static void test_sockets_take_turns(void) {
    /* A ROM that always asks from port 2070 gets another port of ours each time. */
    struct tftp_sessions *table = tftp_sessions_new();
    struct address client = client_address(1, 2070);
    struct session *session = add(table, &client, "file");
    unsigned last = session->socket;
    drop(table, session);
    for (unsigned i = 0; i < 3 * SESSION_SOCKETS; i++) {
        g_assert_true(tftp_sessions_is_recent(table, &client, last));
        session = add(table, &client, "file");
        g_assert_cmpuint(session->socket, ==, (last + 1) % SESSION_SOCKETS);
        last = session->socket;
        drop(table, session);
    }
    struct address stranger = client_address(9, 2070);
    g_assert_false(tftp_sessions_is_recent(table, &stranger, last));
    drop_all(table);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/boothost/tftp/session-table/" name, function)
    ADD("sessions-are-found-by-client-and-name", test_finding);
    ADD("a-client-port-has-a-cap", test_client_cap);
    ADD("a-source-has-a-cap", test_source_cap);
    ADD("who-never-answered-goes-first", test_total_cap_and_who_goes);
    ADD("our-ports-take-turns", test_sockets_take_turns);
    return g_test_run();
}
