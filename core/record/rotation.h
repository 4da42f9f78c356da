/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The files of a recording: FILE is written, FILE.1 is the one before, and so on; the oldest goes
 * when there would be too many. What was there at the start is kept as FILE.1. One thread at a time.
 *
 * A FILE that is no regular file, such as a FIFO that a capture program reads, is written as it is.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

struct rotation;

/* Moves what is there out of the way and opens FILE, readable by owner and group alone. NULL, with
 * an error that says what to do. May block. */
struct rotation *rotation_open(const char *path, uint64_t size, unsigned files, GError **error);
void rotation_close(struct rotation *rotation);

/* Is no file open, or would `size` more bytes make it too large? An empty file takes anything. */
gboolean rotation_needs_next(const struct rotation *rotation, uint64_t size);

/* The next file. FALSE: none is open now; the next try may work. May block. */
gboolean rotation_next(struct rotation *rotation, GError **error);

/* Writes all or, as far as the disk lets us take it back, nothing. May block. */
gboolean rotation_write(struct rotation *rotation, const void *data, size_t size, GError **error);
