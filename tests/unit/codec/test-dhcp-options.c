/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * codec/dhcp-options: the index, overload, joining, sub-options and the option writer.
 */
#include "codec/dhcp.h"

#include "support/vector.h"

struct fixture {
    GBytes *vector;
    struct dhcp_view view;
};

static void fixture_load(struct fixture *fixture, gconstpointer name) {
    fixture->vector = vector_load(name);
    g_assert_cmpint(dhcp_parse(vector_span(fixture->vector), &fixture->view), ==, DHCP_OK);
}

static void fixture_clear(struct fixture *fixture, gconstpointer name) {
    g_bytes_unref(fixture->vector);
}

static void assert_text(const struct dhcp_options *options, uint8_t code, const char *expected) {
    struct span value = {0};
    g_assert_true(dhcp_option_get(options, code, &value));
    g_assert_cmpmem(value.data, value.size, expected, strlen(expected));
}

/* RFC 3396 section 5: options field, then file, then sname. */
static void test_overload_joins_in_order(struct fixture *fixture, gconstpointer name) {
    const struct dhcp_view *view = &fixture->view;
    assert_text(&view->options, DHCP_OPTION_CLIENT_ID, "\1onetwothree");
    assert_text(&view->options, DHCP_OPTION_BOOT_FILE, "boot.efi");
    assert_text(&view->options, DHCP_OPTION_TFTP_SERVER, "server");
    g_assert_cmpuint(view->file.size, ==, 0);
    g_assert_cmpuint(view->sname.size, ==, 0);
}

static void test_overloaded_file_may_lack_end(struct fixture *fixture, gconstpointer name) {
    struct span value = {0};
    g_assert_true(dhcp_option_get(&fixture->view.options, DHCP_OPTION_HOST_NAME, &value));
    g_assert_cmpuint(value.size, ==, 60);
    g_assert_true(dhcp_option_get(&fixture->view.options, DHCP_OPTION_DOMAIN_NAME, &value));
    g_assert_cmpuint(value.size, ==, 64);
    g_assert_true(span_equals(fixture->view.sname, span_of_text("name.example")));
}

static void test_split_option_is_joined(struct fixture *fixture, gconstpointer name) {
    struct span value = {0};
    g_assert_true(dhcp_option_get(&fixture->view.options, DHCP_OPTION_CLIENT_ID, &value));
    g_assert_cmpuint(value.size, ==, 300);
    g_assert_cmpuint(value.data[0], ==, 'a');
    g_assert_cmpuint(value.data[254], ==, 'a');
    g_assert_cmpuint(value.data[255], ==, 'b');
    g_assert_cmpuint(value.data[299], ==, 'b');
    assert_text(&fixture->view.options, DHCP_OPTION_HOST_NAME, "host");
}

static void test_copied_view_keeps_its_joined_options(struct fixture *fixture, gconstpointer name) {
    struct dhcp_view copy = fixture->view;
    memset(&fixture->view, 0, sizeof fixture->view);
    struct span value = {0};
    g_assert_true(dhcp_option_get(&copy.options, DHCP_OPTION_CLIENT_ID, &value));
    g_assert_cmpuint(value.data[299], ==, 'b');
}

static void test_repeated_fixed_option_counts_once(struct fixture *fixture, gconstpointer name) {
    uint16_t size = 0;
    g_assert_true(dhcp_option_get_u16(&fixture->view.options, DHCP_OPTION_MAXIMUM_SIZE, &size));
    g_assert_cmpuint(size, ==, 1472);
    g_assert_cmpuint(fixture->view.message_type, ==, DHCP_MESSAGE_DISCOVER);
}

static void test_end_may_be_missing(struct fixture *fixture, gconstpointer name) {
    assert_text(&fixture->view.options, DHCP_OPTION_VENDOR_CLASS, "PXEClient");
}

static void test_pads_and_trailer_are_skipped(struct fixture *fixture, gconstpointer name) {
    assert_text(&fixture->view.options, DHCP_OPTION_VENDOR_CLASS, "PXEClient");
    struct dhcp_option_walk walk = {.options = &fixture->view.options};
    uint8_t code = 0;
    struct span value = {0};
    g_assert_true(dhcp_option_next(&walk, &code, &value));
    g_assert_cmpuint(code, ==, DHCP_OPTION_MESSAGE_TYPE);
    g_assert_true(dhcp_option_next(&walk, &code, &value));
    g_assert_cmpuint(code, ==, DHCP_OPTION_VENDOR_CLASS);
    g_assert_false(dhcp_option_next(&walk, &code, &value));
    g_assert_false(dhcp_option_next(&walk, &code, &value));
}

