/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Checks of calls: every kind of client, odd ones, threads and time, events.
 */
#include <errno.h>
#include <string.h>

#include "conformance/checks.h"

#define INLINE_MAX_US  1000 /* an INLINE call is to be far below; others wait meanwhile */
#define TRIES          3    /* the quickest counts: the machine may have other work */
#define AFTERMATH_US   (300 * CLOCK_MILLISECOND)
#define EVENT_PATIENCE (5 * CLOCK_SECOND)
#define AT_ONCE        64
#define ROUNDS         8

static void ask_everybody(struct trial *trial, GPtrArray *crowd, gboolean judge_reasons) {
    struct stand *stand = trial_open(trial);
    gboolean warned = !judge_reasons;
    for (guint i = 0; stand != NULL && i < crowd->len; i++) {
        struct stand_answer answer;
        trial_ask(trial, stand, g_ptr_array_index(crowd, i), &answer);
        gboolean decides = answer.verdict >= BOOT_HOST_REPLY && answer.verdict < BOOT_HOST_LATER;
        if (decides && answer.reply != NULL && answer.reason == NULL && !warned) {
            report_warn(trial->report, RULE_VERDICTS,
                        "it answers %s without a reason: `boothost explain` has nothing to say",
                        trace_verdict_name(answer.verdict));
            warned = TRUE;
        }
        stand_answer_clear(&answer);
    }
    if (stand != NULL)
        trial_close(trial, stand);
    g_ptr_array_unref(crowd);
}

void check_verdicts(struct trial *trial) {
    GPtrArray *crowd = crowd_all();
    g_autoptr(GPtrArray) files = crowd_files(crowd_usual_names());
    g_ptr_array_extend_and_steal(crowd, g_steal_pointer(&files));
    guint count = crowd->len;
    ask_everybody(trial, crowd, TRUE);
    report_note(trial->report,
                "%u clients asked; %" G_GINT64_FORMAT
                " calls failed with an errno, which is theirs "
                "to do",
                count, trial->spy->door_errors);
}

void check_input(struct trial *trial) {
    GPtrArray *crowd = crowd_odd();
    g_autoptr(GPtrArray) files = crowd_odd_files();
    g_ptr_array_extend_and_steal(crowd, g_steal_pointer(&files));
    ask_everybody(trial, crowd, FALSE);
}

/* Whoever keeps a handle uses it soon after. */
void check_handles(struct trial *trial) {
    struct stand *stand = trial_open(trial);
    if (stand == NULL)
        return;
    trial_ask_all(trial, stand, trial_guests(trial));
    trial_ask_all(trial, stand, trial_guests(trial));
    report_situation(trial->report, "no call is open");
    stand_idle(AFTERMATH_US);
    trial_close(trial, stand);
}

/* ---- Time ------------------------------------------------------------------------------------ */

static void time_inline(struct trial *trial, struct stand *stand, const struct guest *guest,
                        int64_t *worst_us) {
    int64_t best_us = INT64_MAX, waits = INT64_MAX;
    for (unsigned i = 0; i < TRIES; i++) {
        struct stand_answer answer;
        trial_ask(trial, stand, guest, &answer);
        best_us = MIN(best_us, trial->spy->door_us);
        waits = MIN(waits, trial->spy->door_waits);
        stand_answer_clear(&answer);
    }
    *worst_us = MAX(*worst_us, best_us);
    if (best_us <= INLINE_MAX_US)
        return;
    if (waits > 0)
        report_fail(trial->report, RULE_BLOCKING,
                    "it is INLINE, and a call blocks for %" G_GINT64_FORMAT
                    " us: clear the flag, and it gets a thread of its own",
                    best_us);
    else
        report_warn(trial->report, RULE_BLOCKING,
                    "it is INLINE, and a call takes %" G_GINT64_FORMAT
                    " us, while all clients wait: goal below %d us",
                    best_us, INLINE_MAX_US);
}

static void time_worker(struct trial *trial, struct stand *stand, const struct guest *guest,
                        int64_t *worst_us) {
    struct stand_answer answer;
    trial_ask(trial, stand, guest, &answer);
    *worst_us = MAX(*worst_us, answer.microseconds);
    if (answer.verdict == -ETIMEDOUT)
        report_fail(trial->report, RULE_BLOCKING,
                    "no answer within the deadline of %" G_GINT64_FORMAT " ms",
                    trial->config->deadline_us / CLOCK_MILLISECOND);
    stand_answer_clear(&answer);
}

