/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a client asks: every field of the contract's request. Never changes once it is made.
 */
#pragma once

#include <gio/gio.h>

#include "boot-host-types.h"

G_BEGIN_DECLS

#define BOOT_HOST_TYPE_REQUEST (boot_host_request_get_type())

/**
 * BootHostRequest:
 *
 * What a client asks. The host makes them; a test makes its own with the properties that matter to
 * it, and a #BootHostHarness adds what plain firmware would have sent.
 *
 * Since: 0.9
 */
BOOT_HOST_AVAILABLE_IN_0_9
G_DECLARE_FINAL_TYPE(BootHostRequest, boot_host_request, BOOT_HOST, REQUEST, GObject)

BOOT_HOST_AVAILABLE_IN_0_9
BootHostRequest *boot_host_request_new(const char *mac, const char *architecture);

BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_request_get_mac(BootHostRequest *self);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_request_get_uuid(BootHostRequest *self);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_request_get_uuid_swapped(BootHostRequest *self);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_request_get_client_id(BootHostRequest *self);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_request_get_architecture(BootHostRequest *self);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_request_get_loader(BootHostRequest *self);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_request_get_vendor_class(BootHostRequest *self);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_request_get_user_class(BootHostRequest *self);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_request_get_interface(BootHostRequest *self);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_request_get_network(BootHostRequest *self);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_request_get_source(BootHostRequest *self);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_request_get_client(BootHostRequest *self);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_request_get_relay(BootHostRequest *self);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_request_get_server(BootHostRequest *self);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_request_get_family(BootHostRequest *self);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_request_get_transport(BootHostRequest *self);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_request_get_file(BootHostRequest *self);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_request_get_host_name(BootHostRequest *self);
BOOT_HOST_AVAILABLE_IN_0_9
gint64 boot_host_request_get_architecture_code(BootHostRequest *self);
BOOT_HOST_AVAILABLE_IN_0_9
gint64 boot_host_request_get_seconds(BootHostRequest *self);
BOOT_HOST_AVAILABLE_IN_0_9
gint64 boot_host_request_get_message_size(BootHostRequest *self);
BOOT_HOST_AVAILABLE_IN_0_9
gint64 boot_host_request_get_boot_item(BootHostRequest *self);
BOOT_HOST_AVAILABLE_IN_0_9
gint64 boot_host_request_get_boot_layer(BootHostRequest *self);
BOOT_HOST_AVAILABLE_IN_0_9
gint64 boot_host_request_get_attempt(BootHostRequest *self);

BOOT_HOST_AVAILABLE_IN_0_9
BootHostRequestStage boot_host_request_get_stage(BootHostRequest *self);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_request_get_stage_name(BootHostRequest *self);
BOOT_HOST_AVAILABLE_IN_0_9
const char *const *boot_host_request_get_architectures(BootHostRequest *self);
BOOT_HOST_AVAILABLE_IN_0_9
gboolean boot_host_request_is_architecture(BootHostRequest *self, const char *name);
BOOT_HOST_AVAILABLE_IN_0_9
GBytes *boot_host_request_get_packet(BootHostRequest *self);
BOOT_HOST_AVAILABLE_IN_0_9
GVariant *boot_host_request_get_options(BootHostRequest *self);
BOOT_HOST_AVAILABLE_IN_0_9
GBytes *boot_host_request_get_option(BootHostRequest *self, BootHostOptionSpace space, guint code);
BOOT_HOST_AVAILABLE_IN_0_9
GVariant *boot_host_request_get_facts(BootHostRequest *self);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_request_get_fact(BootHostRequest *self, const char *name);
BOOT_HOST_AVAILABLE_IN_0_9
char *boot_host_request_expand(BootHostRequest *self, const char *text, GError **error);
BOOT_HOST_AVAILABLE_IN_0_9
GCancellable *boot_host_request_get_cancellable(BootHostRequest *self);

BOOT_HOST_AVAILABLE_IN_0_9
char **boot_host_list_architectures(void);

G_END_DECLS
