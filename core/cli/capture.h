/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The netboot requests in a capture file, as tcpdump and Wireshark write it.
 */
#pragma once

#include <glib.h>

#include "base/address.h"
#include "codec/cursor.h"

/* One DHCP request to port 67 or 4011. */
struct capture_request {
    unsigned number;     /* of its frame in the file, from 1 */
    struct address from; /* with port */
    struct address to;
    GBytes *packet; /* the UDP payload */
};

/* struct capture_request *, owned by the array, in the order of the file. NULL when the file cannot
 * be read. A file without any request gives an empty array. */
GPtrArray *capture_read(const char *path, GError **error);

/* PURE: the UDP datagram in a frame of a link type (DLT_...). False: there is none, or it is a
 * fragment. */
bool capture_datagram(int link_type, struct span frame, struct address *ret_from,
                      struct address *ret_to, struct span *ret_payload);
