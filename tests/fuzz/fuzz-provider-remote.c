/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a provider's process may send: bytes become messages or an end of the connection; what such a
 * message says of a reply or a request is taken or refused, and nothing else happens.
 */
#include <stdint.h>
#include <stdlib.h>

#include "boot/reply.h"
#include "boot/request.h"
#include "fuzz.h"
#include "provider/peer.h"
#include "provider/remote-link.h"
#include "provider/remote-reply.h"
#include "provider/remote-request.h"

static void look_at(GVariant *dictionary) {
    const char *what = NULL;
    struct reply *reply = reply_new();
    remote_reply_apply(reply, dictionary, &what);
    g_autoptr(GVariant) again = g_variant_ref_sink(remote_reply_to_variant(reply));
    struct reply *copy = reply_new();
    if (remote_reply_apply(copy, again, &what) != 0)
        abort();
    reply_unref(copy);
    reply_unref(reply);
    struct request *request = remote_request_from_variant(dictionary);
    if (request != NULL) {
        g_autoptr(GVariant) fields =
            g_variant_ref_sink(remote_request_to_variant(request, REMOTE_FIELDS));
        request_unref(request);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct link *link = link_new(-1, LINK_HOST);
    g_autofree char *why = NULL;
    /* The handshake has answers to write; without a socket they fail, so it is not begun here. */
    link_skip_handshake(link);
    if (link_feed(link, data, size, &why)) {
        g_autoptr(GDBusMessage) message = link_take(link, NULL);
        while (message != NULL) {
            g_autoptr(GVariant) details = NULL;
            GVariant *body = peer_body(message, "(ia{sv})");
            if (body != NULL)
                details = g_variant_get_child_value(body, 1);
            if (details != NULL)
                look_at(details);
            g_object_unref(message);
            message = link_take(link, NULL);
        }
    }
    link_free(link);
    return 0;
}
