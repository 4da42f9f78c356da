/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * DHCP and boot-server requests, from datagram to datagram.
 */
#include "daemon/answering.h"

#include <errno.h>
#include <glib-unix.h>

#include "base/log.h"
#include "boot/answer.h"
#include "boot/route.h"
#include "codec/dhcp.h"
#include "daemon/recent.h"
#include "daemon/recording.h"
#include "daemon/state.h"
#include "net/packet.h"
#include "net/udp.h"

/* One port we answer on: a socket of our own, or past the one of this host's DHCP server. */
struct door {
    struct answering *answering;
    uint16_t number;
    struct udp_socket *socket;
    struct packet_port *packet;
    GSource *source;
    struct request *slot; /* see request_read() */
};

struct answering {
    struct daemon *daemon;
    struct door doors[2];      /* 67, which may be closed, and 4011 */
    GHashTable *counters;      /* static name to uint64_t */
    struct inflight *inflight; /* requests the chain has not decided, newest first */
};

/* One request on its way through the chain. Outlives `answering` when providers are slow. */
struct inflight {
    struct answering *answering; /* NULL: we are stopping, nobody answers any more */
    struct door *door;
    struct config *config; /* both as they were when it came: no answer mixes two of them */
    struct generation *generation;
    struct request *request; /* whose charge is given back at the end */
    struct inflight *next;
    struct inflight **link; /* who points to us */
};

/* Too many requests wait for providers: of everybody, of this client, of this source. */
static const char *const quota_reasons[QUOTA_STATUS_COUNT] = {
    [QUOTA_TOTAL] = "limit-parked",
    [QUOTA_CLIENT] = "limit-parked-client",
    [QUOTA_SOURCE] = "limit-parked-source",
};

static void count(struct answering *answering, const char *reason) {
    uint64_t *counter = g_hash_table_lookup(answering->counters, reason);
    if (counter == NULL) {
        counter = g_new0(uint64_t, 1);
        g_hash_table_insert(answering->counters, (gpointer) reason, counter);
    }
    (*counter)++;
}

/* ---- The answer ------------------------------------------------------------------------------ */

/* 0, or the errno of what went wrong. */
static int send_through(const struct door *door, const struct udp_datagram *datagram) {
    if (door->packet != NULL)
        return packet_send(door->packet, datagram) ? 0 : errno;
    int error = 0;
    return udp_send(door->socket, datagram, 1, &error) == 1 ? 0 : error;
}

static void send_answer(struct inflight *inflight, const struct decision *decision,
                        const struct answer *answer) {
    struct answering *answering = inflight->answering;
    struct route route = route_find(decision->request);
    struct udp_datagram datagram = {
        .data = answer->packet,
        .size = answer->size,
        .peer = route.to,
        .local = route.from,
        .interface = route.interface_index,
    };
    int error = send_through(inflight->door, &datagram);
    if (error != 0) {
        char to[ADDRESS_TEXT_SIZE];
        count(answering, "send-failed");
        log_line(LOG_LEVEL_WARNING, request_get_client(decision->request), NULL,
                 "the answer to %s was not sent: %s, ignoring", address_text(&route.to, to),
                 g_strerror(error));
        return;
    }
    count(answering, "answered");
    recording_answer(answering->daemon, &datagram, request_get_origin(decision->request));
    trace_set_destination(decision->trace, &route);
}

/* ---- What is told ---------------------------------------------------------------------------- */

static const char *text_or(const char *text, const char *otherwise) {
    return text != NULL ? text : otherwise;
}

static void tell_decision(struct daemon *daemon, const struct decision *decision, gboolean sent) {
    const struct trace *trace = decision->trace;
    const struct request *request = decision->request;
    const char *client = request_get_client(request);
    const char *reason = trace_get_reason(trace);
    const char *provider = text_or(trace_get_provider(trace), "end of chain");
    const char *architecture =
        text_or(request_text(request, BOOT_HOST_REQUEST_ARCHITECTURE), "unknown architecture");
    const char *interface = request_get_origin(request)->interface_name;
    const char *stage = trace_get_stage(trace);
    const char *file = trace_get_boot_file(trace);
    if (sent)
        daemon_tell(daemon, "answered", client, "%s, %s on %s: %s%s%s (%s) by %s%s%s", stage,
                    architecture, interface, trace_verdict_name(decision->verdict),
                    file != NULL ? " " : "", text_or(file, ""),
                    text_or(trace_get_shape(trace), "-"), provider, reason != NULL ? ": " : "",
                    text_or(reason, ""));
    else
        daemon_tell(daemon, "silent", client, "%s, %s on %s: no answer by %s%s%s", stage,
                    architecture, interface, provider, reason != NULL ? ": " : "",
                    text_or(reason, ""));
}

