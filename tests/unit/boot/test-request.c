/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boot/request: what a packet of real firmware becomes for a provider.
 */
#include "boot/request.h"

#include <errno.h>
#include <string.h>

#include "codec/pxe.h"
#include "support/ask.h"
#include "support/vector.h"

static void assert_text(const struct request *request, uint32_t field, const char *text) {
    g_assert_cmpstr(request_text(request, field), ==, text);
}

static void assert_number(const struct request *request, uint32_t field, int64_t number) {
    int64_t value = 0;
    g_assert_cmpint(request_number(request, field, &value), ==, 0);
    g_assert_cmpint(value, ==, number);
}

/* What each captured firmware says of itself. */
static void test_firmware(void) {
    static const struct {
        const char *vector;
        uint16_t port;
        const char *architecture;
        const char *loader;
        const char *mac;
        const char *uuid;
        int64_t message_size;
    } rows[] = {
        {"pxe/edk2-x64-discover", 67, "x64-uefi", "firmware", "52:54:00:ee:1a:cb",
         "ee1acb08-13bb-50f5-9e5c-6dbf7f541cbf", 1444},
        {"pxe/edk2-x64-boot-server", 4011, "x64-uefi", "firmware", "52:54:00:ee:1a:cb",
         "ee1acb08-13bb-50f5-9e5c-6dbf7f541cbf", 1444},
        {"pxe/edk2-ia32-discover", 67, "ia32-uefi", "firmware", NULL,
         "2baa7972-bcba-2759-42cf-ba063bc6b360", 1444},
        {"pxe/edk2-x64-http-discover", 67, "x64-uefi-http", "firmware", NULL,
         "43550652-bd21-8a4d-fbd9-9121cabafcaf", 1444},
        {"pxe/ipxe-bios-discover", 67, "x86-bios", "ipxe", "52:54:00:37:be:46",
         "37be46f4-b26d-e340-ff5e-a1f9f652b316", 1444},
        {"pxe/ipxe-uefi-discover", 67, "x64-uefi", "ipxe", NULL,
         "22e4f45c-fb42-ae7e-ceb9-fbbbaf70e9d0", 1444},
        {"pxe/made-wdsmgfw-boot-server", 4011, "x64-uefi", "wdsnbp", NULL, NULL, 548},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Request) request = ask_vector(rows[i].vector, rows[i].port);
        assert_text(request, BOOT_HOST_REQUEST_ARCHITECTURE, rows[i].architecture);
        assert_text(request, BOOT_HOST_REQUEST_LOADER, rows[i].loader);
        if (rows[i].mac != NULL)
            assert_text(request, BOOT_HOST_REQUEST_MAC, rows[i].mac);
        if (rows[i].uuid != NULL)
            assert_text(request, BOOT_HOST_REQUEST_UUID, rows[i].uuid);
        assert_number(request, BOOT_HOST_REQUEST_MESSAGE_SIZE, rows[i].message_size);
        g_assert_cmpint(request_is(request, rows[i].architecture), ==, 1);
    }
}

