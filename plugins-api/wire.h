/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What both ends of org.boothost.Provider1 agree on: names, limits, verdicts, content.
 */
#pragma once

#include "boot-host-content.h"

#define WIRE_OBJECT      "/org/boothost/Provider1"
#define WIRE_INTERFACE   "org.boothost.Provider1"
#define WIRE_FD_VARIABLE "BOOTHOST_PROVIDER_FD"

#define WIRE_BYTES_MAX (512 * 1024) /* "bytes" of Content; longer ones become a reader */
#define WIRE_READ_MAX  (256 * 1024) /* bytes of one Read */
#define WIRE_FILE_MAX  (512 * 1024) /* "files" of Open, all of them together */

/* The contract's number: 0 for PASS, a negative errno for a failure. `error`: why; NULL: -EIO. */
gint32 wire_verdict(BootHostVerdict verdict, const GError *error);
/* The other way; a failure sets *ret_errno, which is positive then and 0 else. */
BootHostVerdict wire_read_verdict(gint32 wire, int *ret_errno);

/* What was given, as "content" (a{sv}). A stream, or too many bytes, come out as *ret_stream, to
 * unref, of *ret_length bytes; the dictionary is empty then. A REPLY with nothing given becomes
 * -EPROTO. */
GVariant *wire_content(BootHostContent *content, gint32 *verdict, GInputStream **ret_stream,
                       gint64 *ret_length);
