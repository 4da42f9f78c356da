/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * codec/pxe: what real firmware says of itself, and the option 43 we say to it.
 */
#include "codec/pxe.h"

#include "codec/dhcp.h"
#include "codec/identity.h"
#include "support/vector.h"

static void parse_vector(GBytes *vector, struct dhcp_view *view, struct pxe_client *client) {
    g_assert_cmpint(dhcp_parse(vector_span(vector), view), ==, DHCP_OK);
    pxe_client_parse(&view->options, client);
}

/* What each sample of real firmware says; UUIDs as dmidecode would print them. */
static const struct firmware {
    const char *vector;
    uint8_t message_type;
    enum pxe_kind kind;
    uint16_t architecture;
    uint8_t undi_minor;
    gboolean class_is_bare;
    gboolean is_ipxe;
    int boot_item; /* -1: none */
    const char *uuid;
} firmware[] = {
    {"pxe/ipxe-bios-discover", 1, PXE_KIND_PXE, 0, 1, FALSE, TRUE, -1,
     "37be46f4-b26d-e340-ff5e-a1f9f652b316"},
    {"pxe/ipxe-bios-request", 3, PXE_KIND_PXE, 0, 1, FALSE, TRUE, -1,
     "37be46f4-b26d-e340-ff5e-a1f9f652b316"},
    {"pxe/ipxe-bios-boot-server", 3, PXE_KIND_PXE, 0, 1, TRUE, TRUE, 32768,
     "37be46f4-b26d-e340-ff5e-a1f9f652b316"},
    {"pxe/edk2-x64-discover", 1, PXE_KIND_PXE, 7, 0, FALSE, FALSE, -1,
     "ee1acb08-13bb-50f5-9e5c-6dbf7f541cbf"},
    {"pxe/edk2-x64-request", 3, PXE_KIND_PXE, 7, 0, FALSE, FALSE, -1,
     "ee1acb08-13bb-50f5-9e5c-6dbf7f541cbf"},
    {"pxe/edk2-x64-boot-server", 3, PXE_KIND_PXE, 7, 0, FALSE, FALSE, -1,
     "ee1acb08-13bb-50f5-9e5c-6dbf7f541cbf"},
    {"pxe/edk2-ia32-discover", 1, PXE_KIND_PXE, 6, 0, FALSE, FALSE, -1,
     "2baa7972-bcba-2759-42cf-ba063bc6b360"},
    {"pxe/edk2-ia32-boot-server", 3, PXE_KIND_PXE, 6, 0, FALSE, FALSE, -1,
     "2baa7972-bcba-2759-42cf-ba063bc6b360"},
    {"pxe/edk2-x64-http-discover", 1, PXE_KIND_HTTP, 16, 0, FALSE, FALSE, -1,
     "43550652-bd21-8a4d-fbd9-9121cabafcaf"},
    {"pxe/edk2-x64-http-request", 3, PXE_KIND_HTTP, 16, 0, FALSE, FALSE, -1,
     "43550652-bd21-8a4d-fbd9-9121cabafcaf"},
    {"pxe/ipxe-uefi-discover", 1, PXE_KIND_PXE, 7, 10, FALSE, TRUE, -1,
     "22e4f45c-fb42-ae7e-ceb9-fbbbaf70e9d0"},
    {"pxe/ipxe-uefi-boot-server", 3, PXE_KIND_PXE, 7, 10, FALSE, TRUE, -1,
     "22e4f45c-fb42-ae7e-ceb9-fbbbaf70e9d0"},
    {"pxe/ipxe-efi-chained-discover", 1, PXE_KIND_PXE, 7, 10, FALSE, TRUE, -1,
     "ee1acb08-13bb-50f5-9e5c-6dbf7f541cbf"},
};

static void assert_firmware(const struct firmware *row) {
    g_test_message("%s", row->vector);
    g_autoptr(GBytes) vector = vector_load(row->vector);
    struct dhcp_view view;
    struct pxe_client client;
    parse_vector(vector, &view, &client);
    g_assert_cmpuint(view.message_type, ==, row->message_type);
    g_assert_cmpint(client.vendor_class.kind, ==, row->kind);
    g_assert_cmpint(client.vendor_class.has_architecture, ==, !row->class_is_bare);
    g_assert_cmpuint(client.architecture_count, ==, 1);
    g_assert_cmpuint(client.architectures[0], ==, row->architecture);
    g_assert_true(client.has_undi);
    g_assert_cmpuint(client.undi_type, ==, 1);
    g_assert_cmpuint(client.undi_minor, ==, row->undi_minor);
    g_assert_cmpint(client.is_ipxe, ==, row->is_ipxe);
    g_assert_cmpint(client.has_boot_item, ==, row->boot_item >= 0);
    if (row->boot_item >= 0)
        g_assert_cmpint(client.boot_item.type, ==, row->boot_item);
    g_assert_true(client.has_uuid);
    char uuid[IDENTITY_UUID_TEXT_SIZE];
    identity_format_uuid(client.uuid, IDENTITY_UUID_SMBIOS, uuid);
    g_assert_cmpstr(uuid, ==, row->uuid);
}