static void tell_providers(struct generation *generation, const struct decision *decision) {
    struct boot_host_event event = {
        .size = sizeof(event),
        .kind = BOOT_HOST_EVENT_ANSWERED,
        .name = text_or(trace_get_boot_file(decision->trace), ""),
    };
    chain_event(generation, decision->request, &event);
}

static void release(struct answering *answering, const struct request *request) {
    quota_release(answering->daemon->quota, request_get_client(request),
                  &request_get_origin(request)->source);
}

static void inflight_free(struct inflight *inflight) {
    if (inflight->link != NULL) {
        *inflight->link = inflight->next;
        if (inflight->next != NULL)
            inflight->next->link = inflight->link;
    }
    request_unref(inflight->request);
    generation_unref(inflight->generation);
    config_unref(inflight->config);
    g_free(inflight);
}

static void on_decided(const struct decision *decision, void *user) {
    struct inflight *inflight = user;
    struct answering *answering = inflight->answering;
    if (answering != NULL) {
        struct daemon *daemon = answering->daemon;
        release(answering, inflight->request);
        struct answer answer;
        int failure = answer_make(decision->request, decision->reply, decision->verdict,
                                  &inflight->config->policy, decision->trace, &answer);
        if (failure == 0)
            send_answer(inflight, decision, &answer);
        else
            count(answering, failure == -ENOMSG ? "silent" : "answer-failed");
        session_decided(daemon->sessions, decision->request, decision->trace);
        recent_add(daemon->recent, decision->request, decision->trace);
        tell_decision(daemon, decision, failure == 0);
        if (failure == 0)
            tell_providers(inflight->generation, decision);
    }
    inflight_free(inflight);
}

/* ---- The request ----------------------------------------------------------------------------- */

static gboolean is_ours(const struct interface *interface, const struct address *address) {
    for (unsigned i = 0; i < interface->n_addresses; i++) {
        if (address_equal(&interface->addresses[i].address, address))
            return TRUE;
    }
    return FALSE;
}

/* Our address as the client sees it: the one it wrote to, else the one in its network. */
static gboolean find_server(const struct daemon *daemon, const struct interface *interface,
                            const struct dhcp_view *view, const struct udp_datagram *datagram,
                            struct address *ret_server) {
    if (is_ours(interface, &datagram->local)) {
        *ret_server = datagram->local;
        ret_server->port = 0;
        return TRUE;
    }
    uint32_t peer = view->header.giaddr != 0 ? view->header.giaddr : view->header.ciaddr;
    struct address address = address_from_number(peer, 0);
    return interfaces_server_address(daemon->interfaces, interface->index,
                                     peer != 0 ? &address : NULL, ret_server);
}

static void ask_chain(struct door *door, struct request *request) {
    struct answering *answering = door->answering;
    struct daemon *daemon = answering->daemon;
    enum quota_status charged = quota_charge(daemon->quota, request_get_client(request),
                                             &request_get_origin(request)->source);
    if (charged != QUOTA_OK) {
        count(answering, quota_reasons[charged]);
        return;
    }
    struct inflight *inflight = g_new0(struct inflight, 1);
    inflight->request = request_ref(request);
    inflight->config = config_ref(daemon->config);
    inflight->generation = generation_ref(daemon->generation);
    inflight->answering = answering;
    inflight->door = door;
    inflight->next = answering->inflight;
    inflight->link = &answering->inflight;
    if (inflight->next != NULL)
        inflight->next->link = &inflight->next;
    answering->inflight = inflight;
    chain_decide(inflight->generation, request, on_decided, inflight);
}

/* Its client has asked anew by now, and those that came later can still be answered in time. */
static gboolean is_outdated(const struct udp_datagram *datagram) {
    return datagram->arrived_us != 0 && g_get_real_time() - datagram->arrived_us > LIMIT_WAITED_US;
}

/* Takes one datagram as far as the chain; returns the reason why it went no further, or NULL. */
static const char *take(struct door *door, const struct udp_datagram *datagram) {
    struct daemon *daemon = door->answering->daemon;
    if (is_outdated(datagram))
        return "shed-waited";
    const struct interface *interface = interfaces_find(daemon->interfaces, datagram->interface);
    if (interface == NULL)
        return "other-interface";
    enum dhcp_status status = request_read(&door->slot, datagram->data, datagram->size);
    if (status != DHCP_OK)
        return dhcp_status_name(status);

    struct request *request = door->slot;
    struct request_origin origin = {
        .source = datagram->peer,
        .interface_name = interface->name,
        .interface_index = interface->index,
        .port = door->number,
    };
    if (!find_server(daemon, interface, request_get_view(request), datagram, &origin.server))
        return "no-server-address";
    enum request_status ours = request_place(request, &origin);
    if (ours != REQUEST_OK)
        return request_status_name(ours);
    request_set_attempt(request, session_attempt(daemon->sessions, request));
    recording_request(daemon, datagram, request_get_origin(request));
    ask_chain(door, request);
    return NULL;
}

