/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Keeps the requests that we took and the answers we gave, as captures that boothost diff,
 * boothost simulate, tcpdump and Wireshark read. The packet thread copies into a buffer of fixed
 * size and never waits for the disk; what does not fit is left out and counted.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

#include "base/address.h"
#include "base/clock.h"

struct recorder;

struct recorder_options {
    const char *path;
    uint64_t size;           /* bytes of one file */
    unsigned files;          /* kept, the one being written included */
    gboolean use_pseudonyms; /* see record/pseudonym.h; the key is random and never written */
    const struct clock *clock;
};

/* Opens the first file and starts the thread that writes. NULL, with an error that names the file
 * and the remedy. */
struct recorder *recorder_new(const struct recorder_options *options, GError **error);

/* Writes what waits, for at most two seconds, and frees. NULL is fine. */
void recorder_free(struct recorder *recorder);

/* One datagram, copied. */
struct recorder_packet {
    const void *data;
    size_t size;
    struct address from; /* IPv4, with port */
    struct address to;
    const char *link;      /* interface name */
    gboolean is_answer;    /* ours, not the client's */
    struct address server; /* our address as the client sees it */
    uint32_t attempt;      /* of the request; 0: an answer */
};

/* Packet thread. Never blocks. */
void recorder_add(struct recorder *recorder, const struct recorder_packet *packet);

/* a{sv}: "file", "packets" (written), "left-out" (no room, or the disk failed), "bytes". Floating
 * reference. Any thread. */
GVariant *recorder_status(struct recorder *recorder);
