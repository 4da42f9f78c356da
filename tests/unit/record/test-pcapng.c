/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * core/record/pcapng.c and pcapng-walk.c: what is written is found again, and nonsense ends a walk.
 */
#include "record/pcapng.h"

#include <glib.h>
#include <string.h>

static const uint8_t headers[] = {0x45, 0, 0, 31};
static const uint8_t payload[] = {'b', 'o', 'o'};

static void put_packet(struct writer *writer, uint32_t link, const char *comment) {
    struct pcapng_packet packet = {
        .link = link,
        .time_us = INT64_C(1800000000000000),
        .headers = {headers, sizeof headers},
        .payload = {payload, sizeof payload},
        .comment = comment,
    };
    pcapng_put_packet(writer, &packet);
}

/* Two links, three packets. */
static size_t make_file(uint8_t *data, size_t room) {
    struct writer writer;

    writer_init(&writer, data, room);
    pcapng_put_section(&writer, "test");
    pcapng_put_link(&writer, "eth0");
    put_packet(&writer, 0, "first");
    pcapng_put_link(&writer, "vlan.12");
    put_packet(&writer, 1, "");
    put_packet(&writer, 0, "a third packet");
    g_assert_false(writer.failed);
    return writer.size;
}

static void assert_next(struct pcapng_walk *walk, const char *link, const char *comment) {
    struct pcapng_note note;

    g_assert_true(pcapng_next(walk, &note));
    g_assert_cmpstr(note.link, ==, link);
    g_assert_cmpstr(note.comment, ==, comment);
}

static void test_finds_again_what_was_written(void) {
    uint8_t data[1024];
    struct pcapng_walk walk;
    struct pcapng_note note;

    size_t size = make_file(data, sizeof data);
    g_assert_cmpuint(size % 4, ==, 0);
    pcapng_walk_init(&walk, (struct span){data, size});
    assert_next(&walk, "eth0", "first");
    assert_next(&walk, "vlan.12", "");
    assert_next(&walk, "eth0", "a third packet");
    g_assert_false(pcapng_next(&walk, &note));
}

static void test_blocks_say_their_length_at_both_ends(void) {
    uint8_t data[1024];
    size_t size = make_file(data, sizeof data), at = 0;

    while (at < size) {
        uint32_t first = 0, last = 0;
        memcpy(&first, data + at + 4, 4);
        g_assert_cmpuint(first, <=, size - at);
        memcpy(&last, data + at + first - 4, 4);
        g_assert_cmpuint(first, ==, last);
        at += first;
    }
    g_assert_cmpuint(at, ==, size);
}

/* As a machine of the other byte order writes it: one link "b0", one packet with a comment. */
static const uint8_t swapped[] = {
    /* section header */
    0x0a,
    0x0d,
    0x0d,
    0x0a,
    0,
    0,
    0,
    28,
    0x1a,
    0x2b,
    0x3c,
    0x4d,
    0,
    1,
    0,
    0,
    0xff,
    0xff,
    0xff,
    0xff,
    0xff,
    0xff,
    0xff,
    0xff,
    0,
    0,
    0,
    28,
    /* link, raw IPv4 */
    0,
    0,
    0,
    1,
    0,
    0,
    0,
    32,
    0,
    101,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    2,
    0,
    2,
    'b',
    '0',
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    32,
    /* packet of no bytes */
    0,
    0,
    0,
    6,
    0,
    0,
    0,
    44,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    1,
    0,
    3,
    'y',
    'e',
    's',
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    44,
};

static void test_reads_the_other_byte_order(void) {
    struct pcapng_walk walk;
    struct pcapng_note note;

    uint8_t big[sizeof swapped];
    memcpy(big, swapped, sizeof big);
#if G_BYTE_ORDER == G_BIG_ENDIAN
    g_test_skip("this machine has that byte order");
    return;
#endif
    pcapng_walk_init(&walk, (struct span){big, sizeof big});
    assert_next(&walk, "b0", "yes");
    g_assert_false(pcapng_next(&walk, &note));
}

static void test_every_cut_ends_the_walk(void) {
    uint8_t data[1024];
    size_t size = make_file(data, sizeof data);

    for (size_t cut = 0; cut < size; cut++) {
        g_autofree uint8_t *copy = g_memdup2(data, cut); /* so that a read too far is found */
        struct pcapng_walk walk;
        struct pcapng_note note;
        unsigned packets = 0;
        pcapng_walk_init(&walk, (struct span){copy, cut});
        while (pcapng_next(&walk, &note))
            packets++;
        g_assert_cmpuint(packets, <, 3);
    }
}

static void test_lengths_that_cannot_be_end_the_walk(void) {
    static const uint32_t lengths[] = {0, 4, 11, 13, 0x7fffffff, 0xffffffff};

    for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
        uint8_t data[1024];
        struct pcapng_walk walk;
        struct pcapng_note note;
        uint32_t section = 0;
        size_t size = make_file(data, sizeof data);
        memcpy(&section, data + 4, 4);
        memcpy(data + section + 4, &lengths[i], 4);
        pcapng_walk_init(&walk, (struct span){data, size});
        g_assert_false(pcapng_next(&walk, &note));
    }
}

static void test_the_older_format_has_no_notes(void) {
    static const uint8_t pcap[64] = {0xd4, 0xc3, 0xb2, 0xa1};
    struct pcapng_walk walk;
    struct pcapng_note note;

    pcapng_walk_init(&walk, (struct span){pcap, sizeof pcap});
    g_assert_false(pcapng_next(&walk, &note));
}

static void test_says_when_it_does_not_fit(void) {
    uint8_t data[40];
    struct writer writer;

    writer_init(&writer, data, sizeof data);
    put_packet(&writer, 0, "too long for this");
    g_assert_true(writer.failed);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(words, test) g_test_add_func("/boothost/record/pcapng/" words, test)
    ADD("finds-again-what-was-written", test_finds_again_what_was_written);
    ADD("blocks-say-their-length-at-both-ends", test_blocks_say_their_length_at_both_ends);
    ADD("reads-the-other-byte-order", test_reads_the_other_byte_order);
    ADD("every-cut-ends-the-walk", test_every_cut_ends_the_walk);
    ADD("lengths-that-cannot-be-end-the-walk", test_lengths_that_cannot_be_end_the_walk);
    ADD("the-older-format-has-no-notes", test_the_older_format_has_no_notes);
    ADD("says-when-it-does-not-fit", test_says_when_it_does_not_fit);
    return g_test_run();
}
