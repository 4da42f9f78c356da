/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The steps of a probe, for people and for programs.
 */
#include "cli/probe-report.h"

#include <stdio.h>

#include "cli/json.h"
#include "cli/packet-facts.h"

void probe_report_init(struct probe_report *report, gboolean json, gboolean verbose) {
    report->json = json;
    report->verbose = verbose;
    report->worked = TRUE;
    report->steps = g_variant_builder_new(G_VARIANT_TYPE("aa{sv}"));
    report->facts = g_variant_builder_new(G_VARIANT_TYPE_VARDICT);
}

void probe_report_clear(struct probe_report *report) {
    g_variant_builder_unref(report->steps);
    g_variant_builder_unref(report->facts);
}

static void add_step(struct probe_report *report, const char *step, gboolean worked,
                     int64_t microseconds, const char *text, GVariant *answer) {
    g_variant_builder_open(report->steps, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(report->steps, "{sv}", "step", g_variant_new_string(step));
    g_variant_builder_add(report->steps, "{sv}", "worked", g_variant_new_boolean(worked));
    g_variant_builder_add(report->steps, "{sv}", "microseconds", g_variant_new_int64(microseconds));
    g_variant_builder_add(report->steps, "{sv}", "text", g_variant_new_string(text));
    if (answer != NULL)
        g_variant_builder_add(report->steps, "{sv}", "answer", answer);
    g_variant_builder_close(report->steps);
}

static void print_step(const struct probe_report *report, const char *step, gboolean worked,
                       int64_t microseconds, const char *text) {
    if (report->json)
        return;
    printf("%-10s %-6s %9.1f ms  %s\n", step, worked ? "ok" : "FAILED",
           (double) microseconds / 1000.0, text);
    fflush(stdout);
}

void probe_report_ok(struct probe_report *report, const char *step, int64_t microseconds,
                     GVariant *answer, const char *format, ...) {
    g_autoptr(GVariant) decoded = answer != NULL ? g_variant_ref_sink(answer) : NULL;
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    add_step(report, step, TRUE, microseconds, text, decoded);
    print_step(report, step, TRUE, microseconds, text);
    if (decoded != NULL && report->verbose && !report->json)
        packet_facts_print(decoded);
}

void probe_report_failed(struct probe_report *report, const char *step, int64_t microseconds,
                         const char *format, ...) {
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    report->worked = FALSE;
    add_step(report, step, FALSE, microseconds, text, NULL);
    print_step(report, step, FALSE, microseconds, text);
}

void probe_report_fact(struct probe_report *report, const char *key, GVariant *value) {
    g_variant_builder_add(report->facts, "{sv}", key, value);
}

void probe_report_end(struct probe_report *report) {
    if (!report->json) {
        puts(report->worked ? "the whole boot worked" : "this machine would not boot");
        return;
    }
    probe_report_fact(report, "worked", g_variant_new_boolean(report->worked));
    probe_report_fact(report, "steps", g_variant_builder_end(report->steps));
    g_autoptr(GVariant) facts = g_variant_ref_sink(g_variant_builder_end(report->facts));
    json_print(facts);
}
