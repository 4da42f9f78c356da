/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * codec/tftp: requests of real and odd clients, and packets we build.
 */
#include "codec/tftp.h"

#include "support/vector.h"

/* The packet as one readable line: what is asked, with which options. */
static char *describe(const struct tftp_packet *packet) {
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%d %.*s %.*s", packet->opcode, (int) packet->file.size,
                           (const char *) packet->file.data, (int) packet->mode.size,
                           (const char *) packet->mode.data);
    for (size_t i = 0; i < packet->option_count; i++) {
        const struct tftp_option *option = &packet->options[i];
        g_string_append_printf(text, " %.*s=%.*s", (int) option->name.size,
                               (const char *) option->name.data, (int) option->value.size,
                               (const char *) option->value.data);
    }
    return g_string_free(text, FALSE);
}

static void test_requests_are_understood(void) {
    static const struct {
        const char *vector;
        const char *expected;
    } rows[] = {
        {"tftp/ipxe-bios-rrq", "1 marker.0 octet blksize=1432 tsize=0"},
        {"tftp/ipxe-efi-rrq", "1 boot.ipxe octet blksize=1432 tsize=0"},
        {"tftp/edk2-rrq-size-probe", "1 marker-x64.efi octet tsize=0 blksize=1468 windowsize=4"},
        {"tftp/edk2-rrq", "1 marker-x64.efi octet blksize=1468 windowsize=4"},
        {"tftp/made-tftp-hpa-rrq", "1 pxelinux.0 netascii"},
        {"tftp/made-windows-rrq", "1 smsboot\\x64\\bootmgfw.efi OcTeT TSIZE=0 blksize=1456 "
                                  "windowsize=4 msftwindow=31416"},
        {"tftp/made-wrq", "2 core.dump octet tsize=4096"},
        {"tftp/made-rrq-cut-option", "1 boot.efi octet blksize=512"},
        {"tftp/made-rrq-trailing-zeros", "1 boot.efi octet blksize=512"},
        {"tftp/made-rrq-hostile-name", "1 ..\\..\\etc\\passwd\xff\xff octet"},
        {"tftp/dnsmasq-oack-blksize-tsize", "6   blksize=1432 tsize=460"},
        {"tftp/made-oack-windows", "6   msftwindow=27182 blksize=1456"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) vector = vector_load(rows[i].vector);
        struct tftp_packet packet;
        g_assert_cmpint(tftp_parse(vector_span(vector), &packet), ==, TFTP_OK);
        g_autofree char *found = describe(&packet);
        g_assert_cmpstr(found, ==, rows[i].expected);
    }
}

static struct tftp_packet parse_vector(GBytes *vector) {
    struct tftp_packet packet;
    g_assert_cmpint(tftp_parse(vector_span(vector), &packet), ==, TFTP_OK);
    return packet;
}

static void test_data_and_its_end(void) {
    g_autoptr(GBytes) full = vector_load("tftp/dnsmasq-data-1");
    g_autoptr(GBytes) last = vector_load("tftp/dnsmasq-data-1-last");
    g_autoptr(GBytes) empty = vector_load("tftp/made-data-empty");
    struct tftp_packet packet = parse_vector(full);
    g_assert_cmpuint(packet.opcode, ==, TFTP_DATA);
    g_assert_cmpuint(packet.block, ==, 1);
    g_assert_cmpuint(packet.payload.size, ==, 1468);
    g_assert_cmpuint(parse_vector(last).payload.size, ==, 460);
    packet = parse_vector(empty);
    g_assert_cmpuint(packet.block, ==, 65535);
    g_assert_cmpuint(packet.payload.size, ==, 0);
}

/* Microsoft's loaders add the size of the next window to each ACK. */
static void test_ack_may_have_trailing_bytes(void) {
    g_autoptr(GBytes) plain = vector_load("tftp/ipxe-bios-ack-0");
    g_autoptr(GBytes) windows = vector_load("tftp/made-windows-ack");
    struct tftp_packet packet = parse_vector(plain);
    g_assert_cmpuint(packet.opcode, ==, TFTP_ACK);
    g_assert_cmpuint(packet.block, ==, 0);
    g_assert_cmpuint(packet.payload.size, ==, 0);
    packet = parse_vector(windows);
    g_assert_cmpuint(packet.block, ==, 7);
    g_assert_cmpuint(packet.payload.size, ==, 1);
    g_assert_cmpuint(packet.payload.data[0], ==, 16);
}

static void test_error_with_and_without_text(void) {
    g_autoptr(GBytes) abort = vector_load("tftp/edk2-error-8-abort");
    g_autoptr(GBytes) bare = vector_load("tftp/made-error-no-text");
    g_autoptr(GBytes) open = vector_load("tftp/made-error-no-nul");
    struct tftp_packet packet = parse_vector(abort);
    g_assert_cmpuint(packet.error, ==, TFTP_ERROR_OPTION_REFUSED);
    g_assert_true(span_equals(packet.message, span_of_text("User aborted the transfer")));
    packet = parse_vector(bare);
    g_assert_cmpuint(packet.error, ==, TFTP_ERROR_NOT_FOUND);
    g_assert_cmpuint(packet.message.size, ==, 0);
    g_assert_true(span_equals(parse_vector(open).message, span_of_text("TFTP Aborted")));
}

