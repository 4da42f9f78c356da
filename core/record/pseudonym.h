/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: a DHCP datagram with the machine in it replaced by another one that does not exist, always
 * the same one for the same key, so that a recording can be given away and still be replayed.
 *
 * What is replaced, byte for byte, so that no length and no position changes:
 * - The MAC: its first three bytes stay, since they name the maker, on which quirks and lists of
 *   makers depend; the last three go through a keyed permutation, so that two machines never become
 *   one. In chaddr and wherever else it stands, as bytes or as text in any usual form: option 61,
 *   boot file names, the last bytes of a UUID.
 * - The UUID of option 97: all 16 bytes, but not one that names no machine (all zero, all ones). As
 *   bytes and as text, in either byte order.
 * - xid, when it is made from the MAC, as by old ROMs.
 * - Host names (options 12 and 81), and the part of a client-id (61) that is neither of the above.
 *
 * Not replaced: IP addresses, names and settings of this server, what a relay adds (option 82).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define PSEUDONYM_KEY_SIZE 16 /* bytes; random, new for each recording, never written */

struct pseudonym_key {
    uint8_t bytes[PSEUDONYM_KEY_SIZE];
};

/* A datagram that is no DHCP is filled with zeros, since nobody knows what is in it. */
void pseudonym_apply(const struct pseudonym_key *key, uint8_t *datagram, size_t size);
