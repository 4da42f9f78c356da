/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a check tells the process that started it: lines on a descriptor, each written at once, so
 * that a crash loses none. The last "at" line says where the provider was when it crashed.
 *
 *     at <TAB> call <TAB> situation      fail <TAB> rule <TAB> text      warn <TAB> rule <TAB> text
 *     skip <TAB> text                    note <TAB> text                 end
 *     usage <TAB> text: the author's settings are at fault, not the module
 */
#pragma once

#include <glib.h>

#define REPORT_FINDINGS_MAX 6 /* of one check; the others say the same */

struct report;

struct report *report_new(int descriptor);
void report_free(struct report *report);

/* What the check is about to do, in words: "x64-uefi asks". Shown with every finding. One thread. */
void report_situation(struct report *report, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The provider's function that is called now; "" when it is back. Any thread, as all below. */
void report_at(struct report *report, const char *call);

void report_fail(struct report *report, unsigned rule, const char *format, ...) G_GNUC_PRINTF(3, 4);
void report_warn(struct report *report, unsigned rule, const char *format, ...) G_GNUC_PRINTF(3, 4);
void report_skip(struct report *report, const char *format, ...) G_GNUC_PRINTF(2, 3);
void report_usage(struct report *report, const char *format, ...) G_GNUC_PRINTF(2, 3);
void report_note(struct report *report, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The check has come to its end. */
void report_end(struct report *report);
gboolean report_has_failed(const struct report *report);
