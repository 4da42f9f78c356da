/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The last request of each of the last clients, and how it was decided: what a new chain is tried
 * with before it serves. Bounded; the least recent client goes first. Packet thread only.
 */
#pragma once

#include <glib.h>

struct recent;
struct request;
struct trace;

/* One request and its decision; shared, and never changed. */
struct recent_sample {
    gatomicrefcount refs;
    struct request *request;
    struct trace *trace;
};
void recent_sample_unref(struct recent_sample *sample); /* any thread */

struct recent *recent_new(void);
void recent_free(struct recent *recent);

/* How many clients are kept; 0, as at first: none. */
void recent_set_limit(struct recent *recent, unsigned clients);
/* References both. */
void recent_add(struct recent *recent, struct request *request, struct trace *trace);
/* struct recent_sample *, newest first, referenced by the list. Free with g_ptr_array_unref. */
GPtrArray *recent_list(const struct recent *recent);
