/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whose hardware address is behind this network address? Asked of the kernel's neighbour table when
 * a TFTP client has to be matched with the DHCP session of the same machine.
 */
#pragma once

#include "base/address.h"

#include <glib.h>

struct neighbour_table;

/* Opens the query socket. NULL where the system forbids netlink; callers then do without. */
struct neighbour_table *neighbour_table_new(void);
void neighbour_table_free(struct neighbour_table *table);

/* The MAC of `address` on `interface` (its index, not 0). FALSE when the kernel does not know: the
 * client is behind a router, or has sent nothing yet. Takes microseconds and never waits for the
 * network. One thread at a time. */
gboolean neighbour_find(struct neighbour_table *table, const struct address *address,
                        unsigned interface, uint8_t ret_mac[6]);
