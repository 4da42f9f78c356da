/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: from a captured frame to the UDP datagram in it.
 */
#pragma once

#include "base/address.h"
#include "codec/cursor.h"

/* `link_type`: DLT_... of libpcap: Ethernet (VLAN tags are fine), "any" (Linux cooked, 1 and 2) or raw
 * IPv4. False: there is no UDP over IPv4 in it, it is a fragment, or it was cut short. The outputs
 * are untouched then; the payload lies in the frame. */
bool frame_datagram(int link_type, struct span frame, struct address *ret_from,
                    struct address *ret_to, struct span *ret_payload);