static void test_real_firmware_is_understood(void) {
    for (size_t i = 0; i < G_N_ELEMENTS(firmware); i++)
        assert_firmware(&firmware[i]);
}

static void test_dhclient_is_no_netboot_client(void) {
    g_autoptr(GBytes) vector = vector_load("dhcp/dhclient-discover");
    struct dhcp_view view;
    struct pxe_client client;
    parse_vector(vector, &view, &client);
    g_assert_cmpint(client.vendor_class.kind, ==, PXE_KIND_NONE);
    g_assert_cmpuint(client.architecture_count, ==, 0);
    g_assert_false(client.has_undi);
    g_assert_false(client.has_uuid);
    g_assert_false(client.is_ipxe);
    g_assert_false(client.has_boot_item);
}

static void test_ipxe_names_its_features(void) {
    g_autoptr(GBytes) vector = vector_load("pxe/ipxe-bios-discover");
    struct dhcp_view view;
    struct pxe_client client;
    parse_vector(vector, &view, &client);
    g_assert_true(pxe_ipxe_has_feature(&client, PXE_IPXE_HTTP));
    g_assert_true(pxe_ipxe_has_feature(&client, PXE_IPXE_MENU));
    g_assert_true(pxe_ipxe_has_feature(&client, PXE_IPXE_BZIMAGE));
    g_assert_false(pxe_ipxe_has_feature(&client, PXE_IPXE_EFI));
    g_assert_false(pxe_ipxe_has_feature(&client, PXE_IPXE_HTTPS));
    g_assert_true(span_equals(client.user_class, span_of_text("iPXE")));
}

static void assert_class(const char *text, struct pxe_vendor_class expected) {
    struct pxe_vendor_class found;
    pxe_vendor_class_parse(span_of_text(text), &found);
    g_assert_cmpint(found.kind, ==, expected.kind);
    g_assert_cmpint(found.has_architecture, ==, expected.has_architecture);
    g_assert_cmpint(found.has_undi, ==, expected.has_undi);
    g_assert_cmpuint(found.architecture, ==, expected.architecture);
    g_assert_cmpuint(found.undi_major, ==, expected.undi_major);
    g_assert_cmpuint(found.undi_minor, ==, expected.undi_minor);
}

static void test_vendor_class_in_all_its_forms(void) {
    assert_class("PXEClient", (struct pxe_vendor_class){.kind = PXE_KIND_PXE});
    assert_class("HTTPClient", (struct pxe_vendor_class){.kind = PXE_KIND_HTTP});
    assert_class("PXEServer", (struct pxe_vendor_class){0});
    assert_class("pxeclient", (struct pxe_vendor_class){0});
    assert_class("PXEClien", (struct pxe_vendor_class){0});
    assert_class("", (struct pxe_vendor_class){0});
    assert_class("PXEClient:Arch:00016:UNDI:003010",
                 (struct pxe_vendor_class){PXE_KIND_PXE, true, true, 16, 3, 10});
    assert_class("PXEClient:Arch:00007", (struct pxe_vendor_class){PXE_KIND_PXE, true, false, 7});
    assert_class("PXEClient:Arch:00007:UNDI:0030",
                 (struct pxe_vendor_class){PXE_KIND_PXE, true, false, 7});
    assert_class("PXEClient:Arch:7", (struct pxe_vendor_class){.kind = PXE_KIND_PXE});
    assert_class("PXEClient:Arch:99999", (struct pxe_vendor_class){.kind = PXE_KIND_PXE});
    assert_class("PXEClient:Arch:0000x", (struct pxe_vendor_class){.kind = PXE_KIND_PXE});
}

