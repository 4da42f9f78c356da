/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The control interface of a running daemon.
 */
#pragma once

#include <gio/gio.h>

#include "boot-host-types.h"

G_BEGIN_DECLS

#define BOOT_HOST_TYPE_CLIENT (boot_host_client_get_type())

/**
 * BootHostClient:
 *
 * A connection to a running daemon, for tools: what it serves, what it told whom and why, what it
 * would tell. The dictionaries are those that the command line prints with `--json`.
 *
 * Since: 0.9
 */
BOOT_HOST_AVAILABLE_IN_0_9
G_DECLARE_FINAL_TYPE(BootHostClient, boot_host_client, BOOT_HOST, CLIENT, GObject)

BOOT_HOST_AVAILABLE_IN_0_9
BootHostClient *boot_host_client_new(const char *path, GError **error);
BOOT_HOST_AVAILABLE_IN_0_9
GVariant *boot_host_client_call(BootHostClient *self, const char *method, GVariant *parameters,
                                GError **error);
BOOT_HOST_AVAILABLE_IN_0_9
GVariant *boot_host_client_status(BootHostClient *self, GError **error);
BOOT_HOST_AVAILABLE_IN_0_9
GVariant *boot_host_client_explain(BootHostClient *self, const char *who, GError **error);
BOOT_HOST_AVAILABLE_IN_0_9
GVariant *boot_host_client_simulate(BootHostClient *self, GVariant *request, GError **error);
BOOT_HOST_AVAILABLE_IN_0_9
GVariant *boot_host_client_providers(BootHostClient *self, GError **error);
BOOT_HOST_AVAILABLE_IN_0_9
GVariant *boot_host_client_reload(BootHostClient *self, GError **error);
BOOT_HOST_AVAILABLE_IN_0_9
gboolean boot_host_client_watch(BootHostClient *self, GError **error);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_client_get_path(BootHostClient *self);

G_END_DECLS
