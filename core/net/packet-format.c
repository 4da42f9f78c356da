/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IPv4 and UDP headers to a datagram and back.
 */
#include "net/packet-format.h"

#include <string.h>

#define IP_PROTOCOL_UDP 17
#define IP_FRAGMENT     0x3fff /* more fragments, or an offset */
#define IP_TTL          64

static uint16_t get16(const uint8_t *at) {
    return (uint16_t) (at[0] << 8 | at[1]);
}

static void put16(uint8_t *at, size_t value) {
    at[0] = (uint8_t) (value >> 8);
    at[1] = (uint8_t) value;
}

bool packet_parse(const uint8_t *packet, size_t size, struct packet_payload *ret_payload) {
    if (size < PACKET_HEADERS || packet[0] >> 4 != 4)
        return false;
    size_t header = (size_t) (packet[0] & 15) * 4;
    size_t total = get16(packet + 2);
    if (header < 20 || total < header + 8 || total > size)
        return false;
    if (packet[9] != IP_PROTOCOL_UDP || (get16(packet + 6) & IP_FRAGMENT) != 0)
        return false;
    const uint8_t *udp = packet + header;
    size_t length = get16(udp + 4);
    if (length < 8 || length > total - header)
        return false;
    ret_payload->data = udp + 8;
    ret_payload->size = length - 8;
    ret_payload->source = address_from_ipv4(packet + 12, get16(udp));
    ret_payload->destination = address_from_ipv4(packet + 16, get16(udp + 2));
    return true;
}

/* RFC 1071: the sum of 16-bit words; an odd last byte counts as if a zero followed. */
static uint32_t sum(uint32_t start, const uint8_t *bytes, size_t size) {
    for (size_t i = 0; i + 1 < size; i += 2)
        start += get16(bytes + i);
    return size % 2 == 0 ? start : start + ((uint32_t) bytes[size - 1] << 8);
}

static uint16_t fold(uint32_t total) {
    while (total > 0xffff)
        total = (total & 0xffff) + (total >> 16);
    return (uint16_t) ~total;
}

void packet_write_headers(const struct packet_payload *payload,
                          uint8_t ret_headers[PACKET_HEADERS]) {
    uint8_t *ip = ret_headers;
    uint8_t *udp = ret_headers + 20;
    memset(ret_headers, 0, PACKET_HEADERS);
    ip[0] = 0x45;
    put16(ip + 2, PACKET_HEADERS + payload->size);
    ip[8] = IP_TTL;
    ip[9] = IP_PROTOCOL_UDP;
    memcpy(ip + 12, payload->source.bytes, 4);
    memcpy(ip + 16, payload->destination.bytes, 4);
    put16(ip + 10, fold(sum(0, ip, 20)));

    put16(udp, payload->source.port);
    put16(udp + 2, payload->destination.port);
    put16(udp + 4, 8 + payload->size);
    /* The pseudo header: both addresses, the protocol, the length (RFC 768). */
    uint32_t total = sum(IP_PROTOCOL_UDP + 8 + (uint32_t) payload->size, ip + 12, 8);
    uint16_t check = fold(sum(sum(total, udp, 8), payload->data, payload->size));
    put16(udp + 6, check != 0 ? check : 0xffff);
}
