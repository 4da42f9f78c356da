/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The text forms of entries. Lists come from many tools, so the usual spellings are all taken.
 */
#include "entry.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define NETWORK_FAMILY  0 /* byte of the key: 4 or 6 */
#define NETWORK_BITS    1
#define NETWORK_ADDRESS 2

static const struct {
    const char *word;
    const char *title;
} kinds[ENTRY_KINDS] = {
    [ENTRY_MAC] = {"mac", "MAC"},
    [ENTRY_UUID] = {"uuid", "UUID"},
    [ENTRY_OUI] = {"oui", "OUI"},
    [ENTRY_NETWORK] = {"network", "network"},
    [ENTRY_VENDOR_CLASS] = {"vendor-class", "vendor class"},
    [ENTRY_ARCHITECTURE] = {"architecture", "architecture"},
};

const char *entry_kind_title(enum entry_kind kind) {
    return kinds[kind].title;
}

/* The digit's value; -1 for what is none. */
static int hex_digit(char digit) {
    unsigned char letter = (unsigned char) digit | 0x20;
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/* Reads `size` bytes of two digits each, with `separator` behind every `group` bytes. */
static bool parse_hex(const char *text, char separator, size_t group, size_t size,
                      unsigned char *ret_bytes) {
    for (size_t i = 0; i < size; i++) {
        if (i > 0 && i % group == 0 && *text++ != separator)
            return false;
        int high = hex_digit(text[0]);
        int low = high >= 0 ? hex_digit(text[1]) : -1;
        if (low < 0)
            return false;
        ret_bytes[i] = (unsigned char) (high * 16 + low);
        text += 2;
    }
    return *text == '\0';
}

static bool set_key(struct entry *ret_entry, enum entry_kind kind, const void *key, size_t size) {
    struct entry entry = {.kind = kind, .size = size};
    memcpy(entry.key, key, size);
    *ret_entry = entry;
    return true;
}

/* As the host writes it: this is done for every client. */
bool entry_read_mac(const char *text, unsigned char ret_mac[ENTRY_MAC_SIZE]) {
    return parse_hex(text, ':', 1, ENTRY_MAC_SIZE, ret_mac);
}

static bool parse_mac(const char *text, struct entry *ret_entry) {
    unsigned char mac[ENTRY_MAC_SIZE];
    if (entry_read_mac(text, mac) || parse_hex(text, '-', 1, 6, mac) ||
        parse_hex(text, '.', 2, 6, mac) || parse_hex(text, '\0', 6, 6, mac))
        return set_key(ret_entry, ENTRY_MAC, mac, sizeof mac);
    return false;
}

static bool parse_oui(const char *text, struct entry *ret_entry) {
    unsigned char oui[ENTRY_OUI_SIZE];
    if (parse_hex(text, ':', 1, 3, oui) || parse_hex(text, '-', 1, 3, oui) ||
        parse_hex(text, '\0', 3, 3, oui))
        return set_key(ret_entry, ENTRY_OUI, oui, sizeof oui);
    return false;
}

bool entry_read_uuid(const char *text, unsigned char ret_uuid[ENTRY_UUID_SIZE]) {
    for (size_t i = 0; i < ENTRY_UUID_SIZE; i++) {
        if ((i == 4 || i == 6 || i == 8 || i == 10) && *text++ != '-')
            return false;
        int high = hex_digit(text[0]);
        int low = high >= 0 ? hex_digit(text[1]) : -1;
        if (low < 0)
            return false;
        ret_uuid[i] = (unsigned char) (high * 16 + low);
        text += 2;
    }
    return *text == '\0';
}

/* Of either form, with or without braces. */
static bool parse_uuid(const char *text, struct entry *ret_entry) {
    char plain[37] = "";
    unsigned char uuid[ENTRY_UUID_SIZE];
    size_t length = strlen(text);
    bool braced = length > 2 && text[0] == '{' && text[length - 1] == '}';
    text += braced ? 1 : 0;
    length -= braced ? 2 : 0;
    if (length >= sizeof plain)
        return false;
    memcpy(plain, text, length);
    return (entry_read_uuid(plain, uuid) ||
            parse_hex(plain, '\0', sizeof uuid, sizeof uuid, uuid)) &&
           set_key(ret_entry, ENTRY_UUID, uuid, sizeof uuid);
}

void entry_cut_network(struct entry *network, unsigned bits) {
    for (size_t i = NETWORK_ADDRESS; i < network->size; i++) {
        unsigned start = (unsigned) (i - NETWORK_ADDRESS) * 8;
        unsigned kept = bits > start ? bits - start : 0;
        if (kept < 8)
            network->key[i] &= (unsigned char) (0xff00 >> kept);
    }
    network->key[NETWORK_BITS] = (unsigned char) bits;
}

bool entry_read_address(const char *text, struct entry *ret_entry) {
    unsigned char *address = ret_entry->key + NETWORK_ADDRESS;
    unsigned char family = inet_pton(AF_INET, text, address) == 1    ? 4
                           : inet_pton(AF_INET6, text, address) == 1 ? 6
                                                                     : 0;
    unsigned bits = family == 4 ? 32 : 128;
    if (family == 0)
        return false;
    ret_entry->kind = ENTRY_NETWORK;
    ret_entry->size = NETWORK_ADDRESS + bits / 8;
    ret_entry->key[NETWORK_FAMILY] = family;
    ret_entry->key[NETWORK_BITS] = (unsigned char) bits;
    return true;
}

static const char *parse_network(const char *text, struct entry *ret_entry) {
    struct entry network = {0};
    char address[INET6_ADDRSTRLEN] = "";
    const char *slash = strchr(text, '/');
    size_t length = slash != NULL ? (size_t) (slash - text) : strlen(text);
    if (length >= sizeof address)
        return "is no address";
    memcpy(address, text, length);
    if (!entry_read_address(address, &network))
        return "is no address; write 10.0.0.0/8, 10.1.2.3 or fd00::/8";
    unsigned long most = network.key[NETWORK_BITS];
    unsigned long bits = most;
    char *end = NULL;
    if (slash != NULL) {
        bits = strtoul(slash + 1, &end, 10);
        if (hex_digit(slash[1]) < 0 || *end != '\0' || bits > most)
            return "has a wrong prefix length; write 10.0.0.0/8 or fd00::/8";
    }
    network.key[NETWORK_BITS] = (unsigned char) bits;
    struct entry cut = network;
    entry_cut_network(&cut, (unsigned) bits);
    if (memcmp(cut.key, network.key, cut.size) != 0)
        return "has address bits behind its prefix length, so it is not clear which is meant";
    *ret_entry = network;
    return NULL;
}

static const char *parse_text(const char *text, enum entry_kind kind, struct entry *ret_entry) {
    size_t size = strlen(text);
    if (size == 0)
        return "has no value behind its kind";
    if (size > ENTRY_KEY_MAX)
        return "is longer than 255 bytes";
    (void) set_key(ret_entry, kind, text, size);
    return NULL;
}

static const char *parse_kind(const char *text, enum entry_kind kind, struct entry *ret_entry) {
    switch (kind) {
    case ENTRY_MAC:
        return parse_mac(text, ret_entry) ? NULL : "is no MAC; write 52:54:00:12:34:56";
    case ENTRY_OUI:
        return parse_oui(text, ret_entry) ? NULL : "is no OUI; write 52:54:00";
    case ENTRY_UUID:
        return parse_uuid(text, ret_entry)
                   ? NULL
                   : "is no UUID; write 8, 4, 4, 4 and 12 hexadecimal digits with dashes between";
    case ENTRY_NETWORK:
        return parse_network(text, ret_entry);
    default:
        return parse_text(text, kind, ret_entry);
    }
}

const char *entry_parse(const char *text, struct entry *ret_entry) {
    size_t word = strcspn(text, " \t");
    for (unsigned kind = 0; text[word] != '\0' && kind < ENTRY_KINDS; kind++) {
        if (strlen(kinds[kind].word) == word && strncmp(text, kinds[kind].word, word) == 0)
            return parse_kind(text + word + strspn(text + word, " \t"), (enum entry_kind) kind,
                              ret_entry);
    }
    if (parse_mac(text, ret_entry) || parse_oui(text, ret_entry) || parse_uuid(text, ret_entry) ||
        parse_network(text, ret_entry) == NULL)
        return NULL;
    if (strchr(text, '/') != NULL)
        return parse_network(text, ret_entry);
    return "is no MAC, OUI, UUID, address or network; before other values write their kind: "
           "\"vendor-class\" or \"architecture\"";
}
