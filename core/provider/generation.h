/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A generation: an immutable chain of opened instances, made from one snapshot of the
 * configuration. Ref-counted: requests in flight hold it; when the last reference goes, its
 * instances are drained and closed. Modules stay mapped.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

#include "base/clock.h"
#include "provider/instance-config.h"
#include "provider/problem.h"

struct call;
struct generation;
struct instance;
struct life;
struct module_store;

struct generation_options {
    GPtrArray *instances;      /* struct instance_config *, in the order of the chain */
    const char *module_folder; /* where `module = NAME` is looked for: an absolute path */
    const struct clock *clock;
    GMainContext *context; /* the packet thread's; NULL: the default one */
    gboolean check;        /* BOOT_HOST_OPEN_CHECK: side-effect free */
    gboolean strict;       /* anything fatal is: for a chain that is to replace one that serves */
    struct module_store *store; /* keeps private copies of modules; NULL: files are mapped */
    const struct remote_host *remote_host; /* NULL: no provider has a process of its own */
    uint64_t number;                       /* shown in status and traces */
    GPtrArray *modules; /* struct module *, found by their name before the folder is looked
                              at (tables that are part of the program); NULL: none */
};

/* Loads, validates, opens. Every problem is appended to `problems` (struct problem *, owned by the
 * array). An instance that fails is left out when it is not critical and this is no check, or, when
 * its on-error says drop or abort, stands in the chain as one that always fails, so that a policy
 * that cannot be opened does not open the door. NULL when one is critical, when the chain is empty
 * because all failed, or when this is a check or strict and anything is fatal. May block; not on the packet
 * thread of a running daemon. */
struct generation *generation_new(const struct generation_options *options, GPtrArray *problems);

/* On the packet thread; when the last reference goes, a thread of its own drains and closes. */
struct generation *generation_ref(struct generation *generation);
void generation_unref(struct generation *generation);
/* generation_unref from any other thread: marshalled to the packet thread. */
void generation_unref_later(struct generation *generation);

/* The same for something that a client waits for, which status counts. */
struct generation *generation_enter(struct generation *generation);
void generation_leave(struct generation *generation);
void generation_leave_later(struct generation *generation);

/* Drops the reference, then runs the main context until the requests in flight have ended and all
 * is closed. FALSE: `timeout_us` was over before; what is left goes on in the background. For the
 * end of a program, on the packet thread. */
gboolean generation_finish(struct generation *generation, int64_t timeout_us);

uint64_t generation_get_number(const struct generation *generation);
/* How far it has come; lent. */
struct life *generation_get_life(const struct generation *generation);
gboolean generation_is_check(const struct generation *generation);
/* The call of a walk that has ended, for the next one: a walk that need not wait costs no memory then
 * but its trace. Give takes it over; take returns NULL when there is none. Packet thread. */
struct call *generation_take_call(struct generation *generation);
void generation_give_call(struct generation *generation, struct call *call);
/* The wall clock at a moment of the generation's clock, a little before now or now; a step of the
 * wall clock shows after a second at most. Packet thread. */
int64_t generation_wall_time(struct generation *generation, int64_t now_us);
const struct clock *generation_get_clock(const struct generation *generation);
/* struct instance *, in the order of the chain. */
const GPtrArray *generation_get_instances(const struct generation *generation);

/* Status of each instance: a{sv} with name, module, version, path, threads, calls, errors,
 * timeouts, late, breaker, median-microseconds ... Floating reference: aa{sv}. Any thread. */
GVariant *generation_status(const struct generation *generation);
