/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Bounds-checked reading and writing of network-order bytes. An error sticks: after the first
 * read past the end or write past the room nothing moves any more, so that a caller may check
 * once, at the end. No function here allocates.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that someone else owns. `data` may be NULL when `size` is 0. */
struct span {
    const uint8_t *data;
    size_t size;
};

/* A span over a C string, without its NUL; NULL makes an empty one. */
struct span span_of_text(const char *text);

/* The part of `span` before its first NUL, or all of it. */
struct span span_until_nul(struct span span);

/* True when both hold the same bytes. */
bool span_equals(struct span left, struct span right);

/* True when `span` begins with the bytes of `text`; case counts. */
bool span_starts_with(struct span span, const char *text);

/* Numbers in network order; the caller has seen to it that the bytes are there. */
static inline uint16_t span_read_u16(const uint8_t *bytes) {
    return (uint16_t) (bytes[0] << 8 | bytes[1]);
}

static inline uint32_t span_read_u32(const uint8_t *bytes) {
    return (uint32_t) bytes[0] << 24 | (uint32_t) bytes[1] << 16 | (uint32_t) bytes[2] << 8 |
           bytes[3];
}

struct reader {
    struct span input;
    size_t position;
    bool failed; /* something wanted more than was there; all later reads give 0 */
};

void reader_init(struct reader *reader, struct span input);

/* Bytes not yet read; 0 after a failure. */
size_t reader_left(const struct reader *reader);

uint8_t reader_take_u8(struct reader *reader);
uint16_t reader_take_u16(struct reader *reader);
uint32_t reader_take_u32(struct reader *reader);

/* The next `size` bytes in place; an empty span after a failure. */
struct span reader_take_span(struct reader *reader, size_t size);

/* Copies the next `size` bytes; zero-fills `ret_bytes` after a failure. */
void reader_take_bytes(struct reader *reader, uint8_t *ret_bytes, size_t size);

/* The bytes up to the next NUL, which is consumed too; fails when there is no NUL. */
struct span reader_take_text(struct reader *reader);

struct writer {
    uint8_t *data;
    size_t room;
    size_t size; /* bytes written so far */
    bool failed; /* something did not fit, or was refused; nothing is written any more */
};

/* `data` stays the caller's and must outlive the writer. */
void writer_init(struct writer *writer, uint8_t *data, size_t room);

/* The place for `size` more bytes, which the caller fills, all of them; NULL when there is none. */
static inline uint8_t *writer_claim(struct writer *writer, size_t size) {
    if (size > writer->room - writer->size)
        writer->failed = true;
    if (writer->failed)
        return NULL;
    uint8_t *place = writer->data + writer->size;
    writer->size += size;
    return place;
}

/* The other way round of span_read_. */
static inline void span_write_u16(uint8_t *bytes, uint16_t value) {
    bytes[0] = (uint8_t) (value >> 8);
    bytes[1] = (uint8_t) value;
}

static inline void span_write_u32(uint8_t *bytes, uint32_t value) {
    span_write_u16(bytes, (uint16_t) (value >> 16));
    span_write_u16(bytes + 2, (uint16_t) value);
}

void writer_put_u8(struct writer *writer, uint8_t value);
void writer_put_u16(struct writer *writer, uint16_t value);
void writer_put_u32(struct writer *writer, uint32_t value);
void writer_put_span(struct writer *writer, struct span bytes);

/* A C string without its NUL. */
void writer_put_text(struct writer *writer, const char *text);

/* `count` zero bytes. */
void writer_put_zeros(struct writer *writer, size_t count);

/* Marks the writer as failed, for refusals that are not a matter of room. */
void writer_fail(struct writer *writer);
