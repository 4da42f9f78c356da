/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Blocks out. Each begins and ends with its whole length, so the length is known before it is
 * written.
 */
#include "record/pcapng.h"

#include <string.h>

#include "record/pcapng-format.h"

static size_t padded(size_t size) {
    return (size + 3) & ~(size_t) 3;
}

/* Numbers are in this machine's byte order; the section header tells which that is. */
static void put_u16(struct writer *writer, uint16_t value) {
    writer_put_span(writer, (struct span){(const uint8_t *) &value, sizeof value});
}

static void put_u32(struct writer *writer, uint32_t value) {
    writer_put_span(writer, (struct span){(const uint8_t *) &value, sizeof value});
}

static void put_padded(struct writer *writer, struct span bytes) {
    writer_put_span(writer, bytes);
    writer_put_zeros(writer, padded(bytes.size) - bytes.size);
}

static void put_option(struct writer *writer, uint16_t code, struct span value) {
    put_u16(writer, code);
    put_u16(writer, (uint16_t) value.size);
    put_padded(writer, value);
}

static struct span text_span(const char *text, size_t most) {
    return (struct span){(const uint8_t *) text, strnlen(text, most)};
}

static size_t option_size(struct span value) {
    return 4 + padded(value.size);
}

static void put_start(struct writer *writer, uint32_t type, size_t body) {
    put_u32(writer, type);
    put_u32(writer, (uint32_t) (PCAPNG_FRAME + body));
}

static void put_end(struct writer *writer, size_t body) {
    put_u32(writer, (uint32_t) (PCAPNG_FRAME + body));
}

void pcapng_put_section(struct writer *writer, const char *application) {
    struct span name = text_span(application, PCAPNG_COMMENT_MAX);
    size_t body = PCAPNG_SECTION_BODY + option_size(name) + 4;

    put_start(writer, PCAPNG_SECTION, body);
    put_u32(writer, PCAPNG_BYTE_ORDER);
    put_u16(writer, 1); /* version 1.0 */
    put_u16(writer, 0);
    put_u32(writer, UINT32_MAX); /* the section's length is not known: 64 bits of ones */
    put_u32(writer, UINT32_MAX);
    put_option(writer, PCAPNG_OPTION_APPLICATION, name);
    put_u32(writer, 0); /* end of options */
    put_end(writer, body);
}

void pcapng_put_link(struct writer *writer, const char *name) {
    struct span value = text_span(name, PCAPNG_NAME_MAX - 1);
    size_t body = PCAPNG_LINK_BODY + option_size(value) + 4;

    put_start(writer, PCAPNG_LINK, body);
    put_u16(writer, PCAPNG_LINK_IPV4);
    put_u16(writer, 0);
    put_u32(writer, PCAPNG_SNAPSHOT);
    put_option(writer, PCAPNG_OPTION_NAME, value);
    put_u32(writer, 0);
    put_end(writer, body);
}

void pcapng_put_packet(struct writer *writer, const struct pcapng_packet *packet) {
    uint32_t direction = packet->outbound ? 2 : 1;
    struct span flags = {(const uint8_t *) &direction, sizeof direction};
    struct span comment = text_span(packet->comment, PCAPNG_COMMENT_MAX - 1);
    size_t size = packet->headers.size + packet->payload.size;
    size_t body = PCAPNG_PACKET_BODY + padded(size) + option_size(flags) + option_size(comment) + 4;
    uint64_t time = (uint64_t) packet->time_us;

    put_start(writer, PCAPNG_PACKET, body);
    put_u32(writer, packet->link);
    put_u32(writer, (uint32_t) (time >> 32));
    put_u32(writer, (uint32_t) time);
    put_u32(writer, (uint32_t) size); /* kept */
    put_u32(writer, (uint32_t) size); /* on the wire */
    writer_put_span(writer, packet->headers);
    writer_put_span(writer, packet->payload);
    writer_put_zeros(writer, padded(size) - size);
    put_option(writer, PCAPNG_OPTION_FLAGS, flags);
    put_option(writer, PCAPNG_OPTION_COMMENT, comment);
    put_u32(writer, 0);
    put_end(writer, body);
}
