/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * codec/dhcp: the fixed header of real and made datagrams, and building one.
 */
#include "codec/dhcp.h"

#include "support/vector.h"

static void test_real_dhclient_header(void) {
    g_autoptr(GBytes) vector = vector_load("dhcp/dhclient-discover");
    struct dhcp_view view;
    g_assert_cmpint(dhcp_parse(vector_span(vector), &view), ==, DHCP_OK);
    g_assert_cmpuint(view.header.op, ==, DHCP_OP_REQUEST);
    g_assert_cmpuint(view.header.htype, ==, DHCP_HTYPE_ETHERNET);
    g_assert_cmpuint(view.header.hlen, ==, 6);
    g_assert_cmphex(view.header.xid, ==, 0x8a237376);
    g_assert_cmpuint(view.header.flags, ==, 0);
    g_assert_cmpuint(view.message_type, ==, DHCP_MESSAGE_DISCOVER);
    g_assert_cmpuint(view.file.size, ==, 0);
    struct span vendor_class;
    g_assert_false(dhcp_option_get(&view.options, DHCP_OPTION_VENDOR_CLASS, &vendor_class));
}

static void test_real_reply_header(void) {
    g_autoptr(GBytes) vector = vector_load("pxe/dnsmasq-uefi-ack");
    struct dhcp_view view;
    g_assert_cmpint(dhcp_parse(vector_span(vector), &view), ==, DHCP_OK);
    g_assert_cmpuint(view.header.op, ==, DHCP_OP_REPLY);
    g_assert_cmphex(view.header.ciaddr, ==, 0x0a630065);
    g_assert_cmphex(view.header.siaddr, ==, 0x0a630002);
    g_assert_true(span_equals(view.sname, span_of_text("10.99.0.2")));
    g_assert_true(span_equals(view.file, span_of_text("marker-x64.efi")));
    g_assert_cmpuint(view.message_type, ==, DHCP_MESSAGE_ACK);
    uint32_t server = 0;
    g_assert_true(dhcp_option_get_u32(&view.options, DHCP_OPTION_SERVER_ID, &server));
    g_assert_cmphex(server, ==, 0x0a630002);
}

static void test_real_relayed_reply_header(void) {
    g_autoptr(GBytes) vector = vector_load("pxe/dnsmasq-relayed-offer");
    struct dhcp_view view;
    g_assert_cmpint(dhcp_parse(vector_span(vector), &view), ==, DHCP_OK);
    g_assert_cmpuint(view.header.hops, ==, 1);
    g_assert_cmphex(view.header.giaddr, ==, 0x0a630101);
    g_assert_cmphex(view.header.flags, ==, DHCP_FLAG_BROADCAST);
}

static void test_broadcast_flag_and_secs(void) {
    g_autoptr(GBytes) edk2 = vector_load("pxe/edk2-x64-discover");
    g_autoptr(GBytes) ipxe = vector_load("pxe/ipxe-bios-discover");
    struct dhcp_view view;
    g_assert_cmpint(dhcp_parse(vector_span(edk2), &view), ==, DHCP_OK);
    g_assert_cmphex(view.header.flags, ==, DHCP_FLAG_BROADCAST);
    g_assert_cmpuint(view.header.secs, ==, 0);
    g_assert_cmpint(dhcp_parse(vector_span(ipxe), &view), ==, DHCP_OK);
    g_assert_cmphex(view.header.flags, ==, 0);
    g_assert_cmpuint(view.header.secs, ==, 4);
}

static void test_guid_may_fill_chaddr(void) {
    g_autoptr(GBytes) vector = vector_load("pxe/made-guid-in-chaddr");
    struct dhcp_view view;
    g_assert_cmpint(dhcp_parse(vector_span(vector), &view), ==, DHCP_OK);
    g_assert_cmpuint(view.header.hlen, ==, 16);
    g_assert_cmpuint(view.header.chaddr[0], ==, 0x10);
    g_assert_cmpuint(view.header.chaddr[15], ==, 0x1f);
}

/* Every sample that is not called bad must parse: no firmware we saw is refused. */
static void test_all_good_vectors_parse(void) {
    static const char *const folders[] = {"dhcp", "pxe"};
    for (size_t i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_auto(GStrv) names = vector_list(folders[i], "");
        for (size_t j = 0; names[j] != NULL; j++) {
            g_autoptr(GBytes) vector = vector_load(names[j]);
            struct dhcp_view view;
            gboolean good = dhcp_parse(vector_span(vector), &view) == DHCP_OK;
            g_test_message("%s", names[j]);
            g_assert_cmpint(good, ==, strstr(names[j], "/bad-") == NULL);
        }
    }
}

