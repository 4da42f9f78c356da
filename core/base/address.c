/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An address and port of any family, as a plain value.
 */
#include "base/address.h"

#include <arpa/inet.h>
#include <string.h>

struct address address_from_ipv4(const uint8_t bytes[4], uint16_t port) {
    struct address address = {.family = 4, .port = port};
    memcpy(address.bytes, bytes, 4);
    return address;
}

struct address address_from_number(uint32_t number, uint16_t port) {
    struct address address = {.family = 4, .port = port};
    const uint32_t wire = htonl(number);
    memcpy(address.bytes, &wire, sizeof(wire));
    return address;
}

uint32_t address_number(const struct address *address) {
    const uint8_t *bytes = address->bytes;
    return (uint32_t) bytes[0] << 24 | (uint32_t) bytes[1] << 16 | (uint32_t) bytes[2] << 8 |
           bytes[3];
}

const char *address_number_text(uint32_t number, char buffer[ADDRESS_TEXT_SIZE]) {
    char *place = buffer;
    for (size_t i = 0; i < 4; i++) {
        unsigned part = number >> (24 - 8 * i) & 255;
        if (i > 0)
            *place++ = '.';
        if (part >= 100)
            *place++ = (char) ('0' + part / 100);
        if (part >= 10)
            *place++ = (char) ('0' + part / 10 % 10);
        *place++ = (char) ('0' + part % 10);
    }
    *place = '\0';
    return buffer;
}

const char *address_text(const struct address *address, char buffer[ADDRESS_TEXT_SIZE]) {
    if (address->family == 4)
        return address_number_text(address_number(address), buffer);
    if (address->family == 0 ||
        inet_ntop(AF_INET6, address->bytes, buffer, ADDRESS_TEXT_SIZE) == NULL)
        buffer[0] = '\0';
    return buffer;
}

bool address_parse(const char *text, struct address *ret_address) {
    struct address address = {.family = 4};
    if (inet_pton(AF_INET, text, address.bytes) != 1) {
        address.family = 6;
        if (inet_pton(AF_INET6, text, address.bytes) != 1)
            return false;
    }
    *ret_address = address;
    return true;
}

bool address_equal(const struct address *a, const struct address *b) {
    return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* Multiplied, since addresses of one network differ in their last bits alone. */
uint32_t address_hash(const struct address *address) {
    uint64_t halves[2];
    memcpy(halves, address->bytes, sizeof(halves));
    uint64_t mixed = (halves[0] ^ halves[1] << 1) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t) (mixed >> 32);
}

bool address_is_unspecified(const struct address *address) {
    static const uint8_t zero[16];
    return memcmp(address->bytes, zero, sizeof(zero)) == 0;
}
