/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is remembered of each client between its packets.
 */
#include "boot/session.h"

#include <stddef.h>
#include <string.h>

#include "base/limits.h"
#include "boot/attempt.h"
#include "boot/client-key.h"
#include "boot/likely.h"
#include "boot/request.h"
#include "boot/trace.h"
#include "codec/dhcp.h"

/* A session is in up to three indexes and always in the list; `table` owns it. There may be a hundred
 * thousand, so that what few of them have is in memory of its own. */
struct session {
    struct client_key key; /* first: the session itself is its key in two of the indexes */
    bool owns_uuid;        /* it is the one that is found by its UUID */
    uint8_t decision_count;
    const struct clock *clock;
    GList link; /* in session_table.recent; its data is the session */
    struct address address;
    int64_t seen_us; /* monotonic, of the last packet */

    struct attempt attempt;
    char *folder;                                     /* NULL: the root */
    int64_t first_us;                                 /* wall clock, of the first decision */
    struct trace *decisions[LIMIT_SESSION_DECISIONS]; /* newest last; each has its lean request */
    GPtrArray *transfers; /* struct session_transfer *, newest last; NULL: none */
    uint32_t fresh;       /* how many of them came after the last decision */
};

struct session_table {
    const struct clock *clock;
    uint32_t max;
    GQueue recent;          /* newest first */
    GHashTable *by_key;     /* sessions, by the struct client_key that they begin with */
    GHashTable *by_uuid;    /* the same by its UUID; the newest of those who share it */
    GHashTable *by_address; /* struct address of the session */
};

G_STATIC_ASSERT(offsetof(struct session, key) == 0);

/* ---- Indexes --------------------------------------------------------------------------------- */

static guint hash_bytes(const uint8_t *bytes, size_t size) {
    guint hash = 5381;
    for (size_t i = 0; i < size; i++)
        hash = hash * 33 + bytes[i];
    return hash;
}

static guint key_hash(gconstpointer key) {
    return client_key_hash(key);
}

static gboolean key_equal(gconstpointer left, gconstpointer right) {
    return client_key_equal(left, right);
}

static guint uuid_hash(gconstpointer data) {
    const struct client_key *key = data;
    return hash_bytes(key->uuid, sizeof(key->uuid));
}

static gboolean uuid_equal(gconstpointer left, gconstpointer right) {
    const struct client_key *a = left;
    const struct client_key *b = right;
    return memcmp(a->uuid, b->uuid, sizeof(a->uuid)) == 0;
}

static guint ip_hash(gconstpointer address) {
    return address_hash(address);
}

static gboolean ip_equal(gconstpointer left, gconstpointer right) {
    return address_equal(left, right);
}

struct session_table *session_table_new(const struct clock *clock, uint32_t max) {
    struct session_table *table = g_new0(struct session_table, 1);
    table->clock = clock;
    table->max = MAX(max, 1);
    g_queue_init(&table->recent);
    table->by_key = g_hash_table_new(key_hash, key_equal);
    table->by_uuid = g_hash_table_new(uuid_hash, uuid_equal);
    table->by_address = g_hash_table_new(ip_hash, ip_equal);
    return table;
}

static void clear_address(struct session_table *table, struct session *session) {
    if (session->address.family == 0)
        return;
    g_hash_table_remove(table->by_address, &session->address);
    session->address = (struct address){0};
}

static void clear_uuid(struct session_table *table, struct session *session) {
    if (session->owns_uuid)
        g_hash_table_remove(table->by_uuid, &session->key);
    session->owns_uuid = false;
}

static void session_remove(struct session_table *table, struct session *session) {
    clear_address(table, session);
    clear_uuid(table, session);
    g_hash_table_remove(table->by_key, &session->key);
    g_queue_unlink(&table->recent, &session->link);
    for (unsigned i = 0; i < session->decision_count; i++)
        trace_unref(session->decisions[i]);
    if (session->transfers != NULL)
        g_ptr_array_unref(session->transfers);
    g_free(session->folder);
    g_free(session);
}

