/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who works out a simulation: the running daemon, or a candidate configuration in this process.
 */
#pragma once

#include "cli/candidate.h"
#include "cli/cli.h"

struct simulator {
    const struct cli *cli;
    struct candidate candidate; /* with --config */
    uint32_t server;       /* address of the first interface served, host order; 0: none known */
    const char *interface; /* its name; NULL: none known */
};

/* By cli->config or cli->socket. FALSE after a complaint; clear it all the same. */
gboolean simulator_init(struct simulator *simulator, const struct cli *cli);
void simulator_clear(struct simulator *simulator);

/* `request` as in control/simulation.h, floating reference taken. The facts; NULL after a complaint.
 * Free with g_variant_unref. */
GVariant *simulator_ask(struct simulator *simulator, GVariant *request);

/* The same, with the packet's bytes decoded as "answer". */
GVariant *simulator_run(struct simulator *simulator, GVariant *request);
