/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The few headers between a link and UDP.
 */
#include "cli/frame.h"

#include <pcap/dlt.h>

#define ETHERTYPE_IPV4    0x0800
#define ETHERTYPE_VLAN    0x8100
#define ETHERTYPE_SERVICE 0x88a8 /* the outer tag of two */
#define PROTOCOL_UDP      17
#define IPV4_FRAGMENT     0x3fff /* "more fragments" and the offset */

/* Reads past VLAN tags; true: IPv4 follows. */
static bool ethertype_is_ipv4(struct reader *reader) {
    uint16_t type = reader_take_u16(reader);

    while (!reader->failed && (type == ETHERTYPE_VLAN || type == ETHERTYPE_SERVICE)) {
        reader_take_u16(reader);
        type = reader_take_u16(reader);
    }
    return type == ETHERTYPE_IPV4;
}

/* Reads the link's header; true: IPv4 follows. */
static bool take_link_header(struct reader *reader, int link_type) {
    switch (link_type) {
    case DLT_EN10MB:
        reader_take_span(reader, 12); /* both MAC addresses */
        return ethertype_is_ipv4(reader);
    case DLT_LINUX_SLL: /* tcpdump -i any */
        reader_take_span(reader, 14);
        return ethertype_is_ipv4(reader);
    case DLT_LINUX_SLL2:
        if (!ethertype_is_ipv4(reader))
            return false;
        reader_take_span(reader, 18);
        return true;
    case DLT_RAW:
    case DLT_IPV4: /* the daemon's own recording */
        return true;
    default:
        return false;
    }
}

static struct address take_address(struct reader *reader) {
    uint8_t bytes[4];

    reader_take_bytes(reader, bytes, sizeof bytes);
    return address_from_ipv4(bytes, 0);
}

/* RFC 791 section 3.1; true: UDP follows, whole. */
static bool take_ipv4_header(struct reader *reader, struct address *from, struct address *to) {
    uint8_t version = reader_take_u8(reader);
    size_t options = (size_t) (version & 15) * 4;

    reader_take_span(reader, 5);
    uint16_t fragment = reader_take_u16(reader);
    reader_take_u8(reader);
    uint8_t protocol = reader_take_u8(reader);
    reader_take_u16(reader);
    *from = take_address(reader);
    *to = take_address(reader);
    if (version >> 4 != 4 || options < 20 || protocol != PROTOCOL_UDP ||
        (fragment & IPV4_FRAGMENT) != 0)
        return false;
    reader_take_span(reader, options - 20);
    return true;
}

bool frame_datagram(int link_type, struct span frame, struct address *ret_from,
                    struct address *ret_to, struct span *ret_payload) {
    struct address from, to;
    struct reader reader;

    reader_init(&reader, frame);
    if (!take_link_header(&reader, link_type) || !take_ipv4_header(&reader, &from, &to))
        return false;
    from.port = reader_take_u16(&reader);
    to.port = reader_take_u16(&reader);
    uint16_t size = reader_take_u16(&reader); /* with the eight bytes of UDP's header */
    reader_take_u16(&reader);
    if (reader.failed || size < 8)
        return false;
    struct span payload = reader_take_span(&reader, (size_t) size - 8);
    if (reader.failed)
        return false;
    *ret_from = from;
    *ret_to = to;
    *ret_payload = payload;
    return true;
}
