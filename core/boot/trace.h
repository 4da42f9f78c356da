/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The trace of one decision: which provider said what, why, in how many microseconds, which quirks
 * fired, what was sent where. Ref-counted; written on the packet thread until the decision is
 * handed over, read by any thread after that. `explain`, `simulate` and the log read nothing else.
 *
 * Every answer makes one and every session keeps some, so a trace is one small piece of memory that
 * is written once; whatever is for people (addresses, times, the request's facts) becomes text only
 * when somebody reads it. Text that is lent holds until the trace is written again.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "boot/quirks.h"

struct reply;
struct request;
struct route;
struct trace;

#define TRACE_SKIPPED INT32_C(100) /* match-* said no; `reason` says which */
#define TRACE_BREAKER INT32_C(101) /* its breaker is open: not called */

/* `stage`: BOOT_HOST_STAGE_..., or 0. */
struct trace *trace_new(uint64_t generation, uint32_t stage);
/* At a moment that is known; see trace_get_time. */
struct trace *trace_new_at(uint64_t generation, uint32_t stage, int64_t time_us);
struct trace *trace_ref(struct trace *trace);
void trace_unref(struct trace *trace);

/* ---- Writing --------------------------------------------------------------------------------- */

/* Adds a line. `provider` is static or interned, since a trace outlives who wrote it; other text is
 * copied. `reply` gives reason and notes and may be NULL. */
void trace_add(struct trace *trace, const char *provider, int32_t verdict, const char *reason,
               const struct reply *reply, int64_t microseconds);
void trace_add_quirk(struct trace *trace, enum quirk quirk);
/* The verdict of the chain as a whole. `by_last`: it is that of the last line's provider; else of
 * the end of the chain. */
void trace_set_verdict(struct trace *trace, int32_t verdict, bool by_last);
/* Copies the facts of the reply (NULL: none), and references the request (NULL: none) for its. */
void trace_set_facts(struct trace *trace, struct request *request, const struct reply *reply);
/* Takes another request of the same facts instead, such as a lean copy for keeping long. */
void trace_set_request(struct trace *trace, struct request *request);
void trace_take_request(struct trace *trace, struct request *request); /* with its reference */
/* What was answered. `shape` is static text: "direct", "boot-server", "menu", "abort" ...; the boot
 * file as sent, NULL: none; the address that serves it. */
void trace_set_answer(struct trace *trace, const char *shape, const char *boot_file,
                      const struct address *server);
/* The answer goes there; NULL: nowhere, after all. */
void trace_set_destination(struct trace *trace, const struct route *route);

/* ---- Reading --------------------------------------------------------------------------------- */

/* One line. */
struct trace_entry {
    const char *provider; /* instance name */
    int32_t verdict;      /* BOOT_HOST_..., negative errno (-ETIMEDOUT: deadline), TRACE_... */
    const char *reason;   /* NULL: none */
    int64_t microseconds; /* from call to verdict, waiting included */
    guint note_count;
    const char *notes; /* see trace_entry_note */
};

/* False behind the last. */
bool trace_get_entry(const struct trace *trace, guint index, struct trace_entry *ret_entry);
/* NULL behind the last. */
const char *trace_entry_note(const struct trace_entry *entry, guint index);
/* The reason that goes with the verdict: the last one given; NULL: none. */
const char *trace_get_reason(const struct trace *trace);

int64_t trace_get_time(const struct trace *trace); /* wall clock, as g_get_real_time */
uint64_t trace_get_generation(const struct trace *trace);
const char *trace_get_stage(const struct trace *trace); /* "discover", "boot-server", "file" */
int32_t trace_get_verdict(const struct trace *trace);
const char *trace_get_provider(const struct trace *trace);  /* who decided; NULL: nobody */
const char *trace_get_shape(const struct trace *trace);     /* NULL: silence */
const char *trace_get_boot_file(const struct trace *trace); /* NULL: none */
struct address trace_get_server(const struct trace *trace); /* of no family: none */
/* By which rule of boot/route the answer went, and where; NULL: it was not sent. */
const char *trace_get_destination(const struct trace *trace, struct address *ret_to);
bool trace_has_quirk(const struct trace *trace, enum quirk quirk);
struct request *trace_get_request(const struct trace *trace); /* NULL: none */
/* Bytes of memory, its request's included. */
size_t trace_get_size(const struct trace *trace);

/* Facts as the decision left them: those of providers first, and they hide the request's. */
const char *trace_fact(const struct trace *trace, const char *name);
bool trace_fact_at(const struct trace *trace, guint index, const char **ret_name,
                   const char **ret_value);

/* "pass", "reply", "drop", "abort", "hold", "later", "skipped", "breaker-open", "timeout", or
 * "error" for any other negative errno. Static text. */
const char *trace_verdict_name(int32_t verdict);

/* The stable JSON form: {"verdict", "boot-file", "provider", "facts", "trace": [{"provider",
 * "verdict", "reason", "microseconds", "notes"}], "quirks", ...}, as a GVariant a{sv} that
 * control/ sends and cli/ prints. Absent text is "", `time` is microseconds since 1970, facts are
 * a{ss}. Floating reference. */
GVariant *trace_to_variant(const struct trace *trace);
