/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A file of the floor as it lies on the wire: its DATA packets one behind the other, made once, so that
 * a window of it is one piece of memory.
 */
#pragma once

#include <glib.h>

#include "codec/cursor.h"

struct floor_file {
    char *name;       /* owned; as clients ask for it */
    uint8_t *packets; /* owned */
    size_t size;      /* bytes of all packets */
    size_t packet;    /* bytes of one, the last excepted */
};

/* What to spoil in the last byte or the length of a file, for the test of the load generators. */
struct floor_damage {
    bool byte;
    bool length;
};

/* Reads the file at `path`; its name is the last part of that. False, with *ret_error set, when it
 * cannot. */
bool floor_file_load(const char *path, size_t block_size, struct floor_damage damage,
                     struct floor_file *ret_file, GError **ret_error);

void floor_file_clear(struct floor_file *file);

/* The packets of `count` blocks from block `first` on, fewer at the end; empty behind it. */
struct span floor_file_window(const struct floor_file *file, uint16_t first, size_t count);
