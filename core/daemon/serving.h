/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Files for clients: a TFTP read request becomes a question to the chain's content doors, then a
 * look below the served root; its end becomes an event. The transfer thread enters the world for that,
 * once a batch, or leaves it to the main loop when somebody else is inside; file threads wait for
 * disks, and feeds (tftp/feed.h) for providers' readers.
 */
#pragma once

#include <glib.h>

struct content_root;
struct daemon;
struct serving;

/* Opens the served root and binds port 69. */
struct serving *serving_new(struct daemon *daemon, GError **error);

/* Ends running transfers. Packet thread. */
void serving_free(struct serving *serving);

/* Links or configuration have changed: what holds for transfers to come. `root` (NULL: the one there
 * is) is another served folder, taken over. */
void serving_changed(struct serving *serving, struct content_root *root);

/* Counters a{st}, and the running transfers as aa{sv}. Floating references. */
GVariant *serving_counters(const struct serving *serving);
GVariant *serving_running(const struct serving *serving);
