/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boot/answer: the rules that firmware holds answers to, field by field.
 */
#include "boot/answer.h"

#include <errno.h>
#include <string.h>

#include "boot/quirks.h"
#include "codec/pxe.h"
#include "support/ask.h"

/* One decision and its answer, read back. */
struct fixture {
    struct request *request;
    struct reply *reply;
    struct trace *trace;
    struct answer answer;
    struct dhcp_view view;
};

static void set_up(struct fixture *fixture, gconstpointer data) {
    (void) data;
    fixture->reply = reply_new();
    fixture->trace = trace_new(1, BOOT_HOST_STAGE_DISCOVER);
}

static void tear_down(struct fixture *fixture, gconstpointer data) {
    (void) data;
    g_clear_pointer(&fixture->request, request_unref);
    reply_unref(fixture->reply);
    trace_unref(fixture->trace);
}

static void ask(struct fixture *fixture, const char *vector, uint16_t port) {
    g_clear_pointer(&fixture->request, request_unref);
    fixture->request = ask_vector(vector, port);
}

static void set(struct fixture *fixture, uint32_t field, const char *text) {
    g_assert_cmpint(reply_set(fixture->reply, field, text), ==, 0);
}

static void answer(struct fixture *fixture, int32_t verdict) {
    trace_unref(fixture->trace);
    fixture->trace = trace_new(1, BOOT_HOST_STAGE_DISCOVER);
    ask_answer(fixture->request, fixture->reply, verdict, fixture->trace, &fixture->answer);
    ask_view(fixture->request, &fixture->answer, &fixture->view);
}

/* No answer, with this status, and `why` in the trace (NULL: nothing). */
static void refuse(struct fixture *fixture, int32_t verdict, int status, const char *why) {
    const struct answer_policy policy = {.shape = ANSWER_AUTO};
    struct answer untouched = {.size = 7};
    trace_unref(fixture->trace);
    fixture->trace = trace_new(1, BOOT_HOST_STAGE_DISCOVER);
    g_assert_cmpint(
        answer_make(fixture->request, fixture->reply, verdict, &policy, fixture->trace, &untouched),
        ==, status);
    g_assert_cmpuint(untouched.size, ==, 7);
    g_assert_cmpstr(trace_get_shape(fixture->trace), ==, NULL);
    struct trace_entry entry;
    g_assert_true(trace_get_entry(fixture->trace, 0, &entry) == (why != NULL));
    if (why == NULL)
        return;
    g_assert_cmpstr(entry.provider, ==, ANSWER_STEP);
    g_assert_nonnull(strstr(entry.reason, why));
}

static void assert_server(const struct fixture *fixture, const char *server) {
    char text[ADDRESS_TEXT_SIZE];
    struct address actual = trace_get_server(fixture->trace);
    g_assert_cmpstr(address_text(&actual, text), ==, server);
}

static void menu(struct fixture *fixture, uint32_t timeout) {
    const struct boot_host_menu head = {sizeof(head), timeout, "Choose"};
    const struct boot_host_menu_item items[] = {
        {sizeof(items[0]), 32768, "Install", NULL},
        {sizeof(items[0]), 32769, "Rescue", "10.99.0.9"},
        {sizeof(items[0]), BOOT_HOST_ITEM_LOCAL, "Disk", NULL},
    };
    g_assert_cmpint(reply_menu(fixture->reply, &head), ==, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(items); i++)
        g_assert_cmpint(reply_menu_item(fixture->reply, &items[i]), ==, 0);
}

static void assert_quirk(struct fixture *fixture, const char *name, gboolean is_there) {
    if (ask_has_quirk(fixture->trace, name) != is_there)
        g_error("quirk %s %s", name, is_there ? "did not fire" : "fired");
}

