/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: single statements of a packet in the form that the contract shows them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/dhcp.h"

struct pxe_client;

#define PACKET_TEXT_SIZE 512 /* bytes that hold any of the texts below, with the NUL */

/* Foreign bytes as plain text: up to the first NUL, unprintable bytes as '?'. NULL when nothing is
 * left; else `buffer`. */
const char *packet_text_plain(struct span value, char buffer[PACKET_TEXT_SIZE]);

/* The value in lower-case hexadecimal; NULL when it is empty. Cut after 255 bytes. */
const char *packet_text_hex(struct span value, char buffer[PACKET_TEXT_SIZE]);

/* Which program asks: "firmware", "ipxe", "grub" or "wdsnbp". Static. */
const char *packet_loader(const struct dhcp_view *view, const struct pxe_client *pxe);

/* Bytes of UDP payload the client takes: LIMIT_REPLY_DEFAULT to LIMIT_REPLY_MAX. */
int64_t packet_message_size(const struct dhcp_view *view);

/* An option by the contract's space (BOOT_HOST_SPACE_...) and code. */
bool packet_option(const struct dhcp_view *view, uint32_t space, uint32_t code,
                   struct span *ret_value);