static void test_no_options_is_bootp(struct fixture *fixture, gconstpointer name) {
    struct dhcp_option_walk walk = {.options = &fixture->view.options};
    uint8_t code = 0;
    struct span value = {0};
    g_assert_false(dhcp_option_next(&walk, &code, &value));
    g_assert_cmpuint(fixture->view.message_type, ==, DHCP_MESSAGE_NONE);
}

static void test_wrong_size_is_no_number(struct fixture *fixture, gconstpointer name) {
    const struct dhcp_options *options = &fixture->view.options;
    uint8_t small = 7;
    uint32_t large = 7;
    g_assert_false(dhcp_option_get_u8(options, DHCP_OPTION_MAXIMUM_SIZE, &small));
    g_assert_false(dhcp_option_get_u32(options, DHCP_OPTION_MAXIMUM_SIZE, &large));
    g_assert_false(dhcp_option_get_u32(options, DHCP_OPTION_SERVER_ID, &large));
    g_assert_cmpuint(small, ==, 7);
    g_assert_cmpuint(large, ==, 7);
}

static void test_walk_follows_the_wire(struct fixture *fixture, gconstpointer name) {
    static const uint8_t expected[] = {53, 57, 93, 94, 60, 77, 55, 175, 61, 97};
    struct dhcp_option_walk walk = {.options = &fixture->view.options};
    uint8_t code = 0;
    struct span value = {0};
    size_t count = 0;
    while (dhcp_option_next(&walk, &code, &value)) {
        g_assert_cmpuint(count, <, G_N_ELEMENTS(expected));
        g_assert_cmpuint(code, ==, expected[count++]);
    }
    g_assert_cmpuint(count, ==, G_N_ELEMENTS(expected));
}

static void test_parameter_list_is_asked(struct fixture *fixture, gconstpointer name) {
    g_assert_true(dhcp_option_is_requested(&fixture->view.options, 175));
    g_assert_true(dhcp_option_is_requested(&fixture->view.options, 1));
    g_assert_false(dhcp_option_is_requested(&fixture->view.options, 97));
}

/* RFC 3046: inside 82 neither 0 nor 255 is special. */
static void test_relay_agent_suboptions(struct fixture *fixture, gconstpointer name) {
    struct span agent = {0};
    g_assert_true(dhcp_option_get(&fixture->view.options, DHCP_OPTION_RELAY_AGENT, &agent));
    struct span value = {0};
    g_assert_true(suboption_get(agent, SUBOPTION_PLAIN, 1, &value));
    g_assert_true(span_equals(value, span_of_text("ge-0/0/1")));
    g_assert_true(suboption_get(agent, SUBOPTION_PLAIN, 2, &value));
    g_assert_cmpuint(value.size, ==, 4);
    g_assert_true(suboption_get(agent, SUBOPTION_PLAIN, 0, &value));
    g_assert_true(span_equals(value, span_of_text("x")));
    g_assert_false(suboption_get(agent, SUBOPTION_PLAIN, 3, &value));
}

static void test_wds_block_suboptions(struct fixture *fixture, gconstpointer name) {
    struct span block = {0};
    g_assert_true(dhcp_option_get(&fixture->view.options, DHCP_OPTION_WDS_NBP, &block));
    struct suboption_walk walk = {.input = block, .style = SUBOPTION_PADDED};
    static const uint8_t expected[] = {12, 13, 1, 14};
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
        uint8_t code = 0;
        struct span value = {0};
        g_assert_true(suboption_next(&walk, &code, &value));
        g_assert_cmpuint(code, ==, expected[i]);
    }
    uint8_t code = 0;
    struct span value = {0};
    g_assert_false(suboption_next(&walk, &code, &value));
    g_assert_false(walk.overrun);
}

static void test_suboption_walk_stops_at_overrun(void) {
    static const uint8_t broken[] = {6, 1, 8, 9, 200, 1};
    struct suboption_walk walk = {.input = {broken, sizeof broken}, .style = SUBOPTION_PADDED};
    uint8_t code = 0;
    struct span value = {0};
    g_assert_true(suboption_next(&walk, &code, &value));
    g_assert_cmpuint(code, ==, 6);
    g_assert_false(suboption_next(&walk, &code, &value));
    g_assert_true(walk.overrun);
    g_assert_false(suboption_next(&walk, &code, &value));
}

