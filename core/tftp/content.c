/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a transfer sends, in memory or in a file; how a file is found below a root is in
 * content-root.c.
 */
#include "tftp/content.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

G_DEFINE_QUARK(boothost_content_error, content_error)

struct content {
    gatomicrefcount references;
    uint64_t size;
    GBytes *bytes;  /* or NULL */
    int descriptor; /* or -1 */
};

static struct content *content_new(uint64_t size, GBytes *bytes, int descriptor) {
    struct content *content = g_new0(struct content, 1);
    g_atomic_ref_count_init(&content->references);
    content->size = size;
    content->bytes = bytes;
    content->descriptor = descriptor;
    return content;
}

struct content *content_new_bytes(GBytes *bytes) {
    return content_new(g_bytes_get_size(bytes), g_bytes_ref(bytes), -1);
}

struct content *content_new_file(int descriptor, GError **error) {
    struct stat status;
    if (fstat(descriptor, &status) != 0) {
        g_set_error(error, CONTENT_ERROR, CONTENT_ERROR_FAILED, "cannot look at the open file: %s",
                    g_strerror(errno));
        close(descriptor);
        return NULL;
    }
    if (!S_ISREG(status.st_mode)) {
        g_set_error(error, CONTENT_ERROR, CONTENT_ERROR_NOT_A_FILE, "not a regular file");
        close(descriptor);
        return NULL;
    }
    /* Doubles the kernel's read-ahead; a hint only. */
    posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
    return content_new((uint64_t) status.st_size, NULL, descriptor);
}

struct content *content_open(const char *path, GError **error) {
    /* O_NONBLOCK: a pipe without a writer would keep us waiting before we see what it is. */
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor >= 0)
        return content_new_file(descriptor, error);
    enum content_error code = CONTENT_ERROR_FAILED;
    if (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG)
        code = CONTENT_ERROR_NOT_FOUND;
    else if (errno == EACCES || errno == EPERM || errno == ELOOP)
        code = CONTENT_ERROR_ACCESS;
    else if (errno == ENXIO)
        code = CONTENT_ERROR_NOT_A_FILE;
    g_set_error(error, CONTENT_ERROR, code, "cannot open '%s': %s", path, g_strerror(errno));
    return NULL;
}

struct content *content_ref(struct content *content) {
    g_atomic_ref_count_inc(&content->references);
    return content;
}

void content_unref(struct content *content) {
    if (content == NULL || !g_atomic_ref_count_dec(&content->references))
        return;
    g_clear_pointer(&content->bytes, g_bytes_unref);
    if (content->descriptor >= 0)
        close(content->descriptor);
    g_free(content);
}

uint64_t content_size(const struct content *content) {
    return content->size;
}

static gboolean read_file(int descriptor, uint64_t offset, uint8_t *buffer, size_t size) {
    for (size_t done = 0; done < size;) {
        ssize_t got = pread(descriptor, buffer + done, size - done, (off_t) (offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            errno = ENODATA;
        if (got <= 0)
            return FALSE;
        done += (size_t) got;
    }
    return TRUE;
}

gboolean content_read(const struct content *content, uint64_t offset, void *buffer, size_t size) {
    if (offset > content->size || size > content->size - offset) {
        errno = EINVAL;
        return FALSE;
    }
    if (content->bytes == NULL)
        return read_file(content->descriptor, offset, buffer, size);
    const uint8_t *data = g_bytes_get_data(content->bytes, NULL);
    if (size > 0)
        memcpy(buffer, data + offset, size);
    return TRUE;
}
