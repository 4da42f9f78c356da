/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a transfer sends: a file below the served root, or bytes that a provider made. Reference
 * counted; its size is fixed when it is opened.
 *
 * Files are opened with openat2(RESOLVE_BENEATH), so no name, no `..` and no symbolic link leads
 * out of the root; relative links that
 * stay inside are followed. Only regular files are given out. They are
 * read with pread, so that a file cut short meanwhile ends in an error and never in a signal.
 */
#pragma once

#include <glib.h>
#include <stdint.h>
#include <sys/types.h>

#define CONTENT_ERROR (content_error_quark())
GQuark content_error_quark(void);

enum content_error {
    CONTENT_ERROR_NOT_FOUND,  /* no such name */
    CONTENT_ERROR_ACCESS,     /* we may not read it, or a link leads out of the root */
    CONTENT_ERROR_NOT_A_FILE, /* a folder, a device, a pipe */
    CONTENT_ERROR_FAILED,     /* the disk or the system failed; errno's text is in the message */
};

struct content;
struct content_root;

/* Bytes in memory; takes a reference to `bytes`. */
struct content *content_new_bytes(GBytes *bytes);
/* An open regular file. Takes `descriptor` over, on failure too. */
struct content *content_new_file(int descriptor, GError **error);
/* The regular file at an absolute path, wherever it is: for names that a provider chose, never for
 * names that a client sent. May wait for the disk. */
struct content *content_open(const char *path, GError **error);

struct content *content_ref(struct content *content);
void content_unref(struct content *content);

/* Bytes. */
uint64_t content_size(const struct content *content);

/* Reads exactly `size` bytes at `offset`, which lie within content_size(). FALSE when they are not
 * there any more (file cut short) or the disk failed; errno says which (ENODATA, EIO ...). Any
 * thread, several at once. */
gboolean content_read(const struct content *content, uint64_t offset, void *buffer, size_t size);

/* Opens the served folder. The error names the folder and what to do. */
struct content_root *content_root_open(const char *path, GError **error);
struct content_root *content_root_ref(struct content_root *root);
void content_root_unref(struct content_root *root);

/* The file of a canonical name (tftp/path.h) below the root: as spelled, else by comparing each
 * segment without regard to case (ASCII and UTF-8), since Windows loaders mix cases within one
 * boot. Where several differ by case alone, the first in byte order wins. Folders with more than
 * LIMIT_FOLDER_SCAN entries are searched no further than that. May wait for the disk. Any thread.
 */
struct content *content_root_find(struct content_root *root, const char *name, GError **error);