static void take_all(struct door *door, const struct udp_datagram *datagrams,
                     unsigned n_datagrams) {
    for (unsigned i = 0; i < n_datagrams; i++) {
        count(door->answering, "received");
        const char *reason = take(door, &datagrams[i]);
        if (reason != NULL)
            count(door->answering, reason);
    }
}

static gboolean on_datagrams(struct udp_socket *socket, const struct udp_datagram *datagrams,
                             unsigned n_datagrams, gpointer user) {
    take_all(user, datagrams, n_datagrams);
    return G_SOURCE_CONTINUE;
}

static gboolean on_packets(int descriptor, GIOCondition condition, gpointer user) {
    struct door *door = user;
    const struct udp_datagram *datagrams = NULL;
    unsigned n_datagrams = packet_receive(door->packet, &datagrams);
    take_all(door, datagrams, n_datagrams);
    return G_SOURCE_CONTINUE;
}

/* ---- Life ------------------------------------------------------------------------------------ */

static gboolean open_socket(struct door *door, GError **error) {
    struct udp_options options = {.local = {.family = 4, .port = door->number}, .broadcast = TRUE};
    int inherited = udp_inherited(door->number);
    door->socket =
        inherited >= 0 ? udp_adopt(inherited, &options, error) : udp_open(&options, error);
    if (door->socket == NULL)
        return FALSE;
    door->source =
        udp_source_new(door->socket, udp_batch_new(LIMIT_DHCP_DATAGRAM), on_datagrams, door);
    g_source_attach(door->source, NULL);
    return TRUE;
}

static gboolean open_packet(struct door *door, GError **error) {
    door->packet = packet_open(door->number, error);
    if (door->packet == NULL)
        return FALSE;
    door->source = g_unix_fd_source_new(packet_descriptor(door->packet), G_IO_IN);
    g_source_set_callback(door->source, G_SOURCE_FUNC(on_packets), door, NULL);
    g_source_attach(door->source, NULL);
    return TRUE;
}

struct answering *answering_new(struct daemon *daemon, GError **error) {
    struct answering *answering = g_new0(struct answering, 1);
    answering->daemon = daemon;
    answering->counters = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    struct door *dhcp = &answering->doors[0];
    struct door *boot_server = &answering->doors[1];
    *dhcp = (struct door){.answering = answering, .number = DHCP_PORT_SERVER};
    *boot_server = (struct door){.answering = answering, .number = DHCP_PORT_BOOT_SERVER};
    gboolean open = daemon->config->dhcp == CONFIG_DHCP_OFF   ? TRUE
                    : daemon->config->dhcp == CONFIG_DHCP_RAW ? open_packet(dhcp, error)
                                                              : open_socket(dhcp, error);
    if (!open || !open_socket(boot_server, error)) {
        answering_free(answering);
        return NULL;
    }
    return answering;
}

void answering_free(struct answering *answering) {
    if (answering == NULL)
        return;
    for (struct inflight *inflight = answering->inflight; inflight != NULL;
         inflight = inflight->next) {
        release(answering, inflight->request);
        inflight->answering = NULL;
        inflight->link = NULL;
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(answering->doors); i++) {
        struct door *door = &answering->doors[i];
        if (door->source != NULL) {
            g_source_destroy(door->source);
            g_source_unref(door->source);
        }
        udp_close(door->socket);
        packet_close(door->packet);
        request_unref(door->slot);
    }
    g_hash_table_unref(answering->counters);
    g_free(answering);
}

/* Before they came to us: more than the socket's buffer holds. */
static uint64_t count_drops(const struct answering *answering) {
    uint64_t drops = 0;
    for (unsigned i = 0; i < G_N_ELEMENTS(answering->doors); i++) {
        const struct door *door = &answering->doors[i];
        drops += door->socket != NULL ? udp_drops(door->socket) : 0;
    }
    return drops;
}

GVariant *answering_counters(const struct answering *answering) {
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{st}"));
    GHashTableIter iter;
    gpointer name = NULL, value = NULL;
    g_hash_table_iter_init(&iter, answering->counters);
    while (g_hash_table_iter_next(&iter, &name, &value))
        g_variant_builder_add(&builder, "{st}", (const char *) name, *(const uint64_t *) value);
    g_variant_builder_add(&builder, "{st}", "dropped-by-kernel", count_drops(answering));
    return g_variant_builder_end(&builder);
}

char *answering_ports(const struct answering *answering) {
    const struct door *dhcp = &answering->doors[0];
    return g_strdup(dhcp->packet != NULL   ? "67 (raw) 4011"
                    : dhcp->socket != NULL ? "67 4011"
                                           : "4011");
}
