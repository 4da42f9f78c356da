/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A provider that does what its settings say, as tables for chain tests: good ones and bad ones.
 */
#pragma once

#include <boothost/provider.h>

/* The same doors with other thread flags. Settings: see actor.c. */
extern const struct boot_host_provider actor_inline;   /* "actor-inline" */
extern const struct boot_host_provider actor_worker;   /* "actor-worker" */
extern const struct boot_host_provider actor_parallel; /* "actor-parallel" */
