/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tftp/options: what a client asks for, what it gets, and the OACK that says so.
 */
#include "tftp/options.h"

#include "base/limits.h"

#include <string.h>

/* A request of `mode` with options as "name=value name=value". */
static struct tftp_agreement agree(const char *mode, const char *options,
                                   const struct tftp_settings *settings, unsigned mtu) {
    uint8_t bytes[LIMIT_TFTP_REQUEST];
    struct writer writer;
    writer_init(&writer, bytes, sizeof(bytes));
    tftp_start_request(&writer, TFTP_RRQ, "file", mode);
    g_auto(GStrv) words = g_strsplit(options, " ", -1);
    for (unsigned i = 0; words[i] != NULL && words[i][0] != '\0'; i++) {
        g_auto(GStrv) pair = g_strsplit(words[i], "=", 2);
        tftp_put_option(&writer, pair[0], span_of_text(pair[1]));
    }
    g_assert_false(writer.failed);
    struct tftp_packet packet;
    g_assert_cmpint(tftp_parse((struct span){bytes, writer.size}, &packet), ==, TFTP_OK);
    struct tftp_settings complete = tftp_settings_complete(settings);
    struct tftp_agreement agreement;
    g_assert_cmpint(tftp_options_agree(&packet, &complete, mtu, 4, &agreement), ==,
                    TFTP_OPTIONS_OK);
    return agreement;
}

/* The OACK's options in the same spelling; "" when no OACK is due. */
static char *oack(const struct tftp_agreement *agreement, uint64_t size) {
    if (!tftp_options_any(agreement))
        return g_strdup("");
    uint8_t bytes[LIMIT_TFTP_REQUEST];
    struct writer writer;
    writer_init(&writer, bytes, sizeof(bytes));
    tftp_options_write(agreement, size, &writer);
    g_assert_false(writer.failed);
    struct tftp_packet packet;
    g_assert_cmpint(tftp_parse((struct span){bytes, writer.size}, &packet), ==, TFTP_OK);
    g_assert_cmpint(packet.opcode, ==, TFTP_OACK);
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < packet.option_count; i++)
        g_string_append_printf(text, "%s%.*s=%.*s", i > 0 ? " " : "",
                               (int) packet.options[i].name.size, packet.options[i].name.data,
                               (int) packet.options[i].value.size, packet.options[i].value.data);
    return g_string_free(text, FALSE);
}

struct row {
    const char *asked;
    const char *answered;
};

static void check_rows(const struct row *rows, size_t count, const char *mode,
                       const struct tftp_settings *settings, unsigned mtu) {
    for (size_t i = 0; i < count; i++) {
        struct tftp_agreement agreement = agree(mode, rows[i].asked, settings, mtu);
        g_autofree char *answered = oack(&agreement, 123456);
        g_assert_cmpstr(answered, ==, rows[i].answered);
    }
}

static void test_clients_of_the_field(void) {
    static const struct row rows[] = {
        {"", ""},
        {"blksize=1432 tsize=0", "blksize=1432 tsize=123456"},
        {"tsize=0 blksize=1468 windowsize=4", "blksize=1468 tsize=123456 windowsize=4"},
        {"TSIZE=0 BlkSize=1456 windowsize=4 msftwindow=31416",
         "blksize=1456 tsize=123456 windowsize=4 msftwindow=27182"},
        {"tsize=0 blksize=512 timeout=6", "blksize=512 tsize=123456 timeout=6"},
        {"blksize=1428 multicast=", "blksize=1428"},
    };
    check_rows(rows, G_N_ELEMENTS(rows), "octet", &(struct tftp_settings){0}, 0);
}

static void test_values_are_lowered_only(void) {
    static const struct row rows[] = {
        {"blksize=65464", "blksize=1468"},
        {"blksize=99999", "blksize=1468"},
        {"blksize=8", "blksize=8"},
        {"windowsize=64", "windowsize=32"},
        {"windowsize=65535", "windowsize=32"},
        {"windowsize=1", "windowsize=1"},
    };
    check_rows(rows, G_N_ELEMENTS(rows), "octet", &(struct tftp_settings){0}, 0);
}

static void test_bad_values_are_left_unanswered(void) {
    static const struct row rows[] = {
        {"blksize=7", ""},
        {"blksize=0", ""},
        {"blksize=-1", ""},
        {"blksize=1k", ""},
        {"windowsize=0", ""},
        {"windowsize=65536", ""},
        {"timeout=0", ""},
        {"timeout=256", ""},
        {"tsize=", ""},
        {"tsize=x", ""},
        {"blksize=99999999999999999999999", ""},
        {"blksize=7 windowsize=4", "windowsize=4"},
    };
    check_rows(rows, G_N_ELEMENTS(rows), "octet", &(struct tftp_settings){0}, 0);
}

static void test_administrators_caps(void) {
    static const struct row rows[] = {{"blksize=1468 windowsize=16", "blksize=1024 windowsize=2"}};
    struct tftp_settings settings = {.block_size = 1024, .window_size = 2};
    check_rows(rows, G_N_ELEMENTS(rows), "octet", &settings, 0);
}

