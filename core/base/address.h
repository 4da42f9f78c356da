/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An address and port of any family, as a plain value. Sockets speak sockaddr in net/; everything
 * else speaks this.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ADDRESS_TEXT_SIZE 48 /* bytes that hold any address as text, with its NUL */

struct address {
    uint8_t family;    /* 0: none, 4: IPv4, 6: IPv6 */
    uint16_t port;     /* host byte order; 0: none */
    uint32_t scope;    /* interface index of a link-local IPv6 address, else 0 */
    uint8_t bytes[16]; /* network order; IPv4 uses the first four, the others are 0 */
};

struct address address_from_ipv4(const uint8_t bytes[4], uint16_t port);

/* 10.0.0.1 from the number 0x0a000001, as the DHCP header's fields are read; and back. */
struct address address_from_number(uint32_t number, uint16_t port);
uint32_t address_number(const struct address *address);
/* The text of such a number. Every packet needs it several times, and the C library's way through
 * printf would be a tenth of an answer's cost. Returns `buffer`. */
const char *address_number_text(uint32_t number, char buffer[ADDRESS_TEXT_SIZE]);

/* The text of the address alone, without the port; "" for none. Returns `buffer`. */
const char *address_text(const struct address *address, char buffer[ADDRESS_TEXT_SIZE]);

/* Reads "10.0.0.1" or "fd00::1"; the port is 0. False: neither, *ret_address untouched. */
bool address_parse(const char *text, struct address *ret_address);

/* Same family and bytes; ports are not compared. */
bool address_equal(const struct address *a, const struct address *b);

/* Equal addresses have equal hashes. */
uint32_t address_hash(const struct address *address);

/* No address, or 0.0.0.0 or ::. */
bool address_is_unspecified(const struct address *address);
