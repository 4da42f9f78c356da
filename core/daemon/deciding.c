/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From a request that was read to its answer.
 */
#include "daemon/deciding.h"

#include <errno.h>

#include "base/log.h"
#include "boot/answer.h"
#include "boot/client-key.h"
#include "boot/route.h"
#include "daemon/recent.h"
#include "daemon/recording.h"
#include "daemon/state.h"

/* One request on its way through the chain. Most are decided before chain_decide() returns: they are
 * on nobody's list, hold nothing, and their memory serves the next one. The others are parked; they
 * outlive `deciding` when providers are slow. */
struct inflight {
    struct deciding *deciding; /* NULL: we are stopping, nobody answers any more */
    struct door *door;
    struct config *config; /* both as they were when it came: no answer mixes two of them */
    struct generation *generation;
    struct request *request;
    gboolean is_decided;
    gboolean is_parked; /* references the three above, and is charged to its client */
    struct inflight *next;
    struct inflight **link; /* who points to us */
};

struct deciding {
    struct daemon *daemon;
    struct tally *tally;
    struct inflight *spare;
    struct inflight *parked; /* newest first */
    struct outbox *late;     /* for answers of parked requests, one at a time */
};

/* ---- What is told ---------------------------------------------------------------------------- */

static const char *text_or(const char *text, const char *otherwise) {
    return text != NULL ? text : otherwise;
}

