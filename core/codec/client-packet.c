/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Field by field what captures of QEMU's iPXE ROMs and of EDK2 (OVMF) show, in their order.
 */
#include "codec/client-packet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/architecture.h"
#include "codec/dhcp.h"
#include "codec/pxe.h"

#define UNDI_TYPE 1 /* RFC 4578 section 2.2 */

/* ---- Words ----------------------------------------------------------------------------------- */

static const char *const loaders[] = {"firmware", "ipxe", "grub", "wdsnbp", NULL};

const char *client_loader_name(unsigned index) {
    return index < sizeof loaders / sizeof loaders[0] ? loaders[index] : NULL;
}

bool client_loader_parse(const char *text, enum client_loader *ret_loader) {
    for (unsigned i = 0; loaders[i] != NULL; i++) {
        if (strcmp(loaders[i], text) == 0) {
            *ret_loader = (enum client_loader) i;
            return true;
        }
    }
    return false;
}

static const struct {
    const char *word;
    const char *name;
} short_forms[] = {
    {"bios", "x86-bios"},      {"ia32", "ia32-uefi"},  {"x64", "x64-uefi"},
    {"uefi", "x64-uefi"},      {"x86_64", "x64-uefi"}, {"arm64", "arm64-uefi"},
    {"aarch64", "arm64-uefi"},
};
#define SHORT_FORMS (sizeof short_forms / sizeof short_forms[0])

const char *client_architecture_word(unsigned index) {
    return index < SHORT_FORMS ? short_forms[index].word
                               : architecture_name_at(index - SHORT_FORMS);
}

static bool parse_code(const char *text, uint16_t *ret_code) {
    char *end = NULL;

    if (text[0] < '0' || text[0] > '9')
        return false;
    unsigned long code = strtoul(text, &end, 0);
    if (*end != '\0' || code > UINT16_MAX)
        return false;
    *ret_code = (uint16_t) code;
    return true;
}

bool client_architecture_parse(const char *text, uint16_t *ret_code) {
    for (size_t i = 0; i < SHORT_FORMS; i++) {
        if (strcmp(short_forms[i].word, text) == 0)
            return architecture_code(short_forms[i].name, ret_code);
    }
    return architecture_code(text, ret_code) || parse_code(text, ret_code);
}

void client_packet_uuid(const uint8_t mac[IDENTITY_MAC_SIZE],
                        uint8_t ret_uuid[IDENTITY_UUID_SIZE]) {
    /* Of RFC 4122's form, version 4; the MAC where a version 1 has it. */
    static const uint8_t made_up[] = {0xb0, 0x07, 0xb0, 0x57, 0x00, 0x00, 0x00, 0x40, 0x80, 0x00};

    memcpy(ret_uuid, made_up, sizeof made_up);
    memcpy(ret_uuid + sizeof made_up, mac, IDENTITY_MAC_SIZE);
}

/* ---- Options --------------------------------------------------------------------------------- */

/* What EDK2 asks for, PXE and HTTP. */
static const uint8_t edk2_wants[] = {1,  2,  3,  4,   5,   6,   12,  13,  15,  17,  18, 22,
                                     23, 28, 40, 41,  42,  43,  50,  51,  54,  58,  59, 60,
                                     66, 67, 97, 128, 129, 130, 131, 132, 133, 134, 135};
static const uint8_t edk2_http_wants[] = {1,  2,  3,  4,  5,  6,  12, 13, 15, 17, 18, 22, 23,
                                          28, 40, 41, 42, 43, 50, 51, 54, 58, 59, 60, 67, 97};
static const uint8_t ipxe_wants[] = {1,   3,   6,   7,   12,  15,  17,  26,  43,  60,  66, 67,
                                     119, 128, 129, 130, 131, 132, 133, 134, 135, 175, 203};

/* iPXE's features, with version 1.0.0 and a PCI card. */
static const uint8_t ipxe_bios_features[] = {
    0xb1, 5,    1,    0x80, 0x86, 0x10, 0x0e, 0xeb, 3,    1, 0,    0,    0x17, 1,    1,    0x22,
    1,    1,    0x13, 1,    1,    0x11, 1,    1,    0x27, 1, 1,    0x19, 1,    1,    0x29, 1,
    1,    0x10, 1,    2,    0x21, 1,    1,    0x15, 1,    1, 0x18, 1,    1,    0x12, 1,    1};
