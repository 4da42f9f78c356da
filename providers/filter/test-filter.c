/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The provider "filter" in the fake host.
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <errno.h>
#include <string.h>

#include "boot-host-fake.h"

static struct boot_host_fake *make(const char *key, const char *value) {
    struct boot_host_fake *fake = boot_host_fake_new(boot_host_provider_entry_v1());
    if (key != NULL)
        boot_host_fake_set(fake, key, value);
    return fake;
}

static int32_t decide_mac(struct boot_host_fake *fake, const char *mac) {
    const struct boot_host_fake_request request = {.mac = mac, .architectures = "x64-uefi"};
    return boot_host_fake_decide(fake, &request);
}

/* A list file below a fresh folder. */
static char *write_list(const char *text, gssize size) {
    g_autofree char *folder = g_dir_make_tmp("boothost-filter-XXXXXX", NULL);
    char *path = g_build_filename(folder, "list", NULL);
    g_assert_true(g_file_set_contents(path, text, size, NULL));
    return path;
}

static void remove_list(char *path) {
    g_autofree char *folder = g_path_get_dirname(path);
    g_assert_cmpint(g_remove(path), ==, 0);
    g_assert_cmpint(g_rmdir(folder), ==, 0);
    g_free(path);
}

static void test_serves_all_without_lists(void) {
    struct boot_host_fake *fake = make(NULL, NULL);
    g_assert_cmpint(boot_host_fake_open(fake, 0), ==, 0);
    g_assert_cmpint(decide_mac(fake, "52:54:00:12:34:56"), ==, BOOT_HOST_PASS);
    g_assert_null(boot_host_fake_line(fake, 0));
    boot_host_fake_free(fake);
}

static void test_denies_each_spelling_of_a_mac(void) {
    static const char *const spellings[] = {"52:54:00:AB:cd:ef", "52-54-00-ab-CD-ef",
                                            "5254.00ab.cdef", "525400ABCDEF",
                                            "mac  52:54:00:ab:cd:ef"};
    for (size_t i = 0; i < G_N_ELEMENTS(spellings); i++) {
        struct boot_host_fake *fake = make("deny", spellings[i]);
        g_assert_cmpint(boot_host_fake_open(fake, 0), ==, 0);
        g_assert_cmpint(decide_mac(fake, "52:54:00:ab:cd:ef"), ==, BOOT_HOST_DROP);
        g_assert_cmpstr(boot_host_fake_get(fake, BOOT_HOST_REPLY_REASON), ==,
                        "denied: MAC 52:54:00:ab:cd:ef is in the setting deny");
        g_assert_cmpint(decide_mac(fake, "52:54:00:ab:cd:ee"), ==, BOOT_HOST_PASS);
        boot_host_fake_free(fake);
    }
}

static void test_the_more_exact_entry_decides(void) {
    struct boot_host_fake *fake = make("deny", "00:50:56; 10.0.0.0/8; architecture x64-uefi");
    boot_host_fake_set(fake, "allow", "00:50:56:aa:bb:cc; 10.1.0.0/16");
    g_assert_cmpint(boot_host_fake_open(fake, 0), ==, 0);
    struct boot_host_fake_request request = {.mac = "00:50:56:aa:bb:cc", .relay = "10.2.0.1"};
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_PASS);
    g_assert_cmpstr(boot_host_fake_get(fake, BOOT_HOST_REPLY_NOTE), ==,
                    "allowed: MAC 00:50:56:aa:bb:cc is in the setting allow");
    request.mac = "00:50:56:aa:bb:cd";
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_DROP);
    request.mac = "52:54:00:00:00:01";
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_DROP);
    request.relay = "10.1.255.254";
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_PASS);
    request.relay = "192.0.2.1";
    request.architectures = "x86-bios";
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_PASS);
    request.architectures = "x86-bios x64-uefi";
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_DROP);
    boot_host_fake_free(fake);
}

static void test_knows_a_uuid_in_either_order(void) {
    static const char *const lists[] = {"00112233-4455-6677-8899-aabbccddeeff",
                                        "{33221100-5544-7766-8899-AABBCCDDEEFF}",
                                        "uuid 33221100554477668899aabbccddeeff"};
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
        struct boot_host_fake *fake = make("deny", lists[i]);
        g_assert_cmpint(boot_host_fake_open(fake, 0), ==, 0);
        struct boot_host_fake_request request = {.uuid = "00112233-4455-6677-8899-aabbccddeeff"};
        g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_DROP);
        request.uuid = "00112233-4455-6677-8899-aabbccddeefe";
        g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_PASS);
        boot_host_fake_free(fake);
    }
}

