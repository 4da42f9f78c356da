/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How the harness fills in a result.
 */
#pragma once

#include "boot-host-result.h"

struct _BootHostResult {
    GObject parent_instance;
    BootHostVerdict verdict;
    int number; /* positive errno of a failure; 0 else */
    char *failure;
    BootHostReply *reply; /* of a decision */
    GBytes *bytes;        /* of content; at most one of these three */
    char *path;
    char *name;
};

BootHostResult *result_new(void);
/* `error`: why; NULL: nothing is known. */
void result_fail(BootHostResult *self, int number, const char *text);