static void test_suboption_end_hides_the_rest(void) {
    static const uint8_t value[] = {0, 0, 6, 1, 8, 255, 71, 2, 0, 0};
    struct span found = {0};
    g_assert_true(suboption_get((struct span){value, sizeof value}, SUBOPTION_PADDED, 6, &found));
    g_assert_false(suboption_get((struct span){value, sizeof value}, SUBOPTION_PADDED, 71, &found));
    g_assert_false(suboption_get((struct span){0}, SUBOPTION_PADDED, 71, &found));
}

static void test_writer_encodes_numbers_and_text(void) {
    static const uint8_t expected[] = {53, 1, 2, 57, 2, 5,   0xc0, 54,  4,  10,
                                       0,  0, 1, 60, 3, 'P', 'X',  'E', 97, 0};
    uint8_t room[64];
    struct writer writer;
    writer_init(&writer, room, sizeof room);
    dhcp_option_put_u8(&writer, 53, 2);
    dhcp_option_put_u16(&writer, 57, 1472);
    dhcp_option_put_u32(&writer, 54, 0x0a000001);
    dhcp_option_put_text(&writer, 60, "PXE");
    dhcp_option_put(&writer, 97, (struct span){0});
    g_assert_false(writer.failed);
    g_assert_cmpmem(room, writer.size, expected, sizeof expected);
}

static void test_writer_refuses_what_cannot_be(void) {
    uint8_t value[256] = {0};
    uint8_t room[600];
    struct writer writer;
    writer_init(&writer, room, sizeof room);
    dhcp_option_put(&writer, 43, (struct span){value, 255});
    g_assert_false(writer.failed);
    dhcp_option_put(&writer, 43, (struct span){value, 256});
    g_assert_true(writer.failed);
    g_assert_cmpuint(writer.size, ==, 257);
    writer_init(&writer, room, sizeof room);
    dhcp_option_put_u8(&writer, DHCP_OPTION_END, 1);
    g_assert_true(writer.failed);
    writer_init(&writer, room, sizeof room);
    dhcp_option_put_u8(&writer, DHCP_OPTION_PAD, 1);
    g_assert_true(writer.failed);
}

#define ADD(path, vector, function)                                                                \
    g_test_add("/boothost/codec/dhcp-options/" path, struct fixture, vector, fixture_load,         \
               function, fixture_clear)

static void add_vector_tests(void) {
    ADD("overload-joins-in-order", "dhcp/made-overload", test_overload_joins_in_order);
    ADD("overloaded-file-may-lack-end", "dhcp/made-overload-file-no-end",
        test_overloaded_file_may_lack_end);
    ADD("split-option-is-joined", "dhcp/made-split", test_split_option_is_joined);
    ADD("copied-view-keeps-its-joined-options", "dhcp/made-split",
        test_copied_view_keeps_its_joined_options);
    ADD("repeated-fixed-option-counts-once", "dhcp/made-repeated-fixed",
        test_repeated_fixed_option_counts_once);
    ADD("end-may-be-missing", "dhcp/made-no-end", test_end_may_be_missing);
    ADD("pads-and-trailer-are-skipped", "dhcp/made-pads", test_pads_and_trailer_are_skipped);
    ADD("no-options-is-bootp", "dhcp/made-no-options", test_no_options_is_bootp);
    ADD("wrong-size-is-no-number", "pxe/ipxe-bios-discover", test_wrong_size_is_no_number);
    ADD("walk-follows-the-wire", "pxe/ipxe-bios-discover", test_walk_follows_the_wire);
    ADD("parameter-list-is-asked", "pxe/ipxe-bios-discover", test_parameter_list_is_asked);
    ADD("relay-agent-suboptions", "dhcp/made-relayed", test_relay_agent_suboptions);
    ADD("wds-block-suboptions", "pxe/made-wdsmgfw-boot-server", test_wds_block_suboptions);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    add_vector_tests();
    g_test_add_func("/boothost/codec/dhcp-options/suboption-walk-stops-at-overrun",
                    test_suboption_walk_stops_at_overrun);
    g_test_add_func("/boothost/codec/dhcp-options/suboption-end-hides-the-rest",
                    test_suboption_end_hides_the_rest);
    g_test_add_func("/boothost/codec/dhcp-options/writer-encodes-numbers-and-text",
                    test_writer_encodes_numbers_and_text);
    g_test_add_func("/boothost/codec/dhcp-options/writer-refuses-what-cannot-be",
                    test_writer_refuses_what_cannot_be);
    return g_test_run();
}
