/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Frames of every link type we read, made here around one datagram.
 */
#include "cli/frame.h"

#include <glib.h>
#include <pcap/dlt.h>
#include <string.h>

/* IPv4 from 10.0.0.5:68 to 255.255.255.255:67 with the payload "boot". */
static const uint8_t ip_packet[] = {0x45, 0,  0, 32, 0, 0,   0,   0,   64,  17, 0,
                                    0,    10, 0, 0,  5, 255, 255, 255, 255, 0,  68,
                                    0,    67, 0, 12, 0, 0,   'b', 'o', 'o', 't'};

struct link_sample {
    const char *name;
    int type;
    const char *header;
    size_t size;
};

#define ETHERNET "\x01\x02\x03\x04\x05\x06\x01\x02\x03\x04\x05\x06"

static const struct link_sample links[] = {
    {"ethernet", DLT_EN10MB, ETHERNET "\x08\x00", 14},
    {"vlan", DLT_EN10MB, ETHERNET "\x81\x00\x00\x05\x08\x00", 18},
    {"two-vlans", DLT_EN10MB, ETHERNET "\x88\xa8\x00\x05\x81\x00\x00\x06\x08\x00", 22},
    {"cooked", DLT_LINUX_SLL, "\0\0\0\1\0\6\1\2\3\4\5\6\0\0\x08\x00", 16},
    {"cooked-2", DLT_LINUX_SLL2, "\x08\x00\0\0\0\0\0\2\0\1\0\6\1\2\3\4\5\6\0\0", 20},
    {"raw", DLT_RAW, "", 0},
    {"ipv4", DLT_IPV4, "", 0},
};

static size_t make_frame(const struct link_sample *link, uint8_t frame[64]) {
    memcpy(frame, link->header, link->size);
    memcpy(frame + link->size, ip_packet, sizeof ip_packet);
    return link->size + sizeof ip_packet;
}

static void test_link(gconstpointer data) {
    const struct link_sample *link = data;
    struct address from, to;
    struct span payload;
    uint8_t frame[64];
    char text[ADDRESS_TEXT_SIZE];

    size_t size = make_frame(link, frame);
    g_assert_true(frame_datagram(link->type, (struct span){frame, size}, &from, &to, &payload));
    g_assert_cmpstr(address_text(&from, text), ==, "10.0.0.5");
    g_assert_cmpuint(from.port, ==, 68);
    g_assert_cmpstr(address_text(&to, text), ==, "255.255.255.255");
    g_assert_cmpuint(to.port, ==, 67);
    g_assert_cmpmem(payload.data, payload.size, "boot", 4);
}

/* Every shorter piece of a frame is refused. */
static void test_cut(gconstpointer data) {
    const struct link_sample *link = data;
    struct address from, to;
    struct span payload;
    uint8_t frame[64];

    size_t whole = make_frame(link, frame);
    for (size_t size = 0; size < whole; size++)
        g_assert_false(
            frame_datagram(link->type, (struct span){frame, size}, &from, &to, &payload));
}

static bool is_taken(const uint8_t *packet, size_t size) {
    struct address from, to;
    struct span payload;

    return frame_datagram(DLT_RAW, (struct span){packet, size}, &from, &to, &payload);
}

static void assert_refused_with(size_t offset, uint8_t value) {
    uint8_t packet[sizeof ip_packet];

    memcpy(packet, ip_packet, sizeof packet);
    packet[offset] = value;
    g_assert_false(is_taken(packet, sizeof packet));
}

static void test_refused(void) {
    g_assert_true(is_taken(ip_packet, sizeof ip_packet));
    assert_refused_with(0, 0x65); /* IPv6 */
    assert_refused_with(0, 0x44); /* a header of 16 bytes */
    assert_refused_with(0, 0x4f); /* options that are not there */
    assert_refused_with(6, 0x20); /* more fragments follow */
    assert_refused_with(7, 0x01); /* a later fragment */
    assert_refused_with(9, 6);    /* TCP */
    assert_refused_with(25, 7);   /* a length less than UDP's header */
    assert_refused_with(25, 13);  /* a length past the end */
}

static void test_unknown_link(void) {
    struct address from, to;
    struct span payload;
    struct span frame = {ip_packet, sizeof ip_packet};

    g_assert_false(frame_datagram(DLT_IEEE802_11, frame, &from, &to, &payload));
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(links); i++) {
        g_autofree char *taken = g_strconcat("/boothost/cli/frame/", links[i].name, NULL);
        g_autofree char *cut = g_strconcat("/boothost/cli/frame/cut-", links[i].name, NULL);
        g_test_add_data_func(taken, &links[i], test_link);
        g_test_add_data_func(cut, &links[i], test_cut);
    }
    g_test_add_func("/boothost/cli/frame/what-is-no-whole-datagram", test_refused);
    g_test_add_func("/boothost/cli/frame/unknown-link", test_unknown_link);
    return g_test_run();
}
