/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The last request of each of the last clients.
 */
#include "daemon/recent.h"

#include "boot/request.h"
#include "boot/trace.h"

struct recent {
    unsigned limit;
    GQueue samples;        /* struct recent_sample *, newest first */
    GHashTable *by_client; /* text of the sample's request to its link in `samples` */
};

void recent_sample_unref(struct recent_sample *sample) {
    if (!g_atomic_ref_count_dec(&sample->refs))
        return;
    request_unref(sample->request);
    trace_unref(sample->trace);
    g_free(sample);
}

static void unref_sample(gpointer sample) {
    recent_sample_unref(sample);
}

struct recent *recent_new(void) {
    struct recent *recent = g_new0(struct recent, 1);
    g_queue_init(&recent->samples);
    recent->by_client = g_hash_table_new(g_str_hash, g_str_equal);
    return recent;
}

static void forget(struct recent *recent, GList *link) {
    struct recent_sample *sample = link->data;
    g_hash_table_remove(recent->by_client, request_get_client(sample->request));
    g_queue_delete_link(&recent->samples, link);
    recent_sample_unref(sample);
}

void recent_set_limit(struct recent *recent, unsigned clients) {
    recent->limit = clients;
    while (recent->samples.length > clients)
        forget(recent, recent->samples.tail);
}

void recent_free(struct recent *recent) {
    if (recent == NULL)
        return;
    recent_set_limit(recent, 0);
    g_hash_table_unref(recent->by_client);
    g_free(recent);
}

void recent_add(struct recent *recent, struct request *request, struct trace *trace) {
    if (recent->limit == 0)
        return;
    GList *before = g_hash_table_lookup(recent->by_client, request_get_client(request));
    if (before != NULL)
        forget(recent, before);
    else if (recent->samples.length == recent->limit)
        forget(recent, recent->samples.tail);
    struct recent_sample *sample = g_new0(struct recent_sample, 1);
    g_atomic_ref_count_init(&sample->refs);
    sample->request = request_ref(request);
    sample->trace = trace_ref(trace);
    g_queue_push_head(&recent->samples, sample);
    g_hash_table_insert(recent->by_client, (gpointer) request_get_client(sample->request),
                        recent->samples.head);
}

GPtrArray *recent_list(const struct recent *recent) {
    GPtrArray *list = g_ptr_array_new_with_free_func(unref_sample);
    for (const GList *link = recent->samples.head; link != NULL; link = link->next) {
        struct recent_sample *sample = link->data;
        g_atomic_ref_count_inc(&sample->refs);
        g_ptr_array_add(list, sample);
    }
    return list;
}
