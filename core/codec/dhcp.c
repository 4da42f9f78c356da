/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The fixed header of DHCPv4, read and written.
 */
#include "codec/dhcp.h"

#include <string.h>

#define MAGIC_COOKIE 0x63825363 /* RFC 2131 section 3 */

const char *dhcp_message_name(uint8_t message_type) {
    static const char *const names[] = {
        [DHCP_MESSAGE_NONE] = "BOOTP",      [DHCP_MESSAGE_DISCOVER] = "DISCOVER",
        [DHCP_MESSAGE_OFFER] = "OFFER",     [DHCP_MESSAGE_REQUEST] = "REQUEST",
        [DHCP_MESSAGE_DECLINE] = "DECLINE", [DHCP_MESSAGE_ACK] = "ACK",
        [DHCP_MESSAGE_NAK] = "NAK",         [DHCP_MESSAGE_RELEASE] = "RELEASE",
        [DHCP_MESSAGE_INFORM] = "INFORM",
    };
    return message_type < sizeof names / sizeof names[0] ? names[message_type] : "UNKNOWN";
}

/* RFC 2131 figure 1; the caller has seen that DHCP_HEADER_SIZE bytes are there. */
enum field {
    FIELD_XID = 4,
    FIELD_SECS = 8,
    FIELD_FLAGS = 10,
    FIELD_CIADDR = 12,
    FIELD_YIADDR = 16,
    FIELD_SIADDR = 20,
    FIELD_GIADDR = 24,
    FIELD_CHADDR = 28,
    FIELD_SNAME = 44,
    FIELD_FILE = 108,
    FIELD_COOKIE = 236,
};

static void read_header(const uint8_t *bytes, struct dhcp_header *header) {
    header->op = bytes[0];
    header->htype = bytes[1];
    header->hlen = bytes[2];
    header->hops = bytes[3];
    header->xid = span_read_u32(bytes + FIELD_XID);
    header->secs = span_read_u16(bytes + FIELD_SECS);
    header->flags = span_read_u16(bytes + FIELD_FLAGS);
    header->ciaddr = span_read_u32(bytes + FIELD_CIADDR);
    header->yiaddr = span_read_u32(bytes + FIELD_YIADDR);
    header->siaddr = span_read_u32(bytes + FIELD_SIADDR);
    header->giaddr = span_read_u32(bytes + FIELD_GIADDR);
    memcpy(header->chaddr, bytes + FIELD_CHADDR, sizeof header->chaddr);
}

static enum dhcp_status check_header(const struct dhcp_header *header, uint32_t cookie) {
    if (cookie != MAGIC_COOKIE)
        return DHCP_BAD_COOKIE;
    if (header->op != DHCP_OP_REQUEST && header->op != DHCP_OP_REPLY)
        return DHCP_BAD_OP;
    if (header->hlen > DHCP_CHADDR_SIZE)
        return DHCP_BAD_HARDWARE_LENGTH;
    return DHCP_OK;
}

enum dhcp_status dhcp_parse(struct span datagram, struct dhcp_view *ret_view) {
    if (datagram.size < DHCP_HEADER_SIZE)
        return DHCP_TRUNCATED;
    const uint8_t *bytes = datagram.data;
    read_header(bytes, &ret_view->header);
    enum dhcp_status status = check_header(&ret_view->header, span_read_u32(bytes + FIELD_COOKIE));
    if (status == DHCP_OK)
        status = dhcp_options_parse(datagram, &ret_view->options);
    if (status != DHCP_OK)
        return status;

    struct span sname = {bytes + FIELD_SNAME, DHCP_SNAME_SIZE};
    struct span file = {bytes + FIELD_FILE, DHCP_FILE_SIZE};
    uint8_t overload = ret_view->options.overload;
    ret_view->file = (overload & 1) != 0 ? (struct span){0} : span_until_nul(file);
    ret_view->sname = (overload & 2) != 0 ? (struct span){0} : span_until_nul(sname);
    ret_view->message_type = DHCP_MESSAGE_NONE;
    (void) dhcp_option_get_u8(&ret_view->options, DHCP_OPTION_MESSAGE_TYPE,
                              &ret_view->message_type);
    return DHCP_OK;
}

/* A name in a field of `size` zeros, with at least one of them behind it. */
static void put_name(struct writer *writer, uint8_t *field, const char *name, size_t size) {
    size_t length = name != NULL ? strlen(name) : 0;
    if (length >= size)
        writer_fail(writer);
    else if (length > 0)
        memcpy(field, name, length);
}

void dhcp_start(struct writer *writer, const struct dhcp_header *header, const char *sname,
                const char *file) {
    uint8_t *bytes = writer_claim(writer, DHCP_HEADER_SIZE);
    if (bytes == NULL)
        return;
    memset(bytes, 0, DHCP_HEADER_SIZE);
    bytes[0] = header->op;
    bytes[1] = header->htype;
    bytes[2] = header->hlen;
    bytes[3] = header->hops;
    span_write_u32(bytes + FIELD_XID, header->xid);
    span_write_u16(bytes + FIELD_SECS, header->secs);
    span_write_u16(bytes + FIELD_FLAGS, header->flags);
    span_write_u32(bytes + FIELD_CIADDR, header->ciaddr);
    span_write_u32(bytes + FIELD_YIADDR, header->yiaddr);
    span_write_u32(bytes + FIELD_SIADDR, header->siaddr);
    span_write_u32(bytes + FIELD_GIADDR, header->giaddr);
    memcpy(bytes + FIELD_CHADDR, header->chaddr, sizeof header->chaddr);
    put_name(writer, bytes + FIELD_SNAME, sname, DHCP_SNAME_SIZE);
    put_name(writer, bytes + FIELD_FILE, file, DHCP_FILE_SIZE);
    span_write_u32(bytes + FIELD_COOKIE, MAGIC_COOKIE);
}

bool dhcp_finish(struct writer *writer, size_t minimum) {
    writer_put_u8(writer, DHCP_OPTION_END);
    if (writer->size < minimum)
        writer_put_zeros(writer, minimum - writer->size);
    return !writer->failed;
}
