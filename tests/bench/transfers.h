/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The transfers of tftp-load: sockets, timers and counts around one state machine for each client.
 * One thread.
 */
#pragma once

#include <sys/socket.h>

#include "measure.h"
#include "tftp-client.h"

#define TRANSFERS_BATCH 64 /* datagrams taken from a socket at once */

struct settings {
    const char *server;
    const char *network;
    const char *file;
    const char *content;
    int port;
    int clients;
    int transfers;
    int block_size;
    int window;
    int timeout_ms;
    int tries; /* a request or ACK and its repetitions */
    int pause_us;
    double seconds;
};

struct transfer {
    struct tftp_client client;
    uint32_t number; /* of the client */
    int fd;          /* -1: this client has finished */
    int left;        /* files still to fetch, this one included */
    int tries;       /* since something came */
    bool connected;
    int64_t started;
    int64_t sent; /* when something was sent last */
};

struct load {
    const struct settings *settings;
    struct tftp_plan plan;
    struct sockaddr_in server;
    uint32_t network; /* host byte order */
    int epoll;
    struct transfer *transfers;
    int running;
    struct mmsghdr messages[TRANSFERS_BATCH];
    struct sockaddr_in sources[TRANSFERS_BATCH];
    uint64_t done;
    uint64_t bytes;
    uint64_t repeated_requests; /* RRQs that had to be sent again */
    uint64_t repeated_acks;
    uint64_t blocks;          /* that came in their turn */
    uint64_t repeated_blocks; /* that came once more */
    uint64_t faults[TFTP_FAULT_COUNT];
    uint32_t block_size; /* as granted last */
    uint32_t window;
    struct histogram first_block;
    struct histogram whole;
};

/* Gives the load what datagrams are read into; `memory` holds TRANSFERS_BATCH times
 * transfers_buffer_size(). Both must outlive the load. */
void transfers_init_buffers(struct load *load, uint8_t *memory, struct iovec iov[TRANSFERS_BATCH]);

/* Bytes of room for one datagram more than the largest that may come. */
size_t transfers_buffer_size(const struct settings *settings);

/* Fetches all files of all clients, or as many as the time allows. False with errno set when a
 * client's socket cannot be opened. */
bool transfers_run(struct load *load);
