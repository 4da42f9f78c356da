/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One packet through request, chain, answer and route, and what came of it as facts.
 */
#include "control/simulation.h"

#include <errno.h>

#include "boot/reply.h"
#include "boot/request.h"
#include "boot/route.h"
#include "boot/trace.h"
#include "control/control.h"
#include "provider/chain.h"

struct simulation {
    struct answer_policy policy;
    simulation_done_fn done;
    gpointer user;
};

/* ---- What came in ---------------------------------------------------------------------------- */

static gboolean read_address(GVariant *request, const char *key, struct address *ret_address,
                             GError **error) {
    const char *text = NULL;

    if (!g_variant_lookup(request, key, "&s", &text) || address_parse(text, ret_address))
        return TRUE;
    g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_INVALID, "%s: '%s' is no address", key, text);
    return FALSE;
}

static gboolean read_origin(GVariant *request, struct request_origin *ret_origin, GError **error) {
    struct request_origin origin = {.interface_name = "", .port = DHCP_PORT_SERVER, .attempt = 1};

    if (!read_address(request, "source", &origin.source, error) ||
        !read_address(request, "server", &origin.server, error))
        return FALSE;
    origin.source.port = DHCP_PORT_CLIENT;
    g_variant_lookup(request, "source-port", "q", &origin.source.port);
    g_variant_lookup(request, "interface", "&s", &origin.interface_name);
    g_variant_lookup(request, "port", "q", &origin.port);
    g_variant_lookup(request, "attempt", "u", &origin.attempt);
    *ret_origin = origin;
    return TRUE;
}

static GBytes *read_packet(GVariant *request, GError **error) {
    g_autoptr(GVariant) packet =
        g_variant_lookup_value(request, "packet", G_VARIANT_TYPE_BYTESTRING);

    if (packet != NULL)
        return g_variant_get_data_as_bytes(packet);
    g_set_error_literal(error, CONTROL_ERROR, CONTROL_ERROR_INVALID,
                        "there is no 'packet' (ay) to simulate");
    return NULL;
}

/* ---- What comes out -------------------------------------------------------------------------- */

/* Copies the trace's facts; those named in `except` (may be NULL) are left to the caller. */
static void add_trace(GVariantBuilder *facts, const struct trace *trace, const char *except) {
    g_autoptr(GVariant) told = g_variant_ref_sink(trace_to_variant(trace));
    GVariantIter iter;
    GVariant *value = NULL;
    const char *key = NULL;

    g_variant_iter_init(&iter, told);
    while (g_variant_iter_next(&iter, "{&sv}", &key, &value)) {
        if (g_strcmp0(key, except) != 0)
            g_variant_builder_add(facts, "{sv}", key, value);
        g_variant_unref(value);
    }
}

static void report(struct simulation *simulation, GVariantBuilder *facts) {
    g_autoptr(GVariant) told = g_variant_ref_sink(g_variant_builder_end(facts));

    simulation->done(told, simulation->user);
    g_free(simulation);
}

/* The packet is well-formed and none of our business. */
static void report_ignored(struct simulation *simulation, const struct request_origin *origin,
                           enum request_status status) {
    struct trace *trace =
        trace_new(0, origin->port == DHCP_PORT_BOOT_SERVER ? BOOT_HOST_STAGE_BOOT_SERVER
                                                           : BOOT_HOST_STAGE_DISCOVER);
    GVariantBuilder facts;

    g_variant_builder_init(&facts, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&facts, "{sv}", "verdict", g_variant_new_string("ignored"));
    add_trace(&facts, trace, "verdict");
    g_variant_builder_add(&facts, "{sv}", "silence",
                          g_variant_new_string(request_status_name(status)));
    trace_unref(trace);
    report(simulation, &facts);
}

/* Of the provider that decided, which is the last one that was asked. */
static const char *deciding_reason(const struct trace *trace) {
    struct trace_entry entry = {0};

    for (guint i = 0; trace_get_entry(trace, i, &entry);)
        i++;
    return entry.reason;
}

static char *silence_reason(const struct decision *decision, int made) {
    const struct trace *trace = decision->trace;
    const char *provider = trace_get_provider(trace);
    const char *reason = deciding_reason(trace);

    if (made == -EMSGSIZE)
        return g_strdup("the answer does not fit into a packet of this client");
    if (made != -ENOMSG)
        return g_strdup_printf("the reply makes no sense: %s", g_strerror(-made));
    if (decision->verdict == BOOT_HOST_PASS || provider == NULL)
        return g_strdup("no provider has a boot file for this client");
    return g_strdup_printf("'%s' said %s%s%s", provider, trace_verdict_name(decision->verdict),
                           reason != NULL ? ": " : "", reason != NULL ? reason : "");
}

static void decided(const struct decision *decision, void *user) {
    struct simulation *simulation = user;
    struct answer answer = {0};
    GVariantBuilder facts;

    int made = answer_make(decision->request, decision->reply, decision->verdict,
                           &simulation->policy, decision->trace, &answer);
    if (made == 0) {
        struct route route = route_find(decision->request);
        trace_set_destination(decision->trace, &route);
    }
    g_variant_builder_init(&facts, G_VARIANT_TYPE_VARDICT);
    add_trace(&facts, decision->trace, NULL);
    if (made == 0) {
        GVariant *packet =
            g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, answer.packet, answer.size, 1);
        g_variant_builder_add(&facts, "{sv}", "packet", packet);
    } else {
        g_variant_builder_add(&facts, "{sv}", "silence",
                              g_variant_new_take_string(silence_reason(decision, made)));
    }
    report(simulation, &facts);
}

gboolean simulation_run(struct generation *generation, const struct answer_policy *policy,
                        GVariant *request, simulation_done_fn done, gpointer user, GError **error) {
    g_autoptr(GBytes) packet = read_packet(request, error);
    struct request_origin origin;
    struct request *asked = NULL;

    if (packet == NULL || !read_origin(request, &origin, error))
        return FALSE;
    gsize size = 0;
    const uint8_t *data = g_bytes_get_data(packet, &size);
    enum dhcp_status parsed = request_read(&asked, data, size);
    if (parsed != DHCP_OK) {
        request_unref(asked);
        g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_INVALID, "the packet is no DHCP packet: %s",
                    dhcp_status_name(parsed));
        return FALSE;
    }

    struct simulation *simulation = g_new0(struct simulation, 1);
    *simulation = (struct simulation){.policy = *policy, .done = done, .user = user};
    enum request_status status = request_place(asked, &origin);
    if (status == REQUEST_OK)
        chain_decide(generation, asked, decided, simulation);
    else
        report_ignored(simulation, &origin, status);
    request_unref(asked);
    return TRUE;
}
