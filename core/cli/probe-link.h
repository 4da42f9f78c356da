/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where a probe stands: by which interface and address it reaches the server, and whether it can be
 * a client of that network or has to play a relay, as for a server behind a router.
 */
#pragma once

#include <glib.h>

#include "base/address.h"

struct probe_link {
    unsigned index;       /* of the interface; 0: the kernel chooses */
    char name[32];        /* of the interface; "": not known */
    struct address local; /* our address on it */
    struct address to;    /* where the DISCOVER goes: the server, or everyone */
    gboolean relayed;     /* the server is in another network: we play its relay */
};

/* `server` NULL: whoever answers on `interface`. `interface` NULL: the one the kernel would take.
 * The error says what to do. */
gboolean probe_link_find(const char *server, const char *interface, struct probe_link *ret_link,
                         GError **error);
