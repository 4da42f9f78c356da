/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Streams that a provider gave as content, under the numbers by which the host reads them.
 */
#pragma once

#include <gio/gio.h>

struct readers;

struct readers *readers_new(void);
/* Closes all of them. */
void readers_free(struct readers *readers);

/* The wire's "(tx)", to unref. Takes a reference to the stream. */
GVariant *readers_add(struct readers *readers, GInputStream *stream, gint64 length);

/* 0 or a negative errno. *ret_bytes (to unref) is always set; empty: the end, or the failure. */
gint32 readers_read(struct readers *readers, guint64 number, guint64 offset, guint32 size,
                    GBytes **ret_bytes);
void readers_close(struct readers *readers, guint64 number);
