/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A module with a spy in front of each of its functions and behind each service it is lent: all
 * goes on to the real module and to the daemon's real services, and what breaks the contract is
 * reported. Services can be told to fail.
 *
 * Set up on the main thread while no instance is open; the counters may be read at any time.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

#include "conformance/report.h"
#include "conformance/snapshot.h"
#include "provider/loader.h"

/* The process before and after the provider's own open and close. */
struct spy_views {
    struct snapshot *before_open;
    struct snapshot *after_open;
    struct snapshot *after_close;
};

struct spy {
    struct module module; /* first: the loader frees the whole by it */
    struct provider real;
    struct report *report;

    /* What to do. */
    gboolean watches;   /* fill `views` */
    gboolean is_newer;  /* the host table is longer and of a younger minor version */
    int32_t fail_with;  /* negative errno; 0: services do not fail */
    uint32_t fail_from; /* the first service call that fails, from 1 ... */
    uint32_t fail_to;   /* ... and the last */

    /* What was seen. */
    GHashTable *saved; /* name to GBytes of what save has put */
    struct spy_views views;
    _Atomic uint32_t opens;       /* calls of open */
    _Atomic uint32_t services;    /* calls of services that may fail */
    _Atomic uint32_t later;       /* calls answered LATER */
    _Atomic uint32_t completed;   /* of these, those whose ticket was completed */
    _Atomic uint32_t uncompleted; /* of these, still open when their instance closed */
    _Atomic uint32_t events;
    _Atomic int64_t door_us;     /* how long the last door took */
    _Atomic int64_t door_waits;  /* how often its thread gave up the processor meanwhile */
    _Atomic int64_t door_errors; /* doors that returned a negative errno */
};

/* Takes `real` over. */
struct spy *spy_new(struct module *real, struct report *report);
/* When no instance is open any more. */
void spy_free(struct spy *spy);
void spy_clear_views(struct spy *spy);