static void test_matches_networks_of_both_families(void) {
    struct boot_host_fake *fake = make("deny", "fd00:1::/32; 10.1.2.3; 0.0.0.0/0");
    boot_host_fake_set(fake, "allow", "10.1.2.0/24");
    g_assert_cmpint(boot_host_fake_open(fake, 0), ==, 0);
    static const struct {
        const char *network;
        int32_t verdict;
    } cases[] = {
        {"fd00:1:ffff::1", BOOT_HOST_DROP}, {"fd00:2::1", BOOT_HOST_PASS},
        {"10.1.2.3", BOOT_HOST_DROP},       {"10.1.2.4", BOOT_HOST_PASS},
        {"10.1.3.4", BOOT_HOST_DROP},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const struct boot_host_fake_request request = {.network = cases[i].network};
        g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, cases[i].verdict);
    }
    boot_host_fake_free(fake);
}

static void test_matches_the_longest_vendor_class(void) {
    struct boot_host_fake *fake = make("deny", "vendor-class PXEClient:Arch:0000");
    boot_host_fake_set(fake, "allow", "vendor-class PXEClient:Arch:00007");
    g_assert_cmpint(boot_host_fake_open(fake, 0), ==, 0);
    struct boot_host_fake_request request = {.vendor_class = "PXEClient:Arch:00007:UNDI:003000"};
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_PASS);
    request.vendor_class = "PXEClient:Arch:00006:UNDI:003000";
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_DROP);
    request.vendor_class = "PXEClient";
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_PASS);
    boot_host_fake_free(fake);
}

static void test_serves_only_the_allowed(void) {
    struct boot_host_fake *fake = make("allow", "52:54:00");
    boot_host_fake_set(fake, "default", "deny");
    g_assert_cmpint(boot_host_fake_open(fake, 0), ==, 0);
    g_assert_cmpint(decide_mac(fake, "52:54:00:00:00:01"), ==, BOOT_HOST_PASS);
    g_assert_cmpint(decide_mac(fake, "52:54:01:00:00:01"), ==, BOOT_HOST_DROP);
    g_assert_cmpstr(boot_host_fake_get(fake, BOOT_HOST_REPLY_REASON), ==,
                    "denied: on no list, and default is deny");
    const struct boot_host_fake_request nobody = {0};
    g_assert_cmpint(boot_host_fake_decide(fake, &nobody), ==, BOOT_HOST_DROP);
    boot_host_fake_free(fake);
}

static void test_reads_a_list_file(void) {
    static const char text[] = "\xef\xbb\xbf# machines that never boot from here\r\n"
                               "52:54:00:00:00:01\r\n"
                               "\r\n"
                               "\t52-54-00-00-00-02   # the printer\r\n"
                               "architecture\tx86-bios\n"
                               "vendor-class Odd#Class\n"
                               "525400000003";
    char *path = write_list(text, -1);
    struct boot_host_fake *fake = make("deny-file", path);
    g_assert_cmpint(boot_host_fake_open(fake, 0), ==, 0);
    g_assert_cmpint(decide_mac(fake, "52:54:00:00:00:01"), ==, BOOT_HOST_DROP);
    g_assert_cmpint(decide_mac(fake, "52:54:00:00:00:02"), ==, BOOT_HOST_DROP);
    g_assert_cmpstr(boot_host_fake_get(fake, BOOT_HOST_REPLY_REASON), ==,
                    "denied: MAC 52:54:00:00:00:02 is in deny-file, line 4");
    g_assert_cmpint(decide_mac(fake, "52:54:00:00:00:03"), ==, BOOT_HOST_DROP);
    g_assert_cmpint(decide_mac(fake, "52:54:00:00:00:04"), ==, BOOT_HOST_PASS);
    const struct boot_host_fake_request odd = {.vendor_class = "Odd#Class/2"};
    g_assert_cmpint(boot_host_fake_decide(fake, &odd), ==, BOOT_HOST_DROP);
    boot_host_fake_free(fake);
    remove_list(path);
}

static void test_names_every_bad_line(void) {
    char *path = write_list("52:54:00:00:00:01\n52:54:00:00:00:0g\n10.1.2.3/16\n10.0.0.0/33\n"
                            "architecture x64-uefy\nmac 52:54\nvendor-class \n",
                            -1);
    struct boot_host_fake *fake = make("deny-file", path);
    g_assert_cmpint(boot_host_fake_open(fake, 0), ==, -EINVAL);
    g_assert_null(strstr(boot_host_fake_line(fake, 0), "deny-file:1:"));
    g_assert_true(boot_host_fake_said(fake, "error: deny-file:2: \"52:54:00:00:00:0g\" is no MAC"));
    g_assert_true(
        boot_host_fake_said(fake, "error: deny-file:3: \"10.1.2.3/16\" has address bits"));
    g_assert_true(boot_host_fake_said(fake, "error: deny-file:4: \"10.0.0.0/33\" has a wrong pre"));
    g_assert_true(
        boot_host_fake_said(fake, "error: deny-file:5: \"architecture x64-uefy\" is no "));
    g_assert_true(boot_host_fake_said(fake, "error: deny-file:6: \"mac 52:54\" is no MAC; write"));
    g_assert_true(boot_host_fake_said(fake, "error: deny-file:7: \"vendor-class\" is no MAC, OUI"));
    g_assert_null(boot_host_fake_line(fake, 6));
    boot_host_fake_free(fake);
    remove_list(path);
}

