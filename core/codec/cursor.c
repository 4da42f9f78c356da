/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Bounds-checked reader and writer with a sticky error.
 */
#include "codec/cursor.h"

#include <string.h>

struct span span_of_text(const char *text) {
    if (text == NULL)
        return (struct span){0};
    return (struct span){(const uint8_t *) text, strlen(text)};
}

struct span span_until_nul(struct span span) {
    if (span.size == 0)
        return span;
    const uint8_t *nul = memchr(span.data, 0, span.size);
    return (struct span){span.data, nul != NULL ? (size_t) (nul - span.data) : span.size};
}

bool span_equals(struct span left, struct span right) {
    return left.size == right.size &&
           (left.size == 0 || memcmp(left.data, right.data, left.size) == 0);
}

bool span_starts_with(struct span span, const char *text) {
    size_t size = strlen(text);
    return span.size >= size && (size == 0 || memcmp(span.data, text, size) == 0);
}

void reader_init(struct reader *reader, struct span input) {
    *reader = (struct reader){.input = input};
}

size_t reader_left(const struct reader *reader) {
    return reader->failed ? 0 : reader->input.size - reader->position;
}

struct span reader_take_span(struct reader *reader, size_t size) {
    if (size > reader_left(reader))
        reader->failed = true;
    if (reader->failed || reader->input.data == NULL)
        return (struct span){0};
    struct span taken = {reader->input.data + reader->position, size};
    reader->position += size;
    return taken;
}

uint8_t reader_take_u8(struct reader *reader) {
    struct span bytes = reader_take_span(reader, 1);
    return bytes.size == 1 ? bytes.data[0] : 0;
}

uint16_t reader_take_u16(struct reader *reader) {
    struct span bytes = reader_take_span(reader, 2);
    return bytes.size == 2 ? span_read_u16(bytes.data) : 0;
}

uint32_t reader_take_u32(struct reader *reader) {
    struct span bytes = reader_take_span(reader, 4);
    return bytes.size == 4 ? span_read_u32(bytes.data) : 0;
}

void reader_take_bytes(struct reader *reader, uint8_t *ret_bytes, size_t size) {
    struct span bytes = reader_take_span(reader, size);
    if (bytes.size > 0)
        memcpy(ret_bytes, bytes.data, bytes.size);
    else
        memset(ret_bytes, 0, size);
}

struct span reader_take_text(struct reader *reader) {
    size_t left = reader_left(reader);
    const uint8_t *start = left > 0 ? reader->input.data + reader->position : NULL;
    const uint8_t *nul = left > 0 ? memchr(start, 0, left) : NULL;
    if (nul == NULL) {
        reader->failed = true;
        return (struct span){0};
    }
    struct span text = reader_take_span(reader, (size_t) (nul - start));
    reader->position++;
    return text;
}

void writer_init(struct writer *writer, uint8_t *data, size_t room) {
    *writer = (struct writer){.data = data, .room = room};
}

void writer_fail(struct writer *writer) {
    writer->failed = true;
}

void writer_put_u8(struct writer *writer, uint8_t value) {
    uint8_t *place = writer_claim(writer, 1);
    if (place != NULL)
        place[0] = value;
}

void writer_put_u16(struct writer *writer, uint16_t value) {
    uint8_t *place = writer_claim(writer, 2);
    if (place != NULL)
        span_write_u16(place, value);
}

void writer_put_u32(struct writer *writer, uint32_t value) {
    uint8_t *place = writer_claim(writer, 4);
    if (place != NULL)
        span_write_u32(place, value);
}

void writer_put_span(struct writer *writer, struct span bytes) {
    uint8_t *place = writer_claim(writer, bytes.size);
    if (place != NULL && bytes.size > 0)
        memcpy(place, bytes.data, bytes.size);
}

void writer_put_text(struct writer *writer, const char *text) {
    writer_put_span(writer, span_of_text(text));
}

void writer_put_zeros(struct writer *writer, size_t count) {
    uint8_t *place = writer_claim(writer, count);
    if (place != NULL && count > 0)
        memset(place, 0, count);
}
