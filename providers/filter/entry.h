/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One entry of a list: its text form read into a key that compares byte by byte.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* In the order in which they decide: the more exact goes first. */
enum entry_kind {
    ENTRY_MAC,          /* 6 bytes */
    ENTRY_UUID,         /* 16 bytes as printed */
    ENTRY_OUI,          /* the first 3 bytes of a MAC */
    ENTRY_NETWORK,      /* family (4 or 6), bits of the prefix, address */
    ENTRY_VENDOR_CLASS, /* the first bytes of option 60 */
    ENTRY_ARCHITECTURE, /* a name such as "x64-uefi" */
    ENTRY_KINDS,
};

#define ENTRY_MAC_SIZE  6
#define ENTRY_OUI_SIZE  3
#define ENTRY_UUID_SIZE 16

#define ENTRY_KEY_MAX 255 /* bytes; the longest a DHCP option of one part can be */

struct entry {
    enum entry_kind kind;
    size_t size;                          /* bytes of the key in use */
    unsigned char key[ENTRY_KEY_MAX + 1]; /* zero behind its bytes */
};

/* "MAC", "OUI" ... for people. */
const char *entry_kind_title(enum entry_kind kind);

/* Reads "KIND VALUE", or a value whose shape tells its kind: a MAC with colons, dashes, dots or
 * nothing between, an OUI, a UUID, an address or network. `text` has no blanks around it.
 * Returns NULL, or what is wrong with it; then `ret_entry` is untouched. */
const char *entry_parse(const char *text, struct entry *ret_entry);

/* As the host writes them, for every client anew: the bytes of "52:54:00:12:34:56" and of
 * "33221100-5544-7766-8899-aabbccddeeff"; the network key of all bits of an address, of which the
 * bytes behind `size` are left as they are. False: it is none; what is returned holds nothing. */
bool entry_read_mac(const char *text, unsigned char ret_mac[ENTRY_MAC_SIZE]);
bool entry_read_uuid(const char *text, unsigned char ret_uuid[ENTRY_UUID_SIZE]);
bool entry_read_address(const char *text, struct entry *ret_entry);

/* The network of `bits` that an address key (of 32 or 128 bits) lies in; cuts it in place. */
void entry_cut_network(struct entry *network, unsigned bits);
