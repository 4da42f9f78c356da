/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * TFTP packets: RRQ, WRQ, DATA, ACK, ERROR (RFC 1350 section 5) and OACK (RFC 2347), read and
 * written. What options mean is the business of tftp/options. PURE: no heap, no I/O. Any thread.
 */
#pragma once

#include "codec/cursor.h"

#define TFTP_PORT        69
#define TFTP_HEADER_SIZE 4 /* bytes of a DATA or ACK header */
#define TFTP_OPTIONS_MAX                                                                           \
    16 /* options kept of one packet; further ones are ignored, as RFC 2347 allows */

enum tftp_opcode {
    TFTP_RRQ = 1,
    TFTP_WRQ = 2,
    TFTP_DATA = 3,
    TFTP_ACK = 4,
    TFTP_ERROR = 5,
    TFTP_OACK = 6,
};

/* RFC 1350 appendix, and 8 of RFC 2347. */
enum tftp_error {
    TFTP_ERROR_UNDEFINED = 0,
    TFTP_ERROR_NOT_FOUND = 1,
    TFTP_ERROR_ACCESS = 2,
    TFTP_ERROR_DISK_FULL = 3,
    TFTP_ERROR_ILLEGAL = 4,
    TFTP_ERROR_UNKNOWN_TID = 5,
    TFTP_ERROR_EXISTS = 6,
    TFTP_ERROR_NO_USER = 7,
    TFTP_ERROR_OPTION_REFUSED = 8, /* EDK2 sends it when it wanted the size only */
};

/* One value for each reason to refuse a packet; tftp_status_name() names its counter. */
enum tftp_status {
    TFTP_OK,
    TFTP_TRUNCATED,    /* too short for its opcode */
    TFTP_BAD_OPCODE,   /* not 1 to 6 */
    TFTP_OVERSIZED,    /* a request or OACK of more than LIMIT_TFTP_REQUEST bytes (RFC 2347) */
    TFTP_UNTERMINATED, /* the file name or the mode has no NUL */
    TFTP_NO_FILE,      /* the file name is empty */
    TFTP_STATUS_COUNT,
};

/* Kebab-case and stable, such as "bad-opcode"; "unknown" beyond the enum. */
const char *tftp_status_name(enum tftp_status status);

struct tftp_option {
    struct span name;  /* never empty */
    struct span value; /* may be empty */
};

/* One parsed packet; spans point into the datagram. Members of other opcodes are zero. */
struct tftp_packet {
    uint8_t opcode;      /* enum tftp_opcode */
    uint16_t block;      /* DATA, ACK */
    uint16_t error;      /* ERROR; may be a code RFC 1350 does not know */
    struct span payload; /* DATA: the data; ACK: bytes after the block number, such as the next
                            window size that Microsoft's msftwindow clients add */
    struct span message; /* ERROR: its text, may be without NUL on the wire */
    struct span file;    /* RRQ, WRQ: as sent, any byte but NUL; tftp/path makes it safe */
    struct span mode;    /* RRQ, WRQ: "octet", "netascii", any case */
    size_t option_count;
    struct tftp_option options[TFTP_OPTIONS_MAX]; /* RRQ, WRQ, OACK, in their order; no more than
                                                     `option_count` of them are set */
};

/* `ret_packet` is untouched unless the result is TFTP_OK. An option without its value or NUL, at
 * the end of a request, is ignored: ROMs leave rubbish there. */
enum tftp_status tftp_parse(struct span datagram, struct tftp_packet *ret_packet);

/* Whether the datagram is an ACK of four bytes, as most are that a server gets: its block, without the
 * trouble of a whole packet. */
static inline bool tftp_read_ack(struct span datagram, uint16_t *ret_block) {
    if (datagram.size != TFTP_HEADER_SIZE || datagram.data[0] != 0 || datagram.data[1] != TFTP_ACK)
        return false;
    *ret_block = (uint16_t) (datagram.data[2] << 8 | datagram.data[3]);
    return true;
}

/* Compares a name or a mode; ASCII case does not count (RFC 2347). */
bool tftp_name_equals(struct span name, const char *other);

/* The first option called `name`; NULL when there is none. */
const struct tftp_option *tftp_option_find(const struct tftp_packet *packet, const char *name);

/* Reads an option's value as a decimal number. False for anything but 1 to 20 digits that fit. */
bool tftp_option_number(const struct tftp_option *option, uint64_t *ret_value);

/* The four bytes before the data of block `block`. */
void tftp_build_data_header(uint16_t block, uint8_t ret_header[TFTP_HEADER_SIZE]);

void tftp_build_ack(uint16_t block, uint8_t ret_packet[TFTP_HEADER_SIZE]);

/* Begin a packet in `writer`; check `writer->failed` once it is complete. An ERROR's message is cut
 * to the room there is, everything else that does not fit fails the writer. */
void tftp_start_error(struct writer *writer, enum tftp_error error, const char *message);
void tftp_start_oack(struct writer *writer);
void tftp_start_request(struct writer *writer, enum tftp_opcode opcode, const char *file,
                        const char *mode);

/* Append an option to an OACK or a request. */
void tftp_put_option(struct writer *writer, const char *name, struct span value);
void tftp_put_number(struct writer *writer, const char *name, uint64_t value);
