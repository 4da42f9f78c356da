/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Each form in which a machine's name may stand in a packet is a pair of the same length: what is
 * there, and what comes in its place.
 */
#include "record/pseudonym.h"

#include <glib.h>
#include <string.h>

#include "codec/dhcp.h"
#include "codec/identity.h"

#define XID_AT      4 /* RFC 2131 figure 1 */
#define CHADDR_AT   28
#define DIGEST_SIZE 32 /* SHA-256 */
#define TEXT_MAX    IDENTITY_UUID_TEXT_SIZE
#define PAIRS_MAX   20
#define ROUNDS      6 /* of the permutation; four would do (Luby and Rackoff) */

struct pair {
    uint8_t from[TEXT_MAX];
    uint8_t to[TEXT_MAX];
    size_t size;
};

/* The longest first: a UUID that holds the MAC is replaced as a whole. */
struct pairs {
    struct pair list[PAIRS_MAX];
    unsigned count;
};

/* ---- Keyed values ---------------------------------------------------------------------------- */

static void keyed(const struct pseudonym_key *key, const char *kind, struct span value,
                  uint8_t ret_digest[DIGEST_SIZE]) {
    GHmac *hmac = g_hmac_new(G_CHECKSUM_SHA256, key->bytes, sizeof key->bytes);
    gsize size = DIGEST_SIZE;

    g_hmac_update(hmac, (const guchar *) kind, (gssize) strlen(kind) + 1);
    g_hmac_update(hmac, value.data, (gssize) value.size);
    g_hmac_get_digest(hmac, ret_digest, &size);
    g_hmac_unref(hmac);
}

/* A Feistel network over two halves of twelve bits: one to one, whatever the round function is. */
static uint32_t permute(const struct pseudonym_key *key, const uint8_t maker[3], uint32_t number) {
    uint32_t left = number >> 12, right = number & 0xfff;

    for (uint8_t round = 0; round < ROUNDS; round++) {
        uint8_t input[] = {maker[0],       maker[1], maker[2], round, (uint8_t) (right >> 8),
                           (uint8_t) right};
        uint8_t digest[DIGEST_SIZE];
        keyed(key, "mac", (struct span){input, sizeof input}, digest);
        uint32_t mixed = left ^ ((uint32_t) (digest[0] << 8 | digest[1]) & 0xfff);
        left = right;
        right = mixed;
    }
    return left << 12 | right;
}

static void pseudonym_mac(const struct pseudonym_key *key, const uint8_t mac[IDENTITY_MAC_SIZE],
                          uint8_t ret_mac[IDENTITY_MAC_SIZE]) {
    uint32_t number = permute(key, mac, (uint32_t) mac[3] << 16 | (uint32_t) mac[4] << 8 | mac[5]);

    memcpy(ret_mac, mac, 3);
    ret_mac[3] = (uint8_t) (number >> 16);
    ret_mac[4] = (uint8_t) (number >> 8);
    ret_mac[5] = (uint8_t) number;
}

/* ---- Pairs ----------------------------------------------------------------------------------- */

static void add_pair(struct pairs *pairs, const void *from, const void *to, size_t size) {
    struct pair *pair = &pairs->list[pairs->count++];

    memcpy(pair->from, from, size);
    memcpy(pair->to, to, size);
    pair->size = size;
}

/* The text in both cases, with `separator` as it is, as "-", and without. */
static void add_text(struct pairs *pairs, const char *from, const char *to, char separator) {
    for (unsigned upper = 0; upper < 2; upper++) {
        g_autofree char *source = upper ? g_ascii_strup(from, -1) : g_strdup(from);
        g_autofree char *target = upper ? g_ascii_strup(to, -1) : g_strdup(to);
        add_pair(pairs, source, target, strlen(source));
        if (separator != '-') {
            g_strdelimit(source, ":", '-');
            g_strdelimit(target, ":", '-');
            add_pair(pairs, source, target, strlen(source));
        }
        g_auto(GStrv) source_parts = g_strsplit(source, "-", -1);
        g_auto(GStrv) target_parts = g_strsplit(target, "-", -1);
        g_autofree char *bare_source = g_strjoinv("", source_parts);
        g_autofree char *bare_target = g_strjoinv("", target_parts);
        add_pair(pairs, bare_source, bare_target, strlen(bare_source));
    }
}

