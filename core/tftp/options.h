/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What an administrator allows, and what comes of a client's wishes: negotiation of blksize, tsize,
 * timeout (RFC 2347, 2348, 2349) and windowsize (RFC 7440). PURE.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

/* The administrator's caps. Zero in any field is its default. */
struct tftp_settings {
    unsigned block_size;  /* bytes of one block at most, 512 to 65464; default 1468, the most that
                           * fits Ethernet unfragmented */
    unsigned window_size; /* blocks sent per acknowledgement at most, 1 to 256; default 32, since a
                           * client's receive ring may be short */
    unsigned timeout_ms;  /* longest wait between two repetitions; default 1000. The wait starts
                           * from the measured round trip, 20 ms at least, and doubles up to this */
    unsigned retries;   /* a transfer is given up after retries x timeout of silence; default 30 */
    unsigned rollover;  /* block number that follows 65535: 0 (default) or 1 */
    unsigned transfers; /* transfers at once, 1 to LIMIT_TRANSFERS (default) */
};

/* A copy with defaults in place of zeros and every value within its range. */
struct tftp_settings tftp_settings_complete(const struct tftp_settings *settings);