static void test_each_fault_has_its_reason(void) {
    static const struct {
        const char *vector;
        const char *reason;
    } rows[] = {
        {"dhcp/bad-truncated", "truncated"},
        {"dhcp/bad-cookie", "bad-cookie"},
        {"dhcp/bad-op", "bad-op"},
        {"dhcp/bad-hlen", "bad-hardware-length"},
        {"dhcp/bad-overrun", "option-overrun"},
        {"dhcp/bad-overrun-no-length", "option-overrun"},
        {"dhcp/bad-overrun-in-file", "option-overrun"},
        {"dhcp/bad-split-too-long", "split-too-long"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) vector = vector_load(rows[i].vector);
        struct dhcp_view view = {.message_type = 77};
        enum dhcp_status status = dhcp_parse(vector_span(vector), &view);
        g_assert_cmpstr(dhcp_status_name(status), ==, rows[i].reason);
        g_assert_cmpuint(view.message_type, ==, 77);
    }
}

static void test_every_shorter_datagram_is_safe(void) {
    g_autoptr(GBytes) vector = vector_load("pxe/ipxe-bios-discover");
    struct span whole = vector_span(vector);
    for (size_t size = 0; size < whole.size; size++) {
        /* A copy of the exact size, so that a sanitizer sees a read past its end. */
        g_autofree uint8_t *copy = g_memdup2(whole.data, size);
        struct dhcp_view view;
        enum dhcp_status status = dhcp_parse((struct span){copy, size}, &view);
        if (size < DHCP_HEADER_SIZE)
            g_assert_cmpint(status, ==, DHCP_TRUNCATED);
        else
            g_assert_true(status == DHCP_OK || status == DHCP_OPTION_OVERRUN);
    }
}

static void test_oversized_is_refused(void) {
    g_autoptr(GBytes) vector = vector_load("dhcp/made-pads");
    g_autoptr(GByteArray) large = g_byte_array_new();
    struct span sample = vector_span(vector);
    g_byte_array_append(large, sample.data, (guint) sample.size);
    g_byte_array_set_size(large, 65536);
    struct dhcp_view view;
    g_assert_cmpint(dhcp_parse((struct span){large->data, 65536}, &view), ==, DHCP_OVERSIZED);
    g_assert_cmpint(dhcp_parse((struct span){large->data, 65535}, &view), ==, DHCP_OK);
}

static void test_names_are_stable(void) {
    g_assert_cmpstr(dhcp_status_name(DHCP_OK), ==, "ok");
    g_assert_cmpstr(dhcp_status_name(DHCP_STATUS_COUNT), ==, "unknown");
    for (int status = 0; status < DHCP_STATUS_COUNT; status++)
        g_assert_nonnull(dhcp_status_name((enum dhcp_status) status));
    g_assert_cmpstr(dhcp_message_name(DHCP_MESSAGE_DISCOVER), ==, "DISCOVER");
    g_assert_cmpstr(dhcp_message_name(DHCP_MESSAGE_INFORM), ==, "INFORM");
    g_assert_cmpstr(dhcp_message_name(0), ==, "BOOTP");
    g_assert_cmpstr(dhcp_message_name(255), ==, "UNKNOWN");
}

static const struct dhcp_header reply_header = {
    .op = DHCP_OP_REPLY,
    .htype = 1,
    .hlen = 6,
    .hops = 2,
    .xid = 0x12345678,
    .secs = 3,
    .flags = DHCP_FLAG_BROADCAST,
    .ciaddr = 0x0a000001,
    .yiaddr = 0x0a000002,
    .siaddr = 0x0a000003,
    .giaddr = 0x0a000004,
    .chaddr = {0x52, 0x54, 0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9},
};

static void test_built_datagram_reads_the_same(void) {
    uint8_t room[400];
    struct writer writer;
    writer_init(&writer, room, sizeof room);
    dhcp_start(&writer, &reply_header, "server", "boot/x64.efi");
    dhcp_option_put_u8(&writer, DHCP_OPTION_MESSAGE_TYPE, DHCP_MESSAGE_OFFER);
    g_assert_true(dhcp_finish(&writer, 300));

    struct dhcp_view view;
    g_assert_cmpint(dhcp_parse((struct span){room, writer.size}, &view), ==, DHCP_OK);
    g_assert_cmpmem(&view.header, sizeof view.header, &reply_header, sizeof reply_header);
    g_assert_true(span_equals(view.sname, span_of_text("server")));
    g_assert_true(span_equals(view.file, span_of_text("boot/x64.efi")));
    g_assert_cmpuint(view.message_type, ==, DHCP_MESSAGE_OFFER);
}

