/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the library's files share of a provider, and the calls that a host or a harness makes of it.
 */
#pragma once

#include "boot-host-provider.h"
#include "call.h"

/* One line for whoever listens. Any thread. */
typedef void (*provider_log_fn)(gpointer user, guint level, const char *text);

struct provider_setting {
    char *name;
    BootHostSettingType type;
    BootHostSettingFlags flags;
    char *default_value; /* NULL: none */
    char *help;
};

struct provider_data {
    char *name;
    char *version;
    char *summary;
    guint at_once;
    GPtrArray *schema; /* struct provider_setting */
    char *instance_name;
    GPtrArray *keys;           /* as written, in their order */
    GHashTable *values;        /* key to text */
    GHashTable *files;         /* key to GBytes */
    GVariantBuilder *problems; /* a(susb), while open runs; NULL else */
    guint fatal_problems;
    gboolean is_open;
    GHashTable *state; /* name to GBytes */
    GMutex log_lock;   /* guards the two below */
    provider_log_fn log;
    gpointer log_user;
};

struct provider_data *provider_data(BootHostProvider *self);
void provider_data_set_log(struct provider_data *data, provider_log_fn log, gpointer user);

/* "facts" and "settings" of Describe. */
GVariant *provider_describe(BootHostProvider *self);
GVariant *provider_schema(BootHostProvider *self);

struct provider_opening {
    const char *instance;
    GVariant *settings; /* a(ss) */
    GVariant *files;    /* a{say} */
    BootHostOpenFlags flags;
};

/* *ret_problems (a(susb), to unref) is set when it returns TRUE, which means that the host hears
 * what it needs: with a problem that is fatal, the provider is not open. */
gboolean provider_open(BootHostProvider *self, const struct provider_opening *opening,
                       GVariant **ret_problems, GError **error);
void provider_close(BootHostProvider *self);
/* `done` comes once, now or later, on any thread. */
void provider_decide(BootHostProvider *self, BootHostRequest *request, BootHostReply *reply,
                     call_done_fn done, gpointer user);
void provider_content(BootHostProvider *self, BootHostRequest *request, BootHostContent *content,
                      call_done_fn done, gpointer user);

struct provider_event {
    guint kind;
    const char *name;
    const char *detail; /* NULL: none */
    gint64 value;
};

void provider_event(BootHostProvider *self, BootHostRequest *request,
                    const struct provider_event *event);
void provider_drain(BootHostProvider *self);
/* a{say} */
GVariant *provider_save(BootHostProvider *self, GError **error);
gboolean provider_restore(BootHostProvider *self, GVariant *state, GError **error);

/* Answers the host on this connected socket, which it owns, until it ends. TRUE: the host said
 * Close. */
gboolean provider_serve(BootHostProvider *self, int fd, GError **error);

/* Who the provider is, and what an administrator writes to use it. */
char *provider_about(BootHostProvider *self, const char *program);