static void test_surplus_options_are_ignored(void) {
    g_autoptr(GBytes) vector = vector_load("tftp/made-rrq-twenty-options");
    struct tftp_packet packet = parse_vector(vector);
    g_assert_cmpuint(packet.option_count, ==, TFTP_OPTIONS_MAX);
    g_assert_nonnull(tftp_option_find(&packet, "O15"));
    g_assert_null(tftp_option_find(&packet, "o16"));
}

static void test_each_fault_has_its_reason(void) {
    static const struct {
        const char *vector;
        const char *reason;
    } rows[] = {
        {"tftp/bad-short", "truncated"},          {"tftp/bad-ack-short", "truncated"},
        {"tftp/bad-opcode", "bad-opcode"},        {"tftp/bad-opcode-high", "bad-opcode"},
        {"tftp/bad-oversized", "oversized"},      {"tftp/bad-no-mode", "unterminated"},
        {"tftp/bad-mode-no-nul", "unterminated"}, {"tftp/bad-empty-name", "no-file"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) vector = vector_load(rows[i].vector);
        struct tftp_packet packet = {.block = 77};
        enum tftp_status status = tftp_parse(vector_span(vector), &packet);
        g_assert_cmpstr(tftp_status_name(status), ==, rows[i].reason);
        g_assert_cmpuint(packet.block, ==, 77);
    }
    g_assert_cmpstr(tftp_status_name(TFTP_STATUS_COUNT), ==, "unknown");
}

static void test_every_shorter_packet_is_safe(void) {
    g_autoptr(GBytes) vector = vector_load("tftp/made-windows-rrq");
    struct span whole = vector_span(vector);
    for (size_t size = 0; size < whole.size; size++) {
        g_autofree uint8_t *copy = g_memdup2(whole.data, size);
        struct tftp_packet packet;
        enum tftp_status status = tftp_parse((struct span){copy, size}, &packet);
        g_assert_cmpint(status == TFTP_OK, ==, size >= strlen("..smsboot.x64.bootmgfw.efi.OcTeT."));
    }
}

static void test_names_ignore_case(void) {
    g_assert_true(tftp_name_equals(span_of_text("BlkSize"), "blksize"));
    g_assert_false(tftp_name_equals(span_of_text("blksize2"), "blksize"));
    g_assert_false(tftp_name_equals(span_of_text("blksiz"), "blksize"));
    g_assert_true(tftp_name_equals(span_of_text(""), ""));
}

