/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The names of a request's fields: as properties, as facts, and as keys on the wire.
 */
#include "request-private.h"

static const char *const texts[] = {
    /**
     * BootHostRequest:mac:
     *
     * The hardware address, such as "52:54:00:12:34:56", in lower case.
     *
     * Since: 0.9
     */
    [TEXT_MAC] = "mac",
    /**
     * BootHostRequest:uuid:
     *
     * The SMBIOS UUID of option 97, as SMBIOS prints it.
     *
     * Since: 0.9
     */
    [TEXT_UUID] = "uuid",
    /**
     * BootHostRequest:uuid-swapped:
     *
     * The bytes of the UUID in the other order.
     *
     * Since: 0.9
     */
    [TEXT_UUID_SWAPPED] = "uuid-swapped",
    /**
     * BootHostRequest:client-id:
     *
     * Option 61 in hexadecimal.
     *
     * Since: 0.9
     */
    [TEXT_CLIENT_ID] = "client-id",
    /**
     * BootHostRequest:architecture:
     *
     * The first architecture's name, such as "x64-uefi".
     *
     * Since: 0.9
     */
    [TEXT_ARCHITECTURE] = "architecture",
    /**
     * BootHostRequest:loader:
     *
     * What is asking: "firmware", "ipxe", "grub", "wdsnbp".
     *
     * Since: 0.9
     */
    [TEXT_LOADER] = "loader",
    /**
     * BootHostRequest:vendor-class:
     *
     * Option 60, unprintable bytes as "?".
     *
     * Since: 0.9
     */
    [TEXT_VENDOR_CLASS] = "vendor-class",
    /**
     * BootHostRequest:user-class:
     *
     * Option 77, unprintable bytes as "?".
     *
     * Since: 0.9
     */
    [TEXT_USER_CLASS] = "user-class",
    /**
     * BootHostRequest:interface:
     *
     * The link it arrived on, such as "eth0".
     *
     * Since: 0.9
     */
    [TEXT_INTERFACE] = "interface",
    /**
     * BootHostRequest:network:
     *
     * The address that tells the client's network.
     *
     * Since: 0.9
     */
    [TEXT_NETWORK] = "network",
    /**
     * BootHostRequest:source:
     *
     * The packet's source address.
     *
     * Since: 0.9
     */
    [TEXT_SOURCE] = "source",
    /**
     * BootHostRequest:client:
     *
     * The client's own address, if it has one.
     *
     * Since: 0.9
     */
    [TEXT_CLIENT] = "client",
    /**
     * BootHostRequest:relay:
     *
     * The relay's address.
     *
     * Since: 0.9
     */
    [TEXT_RELAY] = "relay",
    /**
     * BootHostRequest:server:
     *
     * The host's address as this client sees it.
     *
     * Since: 0.9
     */
    [TEXT_SERVER] = "server",
    /**
     * BootHostRequest:family:
     *
     * "ipv4" or "ipv6".
     *
     * Since: 0.9
     */
    [TEXT_FAMILY] = "family",
    /**
     * BootHostRequest:transport:
     *
     * "dhcp", "tftp" or "http".
     *
     * Since: 0.9
     */
    [TEXT_TRANSPORT] = "transport",
    /**
     * BootHostRequest:file:
     *
     * The name asked for, without a leading "/".
     *
     * Since: 0.9
     */
    [TEXT_FILE] = "file",
    /**
     * BootHostRequest:host-name:
     *
     * Option 12.
     *
     * Since: 0.9
     */
    [TEXT_HOST_NAME] = "host-name",
};
G_STATIC_ASSERT(G_N_ELEMENTS(texts) == TEXT_COUNT);

static const char *const numbers[] = {
    /**
     * BootHostRequest:architecture-code:
     *
     * The first architecture's IANA code; -1: it did not say.
     *
     * Since: 0.9
     */
    [NUMBER_ARCHITECTURE_CODE] = "architecture-code",
    /**
     * BootHostRequest:seconds:
     *
     * For how many seconds the client has tried; -1: it did not say.
     *
     * Since: 0.9
     */
    [NUMBER_SECONDS] = "seconds",
    /**
     * BootHostRequest:message-size:
     *
     * How many bytes of UDP payload the client takes; -1: it did not say.
     *
     * Since: 0.9
     */
    [NUMBER_MESSAGE_SIZE] = "message-size",
    /**
     * BootHostRequest:boot-item:
     *
     * The type of the menu entry that the client chose; -1: it did not say.
     *
     * Since: 0.9
     */
    [NUMBER_BOOT_ITEM] = "boot-item",
    /**
     * BootHostRequest:boot-layer:
     *
     * The layer of the menu entry that the client chose; -1: it did not say.
     *
     * Since: 0.9
     */
    [NUMBER_BOOT_LAYER] = "boot-layer",
    /**
     * BootHostRequest:attempt:
     *
     * 1, then how often the client came back without having fetched anything; -1: it did not say.
     *
     * Since: 0.9
     */
    [NUMBER_ATTEMPT] = "attempt",
};
G_STATIC_ASSERT(G_N_ELEMENTS(numbers) == NUMBER_COUNT);

const char *request_text_name(enum request_text field) {
    return texts[field];
}

const char *request_number_name(enum request_number field) {
    return numbers[field];
}
