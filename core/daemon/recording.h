/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the daemon keeps of its traffic: the requests that it took and its answers, when the key
 * `record` asks for it. Packet thread only; never blocks after the start.
 */
#pragma once

#include <glib.h>

struct daemon;
struct request_origin;
struct udp_datagram;

/* TRUE when nothing is to be recorded, too. FALSE when the file cannot be made: an administrator who
 * asks for a recording wants to know that there is none. */
gboolean recording_start(struct daemon *daemon, GError **error);

/* A request that is ours, as it came; and an answer, as it was sent to one of this origin. */
void recording_request(const struct daemon *daemon, const struct udp_datagram *datagram,
                       const struct request_origin *origin);
void recording_answer(const struct daemon *daemon, const struct udp_datagram *datagram,
                      const struct request_origin *origin);
