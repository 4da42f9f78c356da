/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is remembered of each client between its packets, by MAC or UUID and never by xid: its last
 * request and decisions, the folder of its NBP, what it fetched. Bounded; the least recent client
 * goes first. Packet thread only.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "base/clock.h"

struct request;
struct trace;

struct session_table;
struct session; /* valid until the next call that may add a session */

/* At most `max` sessions, and about `max_bytes` of memory for all: beyond, those who have been silent
 * longest keep their last decision alone, and then go. */
struct session_table *session_table_new(const struct clock *clock, uint32_t max, int64_t max_bytes);
void session_table_free(struct session_table *table);
uint32_t session_table_count(const struct session_table *table);

/* These requests, a batch of no more than LIMIT_BATCH, are about to come: has the memory of their
 * sessions fetched meanwhile, since a hundred thousand are in no cache. Changes nothing. */
void session_expect(const struct session_table *table, const struct request *const *requests,
                    unsigned n_requests);

/* A placed request came: finds or makes the session and says which attempt this is (1, or how often
 * the client sent a new DISCOVER without having fetched anything since). On port 4011 the count is
 * left alone. A repeat of the same xid within one DISCOVER exchange is not a new attempt. */
uint32_t session_attempt(struct session_table *table, const struct request *request);

/* A decision was made. Keeps a reference of the trace, whose request becomes a lean copy; learns the
 * client's address from ciaddr. */
void session_decided(struct session_table *table, struct request *request, struct trace *trace);

/* The answer to the last decision about this client went nowhere, after all. */
void session_not_sent(struct session_table *table, const struct request *request);

/* A file transfer ended. */
struct session_transfer {
    char *name;
    char *outcome; /* "completed", "size-probe", "timed-out" ... */
    uint64_t bytes;
    int64_t duration_us;
    int64_t time_us; /* wall clock */
    uint32_t retransmits;
};
void session_fetched(struct session_table *table, struct session *session,
                     const struct session_transfer *transfer, bool is_success);

/* By MAC, UUID (either order) or address, as text; NULL: not known. */
struct session *session_find(struct session_table *table, const char *text);
/* By the address a TFTP request came from, or by a MAC from the neighbour table (NULL: unknown). */
struct session *session_find_address(struct session_table *table, const struct address *address,
                                     const char *mac);
/* Ties an address to a session that was found by its MAC. */
void session_set_address(struct session_table *table, struct session *session,
                         const struct address *address);

struct request *session_get_request(const struct session *session); /* last boot request */
struct trace *session_get_trace(const struct session *session);     /* last decision */
const char *session_get_folder(const struct session *session); /* of the last NBP; "": the root */

/* Everything for `explain`: a{sv}: client, first-seen, last-seen, attempts, the traces of the last
 * decisions (newest last), transfers, and "likely", the PXE-E code and meaning that the user of
 * this machine probably reads, or "". Floating reference. */
GVariant *session_to_variant(const struct session *session);
