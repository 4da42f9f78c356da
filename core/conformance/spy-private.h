/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the two halves of the spy share: the doors (spy.c) and the services (spy-host.c).
 */
#pragma once

#include "conformance/spy.h"

#define SPY_FUTURE_SLOTS 8 /* that a newer host has behind today's */

enum spy_kind {
    SPY_REQUEST,
    SPY_REPLY,
    SPY_CONTENT,
    SPY_STATE,
};

/* The host as the provider sees it: first, so that the table's address finds it again. */
struct spy_instance {
    struct boot_host host;
    const void *future[SPY_FUTURE_SLOTS];
    const struct boot_host *real_host;
    struct spy *spy;
    void *state;         /* the provider's own */
    GMutex lock;         /* of what follows */
    GPtrArray *calls;    /* struct spy_call *, those that may still be misused */
    GHashTable *tickets; /* uint64_t * of a call to it */
};

/* A handle that the provider has; it stays here when the real one is gone. */
struct spy_handle {
    enum spy_kind kind;
    struct spy_call *call;
    const void *real;
};

struct spy_call {
    struct spy_instance *instance;
    struct spy_handle request;
    struct spy_handle target; /* reply, content or state */
    uint64_t ticket;          /* 0: not taken */
    _Atomic gboolean is_over;
    _Atomic unsigned gifts; /* of content that the host took */
    gboolean is_completed;
    gboolean has_returned; /* the door */
};

/* A content call has ended with `verdict`: has it given what that promises? */
void spy_judge_gifts(const struct spy_call *call, int32_t verdict);

/* Puts the spying services into instance->host, with those of instance->real_host behind them. */
void spy_host_init(struct spy_instance *instance);
