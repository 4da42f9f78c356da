/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: the packets that netboot clients send, made up the way firmware makes them: EDK2's for
 * firmware of any architecture, iPXE's, GRUB's and wdsnbp's. `simulate` and `probe` share them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/identity.h"

#define CLIENT_PACKET_MAX 1024 /* bytes; real ones have about 400 */

enum client_loader {
    CLIENT_FIRMWARE, /* the machine's own PXE or HTTP client, EDK2's fields */
    CLIENT_IPXE,     /* user class and features: a card's ROM, or iPXE started by firmware */
    CLIENT_GRUB,     /* a GRUB built to send a user class */
    CLIENT_WDSNBP,   /* Windows' first boot program, which asks 4011 with option 250 */
};

/* The word of --loader, as providers see it; false: there is no such loader. */
bool client_loader_parse(const char *text, enum client_loader *ret_loader);
/* "firmware, ipxe ...": for messages. Index 0, 1 ... until NULL. */
const char *client_loader_name(unsigned index);

/* Addresses are in host byte order; 0: none. */
struct client_packet {
    bool boot_server; /* the REQUEST on port 4011, not the DISCOVER on 67 */
    enum client_loader loader;
    uint16_t architecture; /* option 93 */
    uint8_t mac[IDENTITY_MAC_SIZE];
    uint8_t uuid[IDENTITY_UUID_SIZE]; /* as on the wire */
    uint32_t xid;
    uint32_t client; /* ciaddr: its own address, which it has by the time it asks 4011 */
    uint32_t server; /* option 54 on 4011, from the offer: iPXE sends it, EDK2 does not */
    uint32_t relay;  /* giaddr */
    bool has_item;   /* 43.71: a menu's entry was chosen */
    uint16_t item;
};

/* Writes the datagram and returns its size; 0: it does not fit into `room`. */
size_t client_packet_build(const struct client_packet *packet, uint8_t *ret_data, size_t room);

/* A UUID for a MAC, different for each and none that a real machine has; as on the wire. */
void client_packet_uuid(const uint8_t mac[IDENTITY_MAC_SIZE], uint8_t ret_uuid[IDENTITY_UUID_SIZE]);

/* The code for the word of --arch: a name of codec/architecture.h, a number, or a short form such
 * as "bios" or "x64". False: none of these. */
bool client_architecture_parse(const char *text, uint16_t *ret_code);
/* All words but the numbers: index 0, 1 ... until NULL. */
const char *client_architecture_word(unsigned index);