static void test_mtu_caps_blocks(void) {
    static const struct row rows[] = {{"blksize=8192", "blksize=1368"},
                                      {"blksize=512", "blksize=512"}};
    struct tftp_settings settings = {.block_size = 65464};
    check_rows(rows, G_N_ELEMENTS(rows), "octet", &settings, 1400);
    static const struct row unknown[] = {{"blksize=8192", "blksize=8192"}};
    check_rows(unknown, 1, "octet", &settings, 0);
}

static void test_netascii(void) {
    static const struct row rows[] = {
        {"tsize=0 windowsize=8 blksize=1024", "blksize=1024 windowsize=1"}, {"tsize=0", ""}};
    check_rows(rows, G_N_ELEMENTS(rows), "NetAscii", &(struct tftp_settings){0}, 0);
}

static void test_variable_window(void) {
    static const struct row agreed[] = {
        {"msftwindow=31416", "msftwindow=27182"},
        {"MSFTWindow=31416 windowsize=64", "windowsize=32 msftwindow=27182"},
        {"msftwindow=27182", ""}, /* our own number, and every other, is no question */
        {"msftwindow=1", ""},
        {"msftwindow=", ""},
    };
    check_rows(agreed, G_N_ELEMENTS(agreed), "octet", &(struct tftp_settings){0}, 0);
    static const struct row off[] = {{"windowsize=4 msftwindow=31416", "windowsize=4"}};
    check_rows(off, 1, "octet", &(struct tftp_settings){.fixed_window = TRUE}, 0);
    static const struct row text[] = {{"msftwindow=31416", ""}};
    check_rows(text, 1, "netascii", &(struct tftp_settings){0}, 0);
}

static uint8_t next_window(const char *bytes, size_t size) {
    struct tftp_packet packet;
    g_assert_cmpint(tftp_parse((struct span){(const uint8_t *) bytes, size}, &packet), ==, TFTP_OK);
    return tftp_options_next_window(&packet);
}

static void test_acks_of_five_bytes(void) {
    g_assert_cmpuint(next_window("\0\4\0\7\x40", 5), ==, 64);
    g_assert_cmpuint(next_window("\0\4\0\7\xff", 5), ==, 255);
    g_assert_cmpuint(next_window("\0\4\0\7\0", 5), ==, 0);
    g_assert_cmpuint(next_window("\0\4\0\7", 4), ==, 0);
    g_assert_cmpuint(next_window("\0\4\0\7\3\xaa\xaa", 7), ==, 3);
}

static void test_other_modes(void) {
    static const char request[] = "\0\1file\0mail";
    struct tftp_packet packet;
    g_assert_cmpint(tftp_parse((struct span){(const uint8_t *) request, sizeof(request)}, &packet),
                    ==, TFTP_OK);
    struct tftp_settings settings = tftp_settings_complete(&(struct tftp_settings){0});
    struct tftp_agreement agreement;
    g_assert_cmpint(tftp_options_agree(&packet, &settings, 0, 4, &agreement), ==,
                    TFTP_OPTIONS_BAD_MODE);
}

static void test_defaults_and_ranges(void) {
    struct tftp_settings none = tftp_settings_complete(&(struct tftp_settings){0});
    g_assert_cmpuint(none.block_size, ==, 1468);
    g_assert_cmpuint(none.window_size, ==, 32);
    g_assert_cmpuint(none.timeout_ms, ==, 1000);
    g_assert_cmpuint(none.retries, ==, 30);
    g_assert_cmpuint(none.rollover, ==, 0);
    g_assert_cmpuint(none.transfers, ==, LIMIT_TRANSFERS);
    struct tftp_settings wild = {.block_size = 100000,
                                 .window_size = 100000,
                                 .timeout_ms = 1,
                                 .retries = 100000,
                                 .rollover = 7,
                                 .transfers = 100000};
    wild = tftp_settings_complete(&wild);
    g_assert_cmpuint(wild.block_size, ==, LIMIT_TFTP_BLOCK_MAX);
    g_assert_cmpuint(wild.window_size, ==, LIMIT_TFTP_WINDOW_MAX);
    g_assert_cmpuint(wild.timeout_ms, ==, 20);
    g_assert_cmpuint(wild.rollover, ==, 1);
    g_assert_cmpuint(wild.transfers, ==, LIMIT_TRANSFERS);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/tftp/options/clients-of-the-field", test_clients_of_the_field);
    g_test_add_func("/boothost/tftp/options/values-are-lowered-only", test_values_are_lowered_only);
    g_test_add_func("/boothost/tftp/options/bad-values-are-left-unanswered",
                    test_bad_values_are_left_unanswered);
    g_test_add_func("/boothost/tftp/options/administrators-caps-hold", test_administrators_caps);
    g_test_add_func("/boothost/tftp/options/the-mtu-caps-blocks", test_mtu_caps_blocks);
    g_test_add_func("/boothost/tftp/options/netascii-has-no-window-and-no-size", test_netascii);
    g_test_add_func("/boothost/tftp/options/the-variable-window-has-its-numbers",
                    test_variable_window);
    g_test_add_func("/boothost/tftp/options/an-ack-may-tell-the-next-window",
                    test_acks_of_five_bytes);
    g_test_add_func("/boothost/tftp/options/other-modes-are-refused", test_other_modes);
    g_test_add_func("/boothost/tftp/options/settings-have-defaults-and-ranges",
                    test_defaults_and_ranges);
    return g_test_run();
}
