/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From a TFTP client's address to its session.
 */
#include "daemon/locator.h"

#include <glib.h>
#include <string.h>

#include "base/clock.h"
#include "codec/identity.h"
#include "net/neighbour.h"

#define PLACES      1024 /* a power of two */
#define KNOWN_US    (1 * CLOCK_SECOND)
#define UNKNOWN_US  (100 * CLOCK_MILLISECOND) /* its first packet may just be on its way */
#define MARK_IS_SET (UINT64_C(1) << 48)       /* above the MAC's 48 bits */

/* What the kernel said. */
struct place {
    struct address client;
    unsigned interface;
    int64_t until_us; /* 0: nothing yet */
    uint64_t mark;    /* 0: it does not know */
};

struct locator {
    struct session_table *sessions;
    struct neighbour_table *neighbours;
    struct place places[PLACES];
};

struct locator *locator_new(struct session_table *sessions, struct neighbour_table *neighbours) {
    struct locator *locator = g_new0(struct locator, 1);
    locator->sessions = sessions;
    locator->neighbours = neighbours;
    return locator;
}

void locator_free(struct locator *locator) {
    g_free(locator);
}

uint64_t locator_mark(const uint8_t mac[6]) {
    uint64_t mark = MARK_IS_SET;
    for (unsigned i = 0; i < 6; i++)
        mark |= (uint64_t) mac[i] << (8 * i);
    return mark;
}

static uint64_t ask_kernel(const struct locator *locator, const struct address *client,
                           unsigned interface) {
    uint8_t mac[6];
    gboolean is_known = neighbour_find(locator->neighbours, client, interface, mac);
    return is_known ? locator_mark(mac) : 0;
}

/* One place for each address; two that share it take turns. */
static struct place *place_of(struct locator *locator, const struct address *client) {
    uint64_t words[2];
    memcpy(words, client->bytes, sizeof(words));
    uint64_t hash = (words[0] ^ words[1]) * UINT64_C(0x9e3779b97f4a7c15);
    return &locator->places[hash >> 32 & (PLACES - 1)];
}

static uint64_t find_mark(struct locator *locator, const struct address *client, unsigned interface,
                          int64_t now_us) {
    struct place *place = place_of(locator, client);
    if (now_us >= place->until_us || place->interface != interface ||
        !address_equal(&place->client, client)) {
        place->client = *client;
        place->interface = interface;
        place->mark = ask_kernel(locator, client, interface);
        place->until_us = now_us + (place->mark != 0 ? KNOWN_US : UNKNOWN_US);
    }
    return place->mark;
}

struct session *locator_find(struct locator *locator, const struct address *client,
                             unsigned interface, int64_t now_us, uint64_t *ret_mark) {
    gboolean can_ask = locator->neighbours != NULL && interface != 0;
    *ret_mark = can_ask ? find_mark(locator, client, interface, now_us) : 0;
    return locator_recall(locator, client, *ret_mark);
}

struct session *locator_recall(struct locator *locator, const struct address *client,
                               uint64_t mark) {
    char text[IDENTITY_MAC_TEXT_SIZE];
    uint8_t mac[6];
    if (mark == 0)
        return session_find_address(locator->sessions, client, NULL);
    for (unsigned i = 0; i < sizeof(mac); i++)
        mac[i] = (uint8_t) (mark >> (8 * i));
    identity_format_mac(mac, text);
    return session_find_address(locator->sessions, client, text);
}