void session_table_free(struct session_table *table) {
    if (table == NULL)
        return;
    while (table->recent.tail != NULL)
        session_remove(table, table->recent.tail->data);
    g_hash_table_unref(table->by_key);
    g_hash_table_unref(table->by_uuid);
    g_hash_table_unref(table->by_address);
    g_free(table);
}

uint32_t session_table_count(const struct session_table *table) {
    return table->recent.length;
}

/* ---- Sessions -------------------------------------------------------------------------------- */

static void transfer_free(void *data) {
    struct session_transfer *transfer = data;
    g_free(transfer->name);
    g_free(transfer->outcome);
    g_free(transfer);
}

/* Makes room: first those who have been silent for long, then the least recent one. */
static void expire(struct session_table *table, int64_t now) {
    while (table->recent.tail != NULL) {
        struct session *oldest = table->recent.tail->data;
        if (table->recent.length < table->max && now - oldest->seen_us < LIMIT_SESSION_IDLE_US)
            return;
        session_remove(table, oldest);
    }
}

static struct session *session_add(struct session_table *table, const struct client_key *key,
                                   int64_t now) {
    expire(table, now);
    struct session *session = g_new0(struct session, 1);
    session->clock = table->clock;
    session->key = *key;
    session->key.has_uuid = false; /* see learn_uuid() */
    session->link.data = session;
    session->seen_us = now;
    g_queue_push_head_link(&table->recent, &session->link);
    return session;
}

/* A UUID may only come to be known with a later packet. Boards may share one. */
static void learn_uuid(struct session_table *table, struct session *session,
                       const struct client_key *key) {
    if (!key->has_uuid || (session->owns_uuid && uuid_equal(&session->key, key)))
        return;
    clear_uuid(table, session);
    session->key.has_uuid = true;
    memcpy(session->key.uuid, key->uuid, sizeof(session->key.uuid));
    struct session *other = g_hash_table_lookup(table->by_uuid, key);
    if (other != NULL)
        clear_uuid(table, other);
    g_hash_table_add(table->by_uuid, session);
    session->owns_uuid = true;
}

/* Who has just asked is decided next: the newest session is looked at first. */
static struct session *find_key(const struct session_table *table, const struct client_key *key) {
    struct session *newest = table->recent.head != NULL ? table->recent.head->data : NULL;
    if (newest != NULL && client_key_equal(&newest->key, key))
        return newest;
    return g_hash_table_lookup(table->by_key, key);
}

static struct session *session_of(struct session_table *table, const struct request *request,
                                  int64_t now) {
    const struct client_key *key = request_get_key(request);
    if (key == NULL)
        return NULL;
    struct session *session = find_key(table, key);
    if (session == NULL) {
        session = session_add(table, key, now);
        learn_uuid(table, session, key);
        g_hash_table_add(table->by_key, session);
        return session;
    }
    learn_uuid(table, session, key);
    session->seen_us = now;
    if (table->recent.head != &session->link) {
        g_queue_unlink(&table->recent, &session->link);
        g_queue_push_head_link(&table->recent, &session->link);
    }
    return session;
}

uint32_t session_attempt(struct session_table *table, const struct request *request) {
    int64_t now = clock_now(table->clock);
    struct session *session = session_of(table, request, now);
    if (session == NULL)
        return 1;
    const struct dhcp_view *view = request_get_view(request);
    if (request_get_stage(request) == BOOT_HOST_STAGE_DISCOVER && view != NULL &&
        attempt_discover(&session->attempt, view->header.xid, now))
        clear_address(table, session); /* it is about to get a lease, perhaps another one */
    return MAX(session->attempt.count, 1);
}

/* The folder of "a/b/nbp.efi" is "a/b"; Windows' names have backslashes, URLs no folder here. */
static char *folder_of(const char *boot_file) {
    if (boot_file == NULL || strpbrk(boot_file, "/\\") == NULL || strstr(boot_file, "://") != NULL)
        return NULL;
    g_autofree char *name = g_strdelimit(g_strdup(boot_file), "\\", '/');
    const char *start = name + strspn(name, "/");
    const char *end = strrchr(start, '/');
    return end != NULL ? g_strndup(start, (gsize) (end - start)) : NULL;
}

