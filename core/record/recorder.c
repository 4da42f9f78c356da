/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Two buffers: one is filled by the packet thread while the writer works through the other. The
 * lock is held to copy one packet or to exchange the buffers, never over I/O.
 */
#include "record/recorder.h"

#include <errno.h>
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/limits.h"
#include "base/log.h"
#include "net/packet-format.h"
#include "record/pcapng.h"
#include "record/pseudonym.h"
#include "record/rotation.h"

#define CLOSE_PATIENCE_US (2 * CLOCK_SECOND)
#define BLOCK_MAX         (LIMIT_DHCP_DATAGRAM + PACKET_HEADERS + PCAPNG_BLOCK_MAX + PCAPNG_COMMENT_MAX)

/* How a packet lies in a buffer: this, then its bytes, then the next one, without a gap. */
struct entry {
    size_t size;
    int64_t time_us;
    struct address from;
    struct address to;
    struct address server;
    uint32_t attempt;
    gboolean is_answer;
    char link[PCAPNG_NAME_MAX];
};

struct buffer {
    uint8_t *data; /* LIMIT_RECORD_BUFFER bytes */
    size_t size;
};

struct recorder {
    gatomicrefcount refs; /* the owner's and the thread's */
    char *path;
    const struct clock *clock;
    gboolean use_pseudonyms;
    struct pseudonym_key key;

    /* The writer's. */
    struct rotation *rotation;
    GPtrArray *links;     /* char *: those the current file has, by their number */
    gboolean has_section; /* the current file begins as it must */
    gboolean is_broken;   /* the last write failed, and it was said */
    int64_t retry_at_us;  /* no file is open: not before this */

    GMutex lock; /* of all that follows */
    GCond changed;
    struct buffer filling;
    struct buffer writing;
    gboolean is_stopping;
    gboolean is_done;
    uint64_t packets;
    uint64_t left_out;
    uint64_t bytes;
};

static void recorder_unref(struct recorder *recorder) {
    if (!g_atomic_ref_count_dec(&recorder->refs))
        return;
    rotation_close(recorder->rotation);
    g_ptr_array_unref(recorder->links);
    g_free(recorder->filling.data);
    g_free(recorder->writing.data);
    g_mutex_clear(&recorder->lock);
    g_cond_clear(&recorder->changed);
    g_free(recorder->path);
    g_free(recorder);
}

/* ---- The writer's thread --------------------------------------------------------------------- */

static struct span span_of(const struct writer *writer) {
    return (struct span){writer->data, writer->size};
}

static gboolean write_block(struct recorder *recorder, const struct writer *block, GError **error) {
    struct span bytes = span_of(block);

    if (block->failed || !rotation_write(recorder->rotation, bytes.data, bytes.size, error))
        return FALSE;
    g_mutex_lock(&recorder->lock);
    recorder->bytes += bytes.size;
    g_mutex_unlock(&recorder->lock);
    return TRUE;
}

static gboolean start_file(struct recorder *recorder, GError **error) {
    uint8_t data[PCAPNG_BLOCK_MAX];
    struct writer block;

    g_ptr_array_set_size(recorder->links, 0);
    writer_init(&block, data, sizeof data);
    pcapng_put_section(&block, "boothost " BOOTHOST_VERSION);
    recorder->has_section = write_block(recorder, &block, error);
    return recorder->has_section;
}

/* The number of a link in the current file, which learns about it if it must. */
static gboolean find_link(struct recorder *recorder, const char *name, uint32_t *ret_number,
                          GError **error) {
    uint8_t data[PCAPNG_BLOCK_MAX];
    struct writer block;

    for (guint i = 0; i < recorder->links->len; i++) {
        if (strcmp(g_ptr_array_index(recorder->links, i), name) == 0) {
            *ret_number = i;
            return TRUE;
        }
    }
    writer_init(&block, data, sizeof data);
    pcapng_put_link(&block, name);
    if (!write_block(recorder, &block, error))
        return FALSE;
    *ret_number = recorder->links->len;
    g_ptr_array_add(recorder->links, g_strdup(name));
    return TRUE;
}

