/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whose is this address? A TFTP client has no name of its own: the session of the machine behind it
 * is found by its MAC, which the kernel's neighbour table knows, else by the address it had as a PXE
 * client. What the kernel said is remembered for a moment, because a machine that boots asks for
 * several files, and each question costs two system calls. Inside the world.
 */
#pragma once

#include "base/address.h"
#include "boot/session.h"

#include <stdint.h>

struct neighbour_table;
struct locator;

/* Both outlive it; `neighbours` may be NULL. */
struct locator *locator_new(struct session_table *sessions, struct neighbour_table *neighbours);
void locator_free(struct locator *locator);

/* NULL: nobody we know. `ret_mark` is for locator_recall(). `interface` is the index of the one that
 * the client was heard on. */
struct session *locator_find(struct locator *locator, const struct address *client,
                             unsigned interface, int64_t now_us, uint64_t *ret_mark);

/* The mark of a machine with this MAC; never 0. */
uint64_t locator_mark(const uint8_t mac[6]);

/* The session of a client that was located before, perhaps long ago: its MAC is the same one. A mark
 * of 0 is none. */
struct session *locator_recall(struct locator *locator, const struct address *client,
                               uint64_t mark);