/* wdsmgfw.efi fails on PAD before END, so END comes first and only zeros follow. */
static void test_end_follows_the_last_option(void) {
    uint8_t room[400];
    struct writer writer;
    writer_init(&writer, room, sizeof room);
    dhcp_start(&writer, &reply_header, NULL, NULL);
    dhcp_option_put_u8(&writer, DHCP_OPTION_MESSAGE_TYPE, DHCP_MESSAGE_OFFER);
    g_assert_true(dhcp_finish(&writer, 300));
    g_assert_cmpuint(writer.size, ==, 300);
    g_assert_cmpuint(room[DHCP_HEADER_SIZE + 3], ==, DHCP_OPTION_END);
    for (size_t i = DHCP_HEADER_SIZE + 4; i < 300; i++)
        g_assert_cmpuint(room[i], ==, 0);
}

static void test_name_needs_room_for_its_nul(void) {
    uint8_t room[400];
    char name[DHCP_FILE_SIZE + 1] = {0};
    memset(name, 'a', DHCP_FILE_SIZE - 1);
    struct writer writer;
    writer_init(&writer, room, sizeof room);
    dhcp_start(&writer, &reply_header, NULL, name);
    g_assert_false(writer.failed);
    name[DHCP_FILE_SIZE - 1] = 'a';
    writer_init(&writer, room, sizeof room);
    dhcp_start(&writer, &reply_header, NULL, name);
    g_assert_false(dhcp_finish(&writer, 0));
    writer_init(&writer, room, sizeof room);
    dhcp_start(&writer, &reply_header, name, NULL);
    g_assert_false(dhcp_finish(&writer, 0));
}

static void test_too_little_room_fails(void) {
    uint8_t room[DHCP_HEADER_SIZE + 4];
    for (size_t size = 0; size <= sizeof room; size++) {
        struct writer writer;
        writer_init(&writer, room, size);
        dhcp_start(&writer, &reply_header, NULL, NULL);
        dhcp_option_put_u8(&writer, DHCP_OPTION_MESSAGE_TYPE, DHCP_MESSAGE_OFFER);
        g_assert_cmpint(dhcp_finish(&writer, 0), ==, size == sizeof room);
    }
    struct writer writer;
    writer_init(&writer, room, sizeof room);
    dhcp_start(&writer, &reply_header, NULL, NULL);
    g_assert_false(dhcp_finish(&writer, 300));
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/codec/dhcp/real-dhclient-header", test_real_dhclient_header);
    g_test_add_func("/boothost/codec/dhcp/real-reply-header", test_real_reply_header);
    g_test_add_func("/boothost/codec/dhcp/real-relayed-reply-header",
                    test_real_relayed_reply_header);
    g_test_add_func("/boothost/codec/dhcp/broadcast-flag-and-secs", test_broadcast_flag_and_secs);
    g_test_add_func("/boothost/codec/dhcp/guid-may-fill-chaddr", test_guid_may_fill_chaddr);
    g_test_add_func("/boothost/codec/dhcp/all-good-vectors-parse", test_all_good_vectors_parse);
    g_test_add_func("/boothost/codec/dhcp/each-fault-has-its-reason",
                    test_each_fault_has_its_reason);
    g_test_add_func("/boothost/codec/dhcp/every-shorter-datagram-is-safe",
                    test_every_shorter_datagram_is_safe);
    g_test_add_func("/boothost/codec/dhcp/oversized-is-refused", test_oversized_is_refused);
    g_test_add_func("/boothost/codec/dhcp/names-are-stable", test_names_are_stable);
    g_test_add_func("/boothost/codec/dhcp/built-datagram-reads-the-same",
                    test_built_datagram_reads_the_same);
    g_test_add_func("/boothost/codec/dhcp/end-follows-the-last-option",
                    test_end_follows_the_last_option);
    g_test_add_func("/boothost/codec/dhcp/name-needs-room-for-its-nul",
                    test_name_needs_room_for_its_nul);
    g_test_add_func("/boothost/codec/dhcp/too-little-room-fails", test_too_little_room_fails);
    return g_test_run();
}