/* What the packet alone does not say; the reader of captures knows these words. */
static void make_comment(const struct entry *entry, char ret_comment[PCAPNG_COMMENT_MAX]) {
    char server[ADDRESS_TEXT_SIZE];

    address_text(&entry->server, server);
    if (entry->is_answer)
        snprintf(ret_comment, PCAPNG_COMMENT_MAX, "boothost: server=%s", server);
    else
        snprintf(ret_comment, PCAPNG_COMMENT_MAX, "boothost: server=%s attempt=%u", server,
                 entry->attempt);
}

/* Makes sure that a file is open that has room for one more packet. */
static gboolean prepare_file(struct recorder *recorder, GError **error) {
    if (recorder->retry_at_us > 0 && clock_now(recorder->clock) < recorder->retry_at_us)
        return FALSE;
    recorder->retry_at_us = 0;
    if (recorder->has_section && !rotation_needs_next(recorder->rotation, BLOCK_MAX))
        return TRUE;
    recorder->has_section = FALSE;
    return rotation_next(recorder->rotation, error) && start_file(recorder, error);
}

static gboolean write_entry(struct recorder *recorder, const struct entry *entry, uint8_t *data,
                            GError **error) {
    uint8_t headers[PACKET_HEADERS], space[BLOCK_MAX];
    char comment[PCAPNG_COMMENT_MAX];
    struct pcapng_packet packet = {
        .time_us = entry->time_us,
        .outbound = entry->is_answer,
        .headers = {headers, sizeof headers},
        .payload = {data, entry->size},
        .comment = comment,
    };
    struct writer block;

    if (!prepare_file(recorder, error) || !find_link(recorder, entry->link, &packet.link, error))
        return FALSE;
    if (recorder->use_pseudonyms)
        pseudonym_apply(&recorder->key, data, entry->size);
    packet_write_headers(&(struct packet_payload){data, entry->size, entry->from, entry->to},
                         headers);
    make_comment(entry, comment);
    writer_init(&block, space, sizeof space);
    pcapng_put_packet(&block, &packet);
    return write_block(recorder, &block, error);
}

/* A disk that fails is said once, and the next file is tried after a while. */
static void note_failure(struct recorder *recorder, const GError *error) {
    if (error == NULL)
        return; /* waiting for the next try */
    recorder->retry_at_us = clock_now(recorder->clock) + LIMIT_RECORD_RETRY_US;
    if (!recorder->is_broken)
        log_warning("%s; packets are left out of it meanwhile", error->message);
    recorder->is_broken = TRUE;
}

static void write_all(struct recorder *recorder, const struct buffer *buffer) {
    size_t at = 0;

    while (at < buffer->size) {
        struct entry entry;
        g_autoptr(GError) error = NULL;
        memcpy(&entry, buffer->data + at, sizeof entry);
        gboolean written = write_entry(recorder, &entry, buffer->data + at + sizeof entry, &error);
        if (written)
            recorder->is_broken = FALSE;
        else
            note_failure(recorder, error);
        g_mutex_lock(&recorder->lock);
        recorder->packets += written ? 1 : 0;
        recorder->left_out += written ? 0 : 1;
        g_mutex_unlock(&recorder->lock);
        at += sizeof entry + entry.size;
    }
}

static gpointer work(gpointer data) {
    struct recorder *recorder = data;

    g_mutex_lock(&recorder->lock);
    while (!recorder->is_stopping || recorder->filling.size > 0) {
        if (recorder->filling.size == 0) {
            g_cond_wait(&recorder->changed, &recorder->lock);
            continue;
        }
        struct buffer full = recorder->filling;
        recorder->filling = recorder->writing;
        recorder->writing = full;
        g_mutex_unlock(&recorder->lock);
        write_all(recorder, &full);
        g_mutex_lock(&recorder->lock);
        recorder->writing.size = 0;
    }
    recorder->is_done = TRUE;
    g_cond_broadcast(&recorder->changed);
    g_mutex_unlock(&recorder->lock);
    recorder_unref(recorder);
    return NULL;
}