static void test_direct(struct fixture *fixture, gconstpointer data) {
    (void) data;
    ask(fixture, "pxe/edk2-x64-discover", 67);
    set(fixture, BOOT_HOST_REPLY_BOOT_FILE, "x64.efi");
    answer(fixture, BOOT_HOST_REPLY);
    ask_assert(&fixture->view, "type", "OFFER");
    ask_assert(&fixture->view, "flags", "broadcast");
    ask_assert(&fixture->view, "ciaddr", "0.0.0.0");
    ask_assert(&fixture->view, "siaddr", ASK_SERVER);
    ask_assert(&fixture->view, "sname", "\"10.99.0.2\"");
    ask_assert(&fixture->view, "file", "\"x64.efi\"");
    ask_assert(&fixture->view, "option.54", "0a:63:00:02");
    ask_assert(&fixture->view, "option.60", "\"PXEClient\"");
    ask_assert(&fixture->view, "option.97", "00:08cb1aeebb13f5509e5c6dbf7f541cbf");
    ask_assert(&fixture->view, "option.43", "06:01:08:ff");
    ask_assert(&fixture->view, "option.67", "absent");
    ask_assert(&fixture->view, "option.82", "absent");
    g_assert_cmpuint(fixture->answer.size, ==, 300);
    g_assert_cmpstr(trace_get_shape(fixture->trace), ==, "direct");
    g_assert_cmpstr(trace_get_boot_file(fixture->trace), ==, "x64.efi");
    assert_server(fixture, ASK_SERVER);
    assert_quirk(fixture, "broadcast-flag", FALSE);
    assert_quirk(fixture, "direct-download", TRUE);
    assert_quirk(fixture, "file-in-header", TRUE);
    assert_quirk(fixture, "uuid-echo", TRUE);
    assert_quirk(fixture, "pad-to-300", TRUE);
}

static void test_broadcast_flag(struct fixture *fixture, gconstpointer data) {
    (void) data;
    ask(fixture, "pxe/ipxe-bios-discover", 67);
    set(fixture, BOOT_HOST_REPLY_BOOT_FILE, "undionly.kpxe");
    answer(fixture, BOOT_HOST_REPLY);
    ask_assert(&fixture->view, "flags", "broadcast");
    assert_quirk(fixture, "broadcast-flag", TRUE);
}

/* Every file that ends in ".0" goes to a group. */
static bool find_mtftp(void *user, const char *boot_file, struct pxe_mtftp *ret_mtftp) {
    *ret_mtftp = (struct pxe_mtftp){0xefff0207, 1757, 1759, 2, 5, user != NULL};
    return g_str_has_suffix(boot_file, ".0");
}

static void answer_with_mtftp(struct fixture *fixture, struct wire *wire, const char *file) {
    const struct answer_policy policy = {.shape = ANSWER_DIRECT, .find_mtftp = find_mtftp};
    g_clear_pointer(&fixture->request, request_unref);
    fixture->request = ask_wire(wire, 67);
    set(fixture, BOOT_HOST_REPLY_BOOT_FILE, file);
    trace_unref(fixture->trace);
    fixture->trace = trace_new(1, BOOT_HOST_STAGE_DISCOVER);
    g_assert_cmpint(answer_make(fixture->request, fixture->reply, BOOT_HOST_REPLY, &policy,
                                fixture->trace, &fixture->answer),
                    ==, 0);
    ask_view(fixture->request, &fixture->answer, &fixture->view);
}