void check_blocking(struct trial *trial) {
    if (trial->is_slow) {
        report_skip(trial->report, "times mean nothing under valgrind");
        return;
    }
    struct stand *stand = trial_open(trial);
    if (stand == NULL)
        return;
    gboolean is_inline = (trial->spy->module.provider.flags & BOOT_HOST_INLINE) != 0;
    g_autoptr(GPtrArray) crowd = trial_guests(trial);
    int64_t worst_us = 0;
    for (guint i = 0; i < crowd->len; i++) {
        if (is_inline)
            time_inline(trial, stand, g_ptr_array_index(crowd, i), &worst_us);
        else
            time_worker(trial, stand, g_ptr_array_index(crowd, i), &worst_us);
    }
    report_note(trial->report, "the slowest call took %" G_GINT64_FORMAT " us%s", worst_us,
                is_inline ? " on the packet thread" : " and a thread of its own");
    trial_close(trial, stand);
}

/* ---- At the same time ------------------------------------------------------------------------ */

/* Asks AT_ONCE at once; `alone` may be NULL. */
static void ask_together(struct trial *trial, struct stand *stand, const GPtrArray *crowd,
                         const GPtrArray *alone) {
    struct stand_answer answers[AT_ONCE];
    for (guint i = 0; i < AT_ONCE; i++) {
        const struct guest *guest = g_ptr_array_index(crowd, i % crowd->len);
        stand_begin(stand, guest->request, &answers[i]);
    }
    for (guint i = 0; i < AT_ONCE; i++) {
        stand_wait(&answers[i]);
        g_autofree char *text = trial_fingerprint(&answers[i]);
        const char *wanted = alone != NULL ? g_ptr_array_index(alone, i % crowd->len) : text;
        if (strcmp(text, wanted) != 0 && answers[i].verdict != -ETIMEDOUT)
            report_fail(trial->report, RULE_PARALLEL,
                        "among other calls it answers '%s', and '%s' alone: do calls share memory?",
                        text, wanted);
        stand_answer_clear(&answers[i]);
    }
}

void check_parallel(struct trial *trial) {
    uint32_t flags = trial->spy->module.provider.flags;
    if ((flags & BOOT_HOST_INLINE) != 0 || (flags & BOOT_HOST_PARALLEL) == 0) {
        report_skip(trial->report, "it is not PARALLEL: its calls come one at a time");
        return;
    }
    struct stand *stand = trial_open(trial);
    if (stand == NULL)
        return;
    g_autoptr(GPtrArray) crowd = trial_guests(trial);
    g_autoptr(GPtrArray) alone = trial_fingerprints(trial, stand, crowd);
    report_situation(trial->report, "%d calls at once", AT_ONCE);
    for (unsigned round = 0; round < ROUNDS; round++)
        ask_together(trial, stand, crowd, alone);
    trial_close(trial, stand);
}

/* ---- Events ---------------------------------------------------------------------------------- */

void check_events(struct trial *trial) {
    static const uint32_t kinds[] = {BOOT_HOST_EVENT_ANSWERED,
                                     BOOT_HOST_EVENT_TRANSFER_DONE,
                                     BOOT_HOST_EVENT_TRANSFER_FAILED,
                                     0,
                                     77,
                                     UINT32_MAX};
    static const char *const names[] = {"boot.efi", "%s%n${mac}/../x", ""};
    if (!trial->spy->module.provider.has_event) {
        report_skip(trial->report, "it takes no events");
        return;
    }
    struct stand *stand = trial_open(trial);
    if (stand == NULL)
        return;
    g_autoptr(GPtrArray) crowd = crowd_usual();
    for (guint i = 0; i < G_N_ELEMENTS(kinds) * G_N_ELEMENTS(names); i++) {
        const struct guest *guest = g_ptr_array_index(crowd, i % crowd->len);
        struct boot_host_event event = {
            .size = sizeof(event),
            .kind = kinds[i % G_N_ELEMENTS(kinds)],
            .value = i % 2 == 0 ? INT64_MAX : -1,
            .name = names[i / G_N_ELEMENTS(kinds)],
            .detail = i % 2 == 0 ? NULL : "the client has gone away",
        };
        report_situation(trial->report, "an event of kind %u about %s", event.kind, guest->words);
        stand_event(stand, guest->request, &event);
        if (!trial_wait(&trial->spy->events, i + 1, EVENT_PATIENCE))
            report_fail(trial->report, RULE_EVENTS, "event does not come back");
    }
    trial_close(trial, stand);
}
