/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IPv4 and UDP headers (RFC 791, RFC 768) to a datagram and back. PURE: no heap, no I/O.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"

#define PACKET_HEADERS 28 /* bytes of an IPv4 header without options and a UDP header */

/* Where the payload of an IPv4 packet lies. False: not UDP over IPv4, a fragment, or lengths that
 * contradict each other. Checksums are not looked at: cards and virtual links leave them undone. */
struct packet_payload {
    const uint8_t *data;
    size_t size;
    struct address source;      /* with port */
    struct address destination; /* with port */
};
bool packet_parse(const uint8_t *packet, size_t size, struct packet_payload *ret_payload);

/* Writes both headers, checksums included, for a payload of `size` bytes at most 65507. */
void packet_write_headers(const struct packet_payload *payload,
                          uint8_t ret_headers[PACKET_HEADERS]);