static void test_mtftp(struct fixture *fixture, gconstpointer data) {
    (void) data;
    g_autoptr(Wire) bios = wire_new();
    answer_with_mtftp(fixture, bios, "loader.0");
    ask_assert(&fixture->view, "option.43.1", "efff0207");
    ask_assert(&fixture->view, "option.43.2", "dd06");
    ask_assert(&fixture->view, "option.43.3", "df06");
    ask_assert(&fixture->view, "option.43.4", "02");
    ask_assert(&fixture->view, "option.43.5", "05");
    ask_assert(&fixture->view, "option.43.6", "08");
    assert_quirk(fixture, "mtftp", TRUE);
    answer_with_mtftp(fixture, bios, "loader.1");
    ask_assert(&fixture->view, "option.43", "06:01:08:ff");
    assert_quirk(fixture, "mtftp", FALSE);

    static const char *const others[] = {"pxe/edk2-x64-discover", "pxe/ipxe-bios-discover"};
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autoptr(Wire) wire = wire_new_vector(others[i]);
        answer_with_mtftp(fixture, wire, "loader.0");
        ask_assert(&fixture->view, "option.43", "06:01:08:ff");
        assert_quirk(fixture, "mtftp", FALSE);
    }
    /* Nor does what is sent to a group come through a relay's router. */
    g_autoptr(Wire) relayed = ask_change(wire_new(), "giaddr = 10.1.0.1", NULL);
    answer_with_mtftp(fixture, relayed, "loader.0");
    assert_quirk(fixture, "mtftp", FALSE);
    /* Another server's files are none of our business. */
    set(fixture, BOOT_HOST_REPLY_SERVER, "10.99.0.9");
    answer_with_mtftp(fixture, bios, "loader.0");
    assert_quirk(fixture, "mtftp", FALSE);
}

static void test_invitation(struct fixture *fixture, gconstpointer data) {
    (void) data;
    ask(fixture, "pxe/edk2-x64-discover", 67);
    set(fixture, BOOT_HOST_REPLY_BOOT_FILE, "x64.efi");
    set(fixture, BOOT_HOST_REPLY_SERVER, "10.99.0.9");
    set(fixture, BOOT_HOST_REPLY_SHAPE, "boot-server");
    answer(fixture, BOOT_HOST_REPLY);
    ask_assert(&fixture->view, "option.43", "absent");
    ask_assert(&fixture->view, "file", "\"\"");
    ask_assert(&fixture->view, "siaddr", ASK_SERVER);
    g_assert_cmpstr(trace_get_shape(fixture->trace), ==, "boot-server");
    assert_server(fixture, "10.99.0.9");
}

static void test_boot_server(struct fixture *fixture, gconstpointer data) {
    (void) data;
    ask(fixture, "pxe/edk2-x64-boot-server", 4011);
    set(fixture, BOOT_HOST_REPLY_BOOT_FILE, "x64.efi");
    set(fixture, BOOT_HOST_REPLY_SERVER, "10.99.0.9");
    set(fixture, BOOT_HOST_REPLY_SERVER_NAME, "files.example");
    answer(fixture, BOOT_HOST_REPLY);
    ask_assert(&fixture->view, "type", "ACK");
    ask_assert(&fixture->view, "flags", "none");
    ask_assert(&fixture->view, "ciaddr", "10.99.0.101");
    ask_assert(&fixture->view, "siaddr", "10.99.0.9");
    ask_assert(&fixture->view, "option.54", "0a:63:00:02");
    ask_assert(&fixture->view, "sname", "\"files.example\"");
    ask_assert(&fixture->view, "file", "\"x64.efi\"");
    ask_assert(&fixture->view, "option.43", "absent");
    assert_quirk(fixture, "source-port", TRUE);
}

static void test_menu(struct fixture *fixture, gconstpointer data) {
    (void) data;
    ask(fixture, "pxe/ipxe-bios-discover", 67);
    menu(fixture, 3);
    answer(fixture, BOOT_HOST_REPLY);
    ask_assert(&fixture->view, "option.43.6", "03");
    ask_assert(&fixture->view, "option.43.8", "8000:01:0a630002:8001:01:0a630009");
    ask_assert(&fixture->view, "option.43.9",
               "8000:07:496e7374616c6c:8001:06:526573637565:0000:04:4469736b");
    ask_assert(&fixture->view, "option.43.10", "03:43686f6f7365");
    ask_assert(&fixture->view, "file", "\"\"");
    g_assert_cmpstr(trace_get_shape(fixture->trace), ==, "menu");
    g_assert_cmpstr(trace_get_boot_file(fixture->trace), ==, NULL);
}

