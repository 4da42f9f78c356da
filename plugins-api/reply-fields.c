/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The fields of a reply that are text.
 */
#include "reply-private.h"

#include <boothost/types.h>

static void set_field(BootHostReply *self, guint field, const char *text) {
    g_return_if_fail(BOOT_HOST_IS_REPLY_OBJECT(self));
    reply_put_field(self, field, text);
}

static const char *get_field(BootHostReply *self, guint field) {
    g_return_val_if_fail(BOOT_HOST_IS_REPLY_OBJECT(self), NULL);
    return self->fields[field];
}

/**
 * boot_host_reply_set_boot_file:
 * @self: a reply
 * @name: (nullable): the new value; %NULL takes it back
 *
 * The boot program's name for TFTP, or a URL.
 *
 * Since: 0.9
 */
void boot_host_reply_set_boot_file(BootHostReply *self, const char *name) {
    set_field(self, BOOT_HOST_REPLY_BOOT_FILE, name);
}

/**
 * boot_host_reply_get_boot_file:
 * @self: a reply
 *
 * The boot program's name for TFTP, or a URL.
 *
 * Returns: (nullable): the value; %NULL when unset
 *
 * Since: 0.9
 */
const char *boot_host_reply_get_boot_file(BootHostReply *self) {
    return get_field(self, BOOT_HOST_REPLY_BOOT_FILE);
}

/**
 * boot_host_reply_set_server:
 * @self: a reply
 * @address: (nullable): the new value; %NULL takes it back
 *
 * The address of the server that has the boot program; unset: this host.
 *
 * Since: 0.9
 */
void boot_host_reply_set_server(BootHostReply *self, const char *address) {
    set_field(self, BOOT_HOST_REPLY_SERVER, address);
}

/**
 * boot_host_reply_get_server:
 * @self: a reply
 *
 * The address of the server that has the boot program; unset: this host.
 *
 * Returns: (nullable): the value; %NULL when unset
 *
 * Since: 0.9
 */
const char *boot_host_reply_get_server(BootHostReply *self) {
    return get_field(self, BOOT_HOST_REPLY_SERVER);
}

/**
 * boot_host_reply_set_server_name:
 * @self: a reply
 * @name: (nullable): the new value; %NULL takes it back
 *
 * The server's name in the packet (sname); unset: its address.
 *
 * Since: 0.9
 */
void boot_host_reply_set_server_name(BootHostReply *self, const char *name) {
    set_field(self, BOOT_HOST_REPLY_SERVER_NAME, name);
}

/**
 * boot_host_reply_get_server_name:
 * @self: a reply
 *
 * The server's name in the packet (sname); unset: its address.
 *
 * Returns: (nullable): the value; %NULL when unset
 *
 * Since: 0.9
 */
const char *boot_host_reply_get_server_name(BootHostReply *self) {
    return get_field(self, BOOT_HOST_REPLY_SERVER_NAME);
}

/**
 * boot_host_reply_set_reason:
 * @self: a reply
 * @reason: (nullable): the new value; %NULL takes it back
 *
 * Why this verdict, for the trace. Set one with every verdict but PASS.
 *
 * Since: 0.9
 */
void boot_host_reply_set_reason(BootHostReply *self, const char *reason) {
    set_field(self, BOOT_HOST_REPLY_REASON, reason);
}

/**
 * boot_host_reply_get_reason:
 * @self: a reply
 *
 * Why this verdict, for the trace. Set one with every verdict but PASS.
 *
 * Returns: (nullable): the value; %NULL when unset
 *
 * Since: 0.9
 */
const char *boot_host_reply_get_reason(BootHostReply *self) {
    return get_field(self, BOOT_HOST_REPLY_REASON);
}

/**
 * boot_host_reply_set_message:
 * @self: a reply
 * @message: (nullable): the new value; %NULL takes it back
 *
 * What the client's user may read while it is on hold.
 *
 * Since: 0.9
 */
void boot_host_reply_set_message(BootHostReply *self, const char *message) {
    set_field(self, BOOT_HOST_REPLY_MESSAGE, message);
}

/**
 * boot_host_reply_get_message:
 * @self: a reply
 *
 * What the client's user may read while it is on hold.
 *
 * Returns: (nullable): the value; %NULL when unset
 *
 * Since: 0.9
 */
const char *boot_host_reply_get_message(BootHostReply *self) {
    return get_field(self, BOOT_HOST_REPLY_MESSAGE);
}

/**
 * boot_host_reply_set_shape:
 * @self: a reply
 * @shape: (nullable): the new value; %NULL takes it back
 *
 * How the answer is cut: "auto", "direct" or "boot-server".
 *
 * Since: 0.9
 */
void boot_host_reply_set_shape(BootHostReply *self, const char *shape) {
    set_field(self, BOOT_HOST_REPLY_SHAPE, shape);
}

/**
 * boot_host_reply_get_shape:
 * @self: a reply
 *
 * How the answer is cut: "auto", "direct" or "boot-server".
 *
 * Returns: (nullable): the value; %NULL when unset
 *
 * Since: 0.9
 */
const char *boot_host_reply_get_shape(BootHostReply *self) {
    return get_field(self, BOOT_HOST_REPLY_SHAPE);
}
