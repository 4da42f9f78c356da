/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Files for clients: a TFTP read request becomes a question to the chain's content doors, then a
 * look below the served root; its end becomes an event. Three threads meet here: the transfer
 * thread asks, the packet thread decides, and the file threads wait for disks and readers.
 */
#pragma once

#include <glib.h>

struct daemon;
struct serving;

/* Opens the served root and binds port 69. */
struct serving *serving_new(struct daemon *daemon, GError **error);

/* Ends running transfers. Packet thread. */
void serving_free(struct serving *serving);

/* Links have changed: their MTU caps the blocks of transfers to come. */
void serving_links_changed(struct serving *serving);

/* Counters a{st}, and the running transfers as aa{sv}. Floating references. */
GVariant *serving_counters(const struct serving *serving);
GVariant *serving_running(const struct serving *serving);
