/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The answer to "who has this file?".
 */
#pragma once

#include <gio/gio.h>

#include "boot-host-types.h"

G_BEGIN_DECLS

#define BOOT_HOST_TYPE_CONTENT (boot_host_content_get_type())

/**
 * BootHostContent:
 *
 * The answer to "who has this file?": give it in exactly one of the ways below and return
 * %BOOT_HOST_VERDICT_REPLY.
 *
 * Since: 0.9
 */
BOOT_HOST_AVAILABLE_IN_0_9
G_DECLARE_FINAL_TYPE(BootHostContent, boot_host_content, BOOT_HOST, CONTENT, GObject)

BOOT_HOST_AVAILABLE_IN_0_9
void boot_host_content_set_bytes(BootHostContent *self, GBytes *bytes);
BOOT_HOST_AVAILABLE_IN_0_9
void boot_host_content_set_text(BootHostContent *self, const char *text);
BOOT_HOST_AVAILABLE_IN_0_9
void boot_host_content_set_path(BootHostContent *self, const char *path);
BOOT_HOST_AVAILABLE_IN_0_9
void boot_host_content_set_name(BootHostContent *self, const char *name);
BOOT_HOST_AVAILABLE_IN_0_9
void boot_host_content_set_stream(BootHostContent *self, GInputStream *stream, gint64 length);
BOOT_HOST_AVAILABLE_IN_0_9
gboolean boot_host_content_complete(BootHostContent *self, BootHostVerdict verdict);

G_END_DECLS
