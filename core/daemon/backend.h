/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the control interface asks of the daemon. Packet thread only.
 */
#pragma once

#include "control/server.h"

struct daemon;

/* The callbacks of the control server; `daemon` must outlive it. */
struct control_backend backend_make(struct daemon *daemon);
