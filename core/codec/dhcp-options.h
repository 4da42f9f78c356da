/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * DHCP options: an index over all options of one datagram (overload, RFC 2131 section 4.1; split
 * options joined, RFC 3396), walks over options and sub-options, and the writers of both.
 * PURE: no heap, no I/O. Any thread.
 */
#pragma once

#include "codec/cursor.h"

/* One value for each reason to refuse a datagram; dhcp_status_name() names its counter. */
enum dhcp_status {
    DHCP_OK,
    DHCP_TRUNCATED,           /* shorter than the fixed header and the cookie */
    DHCP_OVERSIZED,           /* longer than a UDP datagram can be */
    DHCP_BAD_OP,              /* neither BOOTREQUEST nor BOOTREPLY */
    DHCP_BAD_HARDWARE_LENGTH, /* hlen says more than the 16 bytes chaddr has */
    DHCP_BAD_COOKIE,          /* not 99.130.83.99: BOOTP, or noise */
    DHCP_OPTION_OVERRUN,      /* an option's length leads past the end of its field */
    DHCP_SPLIT_TOO_LONG,      /* the split options need more than DHCP_JOINED_MAX bytes */
    DHCP_STATUS_COUNT,
};

/* Kebab-case and stable, such as "bad-cookie"; "unknown" beyond the enum. */
const char *dhcp_status_name(enum dhcp_status status);

/* Codes the project reads or writes; RFC 2132 unless said otherwise. */
enum dhcp_option_code {
    DHCP_OPTION_PAD = 0,
    DHCP_OPTION_SUBNET_MASK = 1,
    DHCP_OPTION_ROUTER = 3,
    DHCP_OPTION_DNS_SERVER = 6,
    DHCP_OPTION_HOST_NAME = 12,
    DHCP_OPTION_BOOT_FILE_SIZE = 13, /* in units of 512 bytes */
    DHCP_OPTION_DOMAIN_NAME = 15,
    DHCP_OPTION_VENDOR_SPECIFIC = 43,
    DHCP_OPTION_REQUESTED_ADDRESS = 50,
    DHCP_OPTION_LEASE_TIME = 51,
    DHCP_OPTION_OVERLOAD = 52,
    DHCP_OPTION_MESSAGE_TYPE = 53,
    DHCP_OPTION_SERVER_ID = 54,
    DHCP_OPTION_PARAMETER_LIST = 55,
    DHCP_OPTION_MESSAGE = 56,
    DHCP_OPTION_MAXIMUM_SIZE = 57,
    DHCP_OPTION_VENDOR_CLASS = 60,
    DHCP_OPTION_CLIENT_ID = 61,
    DHCP_OPTION_TFTP_SERVER = 66,
    DHCP_OPTION_BOOT_FILE = 67,
    DHCP_OPTION_USER_CLASS = 77,       /* RFC 3004 */
    DHCP_OPTION_CLIENT_FQDN = 81,      /* RFC 4702 */
    DHCP_OPTION_RELAY_AGENT = 82,      /* RFC 3046 */
    DHCP_OPTION_ARCHITECTURE = 93,     /* RFC 4578 section 2.1 */
    DHCP_OPTION_UNDI = 94,             /* RFC 4578 section 2.2 */
    DHCP_OPTION_CLIENT_UUID = 97,      /* RFC 4578 section 2.3 */
    DHCP_OPTION_IPXE = 175,            /* iPXE's encapsulated options */
    DHCP_OPTION_PXELINUX_CONFIG = 209, /* RFC 5071 */
    DHCP_OPTION_PXELINUX_PREFIX = 210, /* RFC 5071 */
    DHCP_OPTION_WDS_VARIABLES = 243,   /* ConfigMgr */
    DHCP_OPTION_WDS_NBP = 250,         /* WDS: sub-options with an END of their own */
    DHCP_OPTION_WDS_BCD = 252,
    DHCP_OPTION_END = 255,
};

/* Bytes that all split options of one datagram may have together. Firmware splits nothing; real
 * DHCP clients that do stay far below. */
#define DHCP_JOINED_MAX 2048

/* Where one option code lies. All offsets are within the datagram but `joined`. */
struct dhcp_option_entry {
    uint16_t pieces; /* how often the code came; never 0 */
    uint16_t first;  /* offset of the first piece's value; its length byte is just before */
    uint16_t size;   /* of all pieces together */
    uint16_t joined; /* offset within dhcp_options.joined, when there is more than one piece */
};

