/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One lookup: from a request to a record.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "database.h"

/* With the store's lock held and the store open. `may_wait` false: -EBUSY at once when somebody
 * else holds the file. 0 with a record that is the caller's, or a negative errno with a problem. */
int32_t lookup_run(struct database *database, const struct boot_host_request *request,
                   const struct key *key, bool may_wait, struct record **ret_record,
                   char problem[PROBLEM_MAX]);
