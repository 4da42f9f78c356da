/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a client will be told: earlier providers began it, this one goes on.
 */
#pragma once

#include "boot-host-request.h"

G_BEGIN_DECLS

#define BOOT_HOST_TYPE_REPLY (boot_host_reply_get_type())

/**
 * BootHostReply:
 *
 * The answer to a client, as the providers of a chain shape it one after the other. A getter tells
 * what earlier providers and this one have set. One thread at a time.
 *
 * Since: 0.9
 */
/* The cast is BOOT_HOST_REPLY_OBJECT(): the contract's BOOT_HOST_REPLY is a verdict. */
BOOT_HOST_AVAILABLE_IN_0_9
G_DECLARE_FINAL_TYPE(BootHostReply, boot_host_reply, BOOT_HOST, REPLY_OBJECT, GObject)

BOOT_HOST_AVAILABLE_IN_0_9
void boot_host_reply_set_boot_file(BootHostReply *self, const char *name);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_reply_get_boot_file(BootHostReply *self);
BOOT_HOST_AVAILABLE_IN_0_9
void boot_host_reply_set_server(BootHostReply *self, const char *address);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_reply_get_server(BootHostReply *self);
BOOT_HOST_AVAILABLE_IN_0_9
void boot_host_reply_set_server_name(BootHostReply *self, const char *name);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_reply_get_server_name(BootHostReply *self);
BOOT_HOST_AVAILABLE_IN_0_9
void boot_host_reply_set_reason(BootHostReply *self, const char *reason);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_reply_get_reason(BootHostReply *self);
BOOT_HOST_AVAILABLE_IN_0_9
void boot_host_reply_set_message(BootHostReply *self, const char *message);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_reply_get_message(BootHostReply *self);
BOOT_HOST_AVAILABLE_IN_0_9
void boot_host_reply_set_shape(BootHostReply *self, const char *shape);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_reply_get_shape(BootHostReply *self);
BOOT_HOST_AVAILABLE_IN_0_9
void boot_host_reply_add_note(BootHostReply *self, const char *note);
BOOT_HOST_AVAILABLE_IN_0_9
const char *const *boot_host_reply_get_notes(BootHostReply *self);
BOOT_HOST_AVAILABLE_IN_0_9
void boot_host_reply_set_poll_seconds(BootHostReply *self, guint seconds);
BOOT_HOST_AVAILABLE_IN_0_9
guint boot_host_reply_get_poll_seconds(BootHostReply *self);
BOOT_HOST_AVAILABLE_IN_0_9
gboolean boot_host_reply_set_option(BootHostReply *self, BootHostOptionSpace space, guint code,
                                    GBytes *value, GError **error);
BOOT_HOST_AVAILABLE_IN_0_9
GBytes *boot_host_reply_get_option(BootHostReply *self, BootHostOptionSpace space, guint code);
BOOT_HOST_AVAILABLE_IN_0_9
gboolean boot_host_reply_set_menu(BootHostReply *self, guint timeout_seconds, const char *prompt,
                                  GError **error);
BOOT_HOST_AVAILABLE_IN_0_9
gboolean boot_host_reply_add_menu_item(BootHostReply *self, guint type, const char *text,
                                       const char *server, GError **error);
BOOT_HOST_AVAILABLE_IN_0_9
GVariant *boot_host_reply_get_menu(BootHostReply *self);
BOOT_HOST_AVAILABLE_IN_0_9
gboolean boot_host_reply_set_fact(BootHostReply *self, const char *name, const char *value,
                                  GError **error);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_reply_get_fact(BootHostReply *self, const char *name);
BOOT_HOST_AVAILABLE_IN_0_9
GVariant *boot_host_reply_get_facts(BootHostReply *self);
BOOT_HOST_AVAILABLE_IN_0_9
char *boot_host_reply_expand(BootHostReply *self, const char *text, GError **error);
BOOT_HOST_AVAILABLE_IN_0_9
gboolean boot_host_reply_complete(BootHostReply *self, BootHostVerdict verdict);

G_END_DECLS
