/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: the boot menu of an offer (43.9), as a machine's user would choose from it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "codec/dhcp.h"

bool probe_menu_is_there(const struct dhcp_view *view);

/* The first entry that is not the local disk; false: there is none. */
bool probe_menu_choose(const struct dhcp_view *view, uint16_t *ret_item);
