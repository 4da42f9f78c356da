/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is remembered of each client between its packets, and for how long.
 */
#include "boot/session.h"

#include <string.h>

#include "boot/request.h"
#include "boot/session-private.h"
#include "boot/trace.h"
#include "codec/dhcp.h"

/* ---- Life ------------------------------------------------------------------------------------ */

struct session_table *session_table_new(const struct clock *clock, uint32_t max,
                                        int64_t max_bytes) {
    struct session_table *table = g_new0(struct session_table, 1);
    table->clock = clock;
    table->max = MAX(max, 1);
    table->max_bytes = max_bytes;
    g_queue_init(&table->recent);
    session_index_init(table);
    return table;
}

/* Everybody behind the mark stays thinned. */
static void take_from_list(struct session_table *table, struct session *session) {
    if (table->thinned == &session->link)
        table->thinned = session->link.next;
    g_queue_unlink(&table->recent, &session->link);
}

static void drop_oldest_decision(struct session_table *table, struct session *session) {
    table->bytes -= (int64_t) trace_get_size(session->decisions[0]);
    trace_unref(session->decisions[0]);
    session->decision_count--;
    memmove(session->decisions, session->decisions + 1,
            session->decision_count * sizeof(session->decisions[0]));
}

static void session_remove(struct session_table *table, struct session *session) {
    session_index_remove(table, session);
    take_from_list(table, session);
    while (session->decision_count > 0)
        drop_oldest_decision(table, session);
    if (session->transfers != NULL)
        g_ptr_array_unref(session->transfers);
    table->bytes -= (int64_t) sizeof(*session);
    g_free(session->folder);
    g_free(session);
}

void session_table_free(struct session_table *table) {
    if (table == NULL)
        return;
    while (table->recent.tail != NULL)
        session_remove(table, table->recent.tail->data);
    session_index_clear(table);
    g_free(table);
}

uint32_t session_table_count(const struct session_table *table) {
    return table->recent.length;
}

/* ---- Making room ----------------------------------------------------------------------------- */

/* First those who have been silent for long, then the least recent one. */
static void expire(struct session_table *table, int64_t now) {
    while (table->recent.tail != NULL) {
        struct session *oldest = table->recent.tail->data;
        if (table->recent.length < table->max && now - oldest->seen_us < LIMIT_SESSION_IDLE_US)
            return;
        session_remove(table, oldest);
    }
}

/* One step towards the cap. The mark moves towards the newest session and steps back only when a
 * thinned one comes back to life: so this costs no more than was remembered before. */
static void thin(struct session_table *table) {
    GList *next = table->thinned != NULL ? table->thinned->prev : table->recent.tail;
    if (next == NULL) {
        session_remove(table, table->recent.tail->data);
        return;
    }
    struct session *session = next->data;
    while (session->decision_count > 1)
        drop_oldest_decision(table, session);
    table->thinned = next;
    if (next->prev != NULL)
        __builtin_prefetch(next->prev->prev); /* the next but one */
}

/* ---- Sessions -------------------------------------------------------------------------------- */

static struct session *session_add(struct session_table *table, const struct session_names *names) {
    int64_t now = clock_now(table->clock);
    expire(table, now);
    struct session *session = g_new0(struct session, 1);
    session->clock = table->clock;
    session->seen_us = now;
    session->names = *names;
    session->names.key.has_uuid = false; /* not yet, see session_index_learn_uuid() */
    session->link.data = session;
    session_index_learn_uuid(table, session, names);
    session_index_add(table, session);
    g_queue_push_head_link(&table->recent, &session->link);
    table->bytes += (int64_t) sizeof(*session);
    return session;
}

static struct session *find_or_add(struct session_table *table, const struct client_key *key) {
    struct session_names names = session_index_names(table, key);
    struct session *session = session_index_find_key(table, &names);
    if (session == NULL)
        return session_add(table, &names);
    session_index_learn_uuid(table, session, &names);
    take_from_list(table, session);
    g_queue_push_head_link(&table->recent, &session->link);
    return session;
}

