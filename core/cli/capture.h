/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The netboot requests in a capture file, as tcpdump, Wireshark and the daemon's own recording write
 * it.
 */
#pragma once

#include <glib.h>

#include "base/address.h"
#include "record/pcapng.h"

/* One DHCP request to port 67 or 4011. */
struct capture_request {
    const char *file;    /* static text */
    unsigned number;     /* of its frame in the file, from 1 */
    guint order;         /* for the caller to use */
    int64_t time_us;     /* since 1970 */
    struct address from; /* with port */
    struct address to;
    GBytes *packet; /* the UDP payload */

    /* What a recording of the daemon says besides. */
    char link[PCAPNG_NAME_MAX]; /* the interface; "": not known */
    struct address server;      /* our address as the client saw it; family 0: not known */
    uint32_t attempt;           /* 0: not known */
};

void capture_request_free(struct capture_request *request);

/* struct capture_request *, owned by the array, in the order of the file. NULL when the file cannot
 * be read. A file without any request gives an empty array. */
GPtrArray *capture_read(const char *path, GError **error);
