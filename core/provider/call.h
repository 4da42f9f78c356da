/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One call of one provider: what its handles of request, reply and content point to. What the
 * provider writes goes into a draft that is made at the first write, so that a PASS without writes
 * costs nothing, and that is dropped with the call when it fails.
 *
 * A call belongs to one thread at a time: to the packet thread until it is handed to the provider,
 * then to the provider until it has answered. What both touch in between is guarded by the
 * instance's lock and marked so.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "boot/reply.h"
#include "boot/request.h"
#include "provider/chain.h"
#include "provider/outcome.h"

struct instance;
struct call;

#define CALL_SPARES 2 /* one is what was set before, the other what is being set */

enum call_door {
    CALL_DECIDE,
    CALL_CONTENT,
    CALL_EVENT,
};

enum call_state {
    CALL_WAITING,  /* for a worker thread */
    CALL_RUNNING,  /* a thread is inside the provider */
    CALL_PARKED,   /* answered LATER */
    CALL_FINISHED, /* has its verdict */
};

/* Everything is lent for the call. On the packet thread. */
typedef void (*call_done_fn)(const struct outcome *outcome, void *user);

struct call {
    struct instance *instance;
    enum call_door door;
    struct request *request;
    int64_t start_us;

    /* What the provider sets. */
    /* What earlier providers set, and nobody writes any more: a late call reads on in it while the
     * chain goes on. NULL: not a decision. */
    const struct reply *base;
    bool is_owner;                     /* of references to request and base */
    struct reply *draft;               /* NULL: nothing written yet */
    struct reply *spares[CALL_SPARES]; /* memory for drafts */
    unsigned spare_count;
    enum chain_content_kind content_kind;
    GBytes *content_bytes;
    char *content_name;
    struct boot_host_reader content_reader;
    char *failure;                /* the host's words about why it failed; NULL: none */
    struct boot_host_event event; /* with texts of its own */

    /* The packet thread's. */
    call_done_fn done; /* NULL: nobody waits, or no longer */
    void *user;
    GList pending_link;
    bool is_pending; /* has a deadline ahead of it */
    bool is_stalled; /* was inside the provider when the deadline passed */

    /* Under the instance's lock from the moment it is handed over. */
    enum call_state state;
    uint64_t ticket;   /* 0: not taken */
    bool was_run;      /* a thread has been inside the provider with it */
    bool is_abandoned; /* the deadline has passed */
    bool is_completed; /* by host->complete, while the door has not returned yet */
    int32_t completion;
    int32_t verdict;
    int64_t begun_us; /* when the provider began with it */
    GList line_link;  /* while it waits for a worker */
    bool is_in_line;
};

/* Request and base (which may be NULL) are lent, until it takes references of its own because it
 * outlives whoever lends them. */
struct call *call_new(enum call_door door, struct request *request, const struct reply *base);
void call_own(struct call *call);
/* Memory of a reply that nobody needs any more, for the next draft. */
void call_recycle(struct call *call, const struct reply *reply);
/* For an event: copies it. */
void call_set_event(struct call *call, const struct boot_host_event *event);
/* Ready for the next provider, without what the last one set. Not for an owner. */
void call_reset(struct call *call, enum call_door door, struct request *request,
                const struct reply *base);
/* Closes a reader that nobody took: may block when call_has_reader(). */
void call_free(struct call *call);
bool call_has_reader(const struct call *call);

/* The reply as this call sees it, and as it may write it. */
const struct reply *call_get_reply(const struct call *call);
struct reply *call_draft(struct call *call);

/* Content: the first one given counts; a second is -EEXIST. See boothost/host.h. */
int32_t call_give_bytes(struct call *call, const void *data, size_t size);
int32_t call_give_text(struct call *call, enum chain_content_kind kind, const char *name);
int32_t call_give_reader(struct call *call, const struct boot_host_reader *reader);

/* Calls the door. The verdict is as the provider returned it. */
int32_t call_run(struct call *call);