static void test_menu_choice(struct fixture *fixture, gconstpointer data) {
    (void) data;
    ask(fixture, "pxe/ipxe-bios-boot-server", 4011);
    menu(fixture, 3);
    set(fixture, BOOT_HOST_REPLY_BOOT_FILE, "install.0");
    answer(fixture, BOOT_HOST_REPLY);
    ask_assert(&fixture->view, "xid", "0x00000000");
    ask_assert(&fixture->view, "option.43", "47:04:80:00:00:00:ff");
    ask_assert(&fixture->view, "file", "\"install.0\"");
    assert_quirk(fixture, "any-xid", TRUE);
    assert_quirk(fixture, "boot-item-echo", TRUE);
    set(fixture, BOOT_HOST_REPLY_BOOT_FILE, NULL);
    refuse(fixture, BOOT_HOST_REPLY, -EINVAL, "names no boot file");
}

/* Firmware that goes to 4011 without having seen a menu may still be shown one there. */
static void test_menu_on_4011(struct fixture *fixture, gconstpointer data) {
    (void) data;
    ask(fixture, "pxe/edk2-x64-boot-server", 4011);
    menu(fixture, BOOT_HOST_MENU_WAIT);
    answer(fixture, BOOT_HOST_REPLY);
    ask_assert(&fixture->view, "type", "ACK");
    ask_assert(&fixture->view, "option.43.10", "ff:43686f6f7365");
    set(fixture, BOOT_HOST_REPLY_BOOT_FILE, "x64.efi");
    answer(fixture, BOOT_HOST_REPLY);
    ask_assert(&fixture->view, "option.43", "absent");
    ask_assert(&fixture->view, "file", "\"x64.efi\"");
}

static void test_menu_of_ipxe_on_uefi(struct fixture *fixture, gconstpointer data) {
    (void) data;
    ask(fixture, "pxe/ipxe-uefi-discover", 67);
    menu(fixture, 3);
    answer(fixture, BOOT_HOST_REPLY);
    g_assert_cmpstr(trace_get_shape(fixture->trace), ==, "menu");
    set(fixture, BOOT_HOST_REPLY_BOOT_FILE, "menu.ipxe");
    answer(fixture, BOOT_HOST_REPLY);
    g_assert_cmpstr(trace_get_shape(fixture->trace), ==, "direct");
    ask_assert(&fixture->view, "option.43", "06:01:08:ff");
    assert_quirk(fixture, "menu-left-out", TRUE);
}

static void test_abort(struct fixture *fixture, gconstpointer data) {
    (void) data;
    ask(fixture, "pxe/edk2-x64-discover", 67);
    set(fixture, BOOT_HOST_REPLY_BOOT_FILE, "secret.efi");
    answer(fixture, BOOT_HOST_ABORT);
    ask_assert(&fixture->view, "file", "\"\"");
    ask_assert(&fixture->view, "option.43.6", "03");
    ask_assert(&fixture->view, "option.43.8", "absent");
    ask_assert(&fixture->view, "option.43.9", "0000:14:426f6f7420746865206e65787420646576696365");
    ask_assert(&fixture->view, "option.43.10", "00:505845");
    g_assert_cmpstr(trace_get_shape(fixture->trace), ==, "abort");
    g_assert_cmpstr(trace_get_boot_file(fixture->trace), ==, NULL);
    assert_quirk(fixture, "local-boot", TRUE);
}

