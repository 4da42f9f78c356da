/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Clients that ask: usual ones of every kind, and those that nobody would believe. Their packets
 * are those of real firmware, parsed by the daemon's own code.
 */
#pragma once

#include <glib.h>

#include "boot/request.h"

struct guest {
    struct request *request;
    char *words; /* "discover, x64-uefi, ipxe" */
};

/* Each returns guests (struct guest *), owned by the array. */
GPtrArray *crowd_usual(void); /* a handful */
GPtrArray *crowd_all(void);   /* every stage, architecture code and loader */
GPtrArray *crowd_odd(void);   /* empty, endless and hostile values in every option that has text */

/* Those who ask for files: of a client that is known and of one that is not. `names` ends in
 * NULL; names that the daemon's TFTP would not let through are left out. */
GPtrArray *crowd_files(const char *const *names);
/* File names that boot programs ask for, and odd ones. */
const char *const *crowd_usual_names(void);
GPtrArray *crowd_odd_files(void);
