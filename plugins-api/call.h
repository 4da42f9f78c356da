/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One decision or file that may be answered later, from any thread, exactly once.
 */
#pragma once

#include "boot-host-types.h"

/* The verdict is there. Any thread; the call is over when this begins. `error` is lent;
 * NULL: none. */
typedef void (*call_done_fn)(gpointer user, BootHostVerdict verdict, const GError *error);

struct call {
    GMutex lock;
    call_done_fn done;
    gpointer user;
    gboolean returned;  /* the provider's function is back */
    gboolean completed; /* complete came */
    gboolean over;
    BootHostVerdict verdict; /* when completed before it returned */
};

void call_init(struct call *call);
/* Whoever waits hears that the answer was forgotten. */
void call_clear(struct call *call);

/* Begins; `done` will be called once. */
void call_begin(struct call *call, call_done_fn done, gpointer user);
/* The provider's function is back. */
void call_return(struct call *call, BootHostVerdict verdict, const GError *error);
/* FALSE: there is nothing to complete. */
gboolean call_complete(struct call *call, BootHostVerdict verdict);