static void test_abort_file(struct fixture *fixture, gconstpointer data) {
    (void) data;
    const struct answer_policy policy = {.shape = ANSWER_DIRECT,
                                         .abort_file = {"abort.com", NULL, "abort.efi"}};
    ask(fixture, "pxe/edk2-x64-discover", 67);
    set(fixture, BOOT_HOST_REPLY_SERVER, "10.99.0.9");
    g_assert_cmpint(answer_make(fixture->request, fixture->reply, BOOT_HOST_ABORT, &policy,
                                fixture->trace, &fixture->answer),
                    ==, 0);
    ask_view(fixture->request, &fixture->answer, &fixture->view);
    ask_assert(&fixture->view, "file", "\"abort.efi\"");
    ask_assert(&fixture->view, "siaddr", ASK_SERVER);
    g_assert_cmpstr(trace_get_shape(fixture->trace), ==, "abort");
}

static void test_http(struct fixture *fixture, gconstpointer data) {
    (void) data;
    ask(fixture, "pxe/edk2-x64-http-discover", 67);
    set(fixture, BOOT_HOST_REPLY_BOOT_FILE, "http://10.99.0.2/x64.efi");
    answer(fixture, BOOT_HOST_REPLY);
    ask_assert(&fixture->view, "option.60", "\"HTTPClient\"");
    ask_assert(&fixture->view, "option.67", "687474703a2f2f31302e39392e302e322f7836342e656669:00");
    ask_assert(&fixture->view, "option.43", "absent");
    ask_assert(&fixture->view, "file", "\"\"");
    g_assert_cmpstr(trace_get_shape(fixture->trace), ==, "http");
    set(fixture, BOOT_HOST_REPLY_BOOT_FILE, "x64.efi");
    refuse(fixture, BOOT_HOST_REPLY, -ENOMSG, "HTTP Boot");
    refuse(fixture, BOOT_HOST_ABORT, -ENOMSG, "HTTP Boot");
    refuse(fixture, BOOT_HOST_HOLD, -ENOMSG, "silence");
}

static void test_urls(struct fixture *fixture, gconstpointer data) {
    (void) data;
    ask(fixture, "pxe/edk2-x64-discover", 67);
    set(fixture, BOOT_HOST_REPLY_BOOT_FILE, "http://10.99.0.2/boot.ipxe");
    refuse(fixture, BOOT_HOST_REPLY, -EINVAL, "URL");
    ask(fixture, "pxe/ipxe-bios-discover", 67);
    answer(fixture, BOOT_HOST_REPLY);
    ask_assert(&fixture->view, "file", "\"http://10.99.0.2/boot.ipxe\"");
}

static void test_silence(struct fixture *fixture, gconstpointer data) {
    (void) data;
    ask(fixture, "pxe/edk2-x64-discover", 67);
    set(fixture, BOOT_HOST_REPLY_BOOT_FILE, "x64.efi");
    refuse(fixture, BOOT_HOST_DROP, -ENOMSG, NULL);
    refuse(fixture, BOOT_HOST_PASS, -ENOMSG, NULL);
    refuse(fixture, -EIO, -ENOMSG, NULL);
    refuse(fixture, BOOT_HOST_HOLD, -ENOMSG, "silence");
}

static void test_wait(struct fixture *fixture, gconstpointer data) {
    (void) data;
    ask(fixture, "pxe/made-wdsmgfw-boot-server", 4011);
    set(fixture, BOOT_HOST_REPLY_BOOT_FILE, "secret.efi");
    set(fixture, BOOT_HOST_REPLY_MESSAGE, "Ask Ann");
    g_assert_cmpint(reply_set_number(fixture->reply, BOOT_HOST_REPLY_POLL_SECONDS, 30), ==, 0);
    answer(fixture, BOOT_HOST_HOLD);
    ask_assert(&fixture->view, "file", "\"\"");
    ask_assert(&fixture->view, "option.43", "absent");
    ask_assert(&fixture->view, "option.250.2", "01");
    ask_assert(&fixture->view, "option.250.3", "001e");
    ask_assert(&fixture->view, "option.250.14", "00");
    ask_assert(&fixture->view, "option.250.6", "\"Ask Ann\"");
    ask_assert(&fixture->view, "option.250.5", "present");
    g_assert_cmpstr(trace_get_shape(fixture->trace), ==, "wait");
    assert_quirk(fixture, "any-xid", TRUE);
    assert_quirk(fixture, "windows-wait", TRUE);
}

