/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How a client's file ended: told to people, to the client's session and to the providers.
 */
#pragma once

#include "tftp/server.h"

struct daemon;
struct locator;

/* Inside the world. */
void fetched_note(struct daemon *daemon, struct locator *locator, const struct tftp_report *report);

/* A report that outlives its call, with texts of its own. */
struct tftp_report *fetched_copy(const struct tftp_report *report);
void fetched_free(struct tftp_report *report);
