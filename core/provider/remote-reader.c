/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An instance whose provider lives in a process of its own: content that is read on demand, on
 * threads that may block.
 */
#include <errno.h>
#include <string.h>

#include "provider/remote-private.h"

/* The piece that was read last is kept: transfers read on where they have stopped. */
struct remote_reader {
    struct remote *remote;
    uint64_t life;   /* the process that has it */
    uint64_t number; /* the process's name for it */
    uint64_t start;  /* of the piece */
    GVariant *piece; /* ay; NULL: none yet */
};

/* ---- Waiting for an answer ------------------------------------------------------------------- */

bool remote_wake_waiter(struct remote *remote, GDBusMessage *message) {
    gpointer serial = GUINT_TO_POINTER(g_dbus_message_get_reply_serial(message));
    GVariant *body = peer_body(message, "(iay)");
    g_mutex_lock(&remote->waiters_lock);
    bool is_known = g_hash_table_contains(remote->waiters, serial);
    struct waiter *waiter = g_hash_table_lookup(remote->waiters, serial);
    g_hash_table_remove(remote->waiters, serial);
    if (waiter != NULL) {
        waiter->body = body != NULL ? g_variant_ref(body) : NULL;
        waiter->is_done = true;
        g_cond_broadcast(&remote->waiters_changed);
    }
    g_mutex_unlock(&remote->waiters_lock);
    return is_known;
}

void remote_fail_waiters(struct remote *remote) {
    GHashTableIter iter;
    gpointer value = NULL;
    g_mutex_lock(&remote->waiters_lock);
    g_hash_table_iter_init(&iter, remote->waiters);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        if (value != NULL)
            ((struct waiter *) value)->is_done = true;
        g_hash_table_iter_remove(&iter);
    }
    g_cond_broadcast(&remote->waiters_changed);
    g_mutex_unlock(&remote->waiters_lock);
}

/* The serial, with the waiter enrolled; 0: it cannot be sent. */
static uint32_t send_read(struct remote_reader *reader, uint64_t offset, uint32_t size,
                          struct waiter *waiter) {
    struct remote *remote = reader->remote;
    uint32_t serial = 0;
    g_rec_mutex_lock(&remote->lock);
    if (remote->phase == REMOTE_RUNNING && remote->life == reader->life) {
        g_autoptr(GDBusMessage) message =
            peer_message("Read", g_variant_new("(ttu)", reader->number, offset, size), true);
        g_mutex_lock(&remote->waiters_lock);
        serial = link_send(remote->peer->link, message, NULL);
        if (serial != 0)
            g_hash_table_insert(remote->waiters, GUINT_TO_POINTER(serial), waiter);
        g_mutex_unlock(&remote->waiters_lock);
        remote_wake(remote);
    }
    g_rec_mutex_unlock(&remote->lock);
    return serial;
}

/* An answer that comes after this finds the place empty, but known. */
static void wait_done(struct remote *remote, uint32_t serial, struct waiter *waiter) {
    int64_t patience = MAX(remote->config->deadline_us, REMOTE_OPEN_US);
    int64_t end = g_get_monotonic_time() + patience;
    bool in_time = true;
    g_mutex_lock(&remote->waiters_lock);
    while (!waiter->is_done && in_time)
        in_time = g_cond_wait_until(&remote->waiters_changed, &remote->waiters_lock, end);
    if (!waiter->is_done)
        g_hash_table_insert(remote->waiters, GUINT_TO_POINTER(serial), NULL);
    g_mutex_unlock(&remote->waiters_lock);
}

/* ---- The reader ------------------------------------------------------------------------------ */

static int32_t fetch(struct remote_reader *reader, uint64_t offset, uint64_t size) {
    struct waiter waiter = {0};
    uint32_t wanted = (uint32_t) CLAMP(size, 65536, REMOTE_READ_PIECE);
    uint32_t serial = send_read(reader, offset, wanted, &waiter);
    if (serial == 0)
        return -EPIPE;
    wait_done(reader->remote, serial, &waiter);
    if (waiter.body == NULL)
        return waiter.is_done ? -EPIPE : -ETIMEDOUT;
    int32_t result = 0;
    g_clear_pointer(&reader->piece, g_variant_unref);
    g_variant_get(waiter.body, "(i@ay)", &result, &reader->piece);
    g_variant_unref(waiter.body);
    reader->start = offset;
    if (result == 0 && g_variant_n_children(reader->piece) <= wanted)
        return 0;
    g_clear_pointer(&reader->piece, g_variant_unref);
    return result < 0 ? result : -EPROTO;
}

/* Bytes copied from the piece at hand. */
static uint64_t copy_piece(const struct remote_reader *reader, uint64_t offset, void *buffer,
                           uint64_t size) {
    if (reader->piece == NULL || offset < reader->start)
        return 0;
    gsize length = 0;
    const char *data = g_variant_get_fixed_array(reader->piece, &length, 1);
    uint64_t skip = offset - reader->start;
    if (skip >= length)
        return 0;
    uint64_t count = MIN(size, length - skip);
    memcpy(buffer, data + skip, count);
    return count;
}

static int64_t read_remote(void *user, uint64_t offset, void *buffer, uint64_t size) {
    struct remote_reader *reader = user;
    uint64_t count = copy_piece(reader, offset, buffer, size);
    if (count > 0 || size == 0)
        return (int64_t) count;
    int32_t error = fetch(reader, offset, size);
    return error != 0 ? error : (int64_t) copy_piece(reader, offset, buffer, size);
}

static void close_remote(void *user) {
    struct remote_reader *reader = user;
    struct remote *remote = reader->remote;
    g_rec_mutex_lock(&remote->lock);
    if (remote->phase == REMOTE_RUNNING && remote->life == reader->life) {
        g_autoptr(GDBusMessage) message =
            peer_message("CloseReader", g_variant_new("(t)", reader->number), false);
        link_send(remote->peer->link, message, NULL);
        remote_wake(remote);
    }
    g_rec_mutex_unlock(&remote->lock);
    g_clear_pointer(&reader->piece, g_variant_unref);
    remote_unref(remote);
    g_free(reader);
}

int32_t remote_give_reader(struct remote *remote, struct call *call, uint64_t number,
                           int64_t length) {
    struct remote_reader *reader = g_new0(struct remote_reader, 1);
    reader->remote = remote_ref(remote);
    reader->life = remote->life;
    reader->number = number;
    struct boot_host_reader given = {
        .size = sizeof(given),
        .length = length,
        .user = reader,
        .read = read_remote,
        .close = close_remote,
    };
    return call_give_reader(call, &given);
}
