/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From the daemon's words for a packet to the recorder's.
 */
#include "daemon/recording.h"

#include "boot/request.h"
#include "daemon/state.h"
#include "net/udp.h"
#include "record/recorder.h"

gboolean recording_start(struct daemon *daemon, GError **error) {
    const struct config_record *record = &daemon->config->record;
    if (record->path == NULL)
        return TRUE;
    struct recorder_options options = {
        .path = record->path,
        .size = record->size,
        .files = record->files,
        .use_pseudonyms = record->use_pseudonyms,
        .clock = daemon->clock,
    };
    daemon->recorder = recorder_new(&options, error);
    return daemon->recorder != NULL;
}

void recording_request(const struct daemon *daemon, const struct udp_datagram *datagram,
                       const struct request_origin *origin) {
    if (daemon->recorder == NULL)
        return;
    struct recorder_packet packet = {
        .data = datagram->data,
        .size = datagram->size,
        .from = datagram->peer,
        .to = datagram->local,
        .link = origin->interface_name,
        .server = origin->server,
        .attempt = origin->attempt,
    };
    packet.to.port = origin->port;
    recorder_add(daemon->recorder, &packet);
}

void recording_answer(const struct daemon *daemon, const struct udp_datagram *datagram,
                      const struct request_origin *origin) {
    if (daemon->recorder == NULL)
        return;
    struct recorder_packet packet = {
        .data = datagram->data,
        .size = datagram->size,
        .from = origin->server,
        .to = datagram->peer,
        .link = origin->interface_name,
        .is_answer = TRUE,
        .server = origin->server,
    };
    packet.from.port = origin->port;
    recorder_add(daemon->recorder, &packet);
}
