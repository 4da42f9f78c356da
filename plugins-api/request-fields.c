/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The accessors of a request's fields, one for each field of the contract.
 */
#include "request-private.h"

/**
 * boot_host_request_get_mac:
 * @self: a request
 *
 * The hardware address, such as "52:54:00:12:34:56", in lower case.
 *
 * Returns: (nullable): the text; %NULL when the client did not say
 *
 * Since: 0.9
 */
const char *boot_host_request_get_mac(BootHostRequest *self) {
    return request_text(self, TEXT_MAC);
}

/**
 * boot_host_request_get_uuid:
 * @self: a request
 *
 * The SMBIOS UUID of option 97, as SMBIOS prints it.
 *
 * Returns: (nullable): the text; %NULL when the client did not say
 *
 * Since: 0.9
 */
const char *boot_host_request_get_uuid(BootHostRequest *self) {
    return request_text(self, TEXT_UUID);
}

/**
 * boot_host_request_get_uuid_swapped:
 * @self: a request
 *
 * The bytes of the UUID in the other order.
 *
 * Returns: (nullable): the text; %NULL when the client did not say
 *
 * Since: 0.9
 */
const char *boot_host_request_get_uuid_swapped(BootHostRequest *self) {
    return request_text(self, TEXT_UUID_SWAPPED);
}

/**
 * boot_host_request_get_client_id:
 * @self: a request
 *
 * Option 61 in hexadecimal.
 *
 * Returns: (nullable): the text; %NULL when the client did not say
 *
 * Since: 0.9
 */
const char *boot_host_request_get_client_id(BootHostRequest *self) {
    return request_text(self, TEXT_CLIENT_ID);
}

/**
 * boot_host_request_get_architecture:
 * @self: a request
 *
 * The first architecture's name, such as "x64-uefi".
 *
 * Returns: (nullable): the text; %NULL when the client did not say
 *
 * Since: 0.9
 */
const char *boot_host_request_get_architecture(BootHostRequest *self) {
    return request_text(self, TEXT_ARCHITECTURE);
}

/**
 * boot_host_request_get_loader:
 * @self: a request
 *
 * What is asking: "firmware", "ipxe", "grub", "wdsnbp".
 *
 * Returns: (nullable): the text; %NULL when the client did not say
 *
 * Since: 0.9
 */
const char *boot_host_request_get_loader(BootHostRequest *self) {
    return request_text(self, TEXT_LOADER);
}

/**
 * boot_host_request_get_vendor_class:
 * @self: a request
 *
 * Option 60, unprintable bytes as "?".
 *
 * Returns: (nullable): the text; %NULL when the client did not say
 *
 * Since: 0.9
 */
const char *boot_host_request_get_vendor_class(BootHostRequest *self) {
    return request_text(self, TEXT_VENDOR_CLASS);
}

/**
 * boot_host_request_get_user_class:
 * @self: a request
 *
 * Option 77, unprintable bytes as "?".
 *
 * Returns: (nullable): the text; %NULL when the client did not say
 *
 * Since: 0.9
 */
const char *boot_host_request_get_user_class(BootHostRequest *self) {
    return request_text(self, TEXT_USER_CLASS);
}

/**
 * boot_host_request_get_interface:
 * @self: a request
 *
 * The link it arrived on, such as "eth0".
 *
 * Returns: (nullable): the text; %NULL when the client did not say
 *
 * Since: 0.9
 */
const char *boot_host_request_get_interface(BootHostRequest *self) {
    return request_text(self, TEXT_INTERFACE);
}

/**
 * boot_host_request_get_network:
 * @self: a request
 *
 * The address that tells the client's network.
 *
 * Returns: (nullable): the text; %NULL when the client did not say
 *
 * Since: 0.9
 */
const char *boot_host_request_get_network(BootHostRequest *self) {
    return request_text(self, TEXT_NETWORK);
}

/**
 * boot_host_request_get_source:
 * @self: a request
 *
 * The packet's source address.
 *
 * Returns: (nullable): the text; %NULL when the client did not say
 *
 * Since: 0.9
 */
const char *boot_host_request_get_source(BootHostRequest *self) {
    return request_text(self, TEXT_SOURCE);
}

/**
 * boot_host_request_get_client:
 * @self: a request
 *
 * The client's own address, if it has one.
 *
 * Returns: (nullable): the text; %NULL when the client did not say
 *
 * Since: 0.9
 */
