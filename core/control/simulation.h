/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What would this packet be answered? One packet through request, chain and answer of a given
 * generation, without sockets and without a trace in the sessions: `boothost simulate` asks the
 * daemon for it, or does it itself with a candidate configuration.
 *
 * A provider is really asked: what its decide does, it does. A generation opened with `check` has
 * promised to change nothing.
 */
#pragma once

#include <gio/gio.h>

#include "boot/answer.h"

struct generation;

/* `facts` (a{sv}, lent) is the trace (trace_to_variant) and
 *     "packet"  ay  the answer as it would be sent; absent: silence
 *     "silence" s   why there is no answer; absent: there is one
 * The "verdict" is "ignored" when the packet is none of our business; "silence" is then one of
 * request_status_name. */
typedef void (*simulation_done_fn)(GVariant *facts, gpointer user);

/* `request`: a{sv} as documented at Simulate in org.boothost.Control1.xml. `policy` is copied (its
 * texts must live as long as the generation). FALSE with CONTROL_ERROR_INVALID when the request
 * makes no sense; then `done` is not called. Else it is called once, on the packet thread, at once
 * or later, as chain_decide does. */
gboolean simulation_run(struct generation *generation, const struct answer_policy *policy,
                        GVariant *request, simulation_done_fn done, gpointer user, GError **error);
