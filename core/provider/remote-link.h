/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One end of the connection between the host and a provider's process: D-Bus messages, peer to
 * peer, over a stream socket that never blocks. It knows how to shake hands (SASL: EXTERNAL or
 * ANONYMOUS; the socket was inherited, so who is at the other end is known), where a message ends
 * and how much is too much. What messages mean is in provider/remote and provider/serve.
 *
 * GDBusConnection is not used, since its thread and its queues cost more than the rest of a call.
 * One thread at a time.
 */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINK_MESSAGE_MAX (1024 * 1024)     /* bytes of a message that a provider may send */
#define LINK_UNSENT_MAX  (4 * 1024 * 1024) /* bytes that wait for a provider that does not read */

enum link_side {
    LINK_HOST,     /* the server of the handshake; incoming messages are capped */
    LINK_PROVIDER, /* its client */
};

struct link;

/* Takes the socket over and makes it non-blocking. */
struct link *link_new(int socket, enum link_side side);
void link_free(struct link *link);
int link_get_socket(const struct link *link);

/* The handshake is over. */
bool link_is_ready(const struct link *link);

/* As if it were over: for a test that has messages alone. */
void link_skip_handshake(struct link *link);

/* Reads what is there, a piece at a time. False: the connection is over, *ret_why says how (free it
 * with g_free); messages that came before it can still be taken. */
bool link_receive(struct link *link, char **ret_why);
/* Bytes that have come in; what link_receive does with them. */
bool link_feed(struct link *link, const void *data, size_t size, char **ret_why);

/* The next whole message, NULL when there is none. What is no message is an error. */
GDBusMessage *link_take(struct link *link, GError **ret_error);

/* Gives the message its serial, which is returned, and sends as much as the socket takes at once.
 * 0: it cannot be sent, *ret_error says why. */
uint32_t link_send(struct link *link, GDBusMessage *message, GError **ret_error);

/* Sends what waits. False: the connection is over. */
bool link_flush(struct link *link);
bool link_has_unsent(const struct link *link);
size_t link_unsent(const struct link *link);
