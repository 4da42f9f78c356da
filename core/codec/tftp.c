/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * TFTP packets, read and written.
 */
#include "codec/tftp.h"

#include "base/limits.h"

#include <stddef.h>
#include <string.h>

const char *tftp_status_name(enum tftp_status status) {
    static const char *const names[] = {
        [TFTP_OK] = "ok",
        [TFTP_TRUNCATED] = "truncated",
        [TFTP_BAD_OPCODE] = "bad-opcode",
        [TFTP_OVERSIZED] = "oversized",
        [TFTP_UNTERMINATED] = "unterminated",
        [TFTP_NO_FILE] = "no-file",
    };
    return (size_t) status < TFTP_STATUS_COUNT ? names[status] : "unknown";
}

static void take_options(struct reader *reader, struct tftp_packet *packet) {
    while (packet->option_count < TFTP_OPTIONS_MAX) {
        struct span name = reader_take_text(reader);
        struct span value = reader_take_text(reader);
        if (reader->failed || name.size == 0)
            return;
        packet->options[packet->option_count++] = (struct tftp_option){name, value};
    }
}

static enum tftp_status take_request(struct reader *reader, struct tftp_packet *packet) {
    if (reader->input.size > LIMIT_TFTP_REQUEST)
        return TFTP_OVERSIZED;
    packet->file = reader_take_text(reader);
    packet->mode = reader_take_text(reader);
    if (reader->failed)
        return TFTP_UNTERMINATED;
    if (packet->file.size == 0)
        return TFTP_NO_FILE;
    take_options(reader, packet);
    return TFTP_OK;
}

static enum tftp_status take_oack(struct reader *reader, struct tftp_packet *packet) {
    if (reader->input.size > LIMIT_TFTP_REQUEST)
        return TFTP_OVERSIZED;
    take_options(reader, packet);
    return TFTP_OK;
}

static enum tftp_status take_block(struct reader *reader, struct tftp_packet *packet) {
    packet->block = reader_take_u16(reader);
    if (reader->failed)
        return TFTP_TRUNCATED;
    packet->payload = reader_take_span(reader, reader_left(reader));
    return TFTP_OK;
}

static enum tftp_status take_error(struct reader *reader, struct tftp_packet *packet) {
    packet->error = reader_take_u16(reader);
    if (reader->failed)
        return TFTP_TRUNCATED;
    packet->message = span_until_nul(reader_take_span(reader, reader_left(reader)));
    return TFTP_OK;
}

static enum tftp_status take_body(struct reader *reader, struct tftp_packet *packet) {
    switch (packet->opcode) {
    case TFTP_RRQ:
    case TFTP_WRQ:
        return take_request(reader, packet);
    case TFTP_DATA:
    case TFTP_ACK:
        return take_block(reader, packet);
    case TFTP_ERROR:
        return take_error(reader, packet);
    case TFTP_OACK:
        return take_oack(reader, packet);
    default:
        return TFTP_BAD_OPCODE;
    }
}

enum tftp_status tftp_parse(struct span datagram, struct tftp_packet *ret_packet) {
    struct reader reader;
    reader_init(&reader, datagram);
    uint16_t opcode = reader_take_u16(&reader);
    if (reader.failed)
        return TFTP_TRUNCATED;
    if (opcode > TFTP_OACK)
        return TFTP_BAD_OPCODE;

    /* The room for options is most of a packet, and the packets that matter have none. */
    struct tftp_packet packet;
    memset(&packet, 0, offsetof(struct tftp_packet, options));
    packet.opcode = (uint8_t) opcode;
    enum tftp_status status = take_body(&reader, &packet);
    if (status == TFTP_OK)
        memcpy(ret_packet, &packet,
               offsetof(struct tftp_packet, options) +
                   packet.option_count * sizeof(packet.options[0]));
    return status;
}

static uint8_t to_lower(uint8_t byte) {
    return byte >= 'A' && byte <= 'Z' ? (uint8_t) (byte - 'A' + 'a') : byte;
}

bool tftp_name_equals(struct span name, const char *other) {
    if (name.size != strlen(other))
        return false;
    for (size_t i = 0; i < name.size; i++) {
        if (to_lower(name.data[i]) != to_lower((uint8_t) other[i]))
            return false;
    }
    return true;
}

const struct tftp_option *tftp_option_find(const struct tftp_packet *packet, const char *name) {
    for (size_t i = 0; i < packet->option_count; i++) {
        if (tftp_name_equals(packet->options[i].name, name))
            return &packet->options[i];
    }
    return NULL;
}

bool tftp_option_number(const struct tftp_option *option, uint64_t *ret_value) {
    if (option->value.size == 0 || option->value.size > 20)
        return false;
    uint64_t value = 0;
    for (size_t i = 0; i < option->value.size; i++) {
        uint8_t byte = option->value.data[i];
        if (byte < '0' || byte > '9')
            return false;
        uint64_t digit = (uint64_t) (byte - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *ret_value = value;
    return true;
}

static void build_block(enum tftp_opcode opcode, uint16_t block, uint8_t *place) {
    place[0] = 0;
    place[1] = (uint8_t) opcode;
    place[2] = (uint8_t) (block >> 8);
    place[3] = (uint8_t) block;
}

void tftp_build_data_header(uint16_t block, uint8_t ret_header[TFTP_HEADER_SIZE]) {
    build_block(TFTP_DATA, block, ret_header);
}

void tftp_build_ack(uint16_t block, uint8_t ret_packet[TFTP_HEADER_SIZE]) {
    build_block(TFTP_ACK, block, ret_packet);
}

static void put_terminated(struct writer *writer, struct span text) {
    writer_put_span(writer, text);
    writer_put_u8(writer, 0);
}

void tftp_start_error(struct writer *writer, enum tftp_error error, const char *message) {
    writer_put_u16(writer, TFTP_ERROR);
    writer_put_u16(writer, (uint16_t) error);
    size_t left = writer->room - writer->size;
    struct span text = span_of_text(message);
    if (left > 0 && text.size > left - 1)
        text.size = left - 1;
    put_terminated(writer, text);
}

void tftp_start_oack(struct writer *writer) {
    writer_put_u16(writer, TFTP_OACK);
}

void tftp_start_request(struct writer *writer, enum tftp_opcode opcode, const char *file,
                        const char *mode) {
    writer_put_u16(writer, (uint16_t) opcode);
    put_terminated(writer, span_of_text(file));
    put_terminated(writer, span_of_text(mode));
}

void tftp_put_option(struct writer *writer, const char *name, struct span value) {
    put_terminated(writer, span_of_text(name));
    put_terminated(writer, value);
}

void tftp_put_number(struct writer *writer, const char *name, uint64_t value) {
    uint8_t digits[20]; /* of UINT64_MAX */
    size_t start = sizeof digits;
    do {
        digits[--start] = (uint8_t) ('0' + value % 10);
        value /= 10;
    } while (value > 0);
    tftp_put_option(writer, name, (struct span){digits + start, sizeof digits - start});
}
