/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Requests: what a test makes of properties, and what is read from a client's packet.
 */
#include <boothost.h>
#include <gio/gio.h>
#include <string.h>

/* Sets every property to a value of its own and reads it back by its accessor and as property. */
static void test_texts(void) {
    static const struct {
        const char *name;
        const char *(*get)(BootHostRequest *self);
    } fields[] = {
        {"mac", boot_host_request_get_mac},
        {"uuid", boot_host_request_get_uuid},
        {"uuid-swapped", boot_host_request_get_uuid_swapped},
        {"client-id", boot_host_request_get_client_id},
        {"architecture", boot_host_request_get_architecture},
        {"loader", boot_host_request_get_loader},
        {"vendor-class", boot_host_request_get_vendor_class},
        {"user-class", boot_host_request_get_user_class},
        {"interface", boot_host_request_get_interface},
        {"network", boot_host_request_get_network},
        {"source", boot_host_request_get_source},
        {"client", boot_host_request_get_client},
        {"relay", boot_host_request_get_relay},
        {"server", boot_host_request_get_server},
        {"family", boot_host_request_get_family},
        {"transport", boot_host_request_get_transport},
        {"file", boot_host_request_get_file},
        {"host-name", boot_host_request_get_host_name},
    };
    g_autoptr(BootHostRequest) empty = g_object_new(BOOT_HOST_TYPE_REQUEST, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
        g_autofree char *value = g_strdup_printf("value-%zu", i);
        g_autofree char *read = NULL;
        g_autoptr(BootHostRequest) request =
            g_object_new(BOOT_HOST_TYPE_REQUEST, fields[i].name, value, NULL);
        g_object_get(request, fields[i].name, &read, NULL);
        g_assert_cmpstr(fields[i].get(request), ==, value);
        g_assert_cmpstr(read, ==, value);
        g_assert_null(fields[i].get(empty));
    }
}

static void test_numbers(void) {
    static const struct {
        const char *name;
        gint64 (*get)(BootHostRequest *self);
    } fields[] = {
        {"architecture-code", boot_host_request_get_architecture_code},
        {"seconds", boot_host_request_get_seconds},
        {"message-size", boot_host_request_get_message_size},
        {"boot-item", boot_host_request_get_boot_item},
        {"boot-layer", boot_host_request_get_boot_layer},
        {"attempt", boot_host_request_get_attempt},
    };
    g_autoptr(BootHostRequest) empty = g_object_new(BOOT_HOST_TYPE_REQUEST, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
        gint64 read = 0;
        g_autoptr(BootHostRequest) request =
            g_object_new(BOOT_HOST_TYPE_REQUEST, fields[i].name, (gint64) i + 5, NULL);
        g_object_get(request, fields[i].name, &read, NULL);
        g_assert_cmpint(fields[i].get(request), ==, i + 5);
        g_assert_cmpint(read, ==, i + 5);
        g_assert_cmpint(fields[i].get(empty), ==, -1);
    }
}

static void test_architectures(void) {
    static const char *const names[] = {"x64-uefi-http", "x64-uefi", NULL};
    g_autoptr(BootHostRequest) several =
        g_object_new(BOOT_HOST_TYPE_REQUEST, "architectures", names, NULL);
    g_autoptr(BootHostRequest) one = boot_host_request_new(NULL, "x64-uefi");
    g_assert_cmpstr(boot_host_request_get_architecture(several), ==, "x64-uefi-http");
    g_assert_true(boot_host_request_is_architecture(several, "x64-uefi"));
    g_assert_false(boot_host_request_is_architecture(several, "x86-bios"));
    g_assert_true(boot_host_request_is_architecture(one, "x64-uefi"));
    g_assert_cmpint(boot_host_request_get_architecture_code(one), ==, 7);
    g_assert_null(boot_host_request_get_architectures(one)[1]);
}

static void test_list(void) {
    g_auto(GStrv) names = boot_host_list_architectures();
    g_assert_true(g_strv_contains((const char *const *) names, "x64-uefi"));
    g_assert_true(g_strv_contains((const char *const *) names, "x86-bios"));
}

static void test_stage(void) {
    g_autoptr(BootHostRequest) first = g_object_new(BOOT_HOST_TYPE_REQUEST, NULL);
    g_autoptr(BootHostRequest) file =
        g_object_new(BOOT_HOST_TYPE_REQUEST, "stage", BOOT_HOST_REQUEST_STAGE_FILE, NULL);
    g_assert_cmpint(boot_host_request_get_stage(first), ==, BOOT_HOST_REQUEST_STAGE_DISCOVER);
    g_assert_cmpstr(boot_host_request_get_stage_name(file), ==, "file");
}