static void test_numbers_must_be_numbers(void) {
    static const struct {
        const char *text;
        gboolean valid;
        uint64_t value;
    } rows[] = {
        {"0", TRUE, 0},
        {"1468", TRUE, 1468},
        {"0004", TRUE, 4},
        {"18446744073709551615", TRUE, UINT64_MAX},
        {"18446744073709551616", FALSE, 0},
        {"99999999999999999999", FALSE, 0},
        {"000000000000000000001", FALSE, 0},
        {"", FALSE, 0},
        {"-1", FALSE, 0},
        {"+1", FALSE, 0},
        {"1 ", FALSE, 0},
        {"0x10", FALSE, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct tftp_option option = {span_of_text("tsize"), span_of_text(rows[i].text)};
        uint64_t value = 7;
        g_assert_cmpint(tftp_option_number(&option, &value), ==, rows[i].valid);
        g_assert_cmpuint(value, ==, rows[i].valid ? rows[i].value : 7);
    }
}

static void test_built_headers(void) {
    static const uint8_t data[] = {0, 3, 0xab, 0xcd};
    static const uint8_t ack[] = {0, 4, 0, 1};
    uint8_t header[TFTP_HEADER_SIZE];
    tftp_build_data_header(0xabcd, header);
    g_assert_cmpmem(header, sizeof header, data, sizeof data);
    tftp_build_ack(1, header);
    g_assert_cmpmem(header, sizeof header, ack, sizeof ack);
}

static void test_built_request_equals_a_real_one(void) {
    g_autoptr(GBytes) vector = vector_load("tftp/edk2-rrq-size-probe");
    struct span real = vector_span(vector);
    uint8_t room[512];
    struct writer writer;
    writer_init(&writer, room, sizeof room);
    tftp_start_request(&writer, TFTP_RRQ, "marker-x64.efi", "octet");
    tftp_put_number(&writer, "tsize", 0);
    tftp_put_number(&writer, "blksize", 1468);
    tftp_put_option(&writer, "windowsize", span_of_text("4"));
    g_assert_false(writer.failed);
    g_assert_cmpmem(room, writer.size, real.data, real.size);
}

static void test_built_oack_equals_a_real_one(void) {
    g_autoptr(GBytes) vector = vector_load("tftp/dnsmasq-oack-blksize-tsize");
    struct span real = vector_span(vector);
    uint8_t room[64];
    struct writer writer;
    writer_init(&writer, room, sizeof room);
    tftp_start_oack(&writer);
    tftp_put_number(&writer, "blksize", 1432);
    tftp_put_number(&writer, "tsize", 460);
    g_assert_false(writer.failed);
    g_assert_cmpmem(room, writer.size, real.data, real.size);
}

static void test_number_of_full_size(void) {
    uint8_t room[64];
    struct writer writer;
    writer_init(&writer, room, sizeof room);
    tftp_start_oack(&writer);
    tftp_put_number(&writer, "tsize", UINT64_MAX);
    struct tftp_packet packet;
    g_assert_cmpint(tftp_parse((struct span){room, writer.size}, &packet), ==, TFTP_OK);
    uint64_t value = 0;
    g_assert_true(tftp_option_number(tftp_option_find(&packet, "tsize"), &value));
    g_assert_cmpuint(value, ==, UINT64_MAX);
}

static void test_error_text_is_cut_to_its_room(void) {
    uint8_t room[16];
    struct writer writer;
    writer_init(&writer, room, sizeof room);
    tftp_start_error(&writer, TFTP_ERROR_NOT_FOUND, "there is no such file");
    g_assert_false(writer.failed);
    g_assert_cmpuint(writer.size, ==, sizeof room);
    struct tftp_packet packet;
    g_assert_cmpint(tftp_parse((struct span){room, writer.size}, &packet), ==, TFTP_OK);
    g_assert_cmpuint(packet.error, ==, TFTP_ERROR_NOT_FOUND);
    g_assert_true(span_equals(packet.message, span_of_text("there is no")));
    writer_init(&writer, room, 4);
    tftp_start_error(&writer, TFTP_ERROR_NOT_FOUND, "x");
    g_assert_true(writer.failed);
}

static void test_too_little_room_fails(void) {
    uint8_t room[16];
    struct writer writer;
    writer_init(&writer, room, sizeof room);
    tftp_start_request(&writer, TFTP_RRQ, "a-rather-long-name", "octet");
    g_assert_true(writer.failed);
    writer_init(&writer, room, sizeof room);
    tftp_start_oack(&writer);
    tftp_put_number(&writer, "blksize", 123456789);
    g_assert_true(writer.failed);
}

static void add_build_tests(void) {
    g_test_add_func("/boothost/codec/tftp/built-headers", test_built_headers);
    g_test_add_func("/boothost/codec/tftp/built-request-equals-a-real-one",
                    test_built_request_equals_a_real_one);
    g_test_add_func("/boothost/codec/tftp/built-oack-equals-a-real-one",
                    test_built_oack_equals_a_real_one);
    g_test_add_func("/boothost/codec/tftp/number-of-full-size", test_number_of_full_size);
    g_test_add_func("/boothost/codec/tftp/error-text-is-cut-to-its-room",
                    test_error_text_is_cut_to_its_room);
    g_test_add_func("/boothost/codec/tftp/too-little-room-fails", test_too_little_room_fails);
}

static void test_plain_acks(void) {
    static const uint8_t ack[] = {0, 4, 1, 2, 7};
    static const uint8_t data[] = {0, 3, 1, 2};
    static const uint8_t far[] = {1, 4, 1, 2};
    uint16_t block = 9;
    g_assert_false(tftp_read_ack((struct span){ack, 3}, &block));
    g_assert_false(tftp_read_ack((struct span){ack, 5}, &block)); /* msftwindow's */
    g_assert_false(tftp_read_ack((struct span){data, 4}, &block));
    g_assert_false(tftp_read_ack((struct span){far, 4}, &block));
    g_assert_cmpuint(block, ==, 9);
    g_assert_true(tftp_read_ack((struct span){ack, 4}, &block));
    g_assert_cmpuint(block, ==, 0x0102);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/codec/tftp/requests-are-understood", test_requests_are_understood);
    g_test_add_func("/boothost/codec/tftp/data-and-its-end", test_data_and_its_end);
    g_test_add_func("/boothost/codec/tftp/ack-may-have-trailing-bytes",
                    test_ack_may_have_trailing_bytes);
    g_test_add_func("/boothost/codec/tftp/a-plain-ack-is-known-by-its-bytes", test_plain_acks);
    g_test_add_func("/boothost/codec/tftp/error-with-and-without-text",
                    test_error_with_and_without_text);
    g_test_add_func("/boothost/codec/tftp/surplus-options-are-ignored",
                    test_surplus_options_are_ignored);
    g_test_add_func("/boothost/codec/tftp/each-fault-has-its-reason",
                    test_each_fault_has_its_reason);
    g_test_add_func("/boothost/codec/tftp/every-shorter-packet-is-safe",
                    test_every_shorter_packet_is_safe);
    g_test_add_func("/boothost/codec/tftp/names-ignore-case", test_names_ignore_case);
    g_test_add_func("/boothost/codec/tftp/numbers-must-be-numbers", test_numbers_must_be_numbers);
    add_build_tests();
    return g_test_run();
}
