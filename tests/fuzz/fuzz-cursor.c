/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * codec/cursor: any order of reads and writes, taken from the input itself, stays within bounds;
 * what is written is what was read.
 */
#include "fuzz.h"

#include "codec/cursor.h"

#include <string.h>

static void copy_one(struct reader *reader, struct writer *writer) {
    uint8_t step = reader_take_u8(reader);
    writer_put_u8(writer, step);
    switch (step & 3) {
    case 0:
        writer_put_u16(writer, reader_take_u16(reader));
        break;
    case 1:
        writer_put_u32(writer, reader_take_u32(reader));
        break;
    case 2:
        writer_put_span(writer, reader_take_span(reader, step >> 2));
        break;
    default: {
        struct span text = reader_take_text(reader);
        writer_put_span(writer, text);
        writer_put_u8(writer, 0);
        break;
    }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t room[2048];
    size_t limit = size > 0 ? data[size - 1] * 8u : 0;
    struct reader reader;
    struct writer writer;
    reader_init(&reader, (struct span){data, size});
    writer_init(&writer, room, limit);
    while (reader_left(&reader) > 0) {
        size_t left = reader_left(&reader);
        copy_one(&reader, &writer);
        FUZZ_CHECK(reader_left(&reader) < left);
        FUZZ_CHECK(writer.size <= limit);
    }
    FUZZ_CHECK(reader.position <= size);
    if (!reader.failed && !writer.failed)
        FUZZ_CHECK(writer.size == size && (size == 0 || memcmp(room, data, size) == 0));
    return 0;
}
