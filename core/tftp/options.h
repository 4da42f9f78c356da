/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What an administrator allows, and what comes of a client's wishes: negotiation of blksize, tsize,
 * timeout (RFC 2347, 2348, 2349), windowsize (RFC 7440) and Microsoft's variable window. PURE.
 */
#pragma once

#include "codec/tftp.h"

#include <glib.h>
#include <stdint.h>

/* The administrator's caps. Zero in any field is its default. */
struct tftp_settings {
    unsigned block_size;  /* bytes of one block at most, 512 to 65464; default 1468, the most that
                           * fits Ethernet unfragmented */
    unsigned window_size; /* blocks sent per acknowledgement at most, 1 to 256; default 32, since a
                           * client's receive ring may be short */
    unsigned timeout_ms;  /* longest wait between two repetitions; default 1000. The wait starts
                           * from the measured round trip and 20 ms, and doubles up to this */
    unsigned retries;   /* a transfer is given up after retries x timeout of silence; default 30 */
    unsigned rollover;  /* block number that follows 65535: 0 (default) or 1 */
    unsigned transfers; /* transfers at once, 1 to LIMIT_TRANSFERS (default); fewer where
                           * RLIMIT_NOFILE is low, as each holds a file open */
    uint64_t client_rate;  /* bytes a second to one address at most, 0: no cap (default) */
    uint64_t total_rate;   /* bytes a second to all of them together, the same */
    gboolean fixed_window; /* msftwindow is left unanswered */
    gboolean multicast;    /* some files are sent to groups: see tftp/multicast-settings.h */
};

/* A copy with defaults in place of zeros and every value within its range. */
struct tftp_settings tftp_settings_complete(const struct tftp_settings *settings);

/* What holds for one transfer. */
struct tftp_agreement {
    unsigned block_size;     /* 512 unless agreed otherwise */
    unsigned window_size;    /* 1 unless agreed otherwise */
    unsigned timeout_s;      /* 0 unless agreed */
    gboolean netascii;       /* text is converted; no window, no tsize */
    gboolean has_block_size; /* the following ones stand in the OACK */
    gboolean has_window_size;
    gboolean has_timeout;
    gboolean has_size;
    gboolean wants_multicast;     /* asked; whether it is agreed depends on the content */
    gboolean has_variable_window; /* msftwindow: each ACK tells the size of the next window */
};

enum tftp_options_status {
    TFTP_OPTIONS_OK,
    TFTP_OPTIONS_BAD_MODE, /* neither octet nor netascii: ERROR 4 */
};

/* Agrees on a read request's options. A value is lowered to our cap, never raised. A value out of
 * its RFC's range or no number at all is left unanswered, as if it had not been asked for: RFC 2347
 * gives the right to complain with ERROR 8 to the client. `mtu` is the link's, 0 unknown;
 * `family` 4 or 6 says how much of it the headers take. */
enum tftp_options_status tftp_options_agree(const struct tftp_packet *request,
                                            const struct tftp_settings *settings, unsigned mtu,
                                            unsigned family, struct tftp_agreement *ret_agreement);

gboolean tftp_agreement_equal(const struct tftp_agreement *a, const struct tftp_agreement *b);

/* Whether anything was agreed, so that an OACK comes before the data. */
gboolean tftp_options_any(const struct tftp_agreement *agreement);

/* The size that an ACK of a client with has_variable_window asks for the next window: one byte
 * behind the block number. 0: it tells none, and the last one stays. The administrator's window_size
 * does not cap it, since the client would wait for the blocks left out. */
uint8_t tftp_options_next_window(const struct tftp_packet *ack);

/* Writes the OACK packet; check `writer->failed`. `size` is the content's. */
void tftp_options_write(const struct tftp_agreement *agreement, uint64_t size,
                        struct writer *writer);
