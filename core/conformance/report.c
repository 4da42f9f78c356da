/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Lines on a descriptor. What cannot be written is lost: the reader then sees a check without end.
 */
#include "conformance/report.h"

#include <string.h>
#include <unistd.h>

struct report {
    int descriptor;
    GMutex lock;
    char *situation;
    unsigned findings;
    _Atomic gboolean failed;
};

struct report *report_new(int descriptor) {
    struct report *report = g_new0(struct report, 1);
    report->descriptor = descriptor;
    report->situation = g_strdup("");
    g_mutex_init(&report->lock);
    return report;
}

void report_free(struct report *report) {
    g_mutex_clear(&report->lock);
    g_free(report->situation);
    g_free(report);
}

/* Tabs and line ends inside a text would be taken for ours. */
static void write_line(const struct report *report, char *line) {
    for (char *at = line; at[0] != '\0' && at[1] != '\0'; at++) {
        if (at[0] == '\n' || at[0] == '\r')
            at[0] = ' ';
    }
    if (write(report->descriptor, line, strlen(line)) < 0)
        return;
}

void report_situation(struct report *report, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *words = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_mutex_lock(&report->lock);
    g_free(report->situation);
    report->situation = words;
    g_mutex_unlock(&report->lock);
}

void report_at(struct report *report, const char *call) {
    g_mutex_lock(&report->lock);
    g_autofree char *line = g_strdup_printf("at\t%s\t%s\n", call, report->situation);
    write_line(report, line);
    g_mutex_unlock(&report->lock);
}

static void find(struct report *report, const char *kind, unsigned rule, const char *format,
                 va_list arguments) {
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    g_mutex_lock(&report->lock);
    const char *situation = report->situation;
    g_autofree char *line =
        g_strdup_printf("%s\t%u\t%s%s%s%s\n", kind, rule, text, situation[0] != '\0' ? " (" : "",
                        situation, situation[0] != '\0' ? ")" : "");
    if (report->findings++ < REPORT_FINDINGS_MAX)
        write_line(report, line);
    g_mutex_unlock(&report->lock);
}

void report_fail(struct report *report, unsigned rule, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    find(report, "fail", rule, format, arguments);
    va_end(arguments);
    report->failed = TRUE;
}

void report_warn(struct report *report, unsigned rule, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    find(report, "warn", rule, format, arguments);
    va_end(arguments);
}

static void tell(struct report *report, const char *kind, const char *format, va_list arguments) {
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    g_autofree char *line = g_strdup_printf("%s\t%s\n", kind, text);
    g_mutex_lock(&report->lock);
    write_line(report, line);
    g_mutex_unlock(&report->lock);
}

void report_skip(struct report *report, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    tell(report, "skip", format, arguments);
    va_end(arguments);
}

void report_usage(struct report *report, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    tell(report, "usage", format, arguments);
    va_end(arguments);
}

void report_note(struct report *report, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    tell(report, "note", format, arguments);
    va_end(arguments);
}

void report_end(struct report *report) {
    g_autofree char *line = g_strdup("end\n");
    write_line(report, line);
}

gboolean report_has_failed(const struct report *report) {
    return report->failed;
}
