/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How a request comes to us: its bytes and everything around them, as `simulate` and `diff` put it
 * to a simulator.
 */
#pragma once

#include "cli/capture.h"
#include "codec/client-packet.h"
#include "cli/simulator.h"

/* Addresses in host byte order. */
struct arrival {
    const void *data; /* lent */
    size_t size;
    uint32_t source;
    uint16_t source_port;
    uint16_t port;
    uint32_t server;       /* our address as the client sees it */
    const char *interface; /* lent */
    uint32_t attempt;
};

/* To the first interface that the simulator serves, or to a documentation address (RFC 5737). */
void arrival_init(struct arrival *arrival, const struct simulator *simulator);

/* Addresses and ports as the firmware uses them; the bytes are the caller's to set. */
void arrival_place(struct arrival *arrival, const struct client_packet *packet);

/* A captured request. What the capture does not say stays as arrival_init made it. */
void arrival_captured(struct arrival *arrival, const struct capture_request *request);

/* The request of control/simulation.h. Floating reference. */
GVariant *arrival_request(const struct arrival *arrival);
