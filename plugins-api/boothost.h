/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * libboothost: the provider contract as objects, for programs that a `command = ` line starts, for
 * their tests, and for tools that talk to a running daemon. The only header to include.
 *
 * A module (`module = `) needs nothing of this: its header is boothost/provider.h. Both may be
 * included in one file.
 */
#pragma once

/* clang-format off */
#include "boot-host-version.h"
#include "boot-host-types.h"
#include "boot-host-enum-types.h"
#include "boot-host-error.h"
#include "boot-host-request.h"
#include "boot-host-reply.h"
#include "boot-host-content.h"
#include "boot-host-provider.h"
#include "boot-host-result.h"
#include "boot-host-harness.h"
#include "boot-host-client.h"
/* clang-format on */
