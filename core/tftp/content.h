/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a transfer sends: a file below the served root, or bytes that a provider made. Reference
 * counted; its size is fixed when it is opened.
 *
 * Files are opened with openat2(RESOLVE_BENEATH), so no name, no `..` and no symbolic link leads
 * out of the root; relative links that stay inside are followed. Only regular files are given out.
 * They are mapped for the kernel to send from, and read with pread where they cannot be mapped or
 * we look at the bytes ourselves: a file cut short meanwhile ends in an error and never in a
 * signal.
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
struct feed;

#define CONTENT_SIZE_UNKNOWN (UINT64_MAX / 2) /* of a feed whose end has not been seen */

/* Bytes in memory; takes a reference to `bytes`. */
struct content *content_new_bytes(GBytes *bytes);
/* An open regular file. Takes `descriptor` over, on failure too. */
struct content *content_new_file(int descriptor, GError **error);
/* Bytes that are made while they are sent (tftp/feed.h). Takes over `feed`, which is closed with
 * the content. */
struct content *content_new_feed(struct feed *feed);
/* The regular file at an absolute path, wherever it is: for names that a provider chose, never for
 * names that a client sent. May wait for the disk. */
struct content *content_open(const char *path, GError **error);

struct content *content_ref(struct content *content);
void content_unref(struct content *content);

/* Bytes; CONTENT_SIZE_UNKNOWN. */
uint64_t content_size(const struct content *content);

/* Lent; NULL for content of the other kinds, which is all there at any time. */
struct feed *content_feed(const struct content *content);

/* Reads exactly `size` bytes at `offset`, which lie within content_size(). FALSE when they are not
 * there any more (file cut short) or the disk failed; errno says which (ENODATA, EIO ...). Any
 * thread, several at once. */
gboolean content_read(const struct content *content, uint64_t offset, void *buffer, size_t size);

/* Maps a file, so that content_memory() has an answer; whether it worked shows there. Once, before
 * other threads have the content. */
void content_map(struct content *content);

/* Where the bytes from `offset` on lie, for system calls alone: a byte of a mapped file that we
 * touched ourselves after the file was cut short would be the end of the daemon, while the kernel
 * says EFAULT. NULL when there is no such place and content_read() must do. */
const void *content_memory(const struct content *content, uint64_t offset);

/* Whether the file is as long as it was. Within the last page of a file cut short a mapping gives
 * zeros rather than an error, so this is asked before anything is sent; the file is looked at once
 * for all who ask at the same `now_us`, which is one batch of packets. One thread. */
gboolean content_is_whole(struct content *content, int64_t now_us);

/* Says that `size` bytes from `offset` on are wanted soon: what lies on the disk alone is read in
 * the background. */
void content_prefetch(const struct content *content, uint64_t offset, uint64_t size);

/* Whether both are the same generation of the same file, and what to hash for that. Bytes in memory
 * are never the same as any other content. */
gboolean content_same_file(const struct content *a, const struct content *b);
guint content_file_hash(const struct content *content);
gboolean content_is_file(const struct content *content);

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
