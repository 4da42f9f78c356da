/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A thread that answers requests beside others: it receives and parses outside the world, enters it
 * to decide a batch, and sends outside again. Several of them share the ports, see daemon/door.h.
 *
 * What is decided later, since a provider's answer takes time, is sent by the main loop.
 */
#pragma once

#include "daemon/door.h"

struct deciding;
struct shard;
struct world;

struct shard_options {
    struct door_share share;
    gboolean has_dhcp; /* port 67 is ours */
    struct world *world;
    struct deciding *deciding;
};

/* Opens its doors; those of one process in the order of their places. */
struct shard *shard_new(const struct shard_options *options, GError **error);

/* Once all are open. */
void shard_start(struct shard *shard);

/* Ends the thread. Outside the world, since the thread may want to enter. */
void shard_stop(struct shard *shard);

/* A stopped one; the doors close. NULL is fine. */
void shard_free(struct shard *shard);

/* Datagrams that the kernel has dropped at its doors. Any thread. */
uint64_t shard_drops(const struct shard *shard);
