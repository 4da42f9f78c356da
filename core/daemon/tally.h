/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What became of each datagram, counted by reason.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

#include "boot/quota.h"
#include "boot/request.h"

/* The codec's, the request's and the quota's reasons follow in blocks. */
enum tally_reason {
    TALLY_RECEIVED,
    TALLY_ANSWERED,
    TALLY_SILENT,        /* the chain or the client wants no answer */
    TALLY_ANSWER_FAILED, /* the decision makes no packet */
    TALLY_SEND_FAILED,
    TALLY_SHED_WAITED, /* it waited so long that its client has asked anew */
    TALLY_DROPPED,     /* by the kernel, since the socket's buffer was full: never received */
    TALLY_OTHER_INTERFACE,
    TALLY_NO_SERVER_ADDRESS,
    TALLY_PARSE,                                        /* + enum dhcp_status */
    TALLY_REQUEST = TALLY_PARSE + DHCP_STATUS_COUNT,    /* + enum request_status */
    TALLY_QUOTA = TALLY_REQUEST + REQUEST_STATUS_COUNT, /* + enum quota_status */
    TALLY_COUNT = TALLY_QUOTA + QUOTA_STATUS_COUNT,
};

/* Zero-initialise. One thread at a time. */
struct tally {
    uint64_t counts[TALLY_COUNT];
};

static inline void tally_count(struct tally *tally, unsigned reason) {
    tally->counts[reason]++;
}

/* Kebab-case and stable, such as "bad-cookie". Static text. */
const char *tally_name(unsigned reason);

/* a{st} of what has been counted at all. Floating reference. */
GVariant *tally_to_variant(const struct tally *tally);
