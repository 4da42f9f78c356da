/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: where the answer goes: to the relay, by broadcast, or to the client's own address (RFC 2131
 * section 4.1; PXE 2.1 section 2.2.3; lab: 4011 answers go back to the source address and port).
 */
#pragma once

#include <stdint.h>

#include "base/address.h"

struct request;

struct route {
    struct address to;        /* with the port */
    struct address from;      /* our address; the port is the socket's own */
    uint32_t interface_index; /* link to leave by; 0: the routing table decides */
    const char *rule;         /* "relay", "broadcast", "source", "client": for the trace */
};

struct route route_find(const struct request *request);
