/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: blocks of a capture file (pcapng, draft-ietf-opsawg-pcapng), written in this machine's byte
 * order as the format wants it, and the little of them that libpcap does not give back: the name of
 * the link and the comment of each packet.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/cursor.h"

#define PCAPNG_NAME_MAX    32  /* bytes of an interface name, with the NUL; IFNAMSIZ is 16 */
#define PCAPNG_COMMENT_MAX 160 /* bytes of a packet's comment, with the NUL */
#define PCAPNG_BLOCK_MAX   128 /* bytes around a packet's data and its comment, padding included */
#define PCAPNG_LINKS_MAX   64  /* links of one section that are known by name */

/* The section header. `writer` takes the bytes of every function here. */
void pcapng_put_section(struct writer *writer, const char *application);

/* A link without a header of its own: packets begin with IPv4 (LINKTYPE_IPV4). Links are counted
 * from 0 in the order in which they are written. */
void pcapng_put_link(struct writer *writer, const char *name);

struct pcapng_packet {
    uint32_t link;
    int64_t time_us; /* since 1970 */
    bool outbound;   /* we sent it */
    struct span headers;
    struct span payload;
    const char *comment;
};
void pcapng_put_packet(struct writer *writer, const struct pcapng_packet *packet);

/* The walk over a whole file in memory, one packet after the other, in the order in which libpcap
 * numbers them:
 *     struct pcapng_walk walk;
 *     pcapng_walk_init(&walk, file);
 *     while (pcapng_next(&walk, &note)) ...
 * It ends at the first block that cannot be. Either byte order. */
struct pcapng_note {
    char link[PCAPNG_NAME_MAX];       /* "": not named */
    char comment[PCAPNG_COMMENT_MAX]; /* "": none */
};
struct pcapng_walk {
    struct span file;
    size_t position;
    bool is_swapped;
    uint32_t n_links;
    char links[PCAPNG_LINKS_MAX][PCAPNG_NAME_MAX];
};

void pcapng_walk_init(struct pcapng_walk *walk, struct span file);
bool pcapng_next(struct pcapng_walk *walk, struct pcapng_note *ret_note);
