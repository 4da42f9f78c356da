/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A session for people: `explain`.
 */
#include "boot/likely.h"
#include "boot/request.h"
#include "boot/session-private.h"
#include "boot/trace.h"

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
    put_text(&builder, "address", address_text(&session->place.address, address));
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
