/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What clients may make us hold: so much of one client, of one source address, and in all. Counts
 * what is held, and what was refused by reason. Packet thread only.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

#include "base/address.h"

struct quota;

struct quota_limits {
    uint32_t total;
    uint32_t per_client;
    uint32_t per_source;
};

enum quota_status {
    QUOTA_OK,
    QUOTA_TOTAL,  /* everybody together holds too much */
    QUOTA_CLIENT, /* this client does */
    QUOTA_SOURCE, /* this source address does */
    QUOTA_STATUS_COUNT,
};

/* Kebab-case and stable, such as "client"; "unknown" beyond the enum. */
const char *quota_status_name(enum quota_status status);

/* Limits for parked requests: LIMIT_PARKED, LIMIT_PARKED_CLIENT, LIMIT_PARKED_SOURCE. */
struct quota_limits quota_limits_parked(void);

struct quota *quota_new(const struct quota_limits *limits);
void quota_free(struct quota *quota);

/* Charges one unit to a client (its name, see request_get_client) and to the source of its packet.
 * A source that is no address (0.0.0.0: a client without a lease) is not counted as one. Nothing is
 * charged unless the result is QUOTA_OK. */
enum quota_status quota_charge(struct quota *quota, const char *client,
                               const struct address *source);

/* Gives one unit back, with the client and source it was charged to. */
void quota_release(struct quota *quota, const char *client, const struct address *source);

uint32_t quota_held(const struct quota *quota);
/* How often a charge was refused for this reason; for QUOTA_OK, how often it was not. */
uint64_t quota_count(const struct quota *quota, enum quota_status status);
