/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * DHCP packets as readable fields, for tests: made from a wire sample or from nothing, changed field
 * by field, and compared field by field.
 *
 * Fields are xid, secs, flags ("broadcast" or "none"), hops, htype, hlen, chaddr, ciaddr, yiaddr,
 * siaddr, giaddr, sname, file, type ("DISCOVER" ...), option.N and, inside 43, 82 and 250,
 * option.N.M. Values of options are "quoted text" or hexadecimal; colons between bytes are fine.
 */
#pragma once

#include <glib.h>

#include "base/limits.h"
#include "codec/dhcp.h"

struct wire;

/* A DISCOVER of a BIOS PXE client, 52:54:00:00:00:01, without a UUID. */
struct wire *wire_new(void);
/* The sample tests/vectors/<name>.bin. */
struct wire *wire_new_vector(const char *name);
void wire_free(struct wire *wire);
typedef struct wire Wire; /* for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Wire, wire_free)

/* Changes a field; "absent" takes an option out, and a new one goes behind the others. NULL when
 * done, else what is wrong with it; free with g_free. */
char *wire_set(struct wire *wire, const char *field, const char *value);

/* The datagram, END behind the last option. Free with g_bytes_unref. */
GBytes *wire_build(const struct wire *wire);

/* A field of a parsed packet in the form above, options in hexadecimal without colons; NULL when it
 * is absent. Free with g_free. */
char *wire_get(const struct dhcp_view *view, const char *field);

/* Compares a field with "quoted text", hexadecimal, "absent", "present" or the plain form of a
 * header field. NULL when it is as wanted, else what it is instead; free with g_free. */
char *wire_check(const struct dhcp_view *view, const char *field, const char *wanted);