static void test_wait_keeps_the_number(struct fixture *fixture, gconstpointer data) {
    (void) data;
    g_autoptr(Wire) wire = ask_change(wire_new_vector("pxe/made-wdsmgfw-boot-server"),
                                      "option.250.5 = 00:00:00:11", NULL);
    fixture->request = ask_wire(wire, 4011);
    answer(fixture, BOOT_HOST_HOLD);
    ask_assert(&fixture->view, "option.250.5", "00000011");
    ask_assert(&fixture->view, "option.250.3", "000a");
}

static void test_relay(struct fixture *fixture, gconstpointer data) {
    (void) data;
    g_autoptr(Wire) wire = ask_change(wire_new_vector("pxe/ipxe-bios-discover"),
                                      "giaddr = 10.1.0.1", "option.82.1 = \"port 7\"", NULL);
    fixture->request = ask_wire(wire, 67);
    set(fixture, BOOT_HOST_REPLY_BOOT_FILE, "a.0");
    g_assert_cmpint(reply_option(fixture->reply, BOOT_HOST_SPACE_DHCP4, 252, "x", 1), ==, 0);
    answer(fixture, BOOT_HOST_REPLY);
    ask_assert(&fixture->view, "giaddr", "10.1.0.1");
    ask_assert(&fixture->view, "flags", "broadcast");
    ask_assert(&fixture->view, "option.82", "01:06:706f72742037");
    struct dhcp_option_walk walk = {.options = &fixture->view.options};
    struct span value = {0};
    uint8_t code = 0;
    while (dhcp_option_next(&walk, &code, &value))
        continue;
    g_assert_cmpuint(code, ==, 82);
}

static void test_long_file(struct fixture *fixture, gconstpointer data) {
    (void) data;
    static const struct {
        size_t size;
        int status;
    } rows[] = {{127, 0}, {128, 0}, {254, 0}, {255, -EMSGSIZE}, {512, -EMSGSIZE}};
    ask(fixture, "pxe/edk2-x64-discover", 67);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *name = g_strnfill(rows[i].size, 'a');
        set(fixture, BOOT_HOST_REPLY_BOOT_FILE, name);
        if (rows[i].status != 0) {
            refuse(fixture, BOOT_HOST_REPLY, rows[i].status, "larger");
            continue;
        }
        answer(fixture, BOOT_HOST_REPLY);
        struct span option = {0};
        gboolean is_long = rows[i].size > 127;
        g_assert_cmpuint(fixture->view.file.size, ==, is_long ? 0 : rows[i].size);
        g_assert_cmpint(dhcp_option_get(&fixture->view.options, 67, &option), ==, is_long);
        g_assert_cmpuint(option.size, ==, is_long ? rows[i].size + 1 : 0);
        if (is_long)
            g_assert_cmpint(option.data[option.size - 1], ==, 0);
        assert_quirk(fixture, "file-option-nul", is_long);
    }
}

