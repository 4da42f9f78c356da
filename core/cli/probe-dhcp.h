/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One exchange of a probe: a request is sent, a few times if need be, until its answer comes.
 */
#pragma once

#include <glib.h>

#include "base/address.h"
#include "base/limits.h"
#include "codec/dhcp.h"

struct udp_socket;

struct probe_exchange {
    struct udp_socket *socket;
    struct address to;
    struct address local; /* to send from */
    unsigned interface;   /* to leave by */
    const void *packet;
    size_t size;
    uint8_t answer_type;   /* enum dhcp_message_type that is waited for */
    struct address server; /* whose answer alone counts; no address: any */
    int64_t timeout_us;
};

/* An answer, and what else was heard meanwhile. */
struct probe_answer {
    uint8_t data[LIMIT_DHCP_DATAGRAM];
    size_t size;
    struct dhcp_view view; /* of `data` */
    struct address from;
    int64_t microseconds; /* since the first request */
    unsigned sent;        /* requests */
    unsigned others;      /* answers to this request from servers that do not netboot */
};

/* FALSE when nothing came in time; `ret_answer->others` and `sent` are set all the same. It is
 * large: not for the stack. */
gboolean probe_exchange_run(const struct probe_exchange *exchange, struct probe_answer *ret_answer);
