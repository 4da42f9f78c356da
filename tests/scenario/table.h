/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A provider for scenarios that decides by rules in its settings; README.md describes them.
 */
#pragma once

#include <boothost/provider.h>

extern const struct boot_host_provider table_provider;
