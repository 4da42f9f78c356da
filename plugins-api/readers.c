/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading streams by offset. Offsets rise, so a stream that cannot seek will do.
 */
#include "readers.h"

#include <errno.h>

#include "boot-host-error.h"
#include "wire.h"

struct reader {
    GInputStream *stream;
    guint64 position;
};

struct readers {
    GHashTable *table; /* number to reader */
    guint64 next;
};

static void reader_free(gpointer data) {
    struct reader *reader = data;
    (void) g_input_stream_close(reader->stream, NULL, NULL);
    g_object_unref(reader->stream);
    g_free(reader);
}

struct readers *readers_new(void) {
    struct readers *readers = g_new0(struct readers, 1);
    readers->table = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, reader_free);
    readers->next = 1;
    return readers;
}

void readers_free(struct readers *readers) {
    g_hash_table_unref(readers->table);
    g_free(readers);
}

GVariant *readers_add(struct readers *readers, GInputStream *stream, gint64 length) {
    struct reader *reader = g_new0(struct reader, 1);
    guint64 number = readers->next++;
    reader->stream = g_object_ref(stream);
    g_hash_table_insert(readers->table, g_memdup2(&number, sizeof number), reader);
    return g_variant_ref_sink(g_variant_new("(tx)", number, length));
}

static gboolean go_to(struct reader *reader, guint64 offset, GError **error) {
    if (offset == reader->position)
        return TRUE;
    if (!G_IS_SEEKABLE(reader->stream) || !g_seekable_can_seek(G_SEEKABLE(reader->stream))) {
        g_set_error_literal(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_NOT_SUPPORTED,
                            "the stream cannot go to another offset");
        return FALSE;
    }
    if (!g_seekable_seek(G_SEEKABLE(reader->stream), (goffset) offset, G_SEEK_SET, NULL, error))
        return FALSE;
    reader->position = offset;
    return TRUE;
}

static gint32 read_at(struct reader *reader, guint64 offset, guint32 size, GBytes **ret_bytes) {
    g_autoptr(GError) error = NULL;
    gsize wanted = MIN(size, WIRE_READ_MAX);
    g_autofree guint8 *buffer = g_malloc(wanted + 1);
    gsize got = 0;
    if (!go_to(reader, offset, &error) ||
        !g_input_stream_read_all(reader->stream, buffer, wanted, &got, NULL, &error))
        return -boot_host_error_to_errno(error);
    reader->position += got;
    *ret_bytes = g_bytes_new_take(g_steal_pointer(&buffer), got);
    return 0;
}

gint32 readers_read(struct readers *readers, guint64 number, guint64 offset, guint32 size,
                    GBytes **ret_bytes) {
    struct reader *reader = g_hash_table_lookup(readers->table, &number);
    GBytes *bytes = NULL;
    gint32 result = reader != NULL ? read_at(reader, offset, size, &bytes) : -ENOENT;
    *ret_bytes = bytes != NULL ? bytes : g_bytes_new(NULL, 0);
    return result;
}

void readers_close(struct readers *readers, guint64 number) {
    g_hash_table_remove(readers->table, &number);
}
