/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A reply as a message and back: the dictionaries "reply" and "changes" of org.boothost.Provider1,
 * which have the same keys.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

struct reply;

/* All of it but remarks, an a{sv}, floating. */
GVariant *remote_reply_to_variant(const struct reply *reply);

/* What `draft` has and `base` has not, remarks included. Floating. */
GVariant *remote_reply_changes(const struct reply *base, const struct reply *draft);

/* Is there anything in it that changes a reply? */
gboolean remote_reply_has_changes(GVariant *variant);

/* Writes a dictionary into a reply. 0, or the negative errno of the first thing that this reply does
 * not take, with *ret_what naming it (static text). */
int32_t remote_reply_apply(struct reply *reply, GVariant *variant, const char **ret_what);
