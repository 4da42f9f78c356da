/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the daemon's parts share, for core/daemon/ alone. Everything here belongs to the packet
 * thread, which is the main thread or whoever else has entered the world; the parts that run
 * elsewhere say so.
 */
#pragma once

#include <glib.h>

#include "base/clock.h"
#include "base/rate.h"
#include "boot/quota.h"
#include "boot/session.h"
#include "config/config.h"
#include "control/server.h"
#include "net/interfaces.h"
#include "net/neighbour.h"
#include "provider/chain.h"
#include "provider/generation.h"

struct answering;
struct module_store;
struct quiet;
struct recent;
struct recorder;
struct reload;
struct serving;
struct world;

struct daemon {
    struct world *world;    /* the lock over all below */
    struct config *config;  /* in force; a reload swaps it together with the generation */
    struct config *started; /* of the start: what a reload cannot change is still this */
    const struct clock *clock;
    int64_t started_us;   /* wall clock */
    struct rate log_rate; /* of lines that clients cause */
    struct interfaces *interfaces;
    GSource *interfaces_watch;          /* NULL: netlink is denied, links are those of the start */
    struct neighbour_table *neighbours; /* NULL: netlink is denied */
    struct module_store *store;
    struct generation *generation;
    GPtrArray *retired;    /* struct life *, of generations that may still be draining */
    struct recent *recent; /* requests to try a new chain with */
    struct reload *reload;
    struct quiet *quiet;
    struct session_table *sessions;
    struct quota *quota;
    struct recorder *recorder; /* NULL: nothing is recorded */
    struct answering *answering;
    struct serving *serving;
    struct control_server *control; /* NULL: no control socket could be made */
};

/* Tells `boothost watch` and the log about a client: one line, the same for both. `event` is the
 * word of control/server.h. */
void daemon_tell(struct daemon *daemon, const char *event, const char *client, const char *format,
                 ...) G_GNUC_PRINTF(4, 5);

/* Would that line be read? FALSE: it would be left out, and is counted as such; so nobody need word
 * it. */
gboolean daemon_may_tell(struct daemon *daemon);
