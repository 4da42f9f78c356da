/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * codec/identity: text forms of MAC addresses, UUIDs and IPv4 addresses.
 */
#include "codec/identity.h"

#include <glib.h>

static void test_mac_forms_are_one(void) {
    static const char *const forms[] = {"52:54:00:ab:cd:ef", "52-54-00-AB-CD-EF", "5254.00ab.cdef",
                                        "525400ABCDEF"};
    static const uint8_t expected[] = {0x52, 0x54, 0x00, 0xab, 0xcd, 0xef};
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        uint8_t mac[IDENTITY_MAC_SIZE];
        g_assert_true(identity_parse_mac(forms[i], mac));
        g_assert_cmpmem(mac, sizeof mac, expected, sizeof expected);
        char text[IDENTITY_MAC_TEXT_SIZE];
        identity_format_mac(mac, text);
        g_assert_cmpstr(text, ==, "52:54:00:ab:cd:ef");
    }
}

static void test_mac_refuses_rubbish(void) {
    static const char *const bad[] = {"",
                                      "52:54:00:ab:cd",
                                      "52:54:00:ab:cd:ef:01",
                                      "52:54:00:ab:cd:e",
                                      "52:54-00:ab:cd:ef",
                                      "5:54:00:ab:cd:ef",
                                      "52:54:00:ab:cd:eg",
                                      "5254.00ab:cdef",
                                      " 52:54:00:ab:cd:ef",
                                      "52:54:00:ab:cd:ef ",
                                      "525400abcde"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        uint8_t mac[IDENTITY_MAC_SIZE] = {9, 9, 9, 9, 9, 9};
        g_assert_false(identity_parse_mac(bad[i], mac));
        g_assert_cmpuint(mac[0], ==, 9);
    }
}

static const uint8_t wire[] = {0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66,
                               0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};

static void test_uuid_has_two_byte_orders(void) {
    char text[IDENTITY_UUID_TEXT_SIZE];
    identity_format_uuid(wire, IDENTITY_UUID_SMBIOS, text);
    g_assert_cmpstr(text, ==, "00112233-4455-6677-8899-aabbccddeeff");
    identity_format_uuid(wire, IDENTITY_UUID_RAW, text);
    g_assert_cmpstr(text, ==, "33221100-5544-7766-8899-aabbccddeeff");
}

static void test_uuid_forms_are_one(void) {
    static const char *const forms[] = {
        "00112233-4455-6677-8899-aabbccddeeff", "00112233-4455-6677-8899-AABBCCDDEEFF",
        "{00112233-4455-6677-8899-aabbccddeeff}", "00112233445566778899aabbccddeeff"};
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        uint8_t uuid[IDENTITY_UUID_SIZE];
        g_assert_true(identity_parse_uuid(forms[i], IDENTITY_UUID_SMBIOS, uuid));
        g_assert_cmpmem(uuid, sizeof uuid, wire, sizeof wire);
    }
    uint8_t raw[IDENTITY_UUID_SIZE];
    g_assert_true(
        identity_parse_uuid("33221100-5544-7766-8899-aabbccddeeff", IDENTITY_UUID_RAW, raw));
    g_assert_cmpmem(raw, sizeof raw, wire, sizeof wire);
}

static void test_uuid_refuses_rubbish(void) {
    static const char *const bad[] = {"",
                                      "{",
                                      "-",
                                      "00112233-4455-6677-8899-aabbccddeef",
                                      "00112233-4455-6677-8899-aabbccddeeff0",
                                      "00112233-44556677-8899-aabbccddeeff",
                                      "0011223-34455-6677-8899-aabbccddeeff",
                                      "{00112233-4455-6677-8899-aabbccddeeff",
                                      "00112233-4455-6677-8899-aabbccddeeff}",
                                      "g0112233-4455-6677-8899-aabbccddeeff"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        uint8_t uuid[IDENTITY_UUID_SIZE] = {9};
        g_assert_false(identity_parse_uuid(bad[i], IDENTITY_UUID_SMBIOS, uuid));
        g_assert_cmpuint(uuid[0], ==, 9);
    }
}

