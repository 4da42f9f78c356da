/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The three kinds of provider that a harness can host, behind one table.
 */
#pragma once

#include "boot-host-harness.h"
#include "provider-private.h"
#include "result-private.h"

/* What was said, by any thread. */
struct harness_lines {
    GMutex lock;
    GPtrArray *lines;
};

void harness_say(struct harness_lines *lines, guint level, const char *text);

/* What an administrator would have written. */
struct harness_settings {
    char *name;   /* of the instance; NULL: the provider's own */
    char *folder; /* where relative paths start */
    GPtrArray *keys;
    GHashTable *values;
    BootHostOpenFlags flags;
    guint deadline_ms;
};

/* `backend` is what the constructor of the kind returned. */
struct harness_kind {
    /* "facts" and "settings" of Describe as one tuple, to unref. */
    GVariant *(*describe)(gpointer backend, GError **error);
    gboolean (*open)(gpointer backend, const struct harness_settings *settings, GError **error);
    void (*close)(gpointer backend);
    gboolean (*swap)(gpointer backend, const struct harness_settings *settings, GError **error);
    /* These fill in the result; `reply` holds what came before, and takes what is new. */
    void (*decide)(gpointer backend, BootHostRequest *request, BootHostReply *reply,
                   BootHostResult *result);
    void (*content)(gpointer backend, BootHostRequest *request, BootHostResult *result);
    void (*event)(gpointer backend, BootHostRequest *request, const struct provider_event *event);
    void (*free)(gpointer backend);
};

extern const struct harness_kind harness_object;
extern const struct harness_kind harness_command;
extern const struct harness_kind harness_module;

gpointer harness_object_new(BootHostProvider *provider, struct harness_lines *lines,
                            guint *deadline_ms);
gpointer harness_command_new(const char *const *command, struct harness_lines *lines,
                             guint *deadline_ms);
gpointer harness_module_new(const char *path, struct harness_lines *lines, guint *deadline_ms,
                            GError **error);

/* Does what a host does before Open: checks what is written against the schema (a(suubss)) and
 * fills in defaults and absolute paths. *ret_settings a(ss), *ret_files a{say}, both to unref.
 * What is wrong is said in lines; the error sums it up. */
gboolean harness_fill_settings(GVariant *schema, const struct harness_settings *settings,
                               struct harness_lines *lines, GVariant **ret_settings,
                               GVariant **ret_files, GError **error);

/* The problems that Open returned (a(susb)), as lines; FALSE when one is fatal. */
gboolean harness_take_problems(GVariant *problems, struct harness_lines *lines, GError **error);