static void test_every_field(void) {
    g_autoptr(Wire) wire =
        ask_change(wire_new_vector("pxe/edk2-x64-discover"), "giaddr = 10.1.0.1", "secs = 12",
                   "option.12 = \"lab\"", "option.61 = 01:52:54:00:7f:54:1c",
                   "option.77 = \"lab-class\"", "option.43.71 = 80:01:00:02", NULL);
    g_autoptr(Request) request = ask_wire(wire, 67);
    assert_text(request, BOOT_HOST_REQUEST_UUID_SWAPPED, "08cb1aee-bb13-f550-9e5c-6dbf7f541cbf");
    assert_text(request, BOOT_HOST_REQUEST_CLIENT_ID, "015254007f541c");
    assert_text(request, BOOT_HOST_REQUEST_VENDOR_CLASS, "PXEClient:Arch:00007:UNDI:003000");
    assert_text(request, BOOT_HOST_REQUEST_USER_CLASS, "lab-class");
    assert_text(request, BOOT_HOST_REQUEST_INTERFACE, "eth0");
    assert_text(request, BOOT_HOST_REQUEST_NETWORK, "10.1.0.1");
    assert_text(request, BOOT_HOST_REQUEST_SOURCE, "0.0.0.0");
    assert_text(request, BOOT_HOST_REQUEST_CLIENT, NULL);
    assert_text(request, BOOT_HOST_REQUEST_RELAY, "10.1.0.1");
    assert_text(request, BOOT_HOST_REQUEST_SERVER, ASK_SERVER);
    assert_text(request, BOOT_HOST_REQUEST_FAMILY, "ipv4");
    assert_text(request, BOOT_HOST_REQUEST_TRANSPORT, "dhcp");
    assert_text(request, BOOT_HOST_REQUEST_FILE, NULL);
    assert_text(request, BOOT_HOST_REQUEST_HOST_NAME, "lab");
    assert_text(request, BOOT_HOST_REQUEST_STAGE, "discover");
    assert_text(request, 0, NULL);
    assert_text(request, 9999, NULL);
    assert_number(request, BOOT_HOST_REQUEST_STAGE_NUMBER, BOOT_HOST_STAGE_DISCOVER);
    assert_number(request, BOOT_HOST_REQUEST_ARCHITECTURE_CODE, 7);
    assert_number(request, BOOT_HOST_REQUEST_SECONDS, 12);
    assert_number(request, BOOT_HOST_REQUEST_BOOT_ITEM, 0x8001);
    assert_number(request, BOOT_HOST_REQUEST_BOOT_LAYER, 2);
    assert_number(request, BOOT_HOST_REQUEST_ATTEMPT, 1);
}

static void test_absent_numbers(void) {
    g_autoptr(Request) request = ask_vector("pxe/edk2-x64-discover", 67);
    int64_t value = 42;
    g_assert_cmpint(request_number(request, BOOT_HOST_REQUEST_BOOT_ITEM, &value), ==, -ENOENT);
    g_assert_cmpint(request_number(request, 9999, &value), ==, -ENOENT);
    g_assert_cmpint(value, ==, 42);
}

static void test_status(void) {
    static const struct {
        const char *vector;
        uint16_t port;
        const char *change;
        enum request_status status;
    } rows[] = {
        {"pxe/edk2-x64-discover", 67, NULL, REQUEST_OK},
        {"pxe/edk2-x64-discover", 67, "op = 2", REQUEST_NOT_BOOTREQUEST},
        {"dhcp/dhclient-discover", 67, NULL, REQUEST_NOT_PXE},
        {"dhcp/dhclient-request", 67, NULL, REQUEST_NOT_PXE},
        {"pxe/edk2-x64-discover", 67, "option.60 = \"pxeclient\"", REQUEST_NOT_PXE},
        {"pxe/edk2-x64-request", 67, NULL, REQUEST_NOT_DISCOVER},
        {"pxe/edk2-x64-discover", 67, "type = INFORM", REQUEST_NOT_DISCOVER},
        {"pxe/edk2-x64-discover", 4011, NULL, REQUEST_NOT_REQUEST},
        {"pxe/edk2-x64-boot-server", 4011, NULL, REQUEST_OK},
        {"pxe/edk2-x64-boot-server", 4011, "type = INFORM", REQUEST_OK},
        {"pxe/edk2-x64-boot-server", 4011, "option.54 = 0a:63:00:02", REQUEST_OK},
        {"pxe/edk2-x64-boot-server", 4011, "option.54 = 0a:63:00:01", REQUEST_OTHER_SERVER},
        {"pxe/ipxe-bios-boot-server", 4011, NULL, REQUEST_OK},
        {"pxe/ipxe-bios-boot-server", 4011, "option.43.71 = 80:00:80:00", REQUEST_CREDENTIALS},
        {"pxe/ipxe-bios-discover", 67, "option.97 = absent", REQUEST_OK},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Wire) wire = wire_new_vector(rows[i].vector);
        g_autoptr(Request) request = NULL;
        struct request_origin origin = ask_origin(rows[i].port);
        if (rows[i].change != NULL)
            ask_change(wire, rows[i].change, NULL);
        g_assert_cmpstr(request_status_name(ask_status(wire, &origin, &request)), ==,
                        request_status_name(rows[i].status));
        g_assert_true((request != NULL) == (rows[i].status == REQUEST_OK));
    }
}

