/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the library's files share of a reply: its parts, what of it is new, its form on the wire.
 */
#pragma once

#include "boot-host-reply.h"
#include "call.h"

#define REPLY_FIELDS 8 /* BOOT_HOST_REPLY_BOOT_FILE to SHAPE are 1 to 7 */

struct _BootHostReply {
    GObject parent_instance;
    BootHostRequest *request;
    struct call call;
    char *fields[REPLY_FIELDS];
    gboolean field_is_new[REPLY_FIELDS];
    guint poll_seconds; /* 0: unset */
    gboolean poll_is_new;
    GPtrArray *notes;    /* text, NULL behind the last; all of this provider */
    GHashTable *options; /* number of space and code to GBytes */
    GHashTable *new_options;
    gboolean has_menu;
    gboolean menu_is_new;
    guint menu_timeout;
    char *menu_prompt;
    GPtrArray *items; /* struct reply_item */
    GHashTable *facts;
    GHashTable *new_facts; /* a fact that was taken back: "" */
};

struct reply_item {
    guint type;
    char *text;
    char *server; /* "": this host */
};

#define REPLY_OPTION_KEY(space, code) GUINT_TO_POINTER(((guint) (space) << 16) | (guint) (code))

/* `wire`: what earlier providers left (a{sv}); NULL: nothing. */
BootHostReply *reply_new(BootHostRequest *request, GVariant *wire);

/* What is new, as the "changes" of Decide. */
GVariant *reply_changes(BootHostReply *self);

/* All that is set, as the "reply" of Decide. */
GVariant *reply_to_wire(BootHostReply *self);

/* Sets everything that a dictionary says, as this provider's doing. */
void reply_apply(BootHostReply *self, GVariant *changes);

/* Always FALSE. */
gboolean reply_refuse(GError **error, BootHostError code, const char *text);

void reply_begin_menu(BootHostReply *self, guint timeout, const char *prompt);
void reply_put_item(BootHostReply *self, guint type, const char *text, const char *server);
void reply_put_field(BootHostReply *self, guint field, const char *text);
