/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What two simulations of one request say differently, as the client would notice it.
 */
#pragma once

#include <gio/gio.h>

struct difference {
    char *what; /* "boot file", "option 67 boot-file" ... */
    char *old;  /* "" for none */
    char *new;
};

/* struct difference *, owned by the array. Empty: the client gets the same bytes, or silence from
 * both. Both are facts as simulator_ask gives them. */
GPtrArray *difference_find(GVariant *old, GVariant *new);

/* "reply by 'devices': web-1 is known": who decided, and why. Free with g_free. */
char *difference_why(GVariant *facts);
