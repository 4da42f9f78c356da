/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What unknown machines of the usual architectures would boot with a configuration, and whether
 * the file they are sent for is really there: the mistake that no schema can see.
 */
#pragma once

#include "cli/candidate.h"

/* Appends a warning for each boot file that neither a provider nor the served root has. The
 * candidate's chain must be open. */
void preview_check(const struct candidate *candidate, GPtrArray *problems);
