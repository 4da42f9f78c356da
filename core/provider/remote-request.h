/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A request as a message and back: the "request" dictionary of org.boothost.Provider1. A program
 * reads fields as text; boothost-worker gets the packet and where it came from alone, and makes the
 * same request from them as the daemon did.
 */
#pragma once

#include <glib.h>

struct request;

enum remote_form {
    REMOTE_FIELDS, /* everything by name */
    REMOTE_PACKET, /* "packet" and "origin" where there is a packet, else as above */
};

/* An a{sv}, floating. Facts of the last decision are among it in the content door. */
GVariant *remote_request_to_variant(const struct request *request, enum remote_form form);

/* NULL: it makes no sense. Free with request_unref. */
struct request *remote_request_from_variant(GVariant *variant);
