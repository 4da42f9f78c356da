/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a transfer sends, in memory or in a file; how a file is found below a root is in
 * content-root.c.
 */
#include "tftp/content.h"

#include "tftp/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

G_DEFINE_QUARK(boothost_content_error, content_error)

struct content {
    gatomicrefcount references;
    uint64_t size;
    GBytes *bytes;     /* or NULL */
    struct feed *feed; /* or NULL */
    int descriptor;    /* or -1 */
    void *mapping;     /* of the whole file; or NULL */
    /* The file's generation: what differs when a file was replaced or written to. */
    dev_t device;
    ino_t inode;
    struct timespec modified;
    struct timespec changed;
    int64_t seen_us; /* when it was seen to be whole */
};

struct content *content_new_bytes(GBytes *bytes) {
    struct content *content = g_new0(struct content, 1);
    g_atomic_ref_count_init(&content->references);
    content->size = g_bytes_get_size(bytes);
    content->bytes = g_bytes_ref(bytes);
    content->descriptor = -1;
    return content;
}

struct content *content_new_feed(struct feed *feed) {
    struct content *content = g_new0(struct content, 1);
    g_atomic_ref_count_init(&content->references);
    content->feed = feed;
    content->descriptor = -1;
    return content;
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
    struct content *content = g_new0(struct content, 1);
    g_atomic_ref_count_init(&content->references);
    content->size = (uint64_t) status.st_size;
    content->descriptor = descriptor;
    content->device = status.st_dev;
    content->inode = status.st_ino;
    content->modified = status.st_mtim;
    content->changed = status.st_ctim;
    return content;
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
    g_clear_pointer(&content->feed, feed_close);
    if (content->mapping != NULL)
        munmap(content->mapping, (size_t) content->size);
    if (content->descriptor >= 0)
        close(content->descriptor);
    g_free(content);
}

uint64_t content_size(const struct content *content) {
    uint64_t size = content->size;
    if (content->feed != NULL && !feed_size(content->feed, &size))
        size = CONTENT_SIZE_UNKNOWN;
    return size;
}

struct feed *content_feed(const struct content *content) {
    return content->feed;
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
    if (content->feed != NULL)
        return feed_read(content->feed, offset, buffer, size);
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

void content_map(struct content *content) {
    if (content->descriptor < 0 || content->size == 0 || content->size > SIZE_MAX)
        return;
    void *mapping =
        mmap(NULL, (size_t) content->size, PROT_READ, MAP_SHARED, content->descriptor, 0);
    content->mapping = mapping != MAP_FAILED ? mapping : NULL;
}

const void *content_memory(const struct content *content, uint64_t offset) {
    if (content->bytes != NULL)
        return (const uint8_t *) g_bytes_get_data(content->bytes, NULL) + offset;
    return content->mapping != NULL ? (const uint8_t *) content->mapping + offset : NULL;
}

gboolean content_is_whole(struct content *content, int64_t now_us) {
    if (content->descriptor < 0 || content->seen_us == now_us)
        return TRUE;
    struct stat status;
    if (fstat(content->descriptor, &status) != 0 || (uint64_t) status.st_size < content->size)
        return FALSE;
    content->seen_us = now_us;
    return TRUE;
}

void content_prefetch(const struct content *content, uint64_t offset, uint64_t size) {
    if (content->descriptor < 0 || offset >= content->size)
        return;
    /* A byte that is at hand stands for its neighbours: the question costs a twentieth of the
     * advice, which looks at every page. */
    uint8_t byte;
    struct iovec vector = {.iov_base = &byte, .iov_len = sizeof(byte)};
    if (preadv2(content->descriptor, &vector, 1, (off_t) offset, RWF_NOWAIT) < 0)
        posix_fadvise(content->descriptor, (off_t) offset, (off_t) size, POSIX_FADV_WILLNEED);
}

gboolean content_is_file(const struct content *content) {
    return content->descriptor >= 0;
}

static gboolean same_time(const struct timespec *a, const struct timespec *b) {
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

gboolean content_same_file(const struct content *a, const struct content *b) {
    return content_is_file(a) && content_is_file(b) && a->inode == b->inode &&
           a->device == b->device && a->size == b->size && same_time(&a->modified, &b->modified) &&
           same_time(&a->changed, &b->changed);
}

guint content_file_hash(const struct content *content) {
    uint64_t inode = content->inode;
    uint64_t device = content->device;
    return g_int64_hash(&inode) * 31 + g_int64_hash(&device);
}
