/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * core/net/packet-format.c: IPv4 and UDP headers to a datagram and back.
 */
#include <glib.h>
#include <string.h>

#include "net/packet-format.h"

static const uint8_t server[4] = {10, 0, 0, 2};
static const uint8_t client[4] = {255, 255, 255, 255};

static size_t make(uint8_t packet[64], const char *text) {
    struct packet_payload payload = {
        .data = (const uint8_t *) text,
        .size = strlen(text),
        .source = address_from_ipv4(server, 67),
        .destination = address_from_ipv4(client, 68),
    };
    packet_write_headers(&payload, packet);
    memcpy(packet + PACKET_HEADERS, text, payload.size);
    return PACKET_HEADERS + payload.size;
}

static void test_reads_what_it_writes(void) {
    uint8_t packet[64];
    size_t size = make(packet, "hello");
    struct packet_payload payload;
    g_assert_true(packet_parse(packet, size, &payload));
    g_assert_cmpmem(payload.data, payload.size, "hello", 5);
    g_assert_cmpuint(payload.source.port, ==, 67);
    g_assert_cmpuint(payload.destination.port, ==, 68);
    g_assert_cmpmem(payload.source.bytes, 4, server, 4);
}

/* The sum of all words of a packet whose checksum is right is 0xffff (RFC 1071). */
static uint32_t words(const uint8_t *bytes, size_t size) {
    uint32_t total = 0;
    for (size_t i = 0; i < size; i++)
        total += (uint32_t) bytes[i] << (i % 2 == 0 ? 8 : 0);
    return (total & 0xffff) + (total >> 16);
}

static void test_checksums_are_right(void) {
    uint8_t packet[64];
    size_t size = make(packet, "odd");
    g_assert_cmphex(words(packet, 20), ==, 0xffff);
    uint8_t pseudo[64] = {0};
    memcpy(pseudo, packet + 12, 8);
    pseudo[9] = 17;
    pseudo[11] = (uint8_t) (size - 20);
    memcpy(pseudo + 12, packet + 20, size - 20);
    g_assert_cmphex(words(pseudo, 12 + size - 20), ==, 0xffff);
}

static void test_refuses_what_is_no_whole_udp_packet(void) {
    uint8_t good[64];
    size_t size = make(good, "hello");
    struct packet_payload payload;
    for (size_t cut = 0; cut < size; cut++)
        g_assert_false(packet_parse(good, cut, &payload));
    static const struct {
        size_t offset;
        uint8_t value;
    } breaks[] = {{0, 0x65}, {0, 0x44}, {0, 0x4f}, {9, 6}, {6, 0x20}, {7, 1}, {25, 7}, {25, 200}};
    for (gsize i = 0; i < G_N_ELEMENTS(breaks); i++) {
        uint8_t bad[64];
        memcpy(bad, good, sizeof(bad));
        bad[breaks[i].offset] = breaks[i].value;
        g_assert_false(packet_parse(bad, size, &payload));
    }
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/net/packet-format/reads-what-it-writes", test_reads_what_it_writes);
    g_test_add_func("/boothost/net/packet-format/checksums-are-right", test_checksums_are_right);
    g_test_add_func("/boothost/net/packet-format/refuses-what-is-no-whole-udp-packet",
                    test_refuses_what_is_no_whole_udp_packet);
    return g_test_run();
}