static void keep_decision(struct session *session, struct trace *trace) {
    if (session->decision_count == LIMIT_SESSION_DECISIONS) {
        trace_unref(session->decisions[0]);
        session->decision_count--;
        memmove(session->decisions, session->decisions + 1,
                session->decision_count * sizeof(session->decisions[0]));
    }
    session->decisions[session->decision_count++] = trace_ref(trace);
}

void session_decided(struct session_table *table, struct request *request, struct trace *trace) {
    const struct dhcp_view *view = request_get_view(request);
    struct session *session =
        view != NULL ? session_of(table, request, clock_now(table->clock)) : NULL;
    if (session == NULL)
        return;
    struct request *lean = request_new_memory(request);
    trace_set_request(trace, lean); /* which lets go of the packet */
    request_unref(lean);
    keep_decision(session, trace);
    if (session->first_us == 0)
        session->first_us = trace_get_time(trace);
    session->fresh = 0;
    if (trace_get_shape(trace) != NULL) {
        attempt_answered(&session->attempt);
        g_free(session->folder);
        session->folder = folder_of(trace_get_boot_file(trace));
    }
    if (view->header.ciaddr != 0) {
        struct address address = address_from_number(view->header.ciaddr, 0);
        session_set_address(table, session, &address);
    }
}

static void keep_last(GPtrArray *list, guint max) {
    if (list->len > max)
        g_ptr_array_remove_range(list, 0, list->len - max);
}

void session_fetched(struct session_table *table, struct session *session,
                     const struct session_transfer *transfer, bool is_success) {
    struct session_transfer *kept = g_new(struct session_transfer, 1);
    *kept = *transfer;
    kept->name = g_strdup(transfer->name);
    kept->outcome = g_strdup(transfer->outcome);
    if (session->transfers == NULL)
        session->transfers = g_ptr_array_new_with_free_func(transfer_free);
    g_ptr_array_add(session->transfers, kept);
    keep_last(session->transfers, LIMIT_SESSION_TRANSFERS);
    session->fresh = MIN(session->fresh + 1, LIMIT_SESSION_TRANSFERS);
    if (is_success)
        attempt_fetched(&session->attempt);
    session->seen_us = clock_now(table->clock);
}

/* ---- Finding --------------------------------------------------------------------------------- */

static struct session *find_mac(struct session_table *table, const char *text) {
    struct client_key key = {.has_mac = true};
    if (!identity_parse_mac(text, key.mac))
        return NULL;
    return g_hash_table_lookup(table->by_key, &key);
}

static struct session *find_uuid(struct session_table *table, const char *text) {
    static const enum identity_uuid_order orders[] = {IDENTITY_UUID_SMBIOS, IDENTITY_UUID_RAW};
    for (size_t i = 0; i < G_N_ELEMENTS(orders); i++) {
        struct client_key key = {.has_uuid = true};
        if (!identity_parse_uuid(text, orders[i], key.uuid))
            return NULL;
        struct session *session = g_hash_table_lookup(table->by_uuid, &key);
        if (session != NULL)
            return session;
    }
    return NULL;
}

struct session *session_find(struct session_table *table, const char *text) {
    struct address address = {0};
    struct session *session = find_mac(table, text);
    if (session == NULL)
        session = find_uuid(table, text);
    if (session == NULL && address_parse(text, &address))
        session = g_hash_table_lookup(table->by_address, &address);
    return session;
}

/* The neighbour table is of now; an address may be another client's by now. */
struct session *session_find_address(struct session_table *table, const struct address *address,
                                     const char *mac) {
    struct session *session = mac != NULL ? find_mac(table, mac) : NULL;
    return session != NULL ? session : g_hash_table_lookup(table->by_address, address);
}

