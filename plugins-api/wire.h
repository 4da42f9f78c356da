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

/* The contract's number, 0 for PASS. A failure has none: it goes over the wire as an error. */
gint32 wire_verdict(BootHostVerdict verdict);
/* The other way; a failure sets *ret_errno, which is positive then and 0 else. */
BootHostVerdict wire_read_verdict(gint32 wire, int *ret_errno);

/* What was given with this verdict, as "content" (a{sv}). A stream, or too many bytes, come out as
 * *ret_stream, to unref; the dictionary is empty then. NULL: a REPLY with nothing given. */
GVariant *wire_content(BootHostContent *content, BootHostVerdict verdict, GInputStream **ret_stream,
                       GError **error);
/* How long the stream is that came out; -1: known at its end. */
gint64 wire_stream_length(BootHostContent *content);
