/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * codec/cursor: nothing is read past the end or written past the room, and errors stick.
 */
#include "codec/cursor.h"

#include <glib.h>

static const uint8_t sample[] = {1, 2, 3, 4, 5, 6, 7, 'a', 'b', 0, 'c'};

static void test_numbers_are_network_order(void) {
    struct reader reader;
    reader_init(&reader, (struct span){sample, sizeof sample});
    g_assert_cmpuint(reader_take_u8(&reader), ==, 1);
    g_assert_cmpuint(reader_take_u16(&reader), ==, 0x0203);
    g_assert_cmpuint(reader_take_u32(&reader), ==, 0x04050607);
    g_assert_cmpuint(reader_left(&reader), ==, 4);
    g_assert_false(reader.failed);
}

static void test_reading_past_the_end_sticks(void) {
    struct reader reader;
    reader_init(&reader, (struct span){sample, 3});
    g_assert_cmpuint(reader_take_u32(&reader), ==, 0);
    g_assert_true(reader.failed);
    g_assert_cmpuint(reader_left(&reader), ==, 0);
    g_assert_cmpuint(reader_take_u8(&reader), ==, 0);
    g_assert_cmpuint(reader_take_span(&reader, 0).size, ==, 0);
    uint8_t bytes[2] = {9, 9};
    reader_take_bytes(&reader, bytes, sizeof bytes);
    g_assert_cmpuint(bytes[0], ==, 0);
    g_assert_cmpuint(bytes[1], ==, 0);
}

static void test_empty_input_is_no_pointer(void) {
    struct reader reader;
    reader_init(&reader, (struct span){0});
    g_assert_cmpuint(reader_take_span(&reader, 0).size, ==, 0);
    g_assert_false(reader.failed);
    g_assert_cmpuint(reader_take_text(&reader).size, ==, 0);
    g_assert_true(reader.failed);
}

static void test_huge_size_does_not_wrap(void) {
    struct reader reader;
    reader_init(&reader, (struct span){sample, sizeof sample});
    (void) reader_take_u8(&reader);
    g_assert_cmpuint(reader_take_span(&reader, SIZE_MAX).size, ==, 0);
    g_assert_true(reader.failed);
    uint8_t room[4];
    struct writer writer;
    writer_init(&writer, room, sizeof room);
    writer_put_u8(&writer, 1);
    writer_put_zeros(&writer, SIZE_MAX);
    g_assert_true(writer.failed);
    g_assert_cmpuint(writer.size, ==, 1);
}

static void test_text_ends_at_its_nul(void) {
    struct reader reader;
    reader_init(&reader, (struct span){sample + 7, 4});
    g_assert_true(span_equals(reader_take_text(&reader), span_of_text("ab")));
    g_assert_cmpuint(reader_left(&reader), ==, 1);
    g_assert_cmpuint(reader_take_text(&reader).size, ==, 0); /* "c" has no NUL */
    g_assert_true(reader.failed);
}

static void test_writer_stops_at_its_room(void) {
    uint8_t room[8] = {0};
    struct writer writer;
    writer_init(&writer, room, 7);
    writer_put_u8(&writer, 1);
    writer_put_u16(&writer, 0x0203);
    writer_put_u32(&writer, 0x04050607);
    g_assert_false(writer.failed);
    g_assert_cmpmem(room, writer.size, sample, 7);
    writer_put_u8(&writer, 0xee);
    g_assert_true(writer.failed);
    g_assert_cmpuint(room[7], ==, 0);
}

static void test_writer_error_sticks(void) {
    uint8_t room[4];
    struct writer writer;
    writer_init(&writer, room, sizeof room);
    writer_put_text(&writer, "long text");
    g_assert_true(writer.failed);
    writer_put_u8(&writer, 1);
    writer_put_u16(&writer, 1);
    writer_put_u32(&writer, 1);
    g_assert_cmpuint(writer.size, ==, 0);
}

static void test_spans_compare_bytes(void) {
    g_assert_true(span_equals(span_of_text(NULL), span_of_text("")));
    g_assert_false(span_equals(span_of_text("ab"), span_of_text("a")));
    g_assert_false(span_equals(span_of_text("ab"), span_of_text("aB")));
    g_assert_true(span_starts_with(span_of_text("PXEClient:Arch"), "PXEClient"));
    g_assert_false(span_starts_with(span_of_text("PXE"), "PXEClient"));
    g_assert_true(span_starts_with(span_of_text(NULL), ""));
    struct span cut = span_until_nul((struct span){sample + 7, 4});
    g_assert_cmpuint(cut.size, ==, 2);
    g_assert_cmpuint(span_until_nul((struct span){sample, 3}).size, ==, 3);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/codec/cursor/numbers-are-network-order",
                    test_numbers_are_network_order);
    g_test_add_func("/boothost/codec/cursor/reading-past-the-end-sticks",
                    test_reading_past_the_end_sticks);
    g_test_add_func("/boothost/codec/cursor/empty-input-is-no-pointer",
                    test_empty_input_is_no_pointer);
    g_test_add_func("/boothost/codec/cursor/huge-size-does-not-wrap", test_huge_size_does_not_wrap);
    g_test_add_func("/boothost/codec/cursor/text-ends-at-its-nul", test_text_ends_at_its_nul);
    g_test_add_func("/boothost/codec/cursor/writer-stops-at-its-room",
                    test_writer_stops_at_its_room);
    g_test_add_func("/boothost/codec/cursor/writer-error-sticks", test_writer_error_sticks);
    g_test_add_func("/boothost/codec/cursor/spans-compare-bytes", test_spans_compare_bytes);
    return g_test_run();
}
