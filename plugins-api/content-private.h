/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the library's files share of content: what was given. At most one of the four is not NULL.
 */
#pragma once

#include "boot-host-content.h"
#include "call.h"

struct _BootHostContent {
    GObject parent_instance;
    struct call call;
    GBytes *bytes;
    char *path;
    char *name;
    GInputStream *stream;
    gint64 length; /* of the stream; -1: known at its end */
};

BootHostContent *content_new(void);
gboolean content_is_given(BootHostContent *self);
