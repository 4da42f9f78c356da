/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One client's request from its arrival to its end.
 */
#include "tftp/download.h"

#include <string.h>

/* The download and its names are one piece of memory; most clients spell a name as we do. */
struct download *download_new(const struct tftp_open *open, unsigned socket) {
    size_t name = strlen(open->name) + 1;
    gboolean same = strcmp(open->name, open->wire_name) == 0;
    size_t wire_name = same ? 0 : strlen(open->wire_name) + 1;
    struct download *download = g_malloc(sizeof(*download) + name + wire_name);
    *download = (struct download){
        .key.client = open->client,
        .socket = socket,
        .server = open->server,
        .interface = open->interface,
        .arrived_us = open->arrived_us,
        .name = download->names,
        .wire_name = same ? download->names : download->names + name,
        .link.data = download,
    };
    /* The interface is the routing table's choice: a client behind a router need not be reached the
     * way it came. */
    udp_path_init(&download->path, &open->client, &open->server, 0);
    memcpy(download->names, open->name, name);
    memcpy(download->names + name, open->wire_name, wire_name);
    return download;
}

void download_free(struct download *download) {
    g_free(download->message);
    g_free(download);
}

void download_end(struct download *download, enum transfer_outcome outcome, const char *message,
                  int64_t now_us) {
    download->outcome = outcome;
    download->message = message[0] != '\0' ? g_strdup(message) : NULL;
    download->ended_us = now_us;
}

struct tftp_report download_report(const struct download *download, int64_t now_us) {
    int64_t until_us = download->ended_us != 0 ? download->ended_us : now_us;
    struct tftp_report report = {
        .client = download->key.client,
        .server = download->server,
        .interface = download->interface,
        .name = download->name,
        .wire_name = download->wire_name,
        .outcome = download->outcome,
        .message = download->message != NULL ? download->message : "",
        .mark = download->mark,
    };
    /* It had content once it had a block size. */
    if (download->transfer.setup.block_size > 0)
        report.statistics = transfer_statistics(&download->transfer, until_us);
    report.statistics.duration_us = until_us - download->arrived_us;
    return report;
}
