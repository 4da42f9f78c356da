/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Content that a provider gives the fake host.
 */
#include "fake-private.h"

#include <errno.h>
#include <string.h>

#include "base/limits.h"

struct fake_content *fake_content_new(void) {
    return g_new0(struct fake_content, 1);
}

void fake_content_free(struct fake_content *content) {
    if (content == NULL)
        return;
    g_free(content->bytes);
    g_free(content->path);
    g_free(content->name);
    g_free(content);
}

/* Keeps a NUL behind the bytes, so that tests may read them as text. */
static void take_bytes(struct fake_content *content, GByteArray *bytes) {
    g_free(content->bytes);
    content->size = bytes->len;
    g_byte_array_append(bytes, (const guint8 *) "", 1);
    content->bytes = (char *) g_byte_array_free(bytes, FALSE);
}

static int32_t content_bytes(struct boot_host_content *content, const void *data, size_t size) {
    if (data == NULL && size > 0)
        return -EINVAL;
    if (size > LIMIT_CONTENT_BYTES)
        return -E2BIG;
    GByteArray *bytes = g_byte_array_new();
    if (size > 0)
        g_byte_array_append(bytes, data, (guint) size);
    take_bytes(content->given, bytes);
    content->given->given++;
    return 0;
}

static int32_t content_file(struct boot_host_content *content, const char *path) {
    if (path == NULL || !g_path_is_absolute(path))
        return -EINVAL;
    g_free(content->given->path);
    content->given->path = g_strdup(path);
    content->given->given++;
    return 0;
}

static int32_t content_name(struct boot_host_content *content, const char *name) {
    if (name == NULL || name[0] == '\0')
        return -EINVAL;
    g_free(content->given->name);
    content->given->name = g_strdup(name);
    content->given->given++;
    return 0;
}

/* Odd sizes, so that a reader which ignores its offset is found. */
static int64_t read_all(const struct boot_host_reader *reader, GByteArray *bytes) {
    guint8 block[1000];
    for (int64_t got = 1; got > 0 && bytes->len < LIMIT_CONTENT_BYTES;) {
        got = reader->read(reader->user, bytes->len, block, sizeof block);
        if (got < 0 || got > (int64_t) sizeof block)
            return got < 0 ? got : -EPROTO;
        g_byte_array_append(bytes, block, (guint) got);
    }
    return reader->length >= 0 && reader->length != (int64_t) bytes->len ? -EPROTO : 0;
}

static int32_t content_reader(struct boot_host_content *content,
                              const struct boot_host_reader *reader) {
    if (reader == NULL || reader->size < sizeof *reader)
        return -EINVAL;
    GByteArray *bytes = g_byte_array_new();
    int64_t result = reader->read != NULL ? read_all(reader, bytes) : -EINVAL;
    if (reader->close != NULL)
        reader->close(reader->user);
    if (result < 0) {
        g_byte_array_unref(bytes);
        return (int32_t) result;
    }
    take_bytes(content->given, bytes);
    content->given->given++;
    return 0;
}

static uint64_t content_ticket(const struct boot_host_content *content) {
    return content->ticket;
}

void fake_content_fill_table(struct boot_host *table) {
    table->content_bytes = content_bytes;
    table->content_file = content_file;
    table->content_name = content_name;
    table->content_reader = content_reader;
    table->content_ticket = content_ticket;
}
