/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Requests of made-up PXE clients, and the judgement of their answers.
 */
#include "pxe-client.h"

#include <stdio.h>
#include <string.h>

#include "codec/pxe.h"

#define MAC_SIZE       6
#define OFFSET_XID     4 /* RFC 2131 figure 1 */
#define OFFSET_CIADDR  12
#define OFFSET_GIADDR  24
#define OFFSET_CHADDR  28
#define UUID_TYPE_SIZE 1

/* What EDK2 asks for in option 55. */
static const uint8_t PARAMETERS[] = {1,  2,  3,  4,   5,   6,   12,  13,  15,  17,  18, 22,
                                     23, 28, 40, 41,  42,  43,  50,  51,  54,  58,  59, 60,
                                     66, 67, 97, 128, 129, 130, 131, 132, 133, 134, 135};

static const uint8_t UUID_PREFIX[PXE_UUID_SIZE] = {0xb0, 0x07, 0x05, 0x7e, 0, 0, 0x40, 0,
                                                   0x80, 0,    0,    0,    0, 0, 0,    0};

static void put_big_endian(uint8_t *bytes, uint32_t value) {
    bytes[0] = (uint8_t) (value >> 24);
    bytes[1] = (uint8_t) (value >> 16);
    bytes[2] = (uint8_t) (value >> 8);
    bytes[3] = (uint8_t) value;
}

void pxe_template_init(struct pxe_template *template, uint8_t message_type, uint16_t architecture) {
    struct dhcp_header header = {
        .op = DHCP_OP_REQUEST,
        .htype = DHCP_HTYPE_ETHERNET,
        .hlen = MAC_SIZE,
        .hops = message_type == DHCP_MESSAGE_DISCOVER, /* a relay counts itself */
        .flags = message_type == DHCP_MESSAGE_DISCOVER ? DHCP_FLAG_BROADCAST : 0,
        .chaddr = {0x02},
    };
    uint8_t uuid[UUID_TYPE_SIZE + PXE_UUID_SIZE] = {0};
    char vendor_class[40];
    struct writer writer;

    memcpy(uuid + UUID_TYPE_SIZE, UUID_PREFIX, PXE_UUID_SIZE);
    snprintf(vendor_class, sizeof vendor_class, "PXEClient:Arch:%05u:UNDI:003000", architecture);
    writer_init(&writer, template->bytes, sizeof template->bytes);
    dhcp_start(&writer, &header, NULL, NULL);
    dhcp_option_put_u8(&writer, DHCP_OPTION_MESSAGE_TYPE, message_type);
    dhcp_option_put_u16(&writer, DHCP_OPTION_MAXIMUM_SIZE, 1472);
    dhcp_option_put(&writer, DHCP_OPTION_PARAMETER_LIST,
                    (struct span){PARAMETERS, sizeof PARAMETERS});
    template->uuid_offset = writer.size + 2 + UUID_TYPE_SIZE;
    dhcp_option_put(&writer, DHCP_OPTION_CLIENT_UUID, (struct span){uuid, sizeof uuid});
    dhcp_option_put(&writer, DHCP_OPTION_UNDI, (struct span){(const uint8_t *) "\1\3\0", 3});
    dhcp_option_put_u16(&writer, DHCP_OPTION_ARCHITECTURE, architecture);
    dhcp_option_put_text(&writer, DHCP_OPTION_VENDOR_CLASS, vendor_class);
    dhcp_finish(&writer, PXE_REQUEST_SIZE);
    template->message_type = message_type;
}

void pxe_template_fill(const struct pxe_template *template, const struct pxe_exchange *exchange,
                       uint8_t ret_request[PXE_REQUEST_SIZE]) {
    bool relayed = template->message_type == DHCP_MESSAGE_DISCOVER;

    memcpy(ret_request, template->bytes, PXE_REQUEST_SIZE);
    put_big_endian(ret_request + OFFSET_XID, exchange->xid);
    put_big_endian(ret_request + (relayed ? OFFSET_GIADDR : OFFSET_CIADDR), exchange->address);
    put_big_endian(ret_request + OFFSET_CHADDR + 2, exchange->client);
    put_big_endian(ret_request + template->uuid_offset + PXE_UUID_SIZE - 4, exchange->client);
}