/* Who has just asked is decided next: the newest session is looked at first. */
static struct session *session_of(struct session_table *table, const struct request *request) {
    const struct client_key *key = request_get_key(request);
    if (key == NULL)
        return NULL;
    const GList *head = table->recent.head;
    struct session *session = head != NULL ? head->data : NULL;
    if (session == NULL || memcmp(&session->names.key, key, sizeof(*key)) != 0)
        session = find_or_add(table, key);
    return session;
}

uint32_t session_attempt(struct session_table *table, const struct request *request) {
    struct session *session = session_of(table, request);
    if (session == NULL)
        return 1;
    int64_t now = clock_now(table->clock);
    session->seen_us = now;
    const struct dhcp_view *view = request_get_view(request);
    if (request_get_stage(request) == BOOT_HOST_STAGE_DISCOVER && view != NULL &&
        attempt_discover(&session->attempt, view->header.xid, now))
        session_index_clear_address(table,
                                    session); /* it is about to get a lease, perhaps another */
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

static void keep_decision(struct session_table *table, struct session *session,
                          struct trace *trace) {
    if (session->decision_count == LIMIT_SESSION_DECISIONS)
        drop_oldest_decision(table, session);
    session->decisions[session->decision_count++] = trace_ref(trace);
    table->bytes += (int64_t) trace_get_size(trace);
}

void session_decided(struct session_table *table, struct request *request, struct trace *trace) {
    const struct dhcp_view *view = request_get_view(request);
    struct session *session = view != NULL ? session_of(table, request) : NULL;
    if (session == NULL)
        return;
    struct request *lean = request_new_memory(request);
    trace_take_request(trace, lean); /* which lets go of the packet */
    keep_decision(table, session, trace);
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
    while (table->bytes > table->max_bytes && table->recent.length > 1)
        thin(table);
}

void session_not_sent(struct session_table *table, const struct request *request) {
    const struct client_key *key = request_get_key(request);
    if (key == NULL)
        return;
    struct session_names names = session_index_names(table, key);
    const struct session *session = session_index_find_key(table, &names);
    if (session != NULL && session->decision_count > 0)
        trace_set_destination(session_get_trace(session), NULL);
}

static void transfer_free(void *data) {
    struct session_transfer *transfer = data;
    g_free(transfer->name);
    g_free(transfer->outcome);
    g_free(transfer);
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
    session->fresh = (uint8_t) MIN(session->fresh + 1, LIMIT_SESSION_TRANSFERS);
    if (is_success)
        attempt_fetched(&session->attempt);
    session->seen_us = clock_now(table->clock);
}

/* ---- Finding --------------------------------------------------------------------------------- */

static struct session *find_mac(struct session_table *table, const char *text) {
    struct client_key key = {.has_mac = true};
    if (!identity_parse_mac(text, key.mac))
        return NULL;
    struct session_names names = session_index_names(table, &key);
    return session_index_find_key(table, &names);
}

static struct session *find_uuid(struct session_table *table, const char *text) {
    static const enum identity_uuid_order orders[] = {IDENTITY_UUID_SMBIOS, IDENTITY_UUID_RAW};
    for (size_t i = 0; i < G_N_ELEMENTS(orders); i++) {
        uint8_t uuid[IDENTITY_UUID_SIZE];
        if (!identity_parse_uuid(text, orders[i], uuid))
            return NULL;
        struct session *session = session_index_find_uuid(table, uuid);
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
        session = session_index_find_address(table, &address);
    return session;
}

/* The neighbour table is of now; an address may be another client's by now. */
struct session *session_find_address(struct session_table *table, const struct address *address,
                                     const char *mac) {
    struct session *session = mac != NULL ? find_mac(table, mac) : NULL;
    return session != NULL ? session : session_index_find_address(table, address);
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
