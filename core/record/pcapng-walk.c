/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Blocks in, for their names and comments alone.
 */
#include <string.h>

#include "record/pcapng-format.h"
#include "record/pcapng.h"

static uint32_t get_u32(const struct pcapng_walk *walk, const uint8_t *at) {
    uint32_t value = 0;

    memcpy(&value, at, sizeof value);
    return walk->is_swapped ? __builtin_bswap32(value) : value;
}

static uint16_t get_u16(const struct pcapng_walk *walk, const uint8_t *at) {
    uint16_t value = 0;

    memcpy(&value, at, sizeof value);
    return walk->is_swapped ? __builtin_bswap16(value) : value;
}

/* Copies option `code` as text; "" when it is not there. Control bytes end it. */
static void get_option(const struct pcapng_walk *walk, struct span options, uint16_t code,
                       char *ret_text, size_t room) {
    size_t at = 0;

    ret_text[0] = '\0';
    while (options.size - at >= 4) {
        uint16_t found = get_u16(walk, options.data + at);
        size_t size = get_u16(walk, options.data + at + 2);
        if (found == 0 || size > options.size - at - 4)
            return;
        if (found == code) {
            size_t length = size < room - 1 ? size : room - 1;
            for (size_t i = 0; i < length; i++) {
                uint8_t byte = options.data[at + 4 + i];
                ret_text[i] = byte >= ' ' && byte < 0x7f ? (char) byte : '\0';
            }
            ret_text[length] = '\0';
            return;
        }
        size_t whole = 4 + ((size + 3) & ~(size_t) 3);
        if (whole > options.size - at)
            return;
        at += whole;
    }
}

/* The rest of a body behind `size` bytes; empty when there are not so many. */
static struct span behind(struct span body, size_t size) {
    return size <= body.size ? (struct span){body.data + size, body.size - size}
                             : (struct span){body.data, 0};
}

static void take_link(struct pcapng_walk *walk, struct span body) {
    if (walk->n_links < PCAPNG_LINKS_MAX)
        get_option(walk, behind(body, PCAPNG_LINK_BODY), PCAPNG_OPTION_NAME,
                   walk->links[walk->n_links], PCAPNG_NAME_MAX);
    walk->n_links++;
}

static void take_packet(const struct pcapng_walk *walk, struct span body,
                        struct pcapng_note *note) {
    if (body.size < PCAPNG_PACKET_BODY)
        return;
    uint32_t link = get_u32(walk, body.data);
    size_t kept = get_u32(walk, body.data + 12);
    if (link < walk->n_links && link < PCAPNG_LINKS_MAX)
        memcpy(note->link, walk->links[link], sizeof note->link);
    if (kept <= body.size - PCAPNG_PACKET_BODY)
        get_option(walk, behind(body, PCAPNG_PACKET_BODY + ((kept + 3) & ~(size_t) 3)),
                   PCAPNG_OPTION_COMMENT, note->comment, sizeof note->comment);
}

/* A section header sets the byte order of all that follows; false: there is none here. */
static bool take_section(struct pcapng_walk *walk, const uint8_t *block) {
    uint32_t order = 0;

    memcpy(&order, block + 8, sizeof order);
    if (order != PCAPNG_BYTE_ORDER && order != PCAPNG_BYTE_SWAPPED)
        return false;
    walk->is_swapped = order == PCAPNG_BYTE_SWAPPED;
    walk->n_links = 0;
    return true;
}

/* The next block's type and body; false: there is none, or it cannot be. */
static bool next_block(struct pcapng_walk *walk, uint32_t *ret_type, struct span *ret_body) {
    size_t left = walk->file.size - walk->position;
    const uint8_t *block = walk->file.data + walk->position;
    uint32_t type = 0;

    if (left < PCAPNG_FRAME)
        return false;
    memcpy(&type, block, sizeof type);
    if (type == PCAPNG_SECTION && !take_section(walk, block))
        return false;
    size_t size = get_u32(walk, block + 4);
    if (size < PCAPNG_FRAME || size % 4 != 0 || size > left)
        return false;
    *ret_type = get_u32(walk, block);
    *ret_body = (struct span){block + 8, size - PCAPNG_FRAME};
    walk->position += size;
    return true;
}

void pcapng_walk_init(struct pcapng_walk *walk, struct span file) {
    uint32_t type = 0;

    *walk = (struct pcapng_walk){.file = file};
    if (file.size >= sizeof type)
        memcpy(&type, file.data, sizeof type);
    if (type != PCAPNG_SECTION)
        walk->position = file.size; /* the older format, or noise: no notes */
}

bool pcapng_next(struct pcapng_walk *walk, struct pcapng_note *ret_note) {
    struct pcapng_note note = {.link = ""};
    struct span body;
    uint32_t type = 0;

    while (next_block(walk, &type, &body)) {
        if (type == PCAPNG_LINK)
            take_link(walk, body);
        if (type == PCAPNG_PACKET)
            take_packet(walk, body, &note);
        if (type == PCAPNG_PACKET || type == PCAPNG_SIMPLE || type == PCAPNG_OLD_PACKET) {
            *ret_note = note;
            return true;
        }
    }
    return false;
}
