/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An answer, decoded for people and for JSON: `simulate` shows what would be sent with it, `probe`
 * what came.
 */
#pragma once

#include <gio/gio.h>

#include "codec/dhcp.h"

/* a{sv}: "message", "size", "xid", "broadcast", the addresses that are not 0, "server-name",
 * "boot-file" (of the file field, or of option 67), and "options": [{"code", "name", "text"}].
 * Floating reference. `size` is the datagram's. */
GVariant *packet_facts(const struct dhcp_view *view, size_t size);

/* The same for bytes; NULL when they are no DHCP datagram. */
GVariant *packet_facts_of(const void *data, size_t size);

/* Prints the facts, a line each, indented by two blanks. `facts` is lent. */
void packet_facts_print(GVariant *facts);