static const uint8_t ipxe_uefi_features[] = {
    0xb1, 5, 1, 0x80, 0x86, 0x10, 0x0e, 0xeb, 3, 1,    0, 0, 0x17, 1, 1, 0x24, 1, 1,
    0x13, 1, 1, 0x11, 1,    1,    0x27, 1,    1, 0x29, 1, 1, 0x15, 1, 1, 0x12, 1, 1};

/* wdsnbp's question: not yet prompted, version 0x0800, its architecture, more to come. */
static const uint8_t wdsnbp_items[] = {0x0c, 1, 0, 0x0d, 2, 8, 0, 0x0e, 1, 0, 0xff};

static void put_bytes(struct writer *writer, uint8_t code, const uint8_t *data, size_t size) {
    dhcp_option_put(writer, code, (struct span){data, size});
}
#define PUT_TABLE(writer, code, table) put_bytes(writer, code, table, sizeof table)

struct undi {
    uint8_t major;
    uint8_t minor;
};

static struct undi undi_of(const struct client_packet *packet) {
    if (!architecture_is_uefi(packet->architecture))
        return (struct undi){2, 1};
    return packet->loader == CLIENT_IPXE ? (struct undi){3, 10} : (struct undi){3, 0};
}

static void put_undi(struct writer *writer, const struct client_packet *packet) {
    struct undi undi = undi_of(packet);
    const uint8_t value[] = {UNDI_TYPE, undi.major, undi.minor};

    PUT_TABLE(writer, DHCP_OPTION_UNDI, value);
}

static void put_vendor_class(struct writer *writer, const struct client_packet *packet) {
    struct undi undi = undi_of(packet);
    char text[64];

    snprintf(text, sizeof text, "%s:Arch:%05u:UNDI:%03u%03u",
             architecture_is_http(packet->architecture) ? "HTTPClient" : "PXEClient",
             packet->architecture, undi.major, undi.minor);
    dhcp_option_put_text(writer, DHCP_OPTION_VENDOR_CLASS, text);
}

static void put_uuid(struct writer *writer, const struct client_packet *packet) {
    uint8_t value[1 + IDENTITY_UUID_SIZE] = {0}; /* type 0: a UUID, RFC 4578 section 2.3 */

    memcpy(value + 1, packet->uuid, IDENTITY_UUID_SIZE);
    PUT_TABLE(writer, DHCP_OPTION_CLIENT_UUID, value);
}

static void put_message(struct writer *writer, const struct client_packet *packet) {
    dhcp_option_put_u8(writer, DHCP_OPTION_MESSAGE_TYPE,
                       packet->boot_server ? DHCP_MESSAGE_REQUEST : DHCP_MESSAGE_DISCOVER);
}

/* 43.71 with the END that iPXE writes inside option 43. */
static void put_item(struct writer *writer, const struct client_packet *packet) {
    const uint8_t value[] = {PXE_SUBOPTION_BOOT_ITEM, 4, (uint8_t) (packet->item >> 8),
                             (uint8_t) packet->item,  0, 0,
                             DHCP_OPTION_END};

    if (packet->has_item)
        PUT_TABLE(writer, DHCP_OPTION_VENDOR_SPECIFIC, value);
}

/* ---- Whole packets --------------------------------------------------------------------------- */

static void put_edk2_discover(struct writer *writer, const struct client_packet *packet) {
    put_message(writer, packet);
    dhcp_option_put_u16(writer, DHCP_OPTION_MAXIMUM_SIZE, 1472);
    if (architecture_is_http(packet->architecture))
        PUT_TABLE(writer, DHCP_OPTION_PARAMETER_LIST, edk2_http_wants);
    else
        PUT_TABLE(writer, DHCP_OPTION_PARAMETER_LIST, edk2_wants);
    put_uuid(writer, packet);
    put_undi(writer, packet);
    dhcp_option_put_u16(writer, DHCP_OPTION_ARCHITECTURE, packet->architecture);
    put_vendor_class(writer, packet);
}

static void put_edk2_boot_server(struct writer *writer, const struct client_packet *packet) {
    put_message(writer, packet);
    PUT_TABLE(writer, DHCP_OPTION_PARAMETER_LIST, edk2_wants);
    dhcp_option_put_u16(writer, DHCP_OPTION_MAXIMUM_SIZE, 1472);
    put_vendor_class(writer, packet);
    dhcp_option_put_u16(writer, DHCP_OPTION_ARCHITECTURE, packet->architecture);
    put_undi(writer, packet);
    put_uuid(writer, packet);
    put_item(writer, packet);
}

