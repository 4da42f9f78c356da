/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One configured provider: opened from a module with its settings, called by the chain, closed with
 * its generation. How calls are run is in provider/dispatch.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/clock.h"
#include "base/rate.h"
#include "provider/breaker.h"
#include "provider/call.h"
#include "provider/handshake.h"
#include "provider/instance-config.h"
#include "provider/loader.h"
#include "provider/mailbox.h"
#include "provider/match.h"
#include "provider/settings.h"
#include "provider/statistics.h"

#define INSTANCE_LOG_LINES        10 /* a second that a provider may write; the others are counted */
#define INSTANCE_PARALLEL_THREADS 4  /* of an instance that takes several calls at once */

struct remote;
struct remote_host;
struct state;

typedef void (*instance_log_fn)(uint32_t level, const char *text, void *user);

struct instance {
    /* Fixed from open to close. */
    struct boot_host host; /* lent to the provider */
    struct module *module;
    const struct provider *provider; /* the module's */
    struct instance_config *config;
    struct settings *settings;
    struct match *match;
    const struct clock *clock;
    struct mailbox *mailbox;
    bool is_direct; /* see instance_options, as the next two */
    instance_log_fn log;
    void *log_user;
    void *state;           /* the provider's own */
    uint32_t thread_count; /* 0: INLINE; of a process: calls it takes at once */
    struct remote *remote; /* where the provider is; NULL: here */

    /* Any thread. */
    struct statistics statistics;
    _Atomic int breaker_shown; /* enum breaker_state */
    _Atomic uint32_t stalled;  /* threads inside the provider whose deadline has passed */
    GThreadPool *workers;      /* NULL: INLINE */
    GThreadPool *helpers;      /* for cancel, and to close readers: what may block */

    /* The packet thread's. */
    struct breaker breaker;
    GQueue pending;       /* struct call *, by deadline */
    uint32_t outstanding; /* calls that the provider has, abandoned ones included */

    GMutex lock; /* of all that follows, and of what struct call says */
    GCond changed;
    GHashTable *tickets; /* uint64_t to struct call */
    uint64_t last_ticket;
    GQueue line;      /* struct call *, that wait for a worker, the oldest first */
    uint32_t surplus; /* wake-ups of workers for calls that were taken out of the line */
    uint32_t inside;  /* threads of ours that are inside the provider */
    bool is_held;     /* nobody goes inside for a moment: its memory is being saved */
    bool is_closing;
    struct rate log_rate;
};

/* What the instances of one generation share. */
struct instance_options {
    const struct clock *clock;
    struct mailbox *mailbox;
    bool check;                            /* BOOT_HOST_OPEN_CHECK */
    GMainContext *context;                 /* the packet thread's; NULL: the default one */
    const struct remote_host *remote_host; /* NULL: no process can be started */
    struct remote *remote;                 /* the provider's process; NULL: it is here */
    /* For boothost-worker: threads only where PARALLEL asks for them, and what is done between
     * settings and open. May be NULL. */
    bool is_direct;
    void (*prepare)(struct instance *instance, void *user);
    instance_log_fn log; /* takes what would go to the log; any thread; NULL: the log does */
    void *user;          /* of both */
};

/* Judges the settings and opens. NULL, with what is wrong in `problems`. References module and
 * config. May block. */
struct instance *instance_open(struct module *module, struct instance_config *config,
                               const struct instance_options *options, GPtrArray *problems);

/* Are its calls made on the packet thread? */
static inline bool instance_is_inline(const struct instance *instance) {
    return instance->thread_count == 0;
}

/* Waits for calls that are inside the provider, drains, cancels what was answered LATER, closes and
 * frees. An instance that does not let go of a call is given up: it stays as it is, for ever, and
 * the log says so. May block; the mailbox is closed, nobody calls the instance any more. */
void instance_close(struct instance *instance);

/* Memory for a successor of the same name, and back. 0 or a negative errno. No other call of the
 * instance may run: see provider/succession. */
int32_t instance_save(struct instance *instance, struct state *state);
int32_t instance_restore(struct instance *instance, const struct state *state);

/* A line of log about this instance, rate-limited. `text` is foreign: it is made safe.
 * Any thread. */
void instance_log(struct instance *instance, uint32_t level, const char *text);
void instance_warn(struct instance *instance, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Its status, an a{sv}; see generation_status. Any thread. */
GVariant *instance_status(const struct instance *instance);
