/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * codec/identity: a text that is accepted, shown in our form and read again gives the same bytes.
 */
#include "fuzz.h"

#include "codec/identity.h"

#include <stdio.h>
#include <string.h>

static void check_mac(const char *text) {
    uint8_t mac[IDENTITY_MAC_SIZE];
    if (!identity_parse_mac(text, mac))
        return;
    char shown[IDENTITY_MAC_TEXT_SIZE];
    identity_format_mac(mac, shown);
    uint8_t again[IDENTITY_MAC_SIZE];
    FUZZ_CHECK(strlen(shown) == sizeof shown - 1);
    FUZZ_CHECK(identity_parse_mac(shown, again) && memcmp(mac, again, sizeof mac) == 0);
}

static void check_uuid(const char *text, enum identity_uuid_order order) {
    uint8_t uuid[IDENTITY_UUID_SIZE];
    if (!identity_parse_uuid(text, order, uuid))
        return;
    char shown[IDENTITY_UUID_TEXT_SIZE];
    identity_format_uuid(uuid, order, shown);
    uint8_t again[IDENTITY_UUID_SIZE];
    FUZZ_CHECK(strlen(shown) == sizeof shown - 1);
    FUZZ_CHECK(identity_parse_uuid(shown, order, again) && memcmp(uuid, again, sizeof uuid) == 0);
}

static void check_ipv4(const char *text) {
    uint32_t address = 0;
    if (!identity_parse_ipv4(text, &address))
        return;
    char shown[16];
    snprintf(shown, sizeof shown, "%u.%u.%u.%u", address >> 24 & 255, address >> 16 & 255,
             address >> 8 & 255, address & 255);
    FUZZ_CHECK(strcmp(shown, text) == 0);
}

static void check_network(const char *text) {
    struct identity_network network;
    if (!identity_parse_network(text, &network))
        return;
    FUZZ_CHECK(network.bits <= 32 && identity_network_has(&network, network.address));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char text[64] = {0};
    if (size >= sizeof text)
        size = sizeof text - 1;
    if (size > 0)
        memcpy(text, data, size);
    check_mac(text);
    check_uuid(text, IDENTITY_UUID_SMBIOS);
    check_uuid(text, IDENTITY_UUID_RAW);
    check_ipv4(text);
    check_network(text);
    return 0;
}
