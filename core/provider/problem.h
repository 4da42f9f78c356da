/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One thing that is wrong with a configuration or a module, as `check` prints it and as a failed
 * start says it: "where: text".
 */
#pragma once

#include <glib.h>

struct problem {
    char *where;    /* "boothost.conf:12", or a file's path; NULL: nowhere in particular */
    char *text;     /* what is wrong and what to do */
    gboolean fatal; /* FALSE: a warning */
};

struct problem *problem_new(gboolean fatal, const char *where, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
void problem_free(struct problem *problem);

/* An empty list of problems that owns them. Free with g_ptr_array_unref. */
GPtrArray *problem_list_new(void);
/* TRUE when one of them, counted from `first` on, is no mere warning. */
gboolean problem_list_is_fatal(const GPtrArray *problems, guint first);