void session_set_address(struct session_table *table, struct session *session,
                         const struct address *address) {
    if (address_equal(&session->address, address))
        return;
    clear_address(table, session);
    struct session *other = g_hash_table_lookup(table->by_address, address);
    if (other != NULL)
        clear_address(table, other);
    session->address = *address;
    g_hash_table_insert(table->by_address, &session->address, session);
}

struct request *session_get_request(const struct session *session) {
    const struct trace *last = session_get_trace(session);
    return last != NULL ? trace_get_request(last) : NULL;
}

struct trace *session_get_trace(const struct session *session) {
    return session->decision_count > 0 ? session->decisions[session->decision_count - 1] : NULL;
}

const char *session_get_folder(const struct session *session) {
    return session->folder != NULL ? session->folder : "";
}

/* ---- For people ------------------------------------------------------------------------------ */

static void put_text(GVariantBuilder *builder, const char *key, const char *text) {
    g_variant_builder_add(builder, "{sv}", key, g_variant_new_string(text != NULL ? text : ""));
}

static GVariant *decision_list(const struct session *session) {
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < session->decision_count; i++)
        g_variant_builder_add_value(&builder, trace_to_variant(session->decisions[i]));
    return g_variant_builder_end(&builder);
}

static GVariant *transfer_list(const struct session *session) {
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; session->transfers != NULL && i < session->transfers->len; i++) {
        const struct session_transfer *transfer = g_ptr_array_index(session->transfers, i);
        g_variant_builder_open(&builder, G_VARIANT_TYPE("a{sv}"));
        put_text(&builder, "name", transfer->name);
        put_text(&builder, "outcome", transfer->outcome);
        g_variant_builder_add(&builder, "{sv}", "bytes", g_variant_new_uint64(transfer->bytes));
        g_variant_builder_add(&builder, "{sv}", "microseconds",
                              g_variant_new_int64(transfer->duration_us));
        g_variant_builder_add(&builder, "{sv}", "time", g_variant_new_int64(transfer->time_us));
        g_variant_builder_add(&builder, "{sv}", "retransmits",
                              g_variant_new_uint32(transfer->retransmits));
        g_variant_builder_close(&builder);
    }
    return g_variant_builder_end(&builder);
}

static const char *likely(const struct session *session) {
    const char *outcome = NULL;
    const struct request *request = session_get_request(session);
    if (request == NULL)
        return "";
    if (session->fresh > 0) {
        const struct session_transfer *last =
            g_ptr_array_index(session->transfers, session->transfers->len - 1);
        outcome = last->outcome;
    }
    bool is_settled = clock_now(session->clock) - session->seen_us > LIMIT_SETTLED_US;
    return likely_text(request, likely_outcome(session_get_trace(session), outcome, is_settled));
}

GVariant *session_to_variant(const struct session *session) {
    GVariantBuilder builder;
    const struct request *request = session_get_request(session);
    char address[ADDRESS_TEXT_SIZE];
    const struct trace *last = session_get_trace(session);
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{sv}"));
    put_text(&builder, "client", request != NULL ? request_get_client(request) : NULL);
    put_text(&builder, "mac", request != NULL ? request_fact(request, "mac") : NULL);
    put_text(&builder, "uuid", request != NULL ? request_fact(request, "uuid") : NULL);
    put_text(&builder, "address", address_text(&session->address, address));
    g_variant_builder_add(&builder, "{sv}", "first-seen", g_variant_new_int64(session->first_us));
    g_variant_builder_add(&builder, "{sv}", "last-seen",
                          g_variant_new_int64(last != NULL ? trace_get_time(last) : 0));
    g_variant_builder_add(&builder, "{sv}", "attempts",
                          g_variant_new_uint32(session->attempt.count));
    put_text(&builder, "folder", session_get_folder(session));
    g_variant_builder_add(&builder, "{sv}", "decisions", decision_list(session));
    g_variant_builder_add(&builder, "{sv}", "transfers", transfer_list(session));
    put_text(&builder, "likely", likely(session));
    return g_variant_builder_end(&builder);
}