static void test_nobody(void) {
    g_autoptr(Wire) wire =
        ask_change(wire_new_vector("pxe/edk2-x64-discover"), "chaddr = 00:00:00:00:00:00",
                   "option.97 = 00:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff", NULL);
    struct request_origin origin = ask_origin(67);
    struct request *request = NULL;
    g_assert_cmpint(ask_status(wire, &origin, &request), ==, REQUEST_NO_IDENTITY);
    g_assert_cmpstr(request_status_name(REQUEST_NO_IDENTITY), ==, "no-identity");
    g_assert_cmpstr(request_status_name((enum request_status) 99), ==, "unknown");
}

static void test_guid_in_chaddr(void) {
    g_autoptr(Request) request = ask_vector("pxe/made-guid-in-chaddr", 67);
    assert_text(request, BOOT_HOST_REQUEST_MAC, NULL);
    g_assert_nonnull(request_text(request, BOOT_HOST_REQUEST_UUID));
    g_assert_cmpstr(request_get_client(request), ==, request_text(request, BOOT_HOST_REQUEST_UUID));
}

static void test_architecture_set(void) {
    g_autoptr(Wire) wire = ask_change(wire_new(), "option.93 = 00:09:00:07:00:00:ff:ff", NULL);
    g_autoptr(Request) request = ask_wire(wire, 67);
    g_assert_cmpstr(request_architecture(request, 0), ==, "x64-uefi");
    g_assert_cmpstr(request_architecture(request, 1), ==, "x86-bios");
    g_assert_cmpstr(request_architecture(request, 2), ==, NULL);
    assert_number(request, BOOT_HOST_REQUEST_ARCHITECTURE_CODE, 9);
    g_assert_cmpint(request_is(request, "x64-uefi"), ==, 1);
    g_assert_cmpint(request_is(request, "arm64-uefi"), ==, 0);
    g_assert_cmpint(request_is(request, "x64"), ==, -EINVAL);
    g_assert_cmpint(request_is(request, NULL), ==, -EINVAL);
}

static void test_unknown_architecture(void) {
    g_autoptr(Wire) wire = ask_change(wire_new(), "option.93 = 77:77", NULL);
    g_autoptr(Request) request = ask_wire(wire, 67);
    assert_text(request, BOOT_HOST_REQUEST_ARCHITECTURE, NULL);
    assert_number(request, BOOT_HOST_REQUEST_ARCHITECTURE_CODE, 0x7777);
    g_assert_cmpstr(request_fact(request, "architecture-code"), ==, "30583");
}

static void test_loaders(void) {
    static const struct {
        const char *change;
        const char *loader;
    } rows[] = {
        {"option.77 = \"iPXE\"", "ipxe"},     {"option.77 = \"GRUB2\"", "grub"},
        {"option.175.19 = 01", "ipxe"},       {"option.250.14 = 00", "wdsnbp"},
        {"option.12 = \"host\"", "firmware"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Wire) wire = ask_change(wire_new(), rows[i].change, NULL);
        g_autoptr(Request) request = ask_wire(wire, 67);
        assert_text(request, BOOT_HOST_REQUEST_LOADER, rows[i].loader);
    }
}

static void test_foreign_text(void) {
    g_autoptr(Wire) wire = ask_change(wire_new(), "option.12 = 61:0a:ff:62:00:63", "option.77 = 00",
                                      "option.61 = 00", NULL);
    g_autoptr(Request) request = ask_wire(wire, 67);
    assert_text(request, BOOT_HOST_REQUEST_HOST_NAME, "a??b");
    assert_text(request, BOOT_HOST_REQUEST_USER_CLASS, NULL);
    assert_text(request, BOOT_HOST_REQUEST_CLIENT_ID, "00");
}

static void test_message_size(void) {
    static const struct {
        const char *option;
        int64_t size;
    } rows[] = {
        {"option.57 = 05:c0", 1444}, {"option.57 = ff:00", 1472},   {"option.57 = 02:40", 548},
        {"option.57 = 00:10", 548},  {"option.57 = 05:c0:00", 548}, {"option.57 = absent", 548},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Wire) wire = ask_change(wire_new(), rows[i].option, NULL);
        g_autoptr(Request) request = ask_wire(wire, 67);
        assert_number(request, BOOT_HOST_REQUEST_MESSAGE_SIZE, rows[i].size);
    }
}

