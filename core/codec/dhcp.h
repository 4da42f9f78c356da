/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The DHCPv4 datagram (RFC 2131 section 2): fixed header to struct and back, around the options of
 * dhcp-options.h. Tolerant where firmware is sloppy, strict where memory is concerned.
 * PURE: no heap, no I/O. Any thread.
 */
#pragma once

#include "codec/dhcp-options.h"

#define DHCP_HEADER_SIZE    240 /* bytes: fixed header and magic cookie; options begin here */
#define DHCP_CHADDR_SIZE    16
#define DHCP_SNAME_SIZE     64
#define DHCP_FILE_SIZE      128
#define DHCP_FLAG_BROADCAST 0x8000 /* RFC 2131 figure 2 */
#define DHCP_HTYPE_ETHERNET 1

#define DHCP_PORT_SERVER      67
#define DHCP_PORT_CLIENT      68
#define DHCP_PORT_BOOT_SERVER 4011 /* PXE 2.1 section 2.2.4 */

enum dhcp_op {
    DHCP_OP_REQUEST = 1,
    DHCP_OP_REPLY = 2,
};

/* Option 53, RFC 2132 section 9.6. */
enum dhcp_message_type {
    DHCP_MESSAGE_NONE = 0, /* no (valid) option 53: BOOTP */
    DHCP_MESSAGE_DISCOVER = 1,
    DHCP_MESSAGE_OFFER = 2,
    DHCP_MESSAGE_REQUEST = 3,
    DHCP_MESSAGE_DECLINE = 4,
    DHCP_MESSAGE_ACK = 5,
    DHCP_MESSAGE_NAK = 6,
    DHCP_MESSAGE_RELEASE = 7,
    DHCP_MESSAGE_INFORM = 8,
};

/* "DISCOVER" and so on; "BOOTP" for DHCP_MESSAGE_NONE, "UNKNOWN" for what RFC 2132 does
 * not name. */
const char *dhcp_message_name(uint8_t message_type);

/* The numbers of the fixed header, all in host byte order, addresses too (10.0.0.1
 * is 0x0a000001). */
struct dhcp_header {
    uint8_t op; /* enum dhcp_op */
    uint8_t htype;
    uint8_t hlen; /* 0 to 16; 16 where firmware puts its GUID into chaddr */
    uint8_t hops;
    uint32_t xid;
    uint16_t secs;
    uint16_t flags;
    uint32_t ciaddr;
    uint32_t yiaddr;
    uint32_t siaddr;
    uint32_t giaddr;
    uint8_t chaddr[DHCP_CHADDR_SIZE]; /* as on the wire, also beyond hlen */
};

/* One parsed datagram. It points into the datagram, which must outlive it; apart from that it may
 * be copied. About 4 KiB: fit for the stack. */
struct dhcp_view {
    struct dhcp_header header;
    struct span sname;    /* without NUL; empty when overloaded */
    struct span file;     /* without NUL; empty when overloaded */
    uint8_t message_type; /* enum dhcp_message_type, or another number a client sent */
    struct dhcp_options options;
};

/* Reads a request or a reply. Unless the result is DHCP_OK, `ret_view` holds nothing of use. */
enum dhcp_status dhcp_parse(struct span datagram, struct dhcp_view *ret_view);

/* Begins a datagram in `writer`: header, `sname` and `file` (both may be NULL for empty) and
 * cookie. A name that leaves no room for its NUL fails the writer: ROMs read these fields as C
 * strings. Append options with dhcp_option_put() and finish with dhcp_finish(). */
void dhcp_start(struct writer *writer, const struct dhcp_header *header, const char *sname,
                const char *file);

/* Writes END right behind the last option, since wdsmgfw.efi trips over PAD before END, then zeros
 * up to `minimum` bytes (LIMIT_REPLY_MIN). False when anything did not fit; then the datagram must
 * not be sent. */
bool dhcp_finish(struct writer *writer, size_t minimum);