static void put_firmware(struct writer *writer, const struct client_packet *packet) {
    if (packet->boot_server)
        put_edk2_boot_server(writer, packet);
    else
        put_edk2_discover(writer, packet);
}

static void put_grub(struct writer *writer, const struct client_packet *packet) {
    put_firmware(writer, packet);
    dhcp_option_put_text(writer, DHCP_OPTION_USER_CLASS, "GRUB");
}

static void put_ipxe(struct writer *writer, const struct client_packet *packet) {
    uint8_t client_id[1 + IDENTITY_MAC_SIZE] = {DHCP_HTYPE_ETHERNET};

    memcpy(client_id + 1, packet->mac, IDENTITY_MAC_SIZE);
    put_message(writer, packet);
    dhcp_option_put_u16(writer, DHCP_OPTION_MAXIMUM_SIZE, 1472);
    dhcp_option_put_u16(writer, DHCP_OPTION_ARCHITECTURE, packet->architecture);
    put_undi(writer, packet);
    if (packet->has_item) /* a menu's choice comes with the bare class */
        dhcp_option_put_text(writer, DHCP_OPTION_VENDOR_CLASS, "PXEClient");
    else
        put_vendor_class(writer, packet);
    dhcp_option_put_text(writer, DHCP_OPTION_USER_CLASS, "iPXE");
    PUT_TABLE(writer, DHCP_OPTION_PARAMETER_LIST, ipxe_wants);
    if (architecture_is_uefi(packet->architecture))
        PUT_TABLE(writer, DHCP_OPTION_IPXE, ipxe_uefi_features);
    else
        PUT_TABLE(writer, DHCP_OPTION_IPXE, ipxe_bios_features);
    PUT_TABLE(writer, DHCP_OPTION_CLIENT_ID, client_id);
    put_uuid(writer, packet);
    put_item(writer, packet);
    if (packet->boot_server && !packet->has_item && packet->server != 0)
        dhcp_option_put_u32(writer, DHCP_OPTION_SERVER_ID, packet->server);
}

static void put_wdsnbp(struct writer *writer, const struct client_packet *packet) {
    put_message(writer, packet);
    dhcp_option_put_text(writer, DHCP_OPTION_VENDOR_CLASS, "PXEClient");
    dhcp_option_put_u16(writer, DHCP_OPTION_ARCHITECTURE, packet->architecture);
    put_uuid(writer, packet);
    PUT_TABLE(writer, DHCP_OPTION_WDS_NBP, wdsnbp_items);
}

/* EDK2 asks for broadcast in the DISCOVER and not on 4011; iPXE the other way round. */
static bool wants_broadcast(const struct client_packet *packet) {
    return packet->loader == CLIENT_IPXE ? packet->boot_server : !packet->boot_server;
}

/* iPXE counts from 4 on, and asks for a menu's entry with xid 0. */
static struct dhcp_header header_of(const struct client_packet *packet) {
    bool ipxe = packet->loader == CLIENT_IPXE;
    struct dhcp_header header = {
        .op = DHCP_OP_REQUEST,
        .htype = DHCP_HTYPE_ETHERNET,
        .hlen = IDENTITY_MAC_SIZE,
        .hops = packet->relay != 0 ? 1 : 0,
        .xid = ipxe && packet->boot_server && packet->has_item ? 0 : packet->xid,
        .secs = ipxe ? 4 : 0,
        .flags = wants_broadcast(packet) ? DHCP_FLAG_BROADCAST : 0,
        .ciaddr = packet->boot_server ? packet->client : 0,
        .giaddr = packet->relay,
    };
    memcpy(header.chaddr, packet->mac, IDENTITY_MAC_SIZE);
    return header;
}

size_t client_packet_build(const struct client_packet *packet, uint8_t *ret_data, size_t room) {
    static void (*const put[])(struct writer *, const struct client_packet *) = {
        [CLIENT_FIRMWARE] = put_firmware,
        [CLIENT_IPXE] = put_ipxe,
        [CLIENT_GRUB] = put_grub,
        [CLIENT_WDSNBP] = put_wdsnbp,
    };
    const struct dhcp_header header = header_of(packet);
    struct writer writer;

    writer_init(&writer, ret_data, room);
    dhcp_start(&writer, &header, NULL, NULL);
    put[packet->loader](&writer, packet);
    return dhcp_finish(&writer, 0) ? writer.size : 0;
}