static void test_facts(void) {
    g_autoptr(GError) error = NULL;
    g_autoptr(BootHostRequest) request = g_object_new(
        BOOT_HOST_TYPE_REQUEST, "mac", "52:54:00:00:00:01", "attempt", (gint64) 3, "facts",
        g_variant_new_parsed("{'image': 'a', 'server': 'mine'}"), "server", "10.0.0.1", NULL);
    g_assert_cmpstr(boot_host_request_get_fact(request, "mac"), ==, "52:54:00:00:00:01");
    g_assert_cmpstr(boot_host_request_get_fact(request, "attempt"), ==, "3");
    g_assert_cmpstr(boot_host_request_get_fact(request, "stage"), ==, "discover");
    g_assert_cmpstr(boot_host_request_get_fact(request, "server"), ==, "mine");
    g_assert_null(boot_host_request_get_fact(request, "family"));
    g_autofree char *text =
        boot_host_request_expand(request, "${image}/${mac}${none:-.efi}", &error);
    g_assert_no_error(error);
    g_assert_cmpstr(text, ==, "a/52:54:00:00:00:01.efi");
    g_assert_null(boot_host_request_expand(request, "${none}", &error));
    g_assert_error(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_null(boot_host_request_expand(request, "${mac", &error));
    g_assert_error(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_INVALID);
}

static BootHostRequest *from_packet(const char *name) {
    g_autofree char *path = g_build_filename(VECTORS, name, NULL);
    g_autofree char *content = NULL;
    gsize size = 0;
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &content, &size, &error);
    g_assert_no_error(error);
    g_autoptr(GBytes) packet = g_bytes_new(content, size);
    return g_object_new(BOOT_HOST_TYPE_REQUEST, "packet", packet, NULL);
}

static void assert_option(BootHostRequest *request, BootHostOptionSpace space, guint code,
                          const char *bytes, gsize size) {
    g_autoptr(GBytes) value = boot_host_request_get_option(request, space, code);
    g_assert_nonnull(value);
    g_assert_cmpmem(g_bytes_get_data(value, NULL), g_bytes_get_size(value), bytes, size);
}

static void test_options(void) {
    g_autoptr(BootHostRequest) request = from_packet("pxe/edk2-x64-discover.bin");
    g_autoptr(BootHostRequest) relayed = from_packet("dhcp/made-relayed.bin");
    g_autoptr(BootHostRequest) item = from_packet("pxe/ipxe-bios-boot-server.bin");
    assert_option(request, BOOT_HOST_OPTION_SPACE_DHCP4, 93, "\0\7", 2);
    g_assert_null(boot_host_request_get_option(request, BOOT_HOST_OPTION_SPACE_DHCP4, 209));
    g_assert_null(boot_host_request_get_option(request, BOOT_HOST_OPTION_SPACE_DHCP4, 65536 + 93));
    g_assert_null(boot_host_request_get_option(request, BOOT_HOST_OPTION_SPACE_RELAY, 1));
    g_assert_null(boot_host_request_get_option(request, 99, 1));
    g_autoptr(GBytes) circuit =
        boot_host_request_get_option(relayed, BOOT_HOST_OPTION_SPACE_RELAY, 1);
    g_assert_nonnull(circuit);
    g_autoptr(GBytes) chosen = boot_host_request_get_option(item, BOOT_HOST_OPTION_SPACE_PXE, 71);
    g_assert_nonnull(chosen);
    g_assert_cmpuint(g_bytes_get_size(chosen), ==, 4);
}

static void test_bad_packets(void) {
    static const char *const names[] = {"dhcp/bad-truncated.bin", "dhcp/bad-overrun.bin",
                                        "dhcp/bad-cookie.bin", "tftp/edk2-rrq.bin"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(BootHostRequest) request = from_packet(names[i]);
        g_assert_null(boot_host_request_get_option(request, BOOT_HOST_OPTION_SPACE_DHCP4, 53));
    }
}

static void test_given_options(void) {
    g_autoptr(BootHostRequest) request =
        g_object_new(BOOT_HOST_TYPE_REQUEST, "options",
                     g_variant_new_parsed("[(uint32 1, uint32 12, b'abc')]"), NULL);
    assert_option(request, BOOT_HOST_OPTION_SPACE_DHCP4, 12, "abc", 4);
    g_assert_null(boot_host_request_get_option(request, BOOT_HOST_OPTION_SPACE_PXE, 12));
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/boothost/plugins-api/request/" name, function)
    ADD("every-text-has-property-and-accessor", test_texts);
    ADD("every-number-has-property-and-accessor", test_numbers);
    ADD("architectures-are-a-list", test_architectures);
    ADD("known-architectures-are-listed", test_list);
    ADD("stages", test_stage);
    ADD("facts-and-templates", test_facts);
    ADD("options-are-read-from-the-packet", test_options);
    ADD("broken-packets-have-no-options", test_bad_packets);
    ADD("a-test-may-give-options", test_given_options);
    return g_test_run();
}
