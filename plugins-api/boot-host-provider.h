/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A provider as a program: subclass it, run it.
 */
#pragma once

#include "boot-host-content.h"
#include "boot-host-reply.h"

G_BEGIN_DECLS

#define BOOT_HOST_TYPE_PROVIDER (boot_host_provider_get_type())

/**
 * BootHostProvider:
 *
 * A provider in a process of its own: what a `command = ` line of the configuration starts. A
 * subclass overrides what it wants to answer, names its settings, and ends in
 * boot_host_provider_run(). One program is one instance: keep state in the object.
 *
 * Since: 0.9
 */
/* The cast is BOOT_HOST_PROVIDER_OBJECT(): the contract's BOOT_HOST_PROVIDER() makes a module. */
BOOT_HOST_AVAILABLE_IN_0_9
G_DECLARE_DERIVABLE_TYPE(BootHostProvider, boot_host_provider, BOOT_HOST, PROVIDER_OBJECT, GObject)

/**
 * BootHostProviderClass:
 * @decide: what does this client boot?
 * @content: who has the file that a client asks for?
 * @event: something happened to a client
 * @open: the settings are there: make what decisions need
 * @close: free what open made
 * @drain: no further decision or file will be asked for
 * @save: leave state for the successor
 * @restore: take over what the predecessor saved
 *
 * What a provider may override; all of it is called on the thread of boot_host_provider_run(), one
 * call at a time.
 *
 * Since: 0.9
 */
struct _BootHostProviderClass {
    /*< private >*/
    GObjectClass parent_class;

    /*< public >*/
    BootHostVerdict (*decide)(BootHostProvider *self, BootHostRequest *request,
                              BootHostReply *reply, GError **error);
    BootHostVerdict (*content)(BootHostProvider *self, BootHostRequest *request,
                               BootHostContent *content, GError **error);
    void (*event)(BootHostProvider *self, BootHostRequest *request, BootHostEventKind kind,
                  const char *name, const char *detail, gint64 value);
    gboolean (*open)(BootHostProvider *self, BootHostOpenFlags flags, GError **error);
    void (*close)(BootHostProvider *self);
    void (*drain)(BootHostProvider *self);
    gboolean (*save)(BootHostProvider *self, GError **error);
    gboolean (*restore)(BootHostProvider *self, GError **error);

    /*< private >*/
    gpointer reserved[8];
};

BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_provider_get_name(BootHostProvider *self);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_provider_get_version(BootHostProvider *self);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_provider_get_summary(BootHostProvider *self);
BOOT_HOST_AVAILABLE_IN_0_9
guint boot_host_provider_get_at_once(BootHostProvider *self);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_provider_get_instance_name(BootHostProvider *self);

BOOT_HOST_AVAILABLE_IN_0_9
void boot_host_provider_add_setting(BootHostProvider *self, const char *name,
                                    BootHostSettingType type, BootHostSettingFlags flags,
                                    const char *default_value, const char *help);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_provider_get_setting(BootHostProvider *self, const char *key);
BOOT_HOST_AVAILABLE_IN_0_9
gint64 boot_host_provider_get_setting_number(BootHostProvider *self, const char *key);
BOOT_HOST_AVAILABLE_IN_0_9
char **boot_host_provider_get_setting_list(BootHostProvider *self, const char *key);
BOOT_HOST_AVAILABLE_IN_0_9
GBytes *boot_host_provider_get_setting_file(BootHostProvider *self, const char *key,
                                            GError **error);
BOOT_HOST_AVAILABLE_IN_0_9
char **boot_host_provider_get_setting_keys(BootHostProvider *self);
BOOT_HOST_AVAILABLE_IN_0_9
void boot_host_provider_report_error(BootHostProvider *self, const char *key, guint line,
                                     const char *text);
BOOT_HOST_AVAILABLE_IN_0_9
void boot_host_provider_report_warning(BootHostProvider *self, const char *key, guint line,
                                       const char *text);

BOOT_HOST_AVAILABLE_IN_0_9
void boot_host_provider_put_state(BootHostProvider *self, const char *name, GBytes *bytes);
BOOT_HOST_AVAILABLE_IN_0_9
GBytes *boot_host_provider_get_state(BootHostProvider *self, const char *name);

BOOT_HOST_AVAILABLE_IN_0_9
void boot_host_provider_log(BootHostProvider *self, BootHostLogLevel level, const char *text);
BOOT_HOST_AVAILABLE_IN_0_9
int boot_host_provider_run(BootHostProvider *self, int argc, char **argv);

G_END_DECLS
