/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One client's request from its arrival to its end.
 */
#include "tftp/download.h"

struct download *download_new(const struct tftp_open *open, unsigned socket) {
    struct download *download = g_new0(struct download, 1);
    download->client = open->client;
    download->socket = socket;
    download->server = open->server;
    download->interface = open->interface;
    download->name = g_strdup(open->name);
    download->wire_name = g_strdup(open->wire_name);
    download->arrived_us = open->arrived_us;
    download->unverified.data = download;
    return download;
}

void download_free(struct download *download) {
    content_unref(download->content);
    g_free(download->name);
    g_free(download->wire_name);
    g_free(download);
}

struct tftp_report download_report(const struct download *download, int64_t now_us) {
    struct tftp_report report = {
        .client = download->client,
        .server = download->server,
        .interface = download->interface,
        .name = download->name,
        .wire_name = download->wire_name,
        .outcome = TRANSFER_RUNNING,
        .message = "",
    };
    if (download->content != NULL)
        report.statistics = transfer_statistics(&download->transfer, now_us);
    report.statistics.duration_us = now_us - download->arrived_us;
    return report;
}