static void test_option_93_is_a_list(void) {
    g_autoptr(GBytes) vector = vector_load("pxe/made-two-architectures");
    struct dhcp_view view;
    struct pxe_client client;
    parse_vector(vector, &view, &client);
    g_assert_cmpuint(client.architecture_count, ==, 2);
    g_assert_cmpuint(client.architectures[0], ==, 7);
    g_assert_cmpuint(client.architectures[1], ==, 16);
}

static void test_architecture_falls_back_to_option_60(void) {
    g_autoptr(GBytes) vector = vector_load("pxe/made-no-option-93");
    struct dhcp_view view;
    struct pxe_client client;
    parse_vector(vector, &view, &client);
    g_assert_cmpuint(client.architecture_count, ==, 1);
    g_assert_cmpuint(client.architectures[0], ==, 9);
}

static void test_user_class_of_rfc_3004(void) {
    g_autoptr(GBytes) vector = vector_load("pxe/made-user-class-rfc3004");
    struct dhcp_view view;
    struct pxe_client client;
    parse_vector(vector, &view, &client);
    g_assert_true(client.is_ipxe);
    g_assert_true(span_equals(client.user_class, span_of_text("other")));
}

/* Options of the wrong size count as missing; none stops the parse. */
static void test_sloppy_options_count_as_missing(void) {
    g_autoptr(GBytes) vector = vector_load("pxe/made-sloppy");
    struct dhcp_view view;
    struct pxe_client client;
    parse_vector(vector, &view, &client);
    g_assert_cmpint(client.vendor_class.kind, ==, PXE_KIND_PXE);
    g_assert_cmpuint(client.architecture_count, ==, 0);
    g_assert_false(client.has_undi);
    g_assert_false(client.has_uuid);
    g_assert_false(client.has_boot_item);
    g_assert_cmpuint(client.user_class.size, ==, 0);
    g_assert_false(pxe_ipxe_has_feature(&client, PXE_IPXE_HTTP));
}

static void test_boot_item_may_lack_its_layer(void) {
    g_autoptr(GBytes) vector = vector_load("pxe/made-boot-item-two-bytes");
    struct dhcp_view view;
    struct pxe_client client;
    parse_vector(vector, &view, &client);
    g_assert_true(client.has_boot_item);
    g_assert_cmpuint(client.boot_item.type, ==, 0x8001);
    g_assert_cmpuint(client.boot_item.layer, ==, 0);
}

static void test_windows_loader_sends_a_bare_class(void) {
    g_autoptr(GBytes) vector = vector_load("pxe/made-wdsmgfw-boot-server");
    struct dhcp_view view;
    struct pxe_client client;
    parse_vector(vector, &view, &client);
    g_assert_cmphex(view.header.xid, ==, 0x40e20100);
    g_assert_cmpint(client.vendor_class.kind, ==, PXE_KIND_PXE);
    g_assert_false(client.vendor_class.has_architecture);
    g_assert_cmpuint(client.architectures[0], ==, 7);
}

static void test_direct_is_four_bytes(void) {
    static const uint8_t expected[] = {6, 1, 8, 255};
    struct pxe_vendor vendor = {.has_control = true, .control = PXE_CONTROL_DOWNLOAD_AT_ONCE};
    uint8_t value[PXE_VENDOR_MAX];
    size_t size = 0;
    g_assert_true(pxe_vendor_encode(&vendor, value, &size));
    g_assert_cmpmem(value, size, expected, sizeof expected);
}

/* Byte for byte the option 43 that SeaBIOS with the iPXE ROM showed as a menu. */
static void test_menu_equals_a_proven_one(void) {
    g_autoptr(GBytes) vector = vector_load("pxe/menu-offer");
    struct dhcp_view view;
    g_assert_cmpint(dhcp_parse(vector_span(vector), &view), ==, DHCP_OK);
    struct span proven = {0};
    g_assert_true(dhcp_option_get(&view.options, DHCP_OPTION_VENDOR_SPECIFIC, &proven));

    static const uint32_t addresses[] = {0x0a630002};
    static const struct pxe_boot_server servers[] = {{32769, addresses, 1}};
    static const struct pxe_menu_item menu[] = {{32769, "Probe"}, {0, "Local disk"}};
    struct pxe_vendor vendor = {
        .has_control = true,
        .control = PXE_CONTROL_NO_BROADCAST | PXE_CONTROL_NO_MULTICAST,
        .servers = servers,
        .server_count = 1,
        .menu = menu,
        .menu_count = 2,
        .prompt = "Probe menu",
        .prompt_timeout = 3,
    };
    uint8_t value[PXE_VENDOR_MAX];
    size_t size = 0;
    g_assert_true(pxe_vendor_encode(&vendor, value, &size));
    g_assert_cmpmem(value, size, proven.data, proven.size);
}

