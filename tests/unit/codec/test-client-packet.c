/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Packets we make up against packets that real firmware sent: byte for byte.
 */
#include "codec/client-packet.h"

#include <glib.h>
#include <string.h>

#include "codec/dhcp.h"
#include "codec/pxe.h"
#include "support/vector.h"

struct sample {
    const char *file;
    enum client_loader loader;
    uint16_t architecture;
    uint16_t item; /* 0: none */
    bool boot_server;
};

static const struct sample samples[] = {
    {"edk2-x64-discover", CLIENT_FIRMWARE, 7, 0, false},
    {"edk2-ia32-discover", CLIENT_FIRMWARE, 6, 0, false},
    {"edk2-x64-boot-server", CLIENT_FIRMWARE, 7, 0, true},
    {"edk2-ia32-boot-server", CLIENT_FIRMWARE, 6, 0, true},
    {"ipxe-bios-discover", CLIENT_IPXE, 0, 0, false},
    {"ipxe-bios-boot-server", CLIENT_IPXE, 0, 32768, true},
    {"ipxe-uefi-discover", CLIENT_IPXE, 7, 0, false},
    {"ipxe-uefi-boot-server", CLIENT_IPXE, 7, 0, true},
};

/* What differs from machine to machine, taken from the sample itself. */
static struct client_packet packet_like(const struct sample *sample, const struct dhcp_view *view) {
    struct client_packet packet = {
        .boot_server = sample->boot_server,
        .loader = sample->loader,
        .architecture = sample->architecture,
        .xid = view->header.xid,
        .client = view->header.ciaddr,
        .has_item = sample->item != 0,
        .item = sample->item,
    };
    struct pxe_client pxe;

    pxe_client_parse(&view->options, &pxe);
    g_assert_true(pxe.has_uuid);
    memcpy(packet.uuid, pxe.uuid, sizeof packet.uuid);
    memcpy(packet.mac, view->header.chaddr, sizeof packet.mac);
    dhcp_option_get_u32(&view->options, DHCP_OPTION_SERVER_ID, &packet.server);
    return packet;
}

static void test_like_firmware(gconstpointer data) {
    const struct sample *sample = data;
    uint8_t made[CLIENT_PACKET_MAX];
    g_autofree char *name = g_strconcat("pxe/", sample->file, NULL);
    g_autoptr(GBytes) vector = vector_load(name);
    struct span real = vector_span(vector);
    struct dhcp_view view;

    g_assert_cmpint(dhcp_parse(real, &view), ==, DHCP_OK);
    struct client_packet packet = packet_like(sample, &view);
    size_t size = client_packet_build(&packet, made, sizeof made);

    memcpy(made + 8, real.data + 8, 2); /* secs depends on how long the firmware has tried */
    g_assert_cmpmem(made, size, real.data, real.size);
}

static struct client_packet plain_packet(void) {
    struct client_packet packet = {.architecture = 16, .mac = {2, 0, 0, 0, 0, 1}, .xid = 1};

    client_packet_uuid(packet.mac, packet.uuid);
    return packet;
}

static void parse_built(const struct client_packet *packet, uint8_t *data, struct dhcp_view *view,
                        struct pxe_client *pxe) {
    size_t size = client_packet_build(packet, data, CLIENT_PACKET_MAX);

    g_assert_cmpint(dhcp_parse((struct span){data, size}, view), ==, DHCP_OK);
    pxe_client_parse(&view->options, pxe);
}

static void test_http_client(void) {
    struct client_packet packet = plain_packet();
    uint8_t data[CLIENT_PACKET_MAX];
    struct dhcp_view view;
    struct pxe_client pxe;

    parse_built(&packet, data, &view, &pxe);
    g_assert_cmpint(pxe.vendor_class.kind, ==, PXE_KIND_HTTP);
    g_assert_cmpuint(pxe.architectures[0], ==, 16);
}

static void test_grub(void) {
    struct client_packet packet = plain_packet();
    uint8_t data[CLIENT_PACKET_MAX];
    struct dhcp_view view;
    struct pxe_client pxe;

    packet.architecture = 7;
    packet.loader = CLIENT_GRUB;
    parse_built(&packet, data, &view, &pxe);
    g_assert_cmpmem(pxe.user_class.data, pxe.user_class.size, "GRUB", 4);
    g_assert_false(pxe.is_ipxe);
}

