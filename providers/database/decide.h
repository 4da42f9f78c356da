/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The packet thread's side of a decision.
 */
#pragma once

#include <boothost/host.h>

struct database;

/* The door `decide` of the contract. */
int32_t decide_request(struct database *database, const struct boot_host_request *request,
                       struct boot_host_reply *reply);
