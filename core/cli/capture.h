/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The netboot requests in a capture file, as tcpdump and Wireshark write it.
 */
#pragma once

#include <glib.h>

#include "base/address.h"

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