static void test_wdsnbp(void) {
    struct client_packet packet = plain_packet();
    uint8_t data[CLIENT_PACKET_MAX];
    struct dhcp_view view;
    struct pxe_client pxe;
    struct span items;

    packet.architecture = 0;
    packet.loader = CLIENT_WDSNBP;
    packet.boot_server = true;
    parse_built(&packet, data, &view, &pxe);
    g_assert_cmpint(view.message_type, ==, DHCP_MESSAGE_REQUEST);
    g_assert_true(dhcp_option_get(&view.options, DHCP_OPTION_WDS_NBP, &items));
    g_assert_false(pxe.vendor_class.has_architecture);
}

static void test_relay(void) {
    struct client_packet packet = plain_packet();
    uint8_t data[CLIENT_PACKET_MAX];
    struct dhcp_view view;
    struct pxe_client pxe;

    packet.relay = 0x0a000001;
    parse_built(&packet, data, &view, &pxe);
    g_assert_cmpuint(view.header.giaddr, ==, 0x0a000001);
    g_assert_cmpuint(view.header.hops, ==, 1);
}

static void test_no_room(void) {
    struct client_packet packet = plain_packet();
    uint8_t data[300];

    g_assert_cmpuint(client_packet_build(&packet, data, sizeof data), ==, 0);
}

static void test_uuids_differ(void) {
    const uint8_t one[IDENTITY_MAC_SIZE] = {2, 0, 0, 0, 0, 1}, two[IDENTITY_MAC_SIZE] = {2};
    uint8_t first[IDENTITY_UUID_SIZE], second[IDENTITY_UUID_SIZE];

    client_packet_uuid(one, first);
    client_packet_uuid(two, second);
    g_assert_cmpint(memcmp(first, second, sizeof first), !=, 0);
    g_assert_false(identity_is_bad_uuid(first));
}

static void test_architectures(void) {
    static const struct {
        const char *word;
        uint16_t code;
    } words[] = {{"bios", 0}, {"x64-uefi", 7}, {"x64", 7}, {"9", 9}, {"0x0b", 11}, {"arm64", 11}};
    uint16_t code = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        g_assert_true(client_architecture_parse(words[i].word, &code));
        g_assert_cmpuint(code, ==, words[i].code);
    }
    g_assert_false(client_architecture_parse("x65", &code));
    g_assert_false(client_architecture_parse("70000", &code));
    g_assert_false(client_architecture_parse("-1", &code));
    g_assert_false(client_architecture_parse("", &code));
}

/* Every word that an error message offers is taken. */
static void test_words(void) {
    unsigned i = 0;
    uint16_t code = 0;

    for (; client_architecture_word(i) != NULL; i++)
        g_assert_true(client_architecture_parse(client_architecture_word(i), &code));
    g_assert_cmpuint(i, >, 30);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(samples); i++) {
        g_autofree char *path =
            g_strconcat("/boothost/codec/client-packet/like-", samples[i].file, NULL);
        g_test_add_data_func(path, &samples[i], test_like_firmware);
    }
    g_test_add_func("/boothost/codec/client-packet/http-architecture-asks-for-http",
                    test_http_client);
    g_test_add_func("/boothost/codec/client-packet/grub-has-a-user-class", test_grub);
    g_test_add_func("/boothost/codec/client-packet/wdsnbp-has-option-250", test_wdsnbp);
    g_test_add_func("/boothost/codec/client-packet/relay-is-set", test_relay);
    g_test_add_func("/boothost/codec/client-packet/too-little-room-makes-nothing", test_no_room);
    g_test_add_func("/boothost/codec/client-packet/each-mac-has-its-uuid", test_uuids_differ);
    g_test_add_func("/boothost/codec/client-packet/architectures-by-name-and-number",
                    test_architectures);
    g_test_add_func("/boothost/codec/client-packet/all-offered-words-are-taken", test_words);
    return g_test_run();
}
