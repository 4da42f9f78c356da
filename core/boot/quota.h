/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What clients may make us hold: so much of one client, of one source address, and in all. Counts
 * what is held, and what was refused by reason. Packet thread only.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

#include "base/address.h"

struct client_key;
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

/* May a client and the source of its packet hold one more? Counts the answer. A source that is no
 * address (0.0.0.0: a client without a lease) is not counted as one. */
enum quota_status quota_check(struct quota *quota, const struct client_key *client,
                              const struct address *source);

/* Charges one unit to both, which is what quota_check() has allowed. */
void quota_hold(struct quota *quota, const struct client_key *client, const struct address *source);

/* Gives one unit back, with the client and source it was charged to. */
void quota_release(struct quota *quota, const struct client_key *client,
                   const struct address *source);

uint32_t quota_held(const struct quota *quota);
/* How often quota_check() has said this. */
uint64_t quota_count(const struct quota *quota, enum quota_status status);
