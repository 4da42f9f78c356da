/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The library's error domain, and how errors become errnos of the contract and back.
 */
#pragma once

#include "boot-host-types.h"

G_BEGIN_DECLS

#define BOOT_HOST_ERROR (boot_host_error_quark())

BOOT_HOST_AVAILABLE_IN_0_9
GQuark boot_host_error_quark(void);
BOOT_HOST_AVAILABLE_IN_0_9
BootHostError boot_host_error_from_errno(int number);
BOOT_HOST_AVAILABLE_IN_0_9
int boot_host_error_to_errno(const GError *error);

G_END_DECLS
