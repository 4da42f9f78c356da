/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Requests and answers for tests of core/boot: from a packet's fields to a request, and from a
 * decision to the fields of the answer. Our address is 10.99.0.2, the link is eth0.
 */
#pragma once

#include <glib.h>

#include "boot/answer.h"
#include "boot/reply.h"
#include "boot/request.h"
#include "boot/trace.h"
#include "support/wire.h"

#define ASK_SERVER "10.99.0.2"

/* For g_autoptr. */
typedef struct request Request;
typedef struct reply Reply;
typedef struct trace Trace;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Request, request_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Reply, reply_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Trace, trace_unref)

/* Where a packet of this port comes from: 0.0.0.0:68 on 67, 10.99.0.101:4011 on 4011. */
struct request_origin ask_origin(uint16_t port);

/* The status of a packet; on REQUEST_OK also its request. */
enum request_status ask_status(const struct wire *wire, const struct request_origin *origin,
                               struct request **ret_request);

/* The request of a packet that must be ours; aborts the test otherwise. */
struct request *ask_wire(const struct wire *wire, uint16_t port);
struct request *ask_vector(const char *name, uint16_t port);

/* A packet's fields, changed: "field = value" in one text each, NULL behind the last. */
struct wire *ask_change(struct wire *wire, ...) G_GNUC_NULL_TERMINATED;

/* Answers that must come about. The trace is the caller's. */
void ask_answer(const struct request *request, const struct reply *reply, int32_t verdict,
                struct trace *trace, struct answer *ret_answer);

/* Parses an answer and demands of it what every answer must have: END, sizes, header. */
void ask_view(const struct request *request, const struct answer *answer,
              struct dhcp_view *ret_view);

/* Aborts the test when a field is not as wanted (see wire_check). */
#define ask_assert(view, field, wanted)                                                            \
    G_STMT_START {                                                                                 \
        g_autofree char *ask_actual = wire_check((view), (field), (wanted));                       \
        if (ask_actual != NULL)                                                                    \
            g_error("%s:%d: %s is %s, not %s", __FILE__, __LINE__, (field), ask_actual, (wanted)); \
    }                                                                                              \
    G_STMT_END

/* Did this quirk fire? */
gboolean ask_has_quirk(const struct trace *trace, const char *name);
