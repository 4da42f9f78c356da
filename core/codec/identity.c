/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * MAC, UUID and IPv4 between bytes and text.
 */
#include "codec/identity.h"

#include <string.h>

static int digit_value(char digit) {
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

/* Takes one byte of two hex digits at `*text` and moves on. */
static bool take_hex(const char **text, uint8_t *ret_byte) {
    int high = digit_value((*text)[0]);
    int low = high >= 0 ? digit_value((*text)[1]) : -1;
    if (low < 0)
        return false;
    *ret_byte = (uint8_t) (high << 4 | low);
    *text += 2;
    return true;
}

static void put_hex(char *place, uint8_t byte) {
    static const char digits[] = "0123456789abcdef";
    place[0] = digits[byte >> 4];
    place[1] = digits[byte & 15];
}

/* Reads `size` bytes of hex with `separator` (0: none) after every `group` bytes, to the end. */
static bool parse_hex(const char *text, char separator, size_t group, uint8_t *ret_bytes,
                      size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (i > 0 && separator != 0 && i % group == 0 && *text++ != separator)
            return false;
        if (!take_hex(&text, &ret_bytes[i]))
            return false;
    }
    return *text == 0;
}

bool identity_parse_mac(const char *text, uint8_t ret_mac[IDENTITY_MAC_SIZE]) {
    uint8_t mac[IDENTITY_MAC_SIZE];
    bool valid =
        parse_hex(text, ':', 1, mac, sizeof mac) || parse_hex(text, '-', 1, mac, sizeof mac) ||
        parse_hex(text, '.', 2, mac, sizeof mac) || parse_hex(text, 0, sizeof mac, mac, sizeof mac);
    if (valid)
        memcpy(ret_mac, mac, sizeof mac);
    return valid;
}

void identity_format_mac(const uint8_t mac[IDENTITY_MAC_SIZE],
                         char ret_text[IDENTITY_MAC_TEXT_SIZE]) {
    for (size_t i = 0; i < IDENTITY_MAC_SIZE; i++) {
        put_hex(ret_text + 3 * i, mac[i]);
        ret_text[3 * i + 2] = ':';
    }
    ret_text[IDENTITY_MAC_TEXT_SIZE - 1] = 0;
}

/* Which wire byte stands at each place of the text. The way back is the same. */
static size_t wire_index(enum identity_uuid_order order, size_t place) {
    static const uint8_t smbios[] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    return order == IDENTITY_UUID_SMBIOS ? smbios[place] : place;
}

static bool dash_before(size_t place) {
    return place == 4 || place == 6 || place == 8 || place == 10;
}

bool identity_parse_uuid(const char *text, enum identity_uuid_order order,
                         uint8_t ret_uuid[IDENTITY_UUID_SIZE]) {
    bool braces = *text == '{';
    if (braces)
        text++;
    bool dashes = strchr(text, '-') != NULL;
    uint8_t uuid[IDENTITY_UUID_SIZE];
    for (size_t i = 0; i < sizeof uuid; i++) {
        if (dashes && dash_before(i) && *text++ != '-')
            return false;
        if (!take_hex(&text, &uuid[wire_index(order, i)]))
            return false;
    }
    if (braces && *text++ != '}')
        return false;
    if (*text != 0)
        return false;
    memcpy(ret_uuid, uuid, sizeof uuid);
    return true;
}

void identity_format_uuid(const uint8_t uuid[IDENTITY_UUID_SIZE], enum identity_uuid_order order,
                          char ret_text[IDENTITY_UUID_TEXT_SIZE]) {
    static const uint8_t places[] = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};
    for (size_t i = 0; i < IDENTITY_UUID_SIZE; i++)
        put_hex(ret_text + places[i], uuid[wire_index(order, i)]);
    ret_text[8] = ret_text[13] = ret_text[18] = ret_text[23] = '-';
    ret_text[IDENTITY_UUID_TEXT_SIZE - 1] = 0;
}

bool identity_is_bad_uuid(const uint8_t uuid[IDENTITY_UUID_SIZE]) {
    if (uuid[0] != 0 && uuid[0] != 0xff)
        return false;
    for (size_t i = 1; i < IDENTITY_UUID_SIZE; i++) {
        if (uuid[i] != uuid[0])
            return false;
    }
    return true;
}

/* Takes a decimal number of at most three digits up to `limit`, without leading zeros. */
static bool take_decimal(const char **text, unsigned limit, unsigned *ret_value) {
    const char *place = *text;
    unsigned value = 0;
    for (; *place >= '0' && *place <= '9' && place - *text < 3; place++)
        value = value * 10 + (unsigned) (*place - '0');
    bool leading_zero = **text == '0' && place - *text > 1;
    if (place == *text || leading_zero || value > limit)
        return false;
    *text = place;
    *ret_value = value;
    return true;
}

static bool take_ipv4(const char **text, uint32_t *ret_address) {
    uint32_t address = 0;
    for (size_t i = 0; i < 4; i++) {
        unsigned part = 0;
        if ((i > 0 && *(*text)++ != '.') || !take_decimal(text, 255, &part))
            return false;
        address = address << 8 | part;
    }
    *ret_address = address;
    return true;
}

bool identity_parse_ipv4(const char *text, uint32_t *ret_address) {
    uint32_t address = 0;
    if (!take_ipv4(&text, &address) || *text != 0)
        return false;
    *ret_address = address;
    return true;
}

static uint32_t network_mask(unsigned bits) {
    return bits == 0 ? 0 : UINT32_MAX << (32 - bits);
}

bool identity_parse_network(const char *text, struct identity_network *ret_network) {
    uint32_t address = 0;
    unsigned bits = 32;
    if (!take_ipv4(&text, &address))
        return false;
    if (*text == '/') {
        text++;
        if (!take_decimal(&text, 32, &bits))
            return false;
    }
    if (*text != 0 || (address & ~network_mask(bits)) != 0)
        return false;
    *ret_network = (struct identity_network){address, (uint8_t) bits};
    return true;
}

bool identity_network_has(const struct identity_network *network, uint32_t address) {
    return (address & network_mask(network->bits)) == network->address;
}
