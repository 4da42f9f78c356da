/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Renames and writes.
 */
#include "record/rotation.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct rotation {
    char *path;
    uint64_t limit; /* bytes of one file */
    unsigned files; /* FILE included */
    int descriptor; /* -1: none is open */
    uint64_t size;  /* bytes of it */
};

static gboolean fail(GError **error, const char *path, const char *what) {
    int code = errno;
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(code),
                "the recording %s %s: %s; make its folder, let the daemon's user write there, and "
                "look for room on the disk",
                path, what, g_strerror(code));
    return FALSE;
}

static char *numbered(const struct rotation *rotation, unsigned number) {
    return number == 0 ? g_strdup(rotation->path)
                       : g_strdup_printf("%s.%u", rotation->path, number);
}

/* FILE.2 to FILE.3, FILE.1 to FILE.2, FILE to FILE.1; what has no place any more is replaced or
 * removed. Gaps are fine. */
static void make_room(const struct rotation *rotation) {
    struct stat status;

    if (lstat(rotation->path, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0)
        return;
    for (unsigned number = rotation->files - 1; number > 0; number--) {
        g_autofree char *from = numbered(rotation, number - 1);
        g_autofree char *to = numbered(rotation, number);
        (void) rename(from, to);
    }
    if (rotation->files == 1)
        (void) unlink(rotation->path);
}

static void shut(struct rotation *rotation) {
    if (rotation->descriptor >= 0)
        close(rotation->descriptor);
    rotation->descriptor = -1;
    rotation->size = 0;
}

gboolean rotation_next(struct rotation *rotation, GError **error) {
    shut(rotation);
    make_room(rotation);
    /* No link: a folder that others may write to must not make us write elsewhere. */
    rotation->descriptor =
        open(rotation->path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0640);
    if (rotation->descriptor < 0)
        return fail(error, rotation->path, "cannot be opened");
    return TRUE;
}

struct rotation *rotation_open(const char *path, uint64_t size, unsigned files, GError **error) {
    struct rotation *rotation = g_new0(struct rotation, 1);

    rotation->path = g_strdup(path);
    rotation->limit = size;
    rotation->files = files;
    rotation->descriptor = -1;
    if (rotation_next(rotation, error))
        return rotation;
    rotation_close(rotation);
    return NULL;
}

void rotation_close(struct rotation *rotation) {
    if (rotation == NULL)
        return;
    shut(rotation);
    g_free(rotation->path);
    g_free(rotation);
}

gboolean rotation_needs_next(const struct rotation *rotation, uint64_t size) {
    return rotation->descriptor < 0 ||
           (rotation->size > 0 && rotation->size + size > rotation->limit);
}

gboolean rotation_write(struct rotation *rotation, const void *data, size_t size, GError **error) {
    const uint8_t *bytes = data;
    size_t written = 0;

    errno = EBADF; /* for a file that could not be opened */
    while (rotation->descriptor >= 0 && written < size) {
        ssize_t count = write(rotation->descriptor, bytes + written, size - written);
        if (count < 0 && errno != EINTR)
            break;
        written += count > 0 ? (size_t) count : 0;
    }
    if (written == size) {
        rotation->size += size;
        return TRUE;
    }
    fail(error, rotation->path, "cannot be written");
    /* Half a block would end the file for every reader. */
    if (rotation->descriptor >= 0 && written > 0 &&
        (ftruncate(rotation->descriptor, (off_t) rotation->size) != 0 ||
         lseek(rotation->descriptor, (off_t) rotation->size, SEEK_SET) < 0))
        shut(rotation);
    return FALSE;
}
