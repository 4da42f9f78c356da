/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a client is known by over all its packets: its MAC, else its UUID, never the xid (Windows
 * loaders send a constant one, iPXE sends 0, EDK2 a new one each time). PURE. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "codec/identity.h"

struct dhcp_view;

struct client_key {
    bool has_mac;
    bool has_uuid;
    uint8_t mac[IDENTITY_MAC_SIZE];
    uint8_t uuid[IDENTITY_UUID_SIZE]; /* bytes as on the wire */
};

/* Reads both out of a packet. A UUID may sit in option 97, or in chaddr with hlen 16 (EDK2's
 * SendGUID mode). All zeros and all ones name nobody. False: there is neither. */
bool client_key_read(const struct dhcp_view *view, struct client_key *ret_key);

/* The same client? By MAC when both have one: boards share UUIDs, never MACs. */
bool client_key_equal(const struct client_key *left, const struct client_key *right);

/* Equal keys have equal hashes, as long as a client keeps sending its MAC. */
uint32_t client_key_hash(const struct client_key *key);
