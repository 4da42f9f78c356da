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

static struct dhcp_header take_header(struct reader *reader) {
    struct dhcp_header header = {
        .op = reader_take_u8(reader),
        .htype = reader_take_u8(reader),
        .hlen = reader_take_u8(reader),
        .hops = reader_take_u8(reader),
        .xid = reader_take_u32(reader),
        .secs = reader_take_u16(reader),
        .flags = reader_take_u16(reader),
        .ciaddr = reader_take_u32(reader),
        .yiaddr = reader_take_u32(reader),
        .siaddr = reader_take_u32(reader),
        .giaddr = reader_take_u32(reader),
    };
    reader_take_bytes(reader, header.chaddr, sizeof header.chaddr);
    return header;
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
    struct reader reader;
    reader_init(&reader, datagram);
    struct dhcp_header header = take_header(&reader);
    struct span sname = reader_take_span(&reader, DHCP_SNAME_SIZE);
    struct span file = reader_take_span(&reader, DHCP_FILE_SIZE);
    uint32_t cookie = reader_take_u32(&reader);
    if (reader.failed)
        return DHCP_TRUNCATED;

    enum dhcp_status status = check_header(&header, cookie);
    if (status == DHCP_OK)
        status = dhcp_options_parse(datagram, &ret_view->options);
    if (status != DHCP_OK)
        return status;

    uint8_t overload = ret_view->options.overload;
    ret_view->header = header;
    ret_view->file = (overload & 1) != 0 ? (struct span){0} : span_until_nul(file);
    ret_view->sname = (overload & 2) != 0 ? (struct span){0} : span_until_nul(sname);
    ret_view->message_type = DHCP_MESSAGE_NONE;
    (void) dhcp_option_get_u8(&ret_view->options, DHCP_OPTION_MESSAGE_TYPE,
                              &ret_view->message_type);
    return DHCP_OK;
}

/* A name in a field of `size` bytes, with at least one NUL behind it. */
static void put_name(struct writer *writer, const char *name, size_t size) {
    struct span bytes = span_of_text(name);
    if (bytes.size >= size) {
        writer_fail(writer);
        return;
    }
    writer_put_span(writer, bytes);
    writer_put_zeros(writer, size - bytes.size);
}

void dhcp_start(struct writer *writer, const struct dhcp_header *header, const char *sname,
                const char *file) {
    writer_put_u8(writer, header->op);
    writer_put_u8(writer, header->htype);
    writer_put_u8(writer, header->hlen);
    writer_put_u8(writer, header->hops);
    writer_put_u32(writer, header->xid);
    writer_put_u16(writer, header->secs);
    writer_put_u16(writer, header->flags);
    writer_put_u32(writer, header->ciaddr);
    writer_put_u32(writer, header->yiaddr);
    writer_put_u32(writer, header->siaddr);
    writer_put_u32(writer, header->giaddr);
    writer_put_span(writer, (struct span){header->chaddr, sizeof header->chaddr});
    put_name(writer, sname, DHCP_SNAME_SIZE);
    put_name(writer, file, DHCP_FILE_SIZE);
    writer_put_u32(writer, MAGIC_COOKIE);
}

bool dhcp_finish(struct writer *writer, size_t minimum) {
    writer_put_u8(writer, DHCP_OPTION_END);
    if (writer->size < minimum)
        writer_put_zeros(writer, minimum - writer->size);
    return !writer->failed;
}
