/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a client is known by over all its packets. PURE.
 */
#include "boot/client-key.h"

#include <string.h>

#include "codec/dhcp.h"
#include "codec/pxe.h"

static bool is_zero(const uint8_t *bytes, size_t size) {
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

static bool read_uuid(const struct dhcp_view *view, uint8_t ret_uuid[IDENTITY_UUID_SIZE]) {
    struct span value = {0};
    const uint8_t *bytes = NULL;
    if (dhcp_option_get(&view->options, DHCP_OPTION_CLIENT_UUID, &value) &&
        value.size == 1 + IDENTITY_UUID_SIZE && value.data[0] == 0)
        bytes = value.data + 1;
    else if (view->header.hlen == IDENTITY_UUID_SIZE)
        bytes = view->header.chaddr;
    if (bytes == NULL || identity_is_bad_uuid(bytes))
        return false;
    memcpy(ret_uuid, bytes, IDENTITY_UUID_SIZE);
    return true;
}

bool client_key_read(const struct dhcp_view *view, struct client_key *ret_key) {
    struct client_key key = {0};
    const uint8_t *chaddr = view->header.chaddr;
    key.has_mac = view->header.hlen == IDENTITY_MAC_SIZE && !is_zero(chaddr, IDENTITY_MAC_SIZE);
    if (key.has_mac)
        memcpy(key.mac, chaddr, IDENTITY_MAC_SIZE);
    key.has_uuid = read_uuid(view, key.uuid);
    if (!key.has_mac && !key.has_uuid)
        return false;
    *ret_key = key;
    return true;
}

bool client_key_equal(const struct client_key *left, const struct client_key *right) {
    if (left->has_mac || right->has_mac)
        return left->has_mac && right->has_mac &&
               memcmp(left->mac, right->mac, IDENTITY_MAC_SIZE) == 0;
    return memcmp(left->uuid, right->uuid, IDENTITY_UUID_SIZE) == 0;
}

/* FNV-1a. Clients choose their keys, but the tables that use this are bounded and small. */
uint32_t client_key_hash(const struct client_key *key) {
    const uint8_t *bytes = key->has_mac ? key->mac : key->uuid;
    size_t size = key->has_mac ? IDENTITY_MAC_SIZE : IDENTITY_UUID_SIZE;
    uint32_t hash = UINT32_C(2166136261);
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * UINT32_C(16777619);
    return hash;
}