const char *boot_host_request_get_client(BootHostRequest *self) {
    return request_text(self, TEXT_CLIENT);
}

/**
 * boot_host_request_get_relay:
 * @self: a request
 *
 * The relay's address.
 *
 * Returns: (nullable): the text; %NULL when the client did not say
 *
 * Since: 0.9
 */
const char *boot_host_request_get_relay(BootHostRequest *self) {
    return request_text(self, TEXT_RELAY);
}

/**
 * boot_host_request_get_server:
 * @self: a request
 *
 * The host's address as this client sees it.
 *
 * Returns: (nullable): the text; %NULL when the client did not say
 *
 * Since: 0.9
 */
const char *boot_host_request_get_server(BootHostRequest *self) {
    return request_text(self, TEXT_SERVER);
}

/**
 * boot_host_request_get_family:
 * @self: a request
 *
 * "ipv4" or "ipv6".
 *
 * Returns: (nullable): the text; %NULL when the client did not say
 *
 * Since: 0.9
 */
const char *boot_host_request_get_family(BootHostRequest *self) {
    return request_text(self, TEXT_FAMILY);
}

/**
 * boot_host_request_get_transport:
 * @self: a request
 *
 * "dhcp", "tftp" or "http".
 *
 * Returns: (nullable): the text; %NULL when the client did not say
 *
 * Since: 0.9
 */
const char *boot_host_request_get_transport(BootHostRequest *self) {
    return request_text(self, TEXT_TRANSPORT);
}

/**
 * boot_host_request_get_file:
 * @self: a request
 *
 * The name asked for, without a leading "/".
 *
 * Returns: (nullable): the text; %NULL when the client did not say
 *
 * Since: 0.9
 */
const char *boot_host_request_get_file(BootHostRequest *self) {
    return request_text(self, TEXT_FILE);
}

/**
 * boot_host_request_get_host_name:
 * @self: a request
 *
 * Option 12.
 *
 * Returns: (nullable): the text; %NULL when the client did not say
 *
 * Since: 0.9
 */
const char *boot_host_request_get_host_name(BootHostRequest *self) {
    return request_text(self, TEXT_HOST_NAME);
}

/**
 * boot_host_request_get_architecture_code:
 * @self: a request
 *
 * The first architecture's IANA code.
 *
 * Returns: the number; -1 when the client did not say
 *
 * Since: 0.9
 */
gint64 boot_host_request_get_architecture_code(BootHostRequest *self) {
    return request_number(self, NUMBER_ARCHITECTURE_CODE);
}

/**
 * boot_host_request_get_seconds:
 * @self: a request
 *
 * For how many seconds the client has tried.
 *
 * Returns: the number; -1 when the client did not say
 *
 * Since: 0.9
 */
gint64 boot_host_request_get_seconds(BootHostRequest *self) {
    return request_number(self, NUMBER_SECONDS);
}

/**
 * boot_host_request_get_message_size:
 * @self: a request
 *
 * How many bytes of UDP payload the client takes.
 *
 * Returns: the number; -1 when the client did not say
 *
 * Since: 0.9
 */
gint64 boot_host_request_get_message_size(BootHostRequest *self) {
    return request_number(self, NUMBER_MESSAGE_SIZE);
}

/**
 * boot_host_request_get_boot_item:
 * @self: a request
 *
 * The type of the menu entry that the client chose.
 *
 * Returns: the number; -1 when the client did not say
 *
 * Since: 0.9
 */
gint64 boot_host_request_get_boot_item(BootHostRequest *self) {
    return request_number(self, NUMBER_BOOT_ITEM);
}

/**
 * boot_host_request_get_boot_layer:
 * @self: a request
 *
 * The layer of the menu entry that the client chose.
 *
 * Returns: the number; -1 when the client did not say
 *
 * Since: 0.9
 */
gint64 boot_host_request_get_boot_layer(BootHostRequest *self) {
    return request_number(self, NUMBER_BOOT_LAYER);
}

/**
 * boot_host_request_get_attempt:
 * @self: a request
 *
 * 1, then how often the client came back without having fetched anything.
 *
 * Returns: the number; -1 when the client did not say
 *
 * Since: 0.9
 */
gint64 boot_host_request_get_attempt(BootHostRequest *self) {
    return request_number(self, NUMBER_ATTEMPT);
}
