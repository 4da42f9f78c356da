/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The table of services that each instance is lent. Every slot of boothost/host.h is filled; the
 * handles are: request a struct request, reply and content a struct call, config a struct settings,
 * state a struct state.
 */
#pragma once

#include <boothost/host.h>

/* Fills the table inside an instance, which is found again from the table's address. */
void host_init(struct boot_host *host);
