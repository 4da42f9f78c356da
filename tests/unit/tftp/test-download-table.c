/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tftp/download-table: caps by source, by client and in all; which one goes first.
 */
#include "tftp/download.h"

#include <malloc.h>
#include <string.h>

static struct address client_address(uint8_t host, uint16_t port) {
    return address_from_ipv4((const uint8_t[]){10, 0, 0, host}, port);
}

static struct download *add(struct download_table *table, const struct address *client,
                            const char *name) {
    unsigned socket = 0;
    g_assert_cmpint(download_table_room(table, client, 8192, &socket), ==, DOWNLOAD_ROOM);
    struct tftp_open open = {.client = *client, .name = name, .wire_name = name};
    struct download *download = download_new(&open, socket);
    download_table_add(table, download);
    return download;
}

static void drop(struct download_table *table, struct download *download) {
    download_table_remove(table, download);
    download_free(download);
}

static void drop_all(struct download_table *table) {
    for (struct download *download = download_table_any(table); download != NULL;
         download = download_table_any(table))
        drop(table, download);
    g_assert_cmpuint(download_table_count(table), ==, 0);
    download_table_free(table);
}

static void test_finding(void) {
    struct download_table *table = download_table_new();
    struct address one = client_address(1, 2070);
    struct address other = client_address(1, 2071);
    struct download *a = add(table, &one, "a");
    struct download *b = add(table, &one, "b");
    g_assert_cmpuint(a->socket, !=, b->socket);
    g_assert_true(download_table_find(table, &one, a->socket) == a);
    g_assert_true(download_table_find_name(table, &one, "b") == b);
    g_assert_null(download_table_find_name(table, &one, "c"));
    g_assert_null(download_table_find_name(table, &other, "a"));
    drop_all(table);
}

static void test_client_cap(void) {
    struct download_table *table = download_table_new();
    struct address client = client_address(1, 2070);
    for (unsigned i = 0; i < LIMIT_TRANSFERS_CLIENT; i++)
        add(table, &client, "file");
    unsigned socket = 0;
    g_assert_cmpint(download_table_room(table, &client, 8192, &socket), ==, DOWNLOAD_ROOM_CLIENT);
    struct address other = client_address(1, 2071);
    g_assert_cmpint(download_table_room(table, &other, 8192, &socket), ==, DOWNLOAD_ROOM);
    drop_all(table);
}

static void test_source_cap(void) {
    struct download_table *table = download_table_new();
    for (unsigned i = 0; i < LIMIT_TRANSFERS_SOURCE; i++) {
        struct address client = client_address(1, (uint16_t) (1024 + i));
        add(table, &client, "file");
    }
    unsigned socket = 0;
    struct address same = client_address(1, 999);
    g_assert_cmpint(download_table_room(table, &same, 8192, &socket), ==, DOWNLOAD_ROOM_SOURCE);
    struct address other = client_address(2, 999);
    g_assert_cmpint(download_table_room(table, &other, 8192, &socket), ==, DOWNLOAD_ROOM);
    struct address first = client_address(1, 1024);
    drop(table, download_table_find_name(table, &first, "file"));
    g_assert_cmpint(download_table_room(table, &same, 8192, &socket), ==, DOWNLOAD_ROOM);
    drop_all(table);
}

static void test_total_cap_and_who_goes(void) {
    struct download_table *table = download_table_new();
    struct address clients[3] = {client_address(1, 1), client_address(2, 1), client_address(3, 1)};
    struct download *first = add(table, &clients[0], "file");
    struct download *second = add(table, &clients[1], "file");
    unsigned socket = 0;
    g_assert_cmpint(download_table_room(table, &clients[2], 2, &socket), ==, DOWNLOAD_ROOM_TOTAL);
    g_assert_true(download_table_oldest(table) == first);
    download_table_verified(table, first);
    download_table_verified(table, first);
    g_assert_true(download_table_oldest(table) == second);
    download_table_verified(table, second);
    g_assert_null(download_table_oldest(table));
    drop_all(table);
}

static void test_sockets_take_turns(void) {
    /* A ROM that always asks from port 2070 gets another port of ours each time. */
    struct download_table *table = download_table_new();
    struct address client = client_address(1, 2070);
    struct download *download = add(table, &client, "file");
    unsigned last = download->socket;
    drop(table, download);
    for (unsigned i = 0; i < 3 * DOWNLOAD_SOCKETS; i++) {
        g_assert_true(download_table_is_recent(table, &client, last));
        download = add(table, &client, "file");
        g_assert_cmpuint(download->socket, ==, (last + 1) % DOWNLOAD_SOCKETS);
        last = download->socket;
        drop(table, download);
    }
    struct address stranger = client_address(9, 2070);
    g_assert_false(download_table_is_recent(table, &stranger, last));
    drop_all(table);
}

static void test_a_download_is_small(void) {
    enum { DOWNLOADS = 10000 };
    char name[TFTP_PATH_MAX];
    char wire_name[TFTP_PATH_MAX];
    memset(name, 'n', sizeof(name));
    memset(wire_name, 'w', sizeof(wire_name));
    name[sizeof(name) - 1] = '\0';
    wire_name[sizeof(wire_name) - 1] = '\0';
    struct download_table *table = download_table_new();
    struct timers timers;
    timers_init(&timers);
    size_t before = mallinfo2().uordblks;
    if (before == 0) {
        g_test_skip("this allocator does not say what it holds");
        download_table_free(table);
        timers_clear(&timers);
        return;
    }
    for (uint32_t i = 0; i < DOWNLOADS; i++) {
        struct address client = address_from_number(0x0a000001 + i, 2070);
        struct tftp_open open = {.client = client, .name = name, .wire_name = wire_name};
        struct download *download = download_new(&open, 0);
        download_table_add(table, download);
        timers_set(&timers, &download->timer, i);
    }
    /* The worst: each from an address of its own, with the longest of names, spelled in its own way. */
    g_assert_cmpuint((mallinfo2().uordblks - before) / DOWNLOADS, <, 2048);
    timers_clear(&timers);
    drop_all(table);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/boothost/tftp/download-table/" name, function)
    ADD("downloads-are-found-by-client-and-name", test_finding);
    ADD("a-client-port-has-a-cap", test_client_cap);
    ADD("a-source-has-a-cap", test_source_cap);
    ADD("who-never-answered-goes-first", test_total_cap_and_who_goes);
    ADD("our-ports-take-turns", test_sockets_take_turns);
    ADD("a-download-costs-less-than-two-kibibytes", test_a_download_is_small);
    return g_test_run();
}