static void test_options(void) {
    g_autoptr(Wire) wire = ask_change(wire_new(), "option.43.71 = 00:01:00:00",
                                      "option.82.1 = \"port 7\"", "option.250.14 = 01", NULL);
    g_autoptr(Request) request = ask_wire(wire, 67);
    struct boot_host_span value = {0};
    g_assert_cmpint(request_option(request, BOOT_HOST_SPACE_DHCP4, 93, &value), ==, 0);
    g_assert_cmpmem(value.data, value.size, "\0\0", 2);
    g_assert_cmpint(request_option(request, BOOT_HOST_SPACE_PXE, 71, &value), ==, 0);
    g_assert_cmpmem(value.data, value.size, "\0\1\0\0", 4);
    g_assert_cmpint(request_option(request, BOOT_HOST_SPACE_RELAY, 1, &value), ==, 0);
    g_assert_cmpmem(value.data, value.size, "port 7", 6);
    g_assert_cmpint(request_option(request, BOOT_HOST_SPACE_WDS, 14, &value), ==, 0);
    g_assert_cmpmem(value.data, value.size, "\1", 1);
    g_assert_cmpint(request_option(request, BOOT_HOST_SPACE_DHCP4, 12, &value), ==, -ENOENT);
    g_assert_cmpint(request_option(request, BOOT_HOST_SPACE_DHCP4, 349, &value), ==, -ENOENT);
    g_assert_cmpint(request_option(request, BOOT_HOST_SPACE_DHCP6, 93, &value), ==, -ENOENT);
    g_assert_cmpint(request_option(request, 0, 93, &value), ==, -ENOENT);
    g_assert_cmpint(request_option(request, 99, 93, &value), ==, -ENOENT);
    g_assert_cmpmem(value.data, value.size, "\1", 1);
}

static void test_packet_is_copied(void) {
    g_autoptr(Wire) wire = wire_new_vector("pxe/edk2-x64-discover");
    g_autoptr(GBytes) bytes = wire_build(wire);
    gsize size = 0;
    g_autofree uint8_t *data = g_memdup2(g_bytes_get_data(bytes, &size), g_bytes_get_size(bytes));
    struct request_origin origin = ask_origin(67);
    g_autoptr(Request) request = NULL;
    g_assert_cmpint(request_new(data, size, &origin, &request), ==, REQUEST_OK);
    memset(data, 0xee, size);
    struct boot_host_span packet = request_packet(request);
    g_assert_cmpmem(packet.data, packet.size, g_bytes_get_data(bytes, NULL), size);
    struct boot_host_span value = {0};
    g_assert_cmpint(request_option(request, BOOT_HOST_SPACE_DHCP4, 60, &value), ==, 0);
    g_assert_cmpmem(value.data, value.size, "PXEClient:Arch:00007:UNDI:003000", 32);
}

/* Two packets of different clients, one after the other. */
static void test_slot(void) {
    g_autoptr(GBytes) first = vector_load("pxe/edk2-x64-discover");
    g_autoptr(GBytes) second = vector_load("pxe/ipxe-bios-discover");
    const struct request_origin origin = ask_origin(67);
    struct request *slot = NULL;
    g_assert_cmpint(request_read(&slot, "x", 1), ==, DHCP_TRUNCATED);
    for (int round = 0; round < 3; round++) {
        gsize size = 0;
        const void *data = g_bytes_get_data(round % 2 == 0 ? first : second, &size);
        const struct request *before = slot;
        g_assert_cmpint(request_read(&slot, data, size), ==, DHCP_OK);
        g_assert_true(before == NULL || slot == before);
        g_assert_cmpint(request_place(slot, &origin), ==, REQUEST_OK);
        assert_text(slot, BOOT_HOST_REQUEST_MAC,
                    round % 2 == 0 ? "52:54:00:ee:1a:cb" : "52:54:00:37:be:46");
        assert_text(slot, BOOT_HOST_REQUEST_LOADER, round % 2 == 0 ? "firmware" : "ipxe");
    }
    struct request *held = request_ref(slot);
    gsize size = 0;
    const void *data = g_bytes_get_data(second, &size);
    g_assert_cmpint(request_read(&slot, data, size), ==, DHCP_OK);
    g_assert_true(slot != held);
    assert_text(held, BOOT_HOST_REQUEST_MAC, "52:54:00:ee:1a:cb");
    request_unref(held);
    request_unref(slot);
}