static void test_stops_naming_lines_of_a_wrong_file(void) {
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < 1000; i++)
        g_string_append(text, "this is a letter\n");
    char *path = write_list(text->str, -1);
    struct boot_host_fake *fake = make("allow-file", path);
    g_assert_cmpint(boot_host_fake_open(fake, 0), ==, -EINVAL);
    g_assert_true(boot_host_fake_said(fake, "error: allow-file:21: and so on"));
    g_assert_null(boot_host_fake_line(fake, 21));
    boot_host_fake_free(fake);
    remove_list(path);
}

static void test_refuses_files_it_cannot_read(void) {
    struct boot_host_fake *fake = make("deny-file", "/nonexistent/list");
    g_assert_cmpint(boot_host_fake_open(fake, 0), ==, -EINVAL);
    g_assert_cmpstr(boot_host_fake_line(fake, 0), ==,
                    "error: deny-file: cannot be read: No such file or directory");
    boot_host_fake_free(fake);
    char *path = write_list("52:54\0:00", 9);
    fake = make("deny-file", path);
    g_assert_cmpint(boot_host_fake_open(fake, 0), ==, -EINVAL);
    g_assert_true(boot_host_fake_said(fake, "NUL bytes"));
    boot_host_fake_free(fake);
    remove_list(path);
}

static void test_refuses_an_unknown_default(void) {
    struct boot_host_fake *fake = make("default", "maybe");
    g_assert_cmpint(boot_host_fake_open(fake, 0), ==, -EINVAL);
    g_assert_cmpstr(boot_host_fake_line(fake, 0), ==, "error: default: must be allow or deny");
    boot_host_fake_free(fake);
}

static void test_warns_of_contradictions(void) {
    struct boot_host_fake *fake = make("deny", "52:54:00:00:00:01");
    boot_host_fake_set(fake, "allow", "52-54-00-00-00-01");
    g_assert_cmpint(boot_host_fake_open(fake, 0), ==, 0);
    g_assert_cmpstr(boot_host_fake_line(fake, 0), ==,
                    "warning: allow: this entry is denied, too, by deny");
    g_assert_cmpint(decide_mac(fake, "52:54:00:00:00:01"), ==, BOOT_HOST_DROP);
    boot_host_fake_free(fake);
}

static void test_warns_of_a_list_without_effect(void) {
    struct boot_host_fake *fake = make("allow", "52:54:00:00:00:01");
    g_assert_cmpint(boot_host_fake_open(fake, 0), ==, 0);
    g_assert_true(boot_host_fake_said(fake, "warning: default: nothing is denied"));
    boot_host_fake_free(fake);
}

/* A linear search over 100 000 entries would take minutes for these lookups. */
static void test_finds_fast_in_a_long_list(void) {
    g_autoptr(GString) text = g_string_new(NULL);
    for (unsigned i = 0; i < 100000; i++)
        g_string_append_printf(text, "52:54:%02x:%02x:%02x:00\n", i >> 16, i >> 8 & 0xff, i & 0xff);
    char *path = write_list(text->str, -1);
    struct boot_host_fake *fake = make("deny-file", path);
    g_assert_cmpint(boot_host_fake_open(fake, 0), ==, 0);
    for (unsigned i = 0; i < 20000; i++) {
        char mac[18];
        unsigned n = i * 5;
        g_snprintf(mac, sizeof mac, "52:54:%02x:%02x:%02x:%02x", n >> 16, n >> 8 & 0xff, n & 0xff,
                   i % 2);
        g_assert_cmpint(decide_mac(fake, mac), ==, i % 2 == 0 ? BOOT_HOST_DROP : BOOT_HOST_PASS);
    }
    boot_host_fake_free(fake);
    remove_list(path);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/boothost/providers/filter/" name, function)
    ADD("serves-all-without-lists", test_serves_all_without_lists);
    ADD("denies-each-spelling-of-a-mac", test_denies_each_spelling_of_a_mac);
    ADD("the-more-exact-entry-decides", test_the_more_exact_entry_decides);
    ADD("knows-a-uuid-in-either-order", test_knows_a_uuid_in_either_order);
    ADD("matches-networks-of-both-families", test_matches_networks_of_both_families);
    ADD("matches-the-longest-vendor-class", test_matches_the_longest_vendor_class);
    ADD("serves-only-the-allowed", test_serves_only_the_allowed);
    ADD("reads-a-list-file", test_reads_a_list_file);
    ADD("names-every-bad-line", test_names_every_bad_line);
    ADD("stops-naming-lines-of-a-wrong-file", test_stops_naming_lines_of_a_wrong_file);
    ADD("refuses-files-it-cannot-read", test_refuses_files_it_cannot_read);
    ADD("refuses-an-unknown-default", test_refuses_an_unknown_default);
    ADD("warns-of-contradictions", test_warns_of_contradictions);
    ADD("warns-of-a-list-without-effect", test_warns_of_a_list_without_effect);
    ADD("finds-fast-in-a-long-list", test_finds_fast_in_a_long_list);
    return g_test_run();
}
