/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A key file and its drop-ins as a list of lines that remember where they stand. GKeyFile knows
 * the grammar but forgets the lines, and an error without a line number is half an error.
 *
 *     # comment
 *     [group]
 *     key = value     # a comment may follow after a blank
 */
#pragma once

#include <glib.h>

struct key_line {
    char *key;
    char *value;
    char *where;    /* "boothost.conf:12" */
    gboolean taken; /* the reader has understood it */
};

struct key_group {
    char *name;
    char *where;
    GPtrArray *lines; /* struct key_line *, in order */
};

struct key_file {
    GPtrArray *groups; /* struct key_group *, in the order of their first line */
};

/* Reads `path`, then `path`.d/NAME.conf in name order; a later value replaces an earlier one.
 * Appends struct problem * to `problems`: unreadable files, lines that are none, keys twice in one
 * file. Always returns what could be read. */
struct key_file *key_file_read(const char *path, GPtrArray *problems);
void key_file_free(struct key_file *file);

struct key_group *key_file_group(const struct key_file *file, const char *name);
struct key_line *key_group_line(const struct key_group *group, const char *key);
