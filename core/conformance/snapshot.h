/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a provider could change in its process and around it, at one moment: descriptors, threads,
 * child processes, environment, working folder, signal handlers, locale, the files of the working
 * folder.
 */
#pragma once

#include <glib.h>

struct snapshot;

struct snapshot *snapshot_take(void);
void snapshot_free(struct snapshot *snapshot);

/* Parts of a snapshot that a comparison leaves out. */
enum snapshot_parts {
    SNAPSHOT_THREADS = 1 << 0,
    SNAPSHOT_DESCRIPTORS = 1 << 1,
    SNAPSHOT_READERS = 1 << 2, /* only descriptors of files and folders that cannot be written */
    SNAPSHOT_PLAIN_FILES = 1 << 3, /* descriptors of any file or folder, no sockets or pipes */
    SNAPSHOT_FILES = 1 << 4,
};

/* What is different, a line each: "descriptor 5 is new: socket:[12345]". Ends in NULL. */
GStrv snapshot_compare(const struct snapshot *before, const struct snapshot *after,
                       enum snapshot_parts except);

/* Threads, and bytes of memory in use by malloc (0: this C library does not say). */
unsigned snapshot_count_threads(void);
unsigned snapshot_count_descriptors(void);
gsize snapshot_count_memory(void);
