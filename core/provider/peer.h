/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A running process that speaks org.boothost.Provider1, as the host sees it: the process, the
 * connection to it, and calls that wait for their answer. Calls that do not wait are made by
 * provider/remote on the connection itself.
 *
 * One thread at a time.
 */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

#include "base/rate.h"
#include "provider/child.h"
#include "provider/remote-link.h"

#define PEER_PATH      "/org/boothost/Provider1"
#define PEER_INTERFACE "org.boothost.Provider1"
#define PEER_ERRORS    PEER_INTERFACE ".Error.Errno."

/* A line that the process wrote, or sent as a Log signal. Any thread. */
typedef void (*peer_log_fn)(uint32_t level, const char *text, void *user);

struct peer {
    struct child child;
    struct link *link;
    GQueue inbox;       /* GDBusMessage *, which came while another one was waited for */
    GString *complaint; /* a line of standard error, not yet whole */
    struct rate noise;  /* lines and signals */
    peer_log_fn log;
    void *user;
};

/* Starts the program and shakes hands. NULL: *ret_error says why. Blocks. */
struct peer *peer_new(const char *const *argv, int64_t timeout_us, peer_log_fn log, void *user,
                      GError **ret_error);
/* Kills the process when it still runs. */
void peer_free(struct peer *peer);

/* A method call, floating no reference: free with g_object_unref. `parameters` is taken. */
GDBusMessage *peer_message(const char *method, GVariant *parameters, bool wants_answer);

/* Calls and waits. NULL: *ret_error says why (G_IO_ERROR_TIMED_OUT: no answer). The answer is a tuple
 * of `type`; free with g_variant_unref. */
GVariant *peer_call(struct peer *peer, const char *method, GVariant *parameters, const char *type,
                    int64_t timeout_us, GError **ret_error);

/* The body of an answer, checked to be of `type`; lent. NULL: it is none. */
GVariant *peer_body(GDBusMessage *message, const char *type);
/* Of an error reply: the negative errno it means. */
int32_t peer_errno(GDBusMessage *message);
/* Its text; free with g_free. */
char *peer_error_text(GDBusMessage *message);

/* What is neither an answer nor a wish to be answered. False: the process must go, since it sends
 * what makes no sense, or too much; *ret_why says so. */
bool peer_take_signal(struct peer *peer, GDBusMessage *message, char **ret_why);
/* Reads what it wrote to standard error. False as above. */
bool peer_take_complaints(struct peer *peer, char **ret_why);