static void test_bad_uuids_name_no_machine(void) {
    uint8_t zero[IDENTITY_UUID_SIZE] = {0};
    uint8_t ones[IDENTITY_UUID_SIZE];
    memset(ones, 0xff, sizeof ones);
    uint8_t same[IDENTITY_UUID_SIZE];
    memset(same, 0x11, sizeof same);
    g_assert_true(identity_is_bad_uuid(zero));
    g_assert_true(identity_is_bad_uuid(ones));
    g_assert_false(identity_is_bad_uuid(same));
    zero[15] = 1;
    g_assert_false(identity_is_bad_uuid(zero));
    g_assert_false(identity_is_bad_uuid(wire));
}

static void test_ipv4(void) {
    static const char *const good[] = {"0.0.0.0", "10.0.0.1", "192.168.100.9", "255.255.255.255"};
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        uint32_t address = 1;
        g_assert_true(identity_parse_ipv4(good[i], &address));
        g_autofree char *text = g_strdup_printf("%u.%u.%u.%u", address >> 24, address >> 16 & 255,
                                                address >> 8 & 255, address & 255);
        g_assert_cmpstr(text, ==, good[i]);
    }
    uint32_t address = 0;
    g_assert_true(identity_parse_ipv4("10.1.2.3", &address));
    g_assert_cmphex(address, ==, 0x0a010203);
}

static void test_ipv4_refuses_rubbish(void) {
    static const char *const bad[] = {"",           "10.0.0",    "10.0.0.",   "10.0.0.256",
                                      "10.0.0.01",  "10.0.0.1.", "10.0.0.1 ", "1.2.3.4/8",
                                      "1000.0.0.1", "a.b.c.d"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        uint32_t address = 7;
        g_assert_false(identity_parse_ipv4(bad[i], &address));
        g_assert_cmpuint(address, ==, 7);
    }
}

static void test_network_holds_its_addresses(void) {
    struct identity_network network;
    g_assert_true(identity_parse_network("10.1.0.0/16", &network));
    g_assert_true(identity_network_has(&network, 0x0a010000));
    g_assert_true(identity_network_has(&network, 0x0a01ffff));
    g_assert_false(identity_network_has(&network, 0x0a020000));
    g_assert_true(identity_parse_network("0.0.0.0/0", &network));
    g_assert_true(identity_network_has(&network, 0xffffffff));
    g_assert_true(identity_parse_network("10.1.2.3", &network));
    g_assert_cmpuint(network.bits, ==, 32);
    g_assert_true(identity_network_has(&network, 0x0a010203));
    g_assert_false(identity_network_has(&network, 0x0a010204));
}

static void test_network_refuses_rubbish(void) {
    static const char *const bad[] = {
        "10.1.0.0/33", "10.1.0.0/", "10.1.2.3/16", "10.1.0.0/16x", "10.1.0.0/-1", "/16", ""};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        struct identity_network network = {7, 7};
        g_assert_false(identity_parse_network(bad[i], &network));
        g_assert_cmpuint(network.address, ==, 7);
    }
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/codec/identity/mac-forms-are-one", test_mac_forms_are_one);
    g_test_add_func("/boothost/codec/identity/mac-refuses-rubbish", test_mac_refuses_rubbish);
    g_test_add_func("/boothost/codec/identity/uuid-has-two-byte-orders",
                    test_uuid_has_two_byte_orders);
    g_test_add_func("/boothost/codec/identity/uuid-forms-are-one", test_uuid_forms_are_one);
    g_test_add_func("/boothost/codec/identity/uuid-refuses-rubbish", test_uuid_refuses_rubbish);
    g_test_add_func("/boothost/codec/identity/bad-uuids-name-no-machine",
                    test_bad_uuids_name_no_machine);
    g_test_add_func("/boothost/codec/identity/ipv4-there-and-back", test_ipv4);
    g_test_add_func("/boothost/codec/identity/ipv4-refuses-rubbish", test_ipv4_refuses_rubbish);
    g_test_add_func("/boothost/codec/identity/network-holds-its-addresses",
                    test_network_holds_its_addresses);
    g_test_add_func("/boothost/codec/identity/network-refuses-rubbish",
                    test_network_refuses_rubbish);
    return g_test_run();
}