#define FIELDS (BOOT_HOST_REQUEST_STAGE + 1)

struct asking {
    const struct request *request;
    const char *texts[FIELDS];
};

static gpointer ask_all(gpointer user) {
    struct asking *asking = user;
    for (uint32_t field = 0; field < FIELDS; field++)
        asking->texts[field] = request_text(asking->request, field);
    return NULL;
}

/* Whoever asks gets the same text, which stays where it is. */
static void check_threads(const struct request *request) {
    struct asking askings[4];
    GThread *threads[G_N_ELEMENTS(askings)];
    for (size_t i = 0; i < G_N_ELEMENTS(askings); i++) {
        askings[i].request = request;
        threads[i] = g_thread_new("asking", ask_all, &askings[i]);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(askings); i++)
        g_thread_join(threads[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(askings); i++)
        for (uint32_t field = 0; field < FIELDS; field++)
            g_assert_true(askings[i].texts[field] == request_text(request, field));
    assert_text(request, BOOT_HOST_REQUEST_UUID, "ee1acb08-13bb-50f5-9e5c-6dbf7f541cbf");
}

static void test_threads(void) {
    for (int round = 0; round < 50; round++) {
        g_autoptr(Request) request = ask_vector("pxe/edk2-x64-discover", 67);
        g_autoptr(Request) lean = request_new_memory(request);
        check_threads(request);
        check_threads(lean);
    }
}

/* What nobody sends is not remembered for long: whole options are, as far as there is room. */
static void test_long_memory(void) {
    g_autoptr(Wire) wire = wire_new_vector("pxe/edk2-x64-discover");
    for (int code = 224; code < 232; code++) {
        g_autofree char *key = g_strdup_printf("option.%d", code);
        g_autoptr(GString) value = g_string_new("00");
        for (int i = 0; i < 200; i++)
            g_string_append(value, ":00");
        g_assert_null(wire_set(wire, key, value->str));
    }
    g_autoptr(Request) request = ask_wire(wire, 67);
    g_assert_cmpuint(request_packet(request).size, >, 1700);
    g_autoptr(Request) lean = request_new_memory(request);
    g_assert_cmpuint(request_get_size(lean), <, 1200);
    g_autoptr(Request) copy = request_new_memory(lean);
    assert_text(copy, BOOT_HOST_REQUEST_MAC, "52:54:00:ee:1a:cb");
    assert_text(copy, BOOT_HOST_REQUEST_UUID, "ee1acb08-13bb-50f5-9e5c-6dbf7f541cbf");
    assert_text(copy, BOOT_HOST_REQUEST_VENDOR_CLASS, "PXEClient:Arch:00007:UNDI:003000");
    assert_number(copy, BOOT_HOST_REQUEST_MESSAGE_SIZE, 1444);
}

static void test_memory(void) {
    g_autoptr(Request) request = ask_vector("pxe/edk2-x64-discover", 67);
    g_autoptr(Request) memory = request_new_memory(request);
    const char *name = NULL;
    for (uint32_t i = 0; (name = request_fact_name(i)) != NULL; i++)
        g_assert_cmpstr(request_fact(memory, name), ==, request_fact(request, name));
    g_assert_null(request_get_view(memory));
    g_assert_null(request_get_pxe(memory));
    g_assert_cmpuint(request_packet(memory).size, ==, 0);
    struct boot_host_span value = {0};
    g_assert_cmpint(request_option(memory, BOOT_HOST_SPACE_DHCP4, 60, &value), ==, -ENOENT);
    g_assert_cmpint(request_is(memory, "x64-uefi"), ==, 1);
    g_assert_cmpstr(request_get_origin(memory)->interface_name, ==, "eth0");
}

static void test_file(void) {
    g_autoptr(Request) last = ask_vector("pxe/edk2-x64-discover", 67);
    g_autoptr(Trace) trace = trace_new(1, BOOT_HOST_STAGE_DISCOVER);
    g_autoptr(Reply) reply = reply_new();
    g_assert_cmpint(reply_fact_set(reply, "image", "debian"), ==, 0);
    trace_set_facts(trace, last, reply);
    struct request_origin origin = ask_origin(4011);
    origin.port = 69;
    origin.attempt = 0;
    g_autoptr(Request) request = request_new_file(last, trace, &origin, "boot/x64.efi");
    g_assert_cmpint(request_get_stage(request), ==, BOOT_HOST_STAGE_FILE);
    assert_text(request, BOOT_HOST_REQUEST_STAGE, "file");
    assert_text(request, BOOT_HOST_REQUEST_TRANSPORT, "tftp");
    assert_text(request, BOOT_HOST_REQUEST_FILE, "boot/x64.efi");
    assert_text(request, BOOT_HOST_REQUEST_CLIENT, "10.99.0.101");
    assert_text(request, BOOT_HOST_REQUEST_MAC, "52:54:00:ee:1a:cb");
    g_assert_cmpstr(request_fact(request, "image"), ==, "debian");
    g_assert_cmpstr(request_fact(request, "stage"), ==, "file");
    g_assert_cmpstr(request_fact(request, "nothing"), ==, NULL);
    assert_number(request, BOOT_HOST_REQUEST_ATTEMPT, 1);
}

static void test_file_of_stranger(void) {
    struct request_origin origin = ask_origin(4011);
    g_autoptr(Request) request = request_new_file(NULL, NULL, &origin, "a");
    assert_text(request, BOOT_HOST_REQUEST_MAC, NULL);
    assert_text(request, BOOT_HOST_REQUEST_NETWORK, "10.99.0.101");
    g_assert_cmpstr(request_get_client(request), ==, "10.99.0.101");
    g_assert_cmpstr(request_architecture(request, 0), ==, NULL);
}

/* The contract's README lists them; what is missing there cannot be used. */
static void test_documented_facts(void) {
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "..", "abi", "README.md", NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    const char *name = NULL;
    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    const char *section = strstr(text, "\n## Facts\n");
    g_assert_nonnull(section);
    for (uint32_t i = 0; (name = request_fact_name(i)) != NULL; i++) {
        g_autofree char *quoted = g_strdup_printf("`%s`", name);
        if (strstr(section, quoted) == NULL)
            g_error("abi/README.md does not list the fact %s", quoted);
    }
}

static void test_references(void) {
    struct request *request = ask_vector("pxe/edk2-x64-discover", 67);
    g_assert_true(request_ref(request) == request);
    request_unref(request);
    g_assert_cmpstr(request_get_client(request), ==, "52:54:00:ee:1a:cb");
    request_unref(request);
    request_unref(NULL);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/boot/request/knows-real-firmware", test_firmware);
    g_test_add_func("/boothost/boot/request/has-every-field", test_every_field);
    g_test_add_func("/boothost/boot/request/says-when-a-number-is-absent", test_absent_numbers);
    g_test_add_func("/boothost/boot/request/leaves-other-packets-alone", test_status);
    g_test_add_func("/boothost/boot/request/needs-an-identity", test_nobody);
    g_test_add_func("/boothost/boot/request/takes-the-guid-from-chaddr", test_guid_in_chaddr);
    g_test_add_func("/boothost/boot/request/has-a-set-of-architectures", test_architecture_set);
    g_test_add_func("/boothost/boot/request/bears-unknown-architectures",
                    test_unknown_architecture);
    g_test_add_func("/boothost/boot/request/tells-loaders-apart", test_loaders);
    g_test_add_func("/boothost/boot/request/makes-foreign-text-plain", test_foreign_text);
    g_test_add_func("/boothost/boot/request/bounds-the-message-size", test_message_size);
    g_test_add_func("/boothost/boot/request/finds-options-in-their-space", test_options);
    g_test_add_func("/boothost/boot/request/owns-its-packet", test_packet_is_copied);
    g_test_add_func("/boothost/boot/request/serves-its-slot-until-it-is-held", test_slot);
    g_test_add_func("/boothost/boot/request/tells-several-threads-the-same", test_threads);
    g_test_add_func("/boothost/boot/request/has-a-lean-copy", test_memory);
    g_test_add_func("/boothost/boot/request/has-a-lean-copy-of-bounded-size", test_long_memory);
    g_test_add_func("/boothost/boot/request/of-a-file-knows-the-last-decision", test_file);
    g_test_add_func("/boothost/boot/request/of-a-file-may-come-from-a-stranger",
                    test_file_of_stranger);
    g_test_add_func("/boothost/boot/request/has-documented-facts", test_documented_facts);
    g_test_add_func("/boothost/boot/request/is-counted", test_references);
    return g_test_run();
}
