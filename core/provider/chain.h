/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The ordered walk over a generation's instances: filters, verdicts, parking of LATER, deadlines,
 * on-error and on-timeout, and the trace of it all.
 *
 * Everything here is called on the packet thread, and `done` is called there, too: at once when all
 * providers are INLINE, else later through the generation's main context.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "boot/reply.h"
#include "boot/request.h"
#include "boot/trace.h"

struct generation;

/* The outcome of a walk. Lent for the call of `done`; take references of what you keep. */
struct decision {
    struct request *request;
    const struct reply *reply;
    struct trace *trace;
    int32_t verdict; /* BOOT_HOST_REPLY, DROP, ABORT, HOLD; PASS: no provider owns the client */
};

typedef void (*chain_decided_fn)(const struct decision *decision, void *user);

/* Asks the chain. Request and generation are lent for the call, and referenced when a provider does
 * not answer within it. The end of the chain with a boot file or a menu in the reply counts as
 * REPLY, else as PASS. */
void chain_decide(struct generation *generation, struct request *request, chain_decided_fn done,
                  void *user);

/* What the content door gave. Lent for the call, except that the receiver takes over `reader`
 * (and must call its close) when kind is CHAIN_CONTENT_READER. */
enum chain_content_kind {
    CHAIN_CONTENT_NONE, /* no provider has it: look below the served root */
    CHAIN_CONTENT_REFUSED,
    CHAIN_CONTENT_BYTES,
    CHAIN_CONTENT_FILE, /* absolute path */
    CHAIN_CONTENT_NAME, /* another name below the served root */
    CHAIN_CONTENT_READER,
};

struct chain_content {
    enum chain_content_kind kind;
    struct request *request;
    struct trace *trace;
    GBytes *bytes;
    const char *name; /* path or name */
    struct boot_host_reader reader;
};

typedef void (*chain_content_fn)(const struct chain_content *content, void *user);

/* Asks the chain's content doors for the file the request names; the first owner wins. */
void chain_content(struct generation *generation, struct request *request, chain_content_fn done,
                   void *user);

/* Whether any of them has a content door at all. */
bool chain_has_content(const struct generation *generation);

/* Gives up the request that has waited longest for a provider's answer, so that a newer one may wait:
 * that provider has failed for it, and on-error says how it goes on. FALSE: none waits. */
gboolean chain_shed(struct generation *generation);

/* Tells every instance that wants events. `request` is the client's. */
void chain_event(struct generation *generation, struct request *request,
                 const struct boot_host_event *event);