static void add_mac(struct pairs *pairs, const uint8_t from[IDENTITY_MAC_SIZE],
                    const uint8_t to[IDENTITY_MAC_SIZE]) {
    char from_text[IDENTITY_MAC_TEXT_SIZE], to_text[IDENTITY_MAC_TEXT_SIZE];

    identity_format_mac(from, from_text);
    identity_format_mac(to, to_text);
    add_text(pairs, from_text, to_text, ':');
    add_pair(pairs, from, to, IDENTITY_MAC_SIZE);
}

/* The bytes that stand for the same text in the other order. */
static void swap_uuid(const uint8_t uuid[IDENTITY_UUID_SIZE],
                      uint8_t ret_uuid[IDENTITY_UUID_SIZE]) {
    char text[IDENTITY_UUID_TEXT_SIZE];

    identity_format_uuid(uuid, IDENTITY_UUID_SMBIOS, text);
    identity_parse_uuid(text, IDENTITY_UUID_RAW, ret_uuid);
}

static void add_uuid(struct pairs *pairs, const uint8_t from[IDENTITY_UUID_SIZE],
                     const uint8_t to[IDENTITY_UUID_SIZE]) {
    static const enum identity_uuid_order orders[] = {IDENTITY_UUID_SMBIOS, IDENTITY_UUID_RAW};
    char from_text[IDENTITY_UUID_TEXT_SIZE], to_text[IDENTITY_UUID_TEXT_SIZE];
    uint8_t from_swapped[IDENTITY_UUID_SIZE], to_swapped[IDENTITY_UUID_SIZE];

    for (size_t i = 0; i < G_N_ELEMENTS(orders); i++) {
        identity_format_uuid(from, orders[i], from_text);
        identity_format_uuid(to, orders[i], to_text);
        add_text(pairs, from_text, to_text, '-');
    }
    swap_uuid(from, from_swapped);
    swap_uuid(to, to_swapped);
    add_pair(pairs, from, to, IDENTITY_UUID_SIZE);
    add_pair(pairs, from_swapped, to_swapped, IDENTITY_UUID_SIZE);
}

/* ---- What the packet says of the machine ----------------------------------------------------- */

/* The UUID of option 97: a type byte of 0 and 16 bytes (RFC 4578 section 2.3). */
static bool find_uuid(const struct dhcp_view *view, const uint8_t **ret_uuid) {
    struct span value;

    if (!dhcp_option_get(&view->options, DHCP_OPTION_CLIENT_UUID, &value) ||
        value.size != 1 + IDENTITY_UUID_SIZE || identity_is_bad_uuid(value.data + 1))
        return false;
    *ret_uuid = value.data + 1;
    return true;
}

static bool is_blank(const uint8_t *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0 && bytes[i] != 0xff)
            return false;
    }
    return true;
}

static void find_pairs(const struct pseudonym_key *key, const struct dhcp_view *view,
                       struct pairs *pairs) {
    const uint8_t *uuid = NULL;
    uint8_t mac[IDENTITY_MAC_SIZE];

    pairs->count = 0;
    if (find_uuid(view, &uuid)) {
        uint8_t digest[DIGEST_SIZE];
        keyed(key, "uuid", (struct span){uuid, IDENTITY_UUID_SIZE}, digest);
        add_uuid(pairs, uuid, digest);
    }
    if (!is_blank(view->header.chaddr, IDENTITY_MAC_SIZE)) {
        pseudonym_mac(key, view->header.chaddr, mac);
        add_mac(pairs, view->header.chaddr, mac);
    }
}

static const struct pair *pair_at(const struct pairs *pairs, const uint8_t *at, size_t left) {
    for (unsigned i = 0; i < pairs->count; i++) {
        const struct pair *pair = &pairs->list[i];
        if (pair->size <= left && memcmp(pair->from, at, pair->size) == 0)
            return pair;
    }
    return NULL;
}

