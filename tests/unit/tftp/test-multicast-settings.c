/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tftp/multicast-settings and tftp/mtftp-directory: ranges, patterns, and which group a file has.
 */
#include "tftp/mtftp-directory.h"

#include "base/limits.h"

static void test_ranges(void) {
    static const struct {
        const char *text;
        uint32_t first;
        unsigned count; /* 0: refused */
    } rows[] = {
        {"239.255.1.0/24", 0xefff0100, 256},
        {"239.1.2.3", 0xef010203, 1},
        {"239.1.2.3/32", 0xef010203, 1},
        {"239.0.0.0/8", 0xef000000, LIMIT_MULTICAST_RANGE},
        {"224.1.0.0/16", 0xe0010000, LIMIT_MULTICAST_RANGE},
        {"239.255.1.1/24", 0, 0}, /* not where a range begins */
        {"224.0.0.0/24", 0, 0},   /* routing's own */
        {"224.0.0.251", 0, 0},
        {"224.0.0.0/4", 0, 0},
        {"10.0.0.0/24", 0, 0},
        {"ff02::1", 0, 0},
        {"239.255.1.0/3", 0, 0},
        {"239.255.1.0/33", 0, 0},
        {"239.255.1.0/", 0, 0},
        {"239.255.1.0/x", 0, 0},
        {"", 0, 0},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct multicast_range range = {7, 7};
        g_assert_cmpint(multicast_range_parse(rows[i].text, &range), ==, rows[i].count > 0);
        g_assert_cmphex(range.first, ==, rows[i].count > 0 ? rows[i].first : 7);
        g_assert_cmpuint(range.count, ==, rows[i].count > 0 ? rows[i].count : 7);
    }
}

static void test_patterns(void) {
    static const char *const patterns[] = {"images/*.wim", "disk?.img", NULL};
    g_assert_true(multicast_patterns_match(patterns, "images/a.wim"));
    g_assert_true(multicast_patterns_match(patterns, "images/deep/er.wim"));
    g_assert_true(multicast_patterns_match(patterns, "Images/BOOT.WIM"));
    g_assert_true(multicast_patterns_match(patterns, "disk1.img"));
    g_assert_false(multicast_patterns_match(patterns, "disk10.img"));
    g_assert_false(multicast_patterns_match(patterns, "a.wim"));
    g_assert_false(multicast_patterns_match(patterns, "images/a.wim.old"));
    g_assert_false(multicast_patterns_match(NULL, "images/a.wim"));
    g_assert_true(multicast_pattern_is_valid("images/*.wim"));
    g_assert_true(multicast_pattern_is_valid("*"));
    g_assert_false(multicast_pattern_is_valid("/images/*.wim"));
    g_assert_false(multicast_pattern_is_valid("images\\*.wim"));
    g_assert_false(multicast_pattern_is_valid("../*.wim"));
    g_assert_false(multicast_pattern_is_valid(""));
}

static struct mtftp_directory *directory_of(const char *pattern, unsigned addresses) {
    char *patterns[] = {(char *) pattern, NULL};
    struct multicast_settings settings;
    multicast_settings_init(&settings);
    settings.mtftp_groups.count = addresses;
    settings.mtftp_patterns = pattern != NULL ? patterns : NULL;
    return mtftp_directory_new(&settings);
}

static void test_directory(void) {
    g_assert_null(directory_of(NULL, 256));
    struct mtftp_directory *directory = directory_of("*.0", 256);
    struct pxe_mtftp place = {0};
    struct pxe_mtftp again = {0};
    g_assert_true(mtftp_directory_find(directory, "boot/pxelinux.0", &place));
    g_assert_cmphex(place.address & 0xffffff00, ==, 0xefff0200);
    g_assert_cmpuint(place.client_port, ==, MTFTP_CLIENT_PORT_DEFAULT);
    g_assert_cmpuint(place.server_port, ==, MTFTP_SERVER_PORT_DEFAULT);
    g_assert_true(mtftp_directory_find(directory, "\\boot//pxelinux.0", &again));
    g_assert_cmphex(again.address, ==, place.address);
    g_assert_false(mtftp_directory_find(directory, "boot/x.efi", &again));
    g_assert_false(mtftp_directory_find(directory, "../x.0", &again));
    mtftp_directory_unref(directory);

    /* After a restart it is the same. */
    directory = directory_of("*.0", 256);
    g_assert_true(mtftp_directory_find(directory, "boot/pxelinux.0", &again));
    g_assert_cmphex(again.address, ==, place.address);
    mtftp_directory_unref(directory);
}

static void test_no_address_twice(void) {
    struct mtftp_directory *directory = directory_of("*", 8);
    uint32_t seen = 0;
    for (unsigned i = 0; i < 8; i++) {
        struct pxe_mtftp place;
        g_autofree char *name = g_strdup_printf("file-%u", i);
        g_assert_true(mtftp_directory_find(directory, name, &place));
        g_assert_cmpuint(place.address & ~7u, ==, 0xefff0200);
        g_assert_false(seen >> (place.address & 7) & 1);
        seen |= 1u << (place.address & 7);
    }
    struct pxe_mtftp place;
    g_assert_false(mtftp_directory_find(directory, "one-more", &place));
    g_assert_true(mtftp_directory_find(directory, "file-3", &place));
    mtftp_directory_unref(directory);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/boothost/tftp/multicast-settings/" name, function)
    ADD("ranges-of-groups", test_ranges);
    ADD("patterns-of-files", test_patterns);
    ADD("a-file-keeps-its-group", test_directory);
    ADD("no-group-for-two-files", test_no_address_twice);
    return g_test_run();
}
