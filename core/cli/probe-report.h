/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a probe did, step by step: a line each as it happens, or all of it as JSON at the end.
 */
#pragma once

#include <gio/gio.h>

struct probe_report {
    gboolean json;
    gboolean verbose;       /* every field of an answer, too */
    gboolean worked;        /* no step failed */
    GVariantBuilder *steps; /* aa{sv} */
    GVariantBuilder *facts; /* a{sv}: what the whole came to */
};

void probe_report_init(struct probe_report *report, gboolean json, gboolean verbose);
void probe_report_clear(struct probe_report *report);

/* A step that worked, or failed, after so long. `answer` (floating, may be NULL): the decoded
 * packet. */
void probe_report_ok(struct probe_report *report, const char *step, int64_t microseconds,
                     GVariant *answer, const char *format, ...) G_GNUC_PRINTF(5, 6);
void probe_report_failed(struct probe_report *report, const char *step, int64_t microseconds,
                         const char *format, ...) G_GNUC_PRINTF(4, 5);

/* A fact of the whole, for JSON. `value` is floating. */
void probe_report_fact(struct probe_report *report, const char *key, GVariant *value);

/* The last word. */
void probe_report_end(struct probe_report *report);
