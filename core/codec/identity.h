/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Text forms of what clients are known by: MAC addresses, SMBIOS UUIDs in both byte orders, IPv4
 * addresses and networks. PURE: no heap, no I/O. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IDENTITY_MAC_SIZE       6
#define IDENTITY_MAC_TEXT_SIZE  18 /* with the NUL */
#define IDENTITY_UUID_SIZE      16
#define IDENTITY_UUID_TEXT_SIZE 37 /* with the NUL */

/* Reads 52:54:00:12:34:56, 52-54-00-12-34-56, 5254.0012.3456 or 525400123456, either case.
 * `ret_mac` is untouched when it returns false. */
bool identity_parse_mac(const char *text, uint8_t ret_mac[IDENTITY_MAC_SIZE]);

/* Writes the one form the project shows: 52:54:00:12:34:56. */
void identity_format_mac(const uint8_t mac[IDENTITY_MAC_SIZE],
                         char ret_text[IDENTITY_MAC_TEXT_SIZE]);

/* How 16 bytes of option 97 stand for a UUID's text. */
enum identity_uuid_order {
    IDENTITY_UUID_SMBIOS, /* first three fields little-endian: SMBIOS 2.6 and later, dmidecode's
                             text */
    IDENTITY_UUID_RAW,    /* byte by byte (RFC 4122): old firmware, and what pxelinux prints */
};

/* Reads 8-4-4-4-12 hex digits, or 32 without dashes, either case, with or without braces.
 * `ret_uuid` gets the wire bytes, and is untouched when it returns false. */
bool identity_parse_uuid(const char *text, enum identity_uuid_order order,
                         uint8_t ret_uuid[IDENTITY_UUID_SIZE]);

/* Lower case with dashes, from the wire bytes. */
void identity_format_uuid(const uint8_t uuid[IDENTITY_UUID_SIZE], enum identity_uuid_order order,
                          char ret_text[IDENTITY_UUID_TEXT_SIZE]);

/* True for UUIDs that name no machine: all zero or all ones, which firmware sends when it has
 * none. Lists of further vendor defaults are the providers' business. */
bool identity_is_bad_uuid(const uint8_t uuid[IDENTITY_UUID_SIZE]);

/* Dotted quad with exactly four decimal parts, no leading zeros ("010" would be octal to some),
 * into host byte order. */
bool identity_parse_ipv4(const char *text, uint32_t *ret_address);

/* An IPv4 network; a plain address is one of 32 bits. */
struct identity_network {
    uint32_t address; /* host byte order, bits behind the prefix are zero */
    uint8_t bits;     /* 0 to 32 */
};

/* Reads "10.1.0.0/16" or "10.1.2.3"; refuses bits set behind the prefix, as they are mistakes. */
bool identity_parse_network(const char *text, struct identity_network *ret_network);

bool identity_network_has(const struct identity_network *network, uint32_t address);
