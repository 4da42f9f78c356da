/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * codec/tftp: what is accepted lies within the packet, and the packet built again from what was
 * read reads the same.
 */
#include "fuzz.h"

#include "codec/tftp.h"

#include <string.h>

static void check_within(struct span part, struct span whole) {
    if (part.size > 0)
        FUZZ_CHECK(part.data >= whole.data && part.data + part.size <= whole.data + whole.size);
}

static void check_bounds(const struct tftp_packet *packet, struct span whole) {
    check_within(packet->payload, whole);
    check_within(packet->message, whole);
    check_within(packet->file, whole);
    check_within(packet->mode, whole);
    FUZZ_CHECK(packet->option_count <= TFTP_OPTIONS_MAX);
    for (size_t i = 0; i < packet->option_count; i++) {
        check_within(packet->options[i].name, whole);
        check_within(packet->options[i].value, whole);
        FUZZ_CHECK(packet->options[i].name.size > 0);
        uint64_t number = 0;
        if (tftp_option_number(&packet->options[i], &number))
            FUZZ_CHECK(packet->options[i].value.size <= 20);
    }
}

/* The names of a parsed request have their NUL behind them, in the packet. */
static const char *text_of(struct span text) {
    FUZZ_CHECK(text.data[text.size] == 0);
    return (const char *) text.data;
}

static void rebuild(const struct tftp_packet *packet, struct writer *writer) {
    uint8_t header[TFTP_HEADER_SIZE];
    switch (packet->opcode) {
    case TFTP_DATA:
        tftp_build_data_header(packet->block, header);
        writer_put_span(writer, (struct span){header, sizeof header});
        writer_put_span(writer, packet->payload);
        break;
    case TFTP_ACK:
        tftp_build_ack(packet->block, header);
        writer_put_span(writer, (struct span){header, sizeof header});
        writer_put_span(writer, packet->payload);
        break;
    case TFTP_ERROR:
        writer_put_u16(writer, TFTP_ERROR);
        writer_put_u16(writer, packet->error);
        writer_put_span(writer, packet->message);
        break;
    case TFTP_OACK:
        tftp_start_oack(writer);
        break;
    default:
        tftp_start_request(writer, packet->opcode, text_of(packet->file), text_of(packet->mode));
        break;
    }
    for (size_t i = 0; i < packet->option_count; i++)
        tftp_put_option(writer, text_of(packet->options[i].name), packet->options[i].value);
}

static void check_equal(const struct tftp_packet *left, const struct tftp_packet *right) {
    FUZZ_CHECK(left->opcode == right->opcode);
    FUZZ_CHECK(left->block == right->block && left->error == right->error);
    FUZZ_CHECK(span_equals(left->payload, right->payload));
    FUZZ_CHECK(span_equals(left->message, right->message));
    FUZZ_CHECK(span_equals(left->file, right->file));
    FUZZ_CHECK(span_equals(left->mode, right->mode));
    FUZZ_CHECK(left->option_count == right->option_count);
    for (size_t i = 0; i < left->option_count; i++) {
        FUZZ_CHECK(span_equals(left->options[i].name, right->options[i].name));
        FUZZ_CHECK(span_equals(left->options[i].value, right->options[i].value));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > UINT16_MAX)
        return 0;
    struct tftp_packet packet;
    enum tftp_status status = tftp_parse((struct span){data, size}, &packet);
    FUZZ_CHECK(strcmp(tftp_status_name(status), "unknown") != 0);
    if (status != TFTP_OK)
        return 0;
    check_bounds(&packet, (struct span){data, size});

    uint8_t room[UINT16_MAX];
    struct writer writer;
    writer_init(&writer, room, sizeof room);
    rebuild(&packet, &writer);
    FUZZ_CHECK(!writer.failed && writer.size <= size);
    struct tftp_packet again;
    FUZZ_CHECK(tftp_parse((struct span){room, writer.size}, &again) == TFTP_OK);
    check_equal(&packet, &again);
    return 0;
}
