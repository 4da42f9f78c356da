/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A TFTP client that asks as EDK2 does (blksize 1468, tsize, windowsize 4) and keeps a checksum
 * instead of the file.
 */
#pragma once

#include <glib.h>

#include "base/address.h"

struct tftp_fetch {
    struct address server; /* with port */
    struct address local;  /* to send from; no address: the kernel chooses */
    const char *file;
    int64_t timeout_us; /* of silence, before it is given up */
};

struct tftp_result {
    uint64_t bytes;
    uint64_t announced;   /* tsize of the answer; 0: none */
    unsigned block_size;  /* agreed */
    unsigned window_size; /* agreed */
    unsigned repeats;     /* packets of ours sent again */
    int64_t microseconds;
    char sha256[65];
};

/* Blocks until the whole file came. The error says what the server said, or what to look at. */
gboolean tftp_fetch_run(const struct tftp_fetch *fetch, struct tftp_result *ret_result,
                        GError **error);
