/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a module gives for a file, and its readers piece by piece.
 */
#include "provider/serve-private.h"

#include <errno.h>
#include <string.h>

#define INLINE_BYTES (512 * 1024) /* of content in one message; more is read piece by piece */
#define READ_MAX     (256 * 1024)

static uint64_t keep_reader(struct server *server, const struct boot_host_reader *reader) {
    uint64_t *number = g_new(uint64_t, 1);
    *number = ++server->last_reader;
    g_hash_table_insert(server->readers, number,
                        g_memdup2(reader, sizeof(struct boot_host_reader)));
    return *number;
}

/* Bytes that do not fit into one message become a reader of them. */
static int64_t read_bytes(void *user, uint64_t offset, void *buffer, uint64_t size) {
    gsize length = 0;
    const char *data = g_bytes_get_data(user, &length);
    if (offset >= length)
        return 0;
    uint64_t count = MIN(size, length - offset);
    memcpy(buffer, data + offset, count);
    return (int64_t) count;
}

static void close_bytes(void *user) {
    g_bytes_unref(user);
}

static void put_reader(struct server *server, GVariantBuilder *content,
                       const struct boot_host_reader *reader) {
    g_variant_builder_add(content, "{sv}", "reader",
                          g_variant_new("(tx)", keep_reader(server, reader), reader->length));
}

static void put_bytes(struct server *server, GVariantBuilder *content, GBytes *bytes) {
    gsize size = 0;
    const void *data = g_bytes_get_data(bytes, &size);
    if (size <= INLINE_BYTES) {
        g_variant_builder_add(content, "{sv}", "bytes",
                              g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, data, size, 1));
        return;
    }
    struct boot_host_reader reader = {
        .size = sizeof(reader),
        .length = (int64_t) size,
        .user = g_bytes_ref(bytes),
        .read = read_bytes,
        .close = close_bytes,
    };
    put_reader(server, content, &reader);
}

GVariant *serve_make_content(struct server *server, struct call *call) {
    GVariantBuilder content;
    g_variant_builder_init(&content, G_VARIANT_TYPE_VARDICT);
    switch (call->content_kind) {
    case CHAIN_CONTENT_BYTES:
        put_bytes(server, &content, call->content_bytes);
        break;
    case CHAIN_CONTENT_FILE:
        g_variant_builder_add(&content, "{sv}", "path", g_variant_new_string(call->content_name));
        break;
    case CHAIN_CONTENT_NAME:
        g_variant_builder_add(&content, "{sv}", "name", g_variant_new_string(call->content_name));
        break;
    case CHAIN_CONTENT_READER:
        put_reader(server, &content, &call->content_reader);
        call->content_kind = CHAIN_CONTENT_NONE; /* the server closes it */
        break;
    default:
        break;
    }
    return g_variant_builder_end(&content);
}

void serve_free_reader(gpointer data) {
    struct boot_host_reader *reader = data;
    reader->close(reader->user);
    g_free(reader);
}

void serve_read(struct server *server, GDBusMessage *message, GVariant *body) {
    uint64_t number = 0;
    uint64_t offset = 0;
    uint32_t size = 0;
    g_variant_get(body, "(ttu)", &number, &offset, &size);
    const struct boot_host_reader *reader = g_hash_table_lookup(server->readers, &number);
    size = MIN(size, READ_MAX);
    g_autofree void *buffer = g_malloc(MAX(size, 1));
    int64_t count = reader != NULL ? reader->read(reader->user, offset, buffer, size) : -EBADF;
    if (count > size)
        count = -EPROTO;
    GVariant *bytes =
        g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, buffer, count > 0 ? (gsize) count : 0, 1);
    serve_answer(server, message, g_variant_new("(i@ay)", count < 0 ? (int32_t) count : 0, bytes));
}

void serve_close_reader(struct server *server, GDBusMessage *message, GVariant *body) {
    uint64_t number = 0;
    g_variant_get(body, "(t)", &number);
    g_hash_table_remove(server->readers, &number);
}
