/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A new chain is tried before it serves: recent requests go through a twin of it that is opened with
 * the CHECK flag, so that nothing is sent and nothing is changed.
 */
#pragma once

#include <glib.h>

struct config;
struct module_store;

/* Tries `samples` (struct recent_sample *) one after the other. Each client for whom a provider
 * fails that did not fail when the client was really there is a fatal problem, up to a handful. Not
 * on the packet thread: waits for providers. */
void canary_try(const struct config *config, struct module_store *store, const GPtrArray *samples,
                GPtrArray *problems);