const char *pxe_fault_name(enum pxe_fault fault) {
    static const char *const NAMES[PXE_FAULT_COUNT] = {
        [PXE_FAULT_NONE] = "none",
        [PXE_FAULT_MALFORMED] = "malformed",
        [PXE_FAULT_XID] = "xid",
        [PXE_FAULT_SOURCE] = "source",
        [PXE_FAULT_HARDWARE] = "chaddr",
        [PXE_FAULT_TYPE] = "type",
        [PXE_FAULT_SERVER_ID] = "server-id",
        [PXE_FAULT_NEXT_SERVER] = "next-server",
        [PXE_FAULT_CLASS] = "class",
        [PXE_FAULT_UUID] = "uuid",
        [PXE_FAULT_FILE] = "file",
    };

    return fault < PXE_FAULT_COUNT ? NAMES[fault] : "unknown";
}

struct span pxe_answer_file(const struct dhcp_view *answer) {
    struct span file = answer->file;

    if (file.size == 0 && dhcp_option_get(&answer->options, DHCP_OPTION_BOOT_FILE, &file)) {
        return span_until_nul(file);
    }
    return file;
}

static bool uuid_is_clients(const struct dhcp_view *answer, uint32_t client) {
    uint8_t expected[UUID_TYPE_SIZE + PXE_UUID_SIZE] = {0};
    struct span uuid;

    memcpy(expected + UUID_TYPE_SIZE, UUID_PREFIX, PXE_UUID_SIZE);
    put_big_endian(expected + sizeof expected - 4, client);
    return dhcp_option_get(&answer->options, DHCP_OPTION_CLIENT_UUID, &uuid) &&
           span_equals(uuid, (struct span){expected, sizeof expected});
}

static bool hardware_is_clients(const struct dhcp_view *answer, uint32_t client) {
    uint8_t expected[DHCP_CHADDR_SIZE] = {0x02};

    put_big_endian(expected + 2, client);
    return answer->header.hlen == MAC_SIZE &&
           memcmp(answer->header.chaddr, expected, sizeof expected) == 0;
}

static enum pxe_fault check_file(const struct dhcp_view *answer,
                                 const struct pxe_expectation *expectation) {
    struct span file = pxe_answer_file(answer);

    if (file.size == 0) {
        return answer->message_type == DHCP_MESSAGE_ACK ? PXE_FAULT_FILE : PXE_FAULT_NONE;
    }
    if (answer->header.siaddr != expectation->server) {
        return PXE_FAULT_NEXT_SERVER;
    }
    for (unsigned i = 0; expectation->files[i] != NULL; i++) {
        if (span_equals(file, span_of_text(expectation->files[i]))) {
            return PXE_FAULT_NONE;
        }
    }
    return PXE_FAULT_FILE;
}

enum pxe_fault pxe_answer_check(const struct dhcp_view *answer, const struct pxe_exchange *exchange,
                                const struct pxe_expectation *expectation) {
    uint8_t wanted_type = expectation->template->message_type == DHCP_MESSAGE_DISCOVER
                              ? DHCP_MESSAGE_OFFER
                              : DHCP_MESSAGE_ACK;
    uint32_t server_id = 0;
    struct span vendor_class;

    if (!hardware_is_clients(answer, exchange->client)) {
        return PXE_FAULT_HARDWARE;
    }
    if (answer->message_type != wanted_type) {
        return PXE_FAULT_TYPE;
    }
    if (!dhcp_option_get_u32(&answer->options, DHCP_OPTION_SERVER_ID, &server_id) ||
        server_id != expectation->server) {
        return PXE_FAULT_SERVER_ID;
    }
    if (!dhcp_option_get(&answer->options, DHCP_OPTION_VENDOR_CLASS, &vendor_class) ||
        !span_equals(vendor_class, span_of_text("PXEClient"))) {
        return PXE_FAULT_CLASS;
    }
    if (!uuid_is_clients(answer, exchange->client)) {
        return PXE_FAULT_UUID;
    }
    return check_file(answer, expectation);
}
