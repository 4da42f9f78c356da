/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PXE's MTFTP (PXE 2.1, option 43.1 to 43.5), the part of the multicast server that speaks it. All
 * is called with the lock of the multicast server held, on its thread but for mtftp_configure().
 *
 * The rules, as PXE 2.1 and the client in Intel's EDK have them: who hears nothing on the group's
 * address opens the transfer by a plain read request from its MTFTP port to ours. Everything goes
 * from our MTFTP port to the client's. The first block goes to the client that opened and to the
 * group as well, which tells that client from others that asked at the same time; all further ones
 * go to the group. The client that opened acknowledges each block; the others listen, and who has
 * missed something opens the file once more when it is over. A request while the file is being sent
 * is not answered, since its sender hears the blocks.
 */
#pragma once

#include "tftp/multicast-private.h"

struct mtftp *mtftp_new(struct multicast_server *server);
/* Nobody is told any more; see mtftp_stop(). */
void mtftp_free(struct mtftp *mtftp);

/* Opens, moves or closes the port. On failure the error says what to do, and all stays as it was. */
gboolean mtftp_configure(struct mtftp *mtftp, const struct multicast_server_options *options,
                         GError **error);

void mtftp_take_packets(struct mtftp *mtftp);
void mtftp_take_timers(struct mtftp *mtftp);
void mtftp_take_answers(struct mtftp *mtftp);

/* When the next timer is due; -1: none is set. */
int64_t mtftp_next_us(struct mtftp *mtftp);

/* Questions for the owner, struct tftp_open: take them out and ask them without the lock. */
GQueue *mtftp_questions(struct mtftp *mtftp);

/* Ends all transfers with ERROR 0. */
void mtftp_stop(struct mtftp *mtftp, const char *message);