/* ---- Any thread ------------------------------------------------------------------------------ */

void recorder_add(struct recorder *recorder, const struct recorder_packet *packet) {
    struct entry entry = {
        .size = packet->size,
        .time_us = g_get_real_time(),
        .from = packet->from,
        .to = packet->to,
        .server = packet->server,
        .attempt = packet->attempt,
        .is_answer = packet->is_answer,
    };

    g_strlcpy(entry.link, packet->link, sizeof entry.link);
    g_mutex_lock(&recorder->lock);
    struct buffer *buffer = &recorder->filling;
    if (packet->size > LIMIT_DHCP_DATAGRAM ||
        buffer->size + sizeof entry + packet->size > LIMIT_RECORD_BUFFER) {
        recorder->left_out++;
    } else {
        if (buffer->size == 0)
            g_cond_signal(&recorder->changed);
        memcpy(buffer->data + buffer->size, &entry, sizeof entry);
        memcpy(buffer->data + buffer->size + sizeof entry, packet->data, packet->size);
        buffer->size += sizeof entry + packet->size;
    }
    g_mutex_unlock(&recorder->lock);
}

GVariant *recorder_status(struct recorder *recorder) {
    GVariantDict facts;

    g_variant_dict_init(&facts, NULL);
    g_variant_dict_insert(&facts, "file", "s", recorder->path);
    g_mutex_lock(&recorder->lock);
    g_variant_dict_insert(&facts, "packets", "t", recorder->packets);
    g_variant_dict_insert(&facts, "left-out", "t", recorder->left_out);
    g_variant_dict_insert(&facts, "bytes", "t", recorder->bytes);
    g_mutex_unlock(&recorder->lock);
    return g_variant_dict_end(&facts);
}

/* ---- Life ------------------------------------------------------------------------------------ */

/* So few bytes are never cut short, and a kernel that has none yet makes us wait (random(7)). */
static gboolean make_key(struct pseudonym_key *key, GError **error) {
    if (getrandom(key->bytes, sizeof key->bytes, 0) == sizeof key->bytes)
        return TRUE;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED,
                "no random key for record-macs = pseudonym: %s", g_strerror(errno));
    return FALSE;
}

struct recorder *recorder_new(const struct recorder_options *options, GError **error) {
    struct recorder *recorder = g_new0(struct recorder, 1);

    g_atomic_ref_count_init(&recorder->refs);
    g_mutex_init(&recorder->lock);
    g_cond_init(&recorder->changed);
    recorder->path = g_strdup(options->path);
    recorder->clock = options->clock;
    recorder->use_pseudonyms = options->use_pseudonyms;
    recorder->links = g_ptr_array_new_with_free_func(g_free);
    recorder->filling.data = g_malloc(LIMIT_RECORD_BUFFER);
    recorder->writing.data = g_malloc(LIMIT_RECORD_BUFFER);
    recorder->rotation = rotation_open(options->path, options->size, options->files, error);
    if (recorder->rotation == NULL || !make_key(&recorder->key, error) ||
        !start_file(recorder, error)) {
        recorder_unref(recorder);
        return NULL;
    }
    g_atomic_ref_count_inc(&recorder->refs);
    g_thread_unref(g_thread_new("recorder", work, recorder));
    return recorder;
}

void recorder_free(struct recorder *recorder) {
    if (recorder == NULL)
        return;
    gint64 until = g_get_monotonic_time() + CLOSE_PATIENCE_US;
    g_mutex_lock(&recorder->lock);
    recorder->is_stopping = TRUE;
    g_cond_broadcast(&recorder->changed);
    while (!recorder->is_done && g_cond_wait_until(&recorder->changed, &recorder->lock, until))
        ;
    g_mutex_unlock(&recorder->lock);
    recorder_unref(recorder);
}