static void test_boot_item_is_echoed(void) {
    static const uint8_t expected[] = {7, 4, 224, 0, 1, 2, 71, 4, 0x80, 1, 0, 0, 255};
    struct pxe_vendor vendor = {
        .multicast = 0xe0000102,
        .has_boot_item = true,
        .boot_item = {0x8001, 0},
    };
    uint8_t value[PXE_VENDOR_MAX];
    size_t size = 0;
    g_assert_true(pxe_vendor_encode(&vendor, value, &size));
    g_assert_cmpmem(value, size, expected, sizeof expected);
}

static gboolean encode_menu_of(size_t text_size, size_t *ret_size) {
    g_autofree char *text = g_strnfill(text_size, 'a');
    struct pxe_menu_item menu[] = {{1, text}};
    struct pxe_vendor vendor = {.menu = menu, .menu_count = 1};
    uint8_t value[PXE_VENDOR_MAX];
    return pxe_vendor_encode(&vendor, value, ret_size);
}

/* 252 bytes of menu: 3 of the item's head and 249 of text; then 43.9's head and END fill 255. */
static void test_menu_fits_exactly_or_not(void) {
    size_t size = 0;
    g_assert_true(encode_menu_of(249, &size));
    g_assert_cmpuint(size, ==, PXE_VENDOR_MAX);
    size = 7;
    g_assert_false(encode_menu_of(250, &size));
    g_assert_false(encode_menu_of(300, &size));
    g_assert_false(encode_menu_of(0, &size));
    g_assert_cmpuint(size, ==, 7);
}

static void test_too_many_servers_fail(void) {
    uint32_t addresses[300] = {0};
    struct pxe_boot_server servers[] = {{1, addresses, 0}};
    struct pxe_vendor vendor = {.servers = servers, .server_count = 1};
    uint8_t value[PXE_VENDOR_MAX];
    size_t size = 0;
    g_assert_true(pxe_vendor_encode(&vendor, value, &size));
    g_assert_cmpuint(size, ==, 6);
    servers[0].address_count = 62;
    g_assert_true(pxe_vendor_encode(&vendor, value, &size));
    servers[0].address_count = 63;
    g_assert_false(pxe_vendor_encode(&vendor, value, &size));
    servers[0].address_count = 300;
    g_assert_false(pxe_vendor_encode(&vendor, value, &size));
}

static void add_option_43_tests(void) {
    g_test_add_func("/boothost/codec/pxe/direct-is-four-bytes", test_direct_is_four_bytes);
    g_test_add_func("/boothost/codec/pxe/menu-equals-a-proven-one", test_menu_equals_a_proven_one);
    g_test_add_func("/boothost/codec/pxe/boot-item-is-echoed", test_boot_item_is_echoed);
    g_test_add_func("/boothost/codec/pxe/menu-fits-exactly-or-not", test_menu_fits_exactly_or_not);
    g_test_add_func("/boothost/codec/pxe/too-many-servers-fail", test_too_many_servers_fail);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/codec/pxe/real-firmware-is-understood",
                    test_real_firmware_is_understood);
    g_test_add_func("/boothost/codec/pxe/dhclient-is-no-netboot-client",
                    test_dhclient_is_no_netboot_client);
    g_test_add_func("/boothost/codec/pxe/ipxe-names-its-features", test_ipxe_names_its_features);
    g_test_add_func("/boothost/codec/pxe/vendor-class-in-all-its-forms",
                    test_vendor_class_in_all_its_forms);
    g_test_add_func("/boothost/codec/pxe/option-93-is-a-list", test_option_93_is_a_list);
    g_test_add_func("/boothost/codec/pxe/architecture-falls-back-to-option-60",
                    test_architecture_falls_back_to_option_60);
    g_test_add_func("/boothost/codec/pxe/user-class-of-rfc-3004", test_user_class_of_rfc_3004);
    g_test_add_func("/boothost/codec/pxe/sloppy-options-count-as-missing",
                    test_sloppy_options_count_as_missing);
    g_test_add_func("/boothost/codec/pxe/boot-item-may-lack-its-layer",
                    test_boot_item_may_lack_its_layer);
    g_test_add_func("/boothost/codec/pxe/windows-loader-sends-a-bare-class",
                    test_windows_loader_sends_a_bare_class);
    add_option_43_tests();
    return g_test_run();
}
