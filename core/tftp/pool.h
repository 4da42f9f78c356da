/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Several TFTP servers on one port, for machines with processors to spare: each has a thread, sockets
 * and transfers of its own, and they share nothing but the cap on how many run at once.
 *
 * The kernel deals out requests by the client's address and port (SO_REUSEPORT, socket(7)), so that a
 * repeated request comes to the server that has its transfer.
 */
#pragma once

#include "tftp/server.h"

struct tftp_pool;

/* `count` servers, 1 and more, with a set of callbacks for each; those of the options are not used.
 * Sockets that were handed over suffice for one server, and one it is. Main thread. */
struct tftp_pool *tftp_pool_new(const struct tftp_server_options *options,
                                const struct tftp_callbacks *callbacks, unsigned count,
                                GError **error);

/* As tftp_server_free(), of all. NULL is fine. */
void tftp_pool_free(struct tftp_pool *pool);

/* How many there are. */
unsigned tftp_pool_count(const struct tftp_pool *pool);

/* The port that all have. */
uint16_t tftp_pool_port(const struct tftp_pool *pool);

/* As those of tftp/server.h; counters and transfers of all together. */
void tftp_pool_configure(struct tftp_pool *pool, const struct tftp_settings *settings,
                         struct content_root *root, struct interfaces *interfaces);
void tftp_pool_counters(struct tftp_pool *pool, uint64_t ret_counters[TFTP_COUNTERS],
                        unsigned *ret_running);
void tftp_pool_running(struct tftp_pool *pool, unsigned most,
                       void (*visit)(const struct tftp_report *report, gpointer user),
                       gpointer user);
