/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A host for tests: puts requests through any provider, without daemon, network or root.
 */
#pragma once

#include "boot-host-provider.h"
#include "boot-host-result.h"

G_BEGIN_DECLS

#define BOOT_HOST_TYPE_HARNESS (boot_host_harness_get_type())

/**
 * BootHostHarness:
 *
 * A host for the tests of an author: it validates settings against the schema, opens one provider
 * (an object of this process, a command, or a module) and puts requests through it. One thread.
 *
 * Since: 0.9
 */
BOOT_HOST_AVAILABLE_IN_0_9
G_DECLARE_FINAL_TYPE(BootHostHarness, boot_host_harness, BOOT_HOST, HARNESS, GObject)

BOOT_HOST_AVAILABLE_IN_0_9
BootHostHarness *boot_host_harness_new_for_provider(BootHostProvider *provider);
BOOT_HOST_AVAILABLE_IN_0_9
BootHostHarness *boot_host_harness_new_for_command(const char *const *command);
BOOT_HOST_AVAILABLE_IN_0_9
BootHostHarness *boot_host_harness_new_for_module(const char *path, GError **error);

BOOT_HOST_AVAILABLE_IN_0_9
void boot_host_harness_set(BootHostHarness *self, const char *key, const char *value);
BOOT_HOST_AVAILABLE_IN_0_9
void boot_host_harness_set_name(BootHostHarness *self, const char *name);
BOOT_HOST_AVAILABLE_IN_0_9
void boot_host_harness_set_folder(BootHostHarness *self, const char *folder);
BOOT_HOST_AVAILABLE_IN_0_9
void boot_host_harness_set_deadline(BootHostHarness *self, guint milliseconds);
BOOT_HOST_AVAILABLE_IN_0_9
void boot_host_harness_set_fact(BootHostHarness *self, const char *name, const char *value);

BOOT_HOST_AVAILABLE_IN_0_9
GVariant *boot_host_harness_describe(BootHostHarness *self, GError **error);
BOOT_HOST_AVAILABLE_IN_0_9
gboolean boot_host_harness_open(BootHostHarness *self, BootHostOpenFlags flags, GError **error);
BOOT_HOST_AVAILABLE_IN_0_9
void boot_host_harness_close(BootHostHarness *self);
BOOT_HOST_AVAILABLE_IN_0_9
gboolean boot_host_harness_swap(BootHostHarness *self, GError **error);
BOOT_HOST_AVAILABLE_IN_0_9
BootHostResult *boot_host_harness_decide(BootHostHarness *self, BootHostRequest *request);
BOOT_HOST_AVAILABLE_IN_0_9
BootHostResult *boot_host_harness_content(BootHostHarness *self, BootHostRequest *request);
BOOT_HOST_AVAILABLE_IN_0_9
void boot_host_harness_event(BootHostHarness *self, BootHostRequest *request,
                             BootHostEventKind kind, const char *name, const char *detail,
                             gint64 value);
BOOT_HOST_AVAILABLE_IN_0_9
char **boot_host_harness_get_lines(BootHostHarness *self);

G_END_DECLS
