/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One client's request from its arrival to its end.
 */
#include "tftp/session.h"

struct session *session_new(const struct tftp_open *open, unsigned socket) {
    struct session *session = g_new0(struct session, 1);
    session->client = open->client;
    session->socket = socket;
    session->server = open->server;
    session->interface = open->interface;
    session->name = g_strdup(open->name);
    session->wire_name = g_strdup(open->wire_name);
    session->arrived_us = open->arrived_us;
    session->unverified.data = session;
    return session;
}

void session_free(struct session *session) {
    content_unref(session->content);
    g_free(session->name);
    g_free(session->wire_name);
    g_free(session);
}

struct tftp_report session_report(const struct session *session, int64_t now_us) {
    struct tftp_report report = {
        .client = session->client,
        .server = session->server,
        .interface = session->interface,
        .name = session->name,
        .wire_name = session->wire_name,
        .outcome = TRANSFER_RUNNING,
        .message = "",
    };
    if (session->content != NULL)
        report.statistics = transfer_statistics(&session->transfer, now_us);
    report.statistics.duration_us = now_us - session->arrived_us;
    return report;
}
