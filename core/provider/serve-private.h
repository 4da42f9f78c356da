/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the files of provider/serve share: one module that answers for a host's instance.
 */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

#include "provider/instance.h"
#include "provider/peer.h"

/* What a call was asked by; it answers there. */
struct asked {
    struct server *server;
    struct call *call;
    GDBusMessage *message;
    uint64_t ticket; /* the host's name for it */
};

struct server {
    struct link *link;
    GMutex send_lock; /* of the link's sending side: modules log on any thread */
    GMainLoop *loop;
    GSource *source;
    gpointer tag;
    const char *name;
    struct module *module;
    const char *refusal;
    struct mailbox *mailbox;
    struct instance *instance; /* NULL: not open */
    GVariant *files;           /* of Open, a{say} */
    GVariantBuilder problems;
    bool is_opening;
    GHashTable *asked;   /* struct call to struct asked */
    GHashTable *readers; /* number to struct boot_host_reader */
    uint64_t last_reader;
};

/* Answers a call; the message stays the caller's. `body` may be NULL; a floating one is taken. */
void serve_answer(struct server *server, GDBusMessage *asked, GVariant *body);
void serve_answer_errno(struct server *server, GDBusMessage *asked, int32_t error,
                        const char *text);
/* Takes the message over. Any thread. */
void serve_send(struct server *server, GDBusMessage *message);

/* The methods of org.boothost.Provider1. `body` has the type that serve.c demands. */
void serve_describe(struct server *server, GDBusMessage *message, GVariant *body);
void serve_open(struct server *server, GDBusMessage *message, GVariant *body);
void serve_decide(struct server *server, GDBusMessage *message, GVariant *body);
void serve_content(struct server *server, GDBusMessage *message, GVariant *body);
void serve_event(struct server *server, GDBusMessage *message, GVariant *body);
void serve_cancel(struct server *server, GDBusMessage *message, GVariant *body);
void serve_read(struct server *server, GDBusMessage *message, GVariant *body);
void serve_close_reader(struct server *server, GDBusMessage *message, GVariant *body);
void serve_save(struct server *server, GDBusMessage *message, GVariant *body);
void serve_restore(struct server *server, GDBusMessage *message, GVariant *body);
void serve_drain(struct server *server, GDBusMessage *message, GVariant *body);

/* Drains nobody: readers, calls and instance go. Nothing when not open. */
void serve_close(struct server *server);

/* A call has ended, or all that did. `user` is the server. */
void serve_deliver(struct call *call, void *user);
void serve_deliver_posted(struct server *server);

/* What the module gave for a file; readers become the server's. Floating. */
GVariant *serve_make_content(struct server *server, struct call *call);
void serve_free_reader(gpointer reader);
void serve_free_asked(gpointer asked);
