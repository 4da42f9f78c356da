/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One configured instance, and who may touch what of it. Two threads do: the packet thread, which
 * must not wait, and the clerk, a thread of our own, which does all that may block.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <boothost/host.h>

#include "cache.h"
#include "clerk.h"
#include "moment.h"
#include "parameters.h"
#include "record.h"
#include "store.h"

/* What the clerk last saw of the file. */
struct view {
    moment_header header;  /* NULL: the file has no wal-index, or is not open */
    uint64_t edition;      /* grows when another file, or another state of it, was seen */
    int64_t checked_us;    /* when it was certain that the file under this name is the open one */
    int64_t warm_until_us; /* the file is in memory, so that a lookup does not block */
};

struct database {
    /* Fixed while open. */
    const struct boot_host *host;
    const struct boot_host_config *config;
    int32_t unknown;              /* the verdict for a device that is not found */
    bool is_absent;               /* a check found no file: every client is unknown */
    uint64_t seed;                /* of the keys */
    struct parameters parameters; /* of the query */

    /* The packet thread's. */
    struct cache cache;
    int64_t cold_until_us; /* a lookup has waited for the disk: let the clerk do so */
    pthread_t slow_thread; /* who last met a slow lookup, and what it had read from disks by then */
    long disk_reads;

    /* Of the store and all that follows until the next lock. Held while the disk is waited for: the
     * packet thread only tries it. */
    pthread_mutex_t store_lock;
    struct store store;
    uint64_t edition;
    int64_t measure_us; /* when to look for the file in memory next, and to fetch it there */
    int64_t fetch_us;
    bool was_failing; /* the last lookup failed: log the next success */

    /* Of what the two tell each other; held for moments only. May be taken with the other one held. */
    pthread_mutex_t lock;
    struct view view;
    struct moment remembered; /* the state that the cache is of */
    struct record *found;     /* of that state, by the clerk, for the cache */
    struct clerk clerk;
};

/* Tells what is known of a client. Returns the verdict. Either thread. */
int32_t device_use(const struct database *database, const struct record *record,
                   const struct boot_host_request *request, struct boot_host_reply *reply);

/* Tells of a client that is not known. Returns the verdict. */
int32_t device_use_unknown(const struct database *database, struct boot_host_reply *reply);
