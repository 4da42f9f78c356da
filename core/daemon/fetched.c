/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How a client's file ended.
 */
#include "daemon/fetched.h"

#include "base/log.h"
#include "daemon/locator.h"
#include "daemon/state.h"

static void tell_people(struct daemon *daemon, const struct tftp_report *report,
                        const char *client) {
    const struct transfer_statistics *statistics = &report->statistics;
    char address[ADDRESS_TEXT_SIZE];
    const char *who = client != NULL ? client : address_text(&report->client, address);
    g_autofree char *shown = log_quote(report->wire_name, -1);
    g_autofree char *size = g_format_size_full(statistics->bytes, G_FORMAT_SIZE_IEC_UNITS);
    g_autofree char *message = g_utf8_make_valid(report->message, -1);
    double seconds = (double) statistics->duration_us / (double) CLOCK_SECOND;
    if (report->outcome == TRANSFER_COMPLETED)
        daemon_tell(daemon, "transfer", who,
                    "fetched %s: %s in %.2f s (block %u, window %u, %" G_GUINT64_FORMAT " resent)",
                    shown, size, seconds, statistics->block_size, statistics->window_size,
                    statistics->resent);
    else if (report->outcome == TRANSFER_SIZE_PROBE)
        daemon_tell(daemon, "transfer", who, "asked the size of %s", shown);
    else
        daemon_tell(daemon, "transfer", who, "did not fetch %s: %s%s%s after %s", shown,
                    transfer_outcome_name(report->outcome), message[0] != '\0' ? ": " : "", message,
                    size);
}

static void tell_providers(struct daemon *daemon, const struct tftp_report *report,
                           const char *name, struct request *request) {
    gboolean done = report->outcome == TRANSFER_COMPLETED;
    struct boot_host_event event = {
        .size = sizeof(event),
        .kind = done ? BOOT_HOST_EVENT_TRANSFER_DONE : BOOT_HOST_EVENT_TRANSFER_FAILED,
        .value = (int64_t) report->statistics.bytes,
        .name = name,
        .detail = done ? NULL : transfer_outcome_name(report->outcome),
    };
    chain_event(daemon->generation, request, &event);
}

static void tell_session(struct daemon *daemon, const struct tftp_report *report, const char *name,
                         struct session *session) {
    struct session_transfer transfer = {
        .name = (char *) name,
        .outcome = (char *) transfer_outcome_name(report->outcome),
        .bytes = report->statistics.bytes,
        .duration_us = report->statistics.duration_us,
        .time_us = g_get_real_time(),
        .retransmits = (uint32_t) report->statistics.resent,
    };
    session_fetched(daemon->sessions, session, &transfer, report->outcome == TRANSFER_COMPLETED);
}

/* A request that was refused at once has not been located yet. */
static struct session *find_session(const struct daemon *daemon, struct locator *locator,
                                    const struct tftp_report *report) {
    uint64_t mark = report->mark;
    if (mark != 0)
        return locator_recall(locator, &report->client, mark);
    return locator_find(locator, &report->client, report->interface, clock_now(daemon->clock),
                        &mark);
}

void fetched_note(struct daemon *daemon, struct locator *locator,
                  const struct tftp_report *report) {
    struct session *session = find_session(daemon, locator, report);
    struct request *request = session != NULL ? session_get_request(session) : NULL;
    if (daemon_may_tell(daemon))
        tell_people(daemon, report, request != NULL ? request_get_client(request) : NULL);
    if (session == NULL)
        return;
    /* Names of files need not be UTF-8; what people and providers read must. */
    g_autofree char *valid =
        g_utf8_validate(report->name, -1, NULL) ? NULL : g_utf8_make_valid(report->name, -1);
    const char *name = valid != NULL ? valid : report->name;
    tell_session(daemon, report, name, session);
    if (request != NULL && report->outcome != TRANSFER_SIZE_PROBE)
        tell_providers(daemon, report, name, request);
}

struct tftp_report *fetched_copy(const struct tftp_report *report) {
    struct tftp_report *copy = g_memdup2(report, sizeof(*report));
    copy->name = g_strdup(report->name);
    copy->wire_name = g_strdup(report->wire_name);
    copy->message = g_strdup(report->message);
    return copy;
}

void fetched_free(struct tftp_report *report) {
    g_free((char *) report->name);
    g_free((char *) report->wire_name);
    g_free((char *) report->message);
    g_free(report);
}