static void tell_people(struct daemon *daemon, const struct decision *decision, gboolean sent) {
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

/* ---- The answer ------------------------------------------------------------------------------ */

/* Puts it into the outbox, unless silence is the answer. */
static gboolean make_answer(const struct inflight *inflight, const struct decision *decision,
                            struct outbox *outbox) {
    int failure = answer_make(decision->request, decision->reply, decision->verdict,
                              &inflight->config->policy, decision->trace, outbox_room(outbox));
    if (failure != 0) {
        tally_count(inflight->deciding->tally,
                    failure == -ENOMSG ? TALLY_SILENT : TALLY_ANSWER_FAILED);
        return FALSE;
    }
    struct route route = route_find(decision->request);
    trace_set_destination(decision->trace, &route);
    outbox_put(outbox, &route, decision->request);
    return TRUE;
}

static void conclude(const struct inflight *inflight, const struct decision *decision,
                     struct outbox *outbox) {
    struct daemon *daemon = inflight->deciding->daemon;
    gboolean is_answered = make_answer(inflight, decision, outbox);
    session_decided(daemon->sessions, decision->request, decision->trace);
    recent_add(daemon->recent, decision->request, decision->trace);
    if (daemon_may_tell(daemon))
        tell_people(daemon, decision, is_answered);
    if (is_answered)
        tell_providers(inflight->generation, decision);
}

static void tell_failure(const struct outgoing *outgoing) {
    char to[ADDRESS_TEXT_SIZE];
    log_line(LOG_LEVEL_WARNING, request_get_client(outgoing->request), NULL,
             "the answer to %s was not sent: %s, ignoring",
             address_text(&outgoing->datagram->peer, to), g_strerror(outgoing->error));
}

void deciding_account(struct deciding *deciding, struct outbox *outbox) {
    struct outgoing outgoing;
    for (unsigned i = 0; outbox_get(outbox, i, &outgoing); i++) {
        if (outgoing.error == 0) {
            tally_count(deciding->tally, TALLY_ANSWERED);
            recording_answer(deciding->daemon, outgoing.datagram,
                             request_get_origin(outgoing.request));
            continue;
        }
        tally_count(deciding->tally, TALLY_SEND_FAILED);
        session_not_sent(deciding->daemon->sessions, outgoing.request);
        tell_failure(&outgoing);
    }
    outbox_clear(outbox);
}

/* ---- The chain ------------------------------------------------------------------------------- */

static void release(struct daemon *daemon, const struct request *request) {
    quota_release(daemon->quota, request_get_key(request), &request_get_origin(request)->source);
}

static void park(struct deciding *deciding, struct inflight *inflight) {
    const struct request *request = inflight->request;
    quota_hold(deciding->daemon->quota, request_get_key(request),
               &request_get_origin(request)->source);
    inflight->is_parked = TRUE;
    request_ref(inflight->request);
    config_ref(inflight->config);
    generation_ref(inflight->generation);
    inflight->next = deciding->parked;
    inflight->link = &deciding->parked;
    if (inflight->next != NULL)
        inflight->next->link = &inflight->next;
    deciding->parked = inflight;
}

static void unpark(struct inflight *inflight) {
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

static void conclude_late(struct inflight *inflight, const struct decision *decision) {
    struct deciding *deciding = inflight->deciding;
    release(deciding->daemon, inflight->request);
    conclude(inflight, decision, deciding->late);
    door_send(inflight->door, deciding->late);
    deciding_account(deciding, deciding->late);
}

static void on_decided(const struct decision *decision, void *user) {
    struct inflight *inflight = user;
    inflight->is_decided = TRUE;
    if (!inflight->is_parked) {
        conclude(inflight, decision, inflight->door->outbox);
        return;
    }
    if (inflight->deciding != NULL)
        conclude_late(inflight, decision);
    unpark(inflight);
}

static void ask_chain(struct deciding *deciding, struct door *door, struct request *request) {
    struct daemon *daemon = deciding->daemon;
    struct inflight *inflight = g_steal_pointer(&deciding->spare);
    if (inflight == NULL)
        inflight = g_new(struct inflight, 1);
    *inflight = (struct inflight){
        .deciding = deciding,
        .door = door,
        .config = daemon->config,
        .generation = daemon->generation,
        .request = request,
    };
    chain_decide(daemon->generation, request, on_decided, inflight);
    if (inflight->is_decided)
        deciding->spare = inflight;
    else
        park(deciding, inflight);
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
                            const struct arrival *arrival, struct address *ret_server) {
    const struct dhcp_header *header = &request_get_view(arrival->request)->header;
    if (is_ours(interface, &arrival->datagram->local)) {
        *ret_server = arrival->datagram->local;
        ret_server->port = 0;
        return TRUE;
    }
    uint32_t peer = header->giaddr != 0 ? header->giaddr : header->ciaddr;
    struct address address = address_from_number(peer, 0);
    return interfaces_server_address(daemon->interfaces, interface->index,
                                     peer != 0 ? &address : NULL, ret_server);
}

/* Its client has asked anew by now, and those that came later can still be answered in time. */
static gboolean is_outdated(const struct udp_datagram *datagram) {
    return datagram->arrived_us != 0 && g_get_real_time() - datagram->arrived_us > LIMIT_WAITED_US;
}

/* Completes a request that is ours to answer. Else false, with the reason. */
static gboolean place(const struct daemon *daemon, const struct door *door,
                      const struct arrival *arrival, unsigned *ret_reason) {
    const struct udp_datagram *datagram = arrival->datagram;
    const struct interface *interface = interfaces_find(daemon->interfaces, datagram->interface);
    struct request_origin origin = {.source = datagram->peer, .port = door->number};
    if (is_outdated(datagram)) {
        *ret_reason = TALLY_SHED_WAITED;
    } else if (interface == NULL) {
        *ret_reason = TALLY_OTHER_INTERFACE;
    } else if (arrival->status != DHCP_OK) {
        *ret_reason = TALLY_PARSE + arrival->status;
    } else if (!find_server(daemon, interface, arrival, &origin.server)) {
        *ret_reason = TALLY_NO_SERVER_ADDRESS;
    } else {
        origin.interface_name = interface->name;
        origin.interface_index = interface->index;
        enum request_status status = request_place(arrival->request, &origin);
        *ret_reason = TALLY_REQUEST + status;
        return status == REQUEST_OK;
    }
    return FALSE;
}

/* Too many wait in all: the one that has waited longest makes room. */
static enum quota_status check_quota(const struct daemon *daemon, const struct request *request) {
    const struct address *source = &request_get_origin(request)->source;
    enum quota_status charged = quota_check(daemon->quota, request_get_key(request), source);
    if (charged == QUOTA_TOTAL && chain_shed(daemon->generation))
        charged = quota_check(daemon->quota, request_get_key(request), source);
    return charged;
}

static void decide(struct deciding *deciding, struct door *door, const struct arrival *arrival) {
    struct daemon *daemon = deciding->daemon;
    struct request *request = arrival->request;
    request_set_attempt(request, session_attempt(daemon->sessions, request));
    recording_request(daemon, arrival->datagram, request_get_origin(request));
    enum quota_status charged = check_quota(daemon, request);
    if (charged == QUOTA_OK)
        ask_chain(deciding, door, request);
    else
        tally_count(deciding->tally, TALLY_QUOTA + charged);
}

void deciding_take(struct deciding *deciding, struct door *door) {
    struct daemon *daemon = deciding->daemon;
    const struct arrival *ours[LIMIT_BATCH];
    const struct request *requests[LIMIT_BATCH] = {NULL};
    unsigned n_ours = 0;
    for (unsigned i = 0; i < door->count; i++) {
        const struct arrival *arrival = &door->arrivals[i];
        unsigned reason = TALLY_RECEIVED;
        tally_count(deciding->tally, TALLY_RECEIVED);
        if (place(daemon, door, arrival, &reason)) {
            requests[n_ours] = arrival->request;
            ours[n_ours++] = arrival;
        } else {
            tally_count(deciding->tally, reason);
        }
    }
    session_expect(daemon->sessions, requests, n_ours);
    for (unsigned i = 0; i < n_ours; i++)
        decide(deciding, door, ours[i]);
}

/* ---- Life ------------------------------------------------------------------------------------ */

struct deciding *deciding_new(struct daemon *daemon, struct tally *tally) {
    struct deciding *deciding = g_new0(struct deciding, 1);
    deciding->daemon = daemon;
    deciding->tally = tally;
    deciding->late = outbox_new();
    return deciding;
}

void deciding_free(struct deciding *deciding) {
    if (deciding == NULL)
        return;
    struct inflight *next = NULL;
    for (struct inflight *inflight = deciding->parked; inflight != NULL; inflight = next) {
        next = inflight->next;
        release(deciding->daemon, inflight->request);
        inflight->deciding = NULL;
        inflight->link = NULL;
    }
    outbox_free(deciding->late);
    g_free(deciding->spare);
    g_free(deciding);
}
