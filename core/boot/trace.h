/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The trace of one decision: which provider said what, why, in how many microseconds, which quirks
 * fired, what was sent where. Ref-counted; written on the packet thread until the decision is
 * handed over, read by any thread after that. `explain`, `simulate` and the log read nothing else.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

struct request;
struct reply;

#define TRACE_SKIPPED INT32_C(100) /* match-* said no; `reason` says which */
#define TRACE_BREAKER INT32_C(101) /* its breaker is open: not called */

struct trace_entry {
    char *provider;       /* instance name */
    int32_t verdict;      /* BOOT_HOST_..., negative errno (-ETIMEDOUT: deadline), TRACE_... */
    char *reason;         /* NULL: none */
    GPtrArray *notes;     /* char *; NULL: none */
    int64_t microseconds; /* from call to verdict, waiting included */
};

/* A fact as the decision left it. */
struct trace_fact {
    const char *name;
    const char *value;
};

struct trace {
    gatomicrefcount refs;
    int64_t time_us; /* wall clock, g_get_real_time */
    uint64_t generation;
    char *stage;              /* "discover", "boot-server", "file" */
    GPtrArray *entries;       /* struct trace_entry * */
    GPtrArray *quirks;        /* const char *, names of rows of boot/quirks */
    int32_t verdict;          /* of the chain as a whole */
    char *provider;           /* who decided; NULL: the end of the chain */
    char *shape;              /* "direct", "boot-server", "menu", "abort" ...; NULL: silence */
    char *boot_file;          /* as sent; NULL: none */
    char *server;             /* address that serves it; NULL: none */
    char *destination;        /* where the answer went; NULL: nowhere */
    struct trace_fact *facts; /* one piece of memory, texts included; NULL: no facts yet */
    guint fact_count;
};

struct trace *trace_new(uint64_t generation, const char *stage);
struct trace *trace_ref(struct trace *trace);
void trace_unref(struct trace *trace);

/* Adds a line; the text is copied. `reply` gives reason and notes and may be NULL. */
void trace_add(struct trace *trace, const char *provider, int32_t verdict, const char *reason,
               const struct reply *reply, int64_t microseconds);
void trace_add_quirk(struct trace *trace, const char *name); /* name: static text */
/* Copies the facts of reply and request into the trace. */
void trace_set_facts(struct trace *trace, const struct request *request, const struct reply *reply);
const char *trace_fact(const struct trace *trace, const char *name);

/* "pass", "reply", "drop", "abort", "hold", "later", "skipped", "breaker-open", "timeout", or
 * "error" for any other negative errno. Static text. */
const char *trace_verdict_name(int32_t verdict);

/* The stable JSON form: {"verdict", "boot-file", "provider", "facts", "trace": [{"provider",
 * "verdict", "reason", "microseconds", "notes"}], "quirks", ...}, as a GVariant a{sv} that
 * control/ sends and cli/ prints. Absent text is "", `time` is microseconds since 1970, facts are
 * a{ss}. Floating reference. */
GVariant *trace_to_variant(const struct trace *trace);