static void test_provider_options(struct fixture *fixture, gconstpointer data) {
    (void) data;
    ask(fixture, "pxe/edk2-x64-discover", 67);
    set(fixture, BOOT_HOST_REPLY_BOOT_FILE, "x64.efi");
    g_assert_cmpint(reply_option(fixture->reply, BOOT_HOST_SPACE_PXE, 128, "a", 1), ==, 0);
    g_assert_cmpint(reply_option(fixture->reply, BOOT_HOST_SPACE_DHCP4, 67, "other", 5), ==, 0);
    g_assert_cmpint(reply_option(fixture->reply, BOOT_HOST_SPACE_DHCP4, 252, "\\b", 2), ==, 0);
    answer(fixture, BOOT_HOST_REPLY);
    ask_assert(&fixture->view, "option.43", "06:01:08:80:01:61:ff");
    ask_assert(&fixture->view, "option.67", "6f:74:68:65:72:00");
    ask_assert(&fixture->view, "option.252", "\"\\b\"");
    g_assert_cmpint(reply_option(fixture->reply, BOOT_HOST_SPACE_DHCP4, 67, NULL, 0), ==, 0);
    answer(fixture, BOOT_HOST_REPLY);
    ask_assert(&fixture->view, "option.67", "00");
    g_assert_cmpint(reply_option(fixture->reply, BOOT_HOST_SPACE_DHCP4, 43, "\x06\x01\x0b\xff", 4),
                    ==, 0);
    answer(fixture, BOOT_HOST_REPLY);
    ask_assert(&fixture->view, "option.43", "06:01:0b:ff");
}

static void test_size(struct fixture *fixture, gconstpointer data) {
    (void) data;
    uint8_t big[255] = {0};
    g_autoptr(Wire) wire =
        ask_change(wire_new_vector("pxe/edk2-x64-discover"), "option.57 = absent", NULL);
    fixture->request = ask_wire(wire, 67);
    set(fixture, BOOT_HOST_REPLY_BOOT_FILE, "x64.efi");
    g_assert_cmpint(reply_option(fixture->reply, BOOT_HOST_SPACE_DHCP4, 128, big, 200), ==, 0);
    answer(fixture, BOOT_HOST_REPLY);
    g_assert_cmpuint(fixture->answer.size, >, 300);
    g_assert_cmpint(reply_option(fixture->reply, BOOT_HOST_SPACE_DHCP4, 129, big, 255), ==, 0);
    refuse(fixture, BOOT_HOST_REPLY, -EMSGSIZE, "larger");
    ask(fixture, "pxe/edk2-x64-discover", 67);
    answer(fixture, BOOT_HOST_REPLY);
}

static void test_raspberry_pi(struct fixture *fixture, gconstpointer data) {
    (void) data;
    g_autoptr(Wire) wire = ask_change(wire_new(), "chaddr = dc:a6:32:00:00:01", NULL);
    fixture->request = ask_wire(wire, 67);
    set(fixture, BOOT_HOST_REPLY_BOOT_FILE, "start4.elf");
    answer(fixture, BOOT_HOST_REPLY);
    ask_assert(&fixture->view, "option.43.6", "08");
    ask_assert(&fixture->view, "option.43.9", "0000:11:52617370626572727920506920426f6f74");
    ask_assert(&fixture->view, "option.43.10", "00:505845");
    ask_assert(&fixture->view, "file", "\"start4.elf\"");
    assert_quirk(fixture, "raspberry-pi", TRUE);
}

static void test_alternation(struct fixture *fixture, gconstpointer data) {
    (void) data;
    g_autoptr(Wire) wire = wire_new_vector("pxe/edk2-x64-discover");
    struct request_origin origin = ask_origin(67);
    set(fixture, BOOT_HOST_REPLY_BOOT_FILE, "x64.efi");
    for (uint32_t attempt = 1; attempt <= 4; attempt++) {
        origin.attempt = attempt;
        g_clear_pointer(&fixture->request, request_unref);
        g_assert_cmpint(ask_status(wire, &origin, &fixture->request), ==, REQUEST_OK);
        answer(fixture, BOOT_HOST_REPLY);
        gboolean is_other = attempt % 2 == 0;
        g_assert_cmpstr(trace_get_shape(fixture->trace), ==, is_other ? "boot-server" : "direct");
        assert_quirk(fixture, "alternate-shape", is_other);
    }
    set(fixture, BOOT_HOST_REPLY_SHAPE, "direct");
    answer(fixture, BOOT_HOST_REPLY);
    g_assert_cmpstr(trace_get_shape(fixture->trace), ==, "direct");
    set(fixture, BOOT_HOST_REPLY_SHAPE, NULL);
    set(fixture, BOOT_HOST_REPLY_SERVER, "10.99.0.9");
    answer(fixture, BOOT_HOST_REPLY);
    g_assert_cmpstr(trace_get_shape(fixture->trace), ==, "direct");
}