/* A field of the datagram that holds options. */
struct dhcp_option_field {
    uint16_t offset;
    uint16_t size; /* up to its END, if it has one */
};

#define DHCP_OPTION_CODES 254 /* all but PAD and END */

/* The index of one datagram. It points into the datagram, which must outlive it; apart from that
 * it may be copied. Members are private to dhcp-options.c. Most of it is never touched for a packet
 * of ordinary size: a storm of them must not cost 4 KiB of zeros each. */
struct dhcp_options {
    struct span datagram;
    struct dhcp_option_field fields[3]; /* options, then file, then sname: RFC 3396 section 5 */
    uint8_t field_count;
    uint8_t overload;     /* bit 0: file holds options; bit 1: sname does */
    uint8_t entry_count;  /* of `entries`, in the order in which the codes first came */
    bool is_split;        /* some code came more than once */
    uint16_t joined_size; /* of `joined` */
    uint8_t places[256];  /* by code: its place in `entries`, from 1; 0: not there */
    struct dhcp_option_entry entries[DHCP_OPTION_CODES];
    uint8_t joined[DHCP_JOINED_MAX];
};

/* Indexes the options of a datagram, which begin at DHCP_HEADER_SIZE (the cookie is the caller's to
 * check). Missing END, padding and bytes after END are fine; a length past the end of its field is
 * not. Unless the result is DHCP_OK, `ret_options` holds nothing of use. */
enum dhcp_status dhcp_options_parse(struct span datagram, struct dhcp_options *ret_options);

/* The whole value of option `code`, joined when it came in several pieces (RFC 3396). The span
 * lives as long as `options` and its datagram. */
bool dhcp_option_get(const struct dhcp_options *options, uint8_t code, struct span *ret_value);

/* Values of a fixed size, network order. They take the first piece alone, since a fixed-size
 * option that comes twice is a repetition and not a split. False when the size is wrong. */
bool dhcp_option_get_u8(const struct dhcp_options *options, uint8_t code, uint8_t *ret_value);
bool dhcp_option_get_u16(const struct dhcp_options *options, uint8_t code, uint16_t *ret_value);
bool dhcp_option_get_u32(const struct dhcp_options *options, uint8_t code, uint32_t *ret_value);

/* How many bytes of the options field, from its beginning, are whole options and no more than
 * `most`. */
size_t dhcp_options_prefix(const struct dhcp_options *options, size_t most);

/* True when option 55 asks for `code`. */
bool dhcp_option_is_requested(const struct dhcp_options *options, uint8_t code);

/* The pieces of all options in the order of the wire, not joined, without PAD and END:
 *     struct dhcp_option_walk walk = {.options = options};
 *     while (dhcp_option_next(&walk, &code, &value)) ...
 */
struct dhcp_option_walk {
    const struct dhcp_options *options;
    size_t field;
    size_t position;
};

bool dhcp_option_next(struct dhcp_option_walk *walk, uint8_t *ret_code, struct span *ret_value);

/* Sub-options. Inside 43, 175 and 250, 0 pads and 255 ends (PXE 2.1 section 2.1.1, RFC 2132
 * section 8.4); inside 82 every code is a sub-option (RFC 3046 section 2.0). */
enum suboption_style {
    SUBOPTION_PADDED,
    SUBOPTION_PLAIN,
};

struct suboption_walk {
    struct span input;
    enum suboption_style style;
    size_t position;
    bool overrun; /* a length led past the end: the walk stopped there */
};

/* Start with {.input = value, .style = ...}. */
bool suboption_next(struct suboption_walk *walk, uint8_t *ret_code, struct span *ret_value);

/* The first sub-option `code` of an option's value. */
bool suboption_get(struct span input, enum suboption_style style, uint8_t code,
                   struct span *ret_value);

/* Writes one option or sub-option: code, length, value. More than 255 bytes, and the codes PAD and
 * END, fail the writer: nothing we send ever needs to be split. */
void dhcp_option_put(struct writer *writer, uint8_t code, struct span value);
void dhcp_option_put_u8(struct writer *writer, uint8_t code, uint8_t value);
void dhcp_option_put_u16(struct writer *writer, uint8_t code, uint16_t value);
void dhcp_option_put_u32(struct writer *writer, uint8_t code, uint32_t value);
void dhcp_option_put_text(struct writer *writer, uint8_t code, const char *value);
