/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * After a storm: when the daemon has worked and now rests, what it has freed goes back to the system.
 * glibc keeps it otherwise, in pieces between what is still in use. Main thread.
 */
#pragma once

struct quiet;

/* Looks every few seconds, on the default main context. */
struct quiet *quiet_new(void);

/* NULL is fine. */
void quiet_free(struct quiet *quiet);