static void test_no_file(struct fixture *fixture, gconstpointer data) {
    (void) data;
    ask(fixture, "pxe/edk2-x64-discover", 67);
    refuse(fixture, BOOT_HOST_REPLY, -EINVAL, "names no boot file");
    set(fixture, BOOT_HOST_REPLY_BOOT_FILE, "x64.efi");
    set(fixture, BOOT_HOST_REPLY_SERVER, "fd00::1");
    refuse(fixture, BOOT_HOST_REPLY, -EINVAL, "no IPv4 address");
}

static void test_shape_names(void) {
    enum answer_shape shape = ANSWER_DIRECT;
    g_assert_true(answer_shape_parse("auto", &shape));
    g_assert_cmpint(shape, ==, ANSWER_AUTO);
    g_assert_true(answer_shape_parse("boot-server", &shape));
    g_assert_cmpint(shape, ==, ANSWER_BOOT_SERVER);
    g_assert_false(answer_shape_parse("Direct", &shape));
    g_assert_cmpint(shape, ==, ANSWER_BOOT_SERVER);
}

static void test_quirk_table(void) {
    for (int i = 0; i < QUIRK_COUNT; i++) {
        const struct quirk_row *row = quirk_get((enum quirk) i);
        g_assert_nonnull(row->name);
        g_assert_nonnull(row->applies);
        g_assert_nonnull(row->source);
        g_assert_nonnull(row->effect);
        g_assert_nonnull(row->fires);
        for (int k = 0; k < i; k++)
            g_assert_cmpstr(quirk_get((enum quirk) k)->name, !=, row->name);
    }
}

#define ADD(path, function)                                                                        \
    g_test_add("/boothost/boot/answer/" path, struct fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    ADD("direct-names-the-file", test_direct);
    ADD("forces-the-broadcast-flag", test_broadcast_flag);
    ADD("invites-to-4011-without-option-43", test_invitation);
    ADD("is-complete-on-4011", test_boot_server);
    ADD("shows-a-menu", test_menu);
    ADD("echoes-the-chosen-item", test_menu_choice);
    ADD("shows-a-menu-on-4011", test_menu_on_4011);
    ADD("spares-ipxe-on-uefi-the-menu", test_menu_of_ipxe_on_uefi);
    ADD("aborts-by-local-boot", test_abort);
    ADD("aborts-by-file", test_abort_file);
    ADD("speaks-http-boot", test_http);
    ADD("gives-urls-to-ipxe-alone", test_urls);
    ADD("is-silent-when-told-so", test_silence);
    ADD("lets-windows-loaders-wait", test_wait);
    ADD("keeps-the-number-of-a-waiting-request", test_wait_keeps_the_number);
    ADD("echoes-option-82-last", test_relay);
    ADD("counts-the-nul-of-a-long-file", test_long_file);
    ADD("carries-options-of-providers", test_provider_options);
    ADD("keeps-to-the-clients-size", test_size);
    ADD("greets-a-raspberry-pi", test_raspberry_pi);
    ADD("alternates-when-a-client-comes-back", test_alternation);
    ADD("refuses-replies-without-sense", test_no_file);
    ADD("bios-firmware-is-told-of-mtftp", test_mtftp);
    g_test_add_func("/boothost/boot/answer/names-its-shapes", test_shape_names);
    g_test_add_func("/boothost/boot/quirks/are-all-described-once", test_quirk_table);
    return g_test_run();
}