static void replace_pairs(const struct pairs *pairs, uint8_t *bytes, size_t size) {
    for (size_t at = 0; at < size;) {
        const struct pair *pair = pair_at(pairs, bytes + at, size - at);
        if (pair != NULL)
            memcpy(bytes + at, pair->to, pair->size);
        at += pair != NULL ? pair->size : 1;
    }
}

/* ---- Values that are no pair ----------------------------------------------------------------- */

static void scramble(const struct pseudonym_key *key, const char *kind, uint8_t *value,
                     size_t size) {
    uint8_t digest[DIGEST_SIZE];

    keyed(key, kind, (struct span){value, size}, digest);
    for (size_t i = 0; i < size; i++)
        value[i] = digest[i % DIGEST_SIZE];
}

/* Letters for letters; dots stay, so that a domain keeps its depth. */
static void scramble_name(const struct pseudonym_key *key, uint8_t *value, size_t size) {
    uint8_t digest[DIGEST_SIZE];

    keyed(key, "name", (struct span){value, size}, digest);
    for (size_t i = 0; i < size; i++) {
        if (value[i] != '.' && value[i] != '\0')
            value[i] = (uint8_t) ('a' + (digest[i % DIGEST_SIZE] & 15));
    }
}

/* One piece of an option where it stands in `datagram`. */
static void replace_option(const struct pseudonym_key *key, const struct pairs *pairs, uint8_t code,
                           uint8_t *value, size_t size) {
    if (code == DHCP_OPTION_HOST_NAME)
        scramble_name(key, value, size);
    if (code == DHCP_OPTION_CLIENT_FQDN && size > 3)
        scramble_name(key, value + 3, size - 3); /* RFC 4702 section 2: flags and two codes */
    if (code == DHCP_OPTION_CLIENT_ID && size > 1 && pair_at(pairs, value + 1, size - 1) == NULL)
        scramble(key, "client-id", value + 1, size - 1);
}

/* Values alone, so that no length between them is ever touched. */
static void replace_options(const struct pseudonym_key *key, const struct pairs *pairs,
                            const struct dhcp_view *view, uint8_t *datagram) {
    struct dhcp_option_walk walk = {.options = &view->options};
    struct span value;
    uint8_t code = 0;

    while (dhcp_option_next(&walk, &code, &value)) {
        uint8_t *at = datagram + (value.data - datagram);
        replace_option(key, pairs, code, at, value.size);
        replace_pairs(pairs, at, value.size);
    }
}

/* chaddr, and the fields that hold names unless they hold options. */
static void replace_header(const struct pairs *pairs, const struct dhcp_view *view,
                           uint8_t *datagram) {
    uint8_t *sname = datagram + CHADDR_AT + DHCP_CHADDR_SIZE;

    replace_pairs(pairs, datagram + CHADDR_AT, DHCP_CHADDR_SIZE);
    if ((view->options.overload & 2) == 0)
        replace_pairs(pairs, sname, DHCP_SNAME_SIZE);
    if ((view->options.overload & 1) == 0)
        replace_pairs(pairs, sname + DHCP_SNAME_SIZE, DHCP_FILE_SIZE);
}

/* Old ROMs make xid of the last four bytes of their MAC, whose bytes are the last pair. */
static void replace_xid(const struct pairs *pairs, uint8_t *datagram) {
    const struct pair *last = pairs->count > 0 ? &pairs->list[pairs->count - 1] : NULL;

    if (last != NULL && last->size == IDENTITY_MAC_SIZE &&
        memcmp(datagram + XID_AT, last->from + 2, 4) == 0)
        memcpy(datagram + XID_AT, last->to + 2, 4);
}

void pseudonym_apply(const struct pseudonym_key *key, uint8_t *datagram, size_t size) {
    struct dhcp_view view;
    struct pairs pairs;

    if (dhcp_parse((struct span){datagram, size}, &view) != DHCP_OK) {
        memset(datagram, 0, size);
        return;
    }
    find_pairs(key, &view, &pairs);
    replace_options(key, &pairs, &view, datagram);
    replace_header(&pairs, &view, datagram);
    replace_xid(&pairs, datagram);
}
