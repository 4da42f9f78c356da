/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One TFTP download as a state machine that compares every byte with what it should be: datagrams
 * go in, and what to send comes out. PURE: no socket, no clock, no heap.
 */
#pragma once

#include "codec/tftp.h"

/* What all downloads of a run have in common. */
struct tftp_plan {
    const char *file;
    struct span content; /* what the file must hold */
    uint32_t block_size; /* to ask for */
    uint32_t window;     /* blocks, to ask for; 1: lock-step, not asked for */
};

enum tftp_fault {
    TFTP_FAULT_NONE,
    TFTP_FAULT_MALFORMED, /* no TFTP packet, or one a server never sends */
    TFTP_FAULT_SOURCE,    /* not from the server's address */
    TFTP_FAULT_OPTION,    /* granted more than was asked for, or a wrong tsize */
    TFTP_FAULT_BYTE,      /* a byte differs */
    TFTP_FAULT_LENGTH,    /* a block too long, or the end too early or too late */
    TFTP_FAULT_REFUSED,   /* the server sent ERROR */
    TFTP_FAULT_TIMEOUT,   /* the server fell silent */
    TFTP_FAULT_COUNT,
};

/* Kebab-case, such as "length". */
const char *tftp_fault_name(enum tftp_fault fault);

enum tftp_step {
    TFTP_STEP_WAIT,        /* nothing to send */
    TFTP_STEP_ACKNOWLEDGE, /* send tftp_client_ack() */
    TFTP_STEP_DONE,        /* send tftp_client_ack(); all bytes were right */
    TFTP_STEP_FAILED,      /* `fault` says why */
};

struct tftp_client {
    const struct tftp_plan *plan;
    bool answered;       /* the server sent something */
    uint32_t block_size; /* granted */
    uint32_t window;     /* granted */
    uint64_t received;   /* bytes */
    uint64_t next;       /* number of the block that must come next, not wrapped */
    uint32_t in_window;  /* blocks since the last ACK */
    bool gap_reported;   /* this gap had its ACK (RFC 7440 section 4) */
    uint32_t repeated;   /* blocks that came although they had been acknowledged */
    enum tftp_fault fault;
};

void tftp_client_start(struct tftp_client *client, const struct tftp_plan *plan);

/* Writes the RRQ: octet, blksize, tsize=0 and, above 1, windowsize. */
void tftp_client_request(const struct tftp_client *client, struct writer *writer);

enum tftp_step tftp_client_step(struct tftp_client *client, struct span datagram);

/* The ACK of the last block that came in order; 0 for the OACK. Sending it begins a window. */
void tftp_client_ack(struct tftp_client *client, uint8_t ret_packet[TFTP_HEADER_SIZE]);
