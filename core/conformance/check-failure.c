/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Checks of bad times: services of the host that fail, memory that runs out.
 */
#include <errno.h>

#include "conformance/allocation.h"
#include "conformance/checks.h"

#define FAILURES_MAX 48 /* of one call: the first so many services or allocations fail in turn */

/* ---- Services -------------------------------------------------------------------------------- */

static gboolean names_file(const struct stand_answer *answer) {
    return answer->reply != NULL && (reply_get(answer->reply, BOOT_HOST_REPLY_BOOT_FILE) != NULL ||
                                     reply_get_menu(answer->reply) != NULL);
}

/* How many services a call uses, and whether its reply names something to boot. */
static uint32_t count_services(struct trial *trial, struct stand *stand, const struct guest *guest,
                               gboolean *ret_names_file) {
    struct stand_answer answer;
    trial->spy->services = 0;
    trial_ask(trial, stand, guest, &answer);
    *ret_names_file = names_file(&answer);
    stand_answer_clear(&answer);
    return trial->spy->services;
}

static void ask_with_failure(struct trial *trial, struct stand *stand, const struct guest *guest,
                             gboolean had_file) {
    struct spy *spy = trial->spy;
    struct stand_answer answer;
    spy->services = 0;
    trial_ask(trial, stand, guest, &answer);
    if (had_file && answer.verdict == BOOT_HOST_REPLY && !names_file(&answer))
        report_fail(
            trial->report, RULE_SERVICES,
            "the host refused the boot file or the menu (%s), and it answered REPLY all the "
            "same, with nothing to boot: look at what services return",
            g_strerror(-spy->fail_with));
    stand_answer_clear(&answer);
}

static void fail_services(struct trial *trial, struct stand *stand, const struct guest *guest,
                          int32_t error) {
    struct spy *spy = trial->spy;
    gboolean had_file = FALSE;
    spy->fail_with = 0;
    uint32_t count = count_services(trial, stand, guest, &had_file);
    spy->fail_with = error;
    for (uint32_t i = 1; i <= MIN(count, FAILURES_MAX); i++) {
        spy->fail_from = spy->fail_to = i;
        ask_with_failure(trial, stand, guest, had_file);
        spy->fail_to = UINT32_MAX;
        ask_with_failure(trial, stand, guest, had_file);
    }
    spy->fail_with = 0;
}

void check_services(struct trial *trial) {
    static const int32_t errors[] = {-ENOMEM, -ENOSPC, -E2BIG};
    struct stand *stand = trial_open(trial);
    if (stand == NULL)
        return;
    g_autoptr(GPtrArray) crowd = trial_guests(trial);
    for (guint i = 0; i < crowd->len; i++) {
        for (gsize j = 0; j < G_N_ELEMENTS(errors); j++)
            fail_services(trial, stand, g_ptr_array_index(crowd, i), errors[j]);
    }
    trial_close(trial, stand);
}

/* ---- Memory ---------------------------------------------------------------------------------- */

/* Opening may fail here, with an errno. */
static struct stand *open_in_need(struct trial *trial) {
    g_autoptr(GPtrArray) problems = problem_list_new();
    return stand_open(&trial->spy->module, trial->config, FALSE, problems);
}

static void live_in_need(struct trial *trial, uint32_t first, uint32_t last) {
    g_autoptr(GPtrArray) crowd = crowd_usual();
    g_autoptr(GPtrArray) files = crowd_files(trial->files);
    report_situation(trial->report, "allocation %u of the module is refused%s", first,
                     last > first ? ", and all that follow" : "");
    allocation_fail(first, last);
    struct stand *stand = open_in_need(trial);
    for (guint i = 0; stand != NULL && i < crowd->len + files->len; i++) {
        const struct guest *guest =
            i < crowd->len ? g_ptr_array_index(crowd, i) : g_ptr_array_index(files, i - crowd->len);
        struct stand_answer answer;
        stand_ask(stand, guest->request, &answer);
        stand_answer_clear(&answer);
    }
    if (stand != NULL && !stand_close(stand))
        report_fail(trial->report, RULE_MEMORY, "it does not close any more");
}

void check_memory(struct trial *trial) {
    if (!allocation_hook(trial->path)) {
        report_skip(trial->report, "the module itself allocates nothing");
        return;
    }
    live_in_need(trial, 0, 0);
    uint32_t count = MIN(allocation_count(), FAILURES_MAX);
    unsigned descriptors = snapshot_count_descriptors();
    for (uint32_t i = 1; i <= count; i++) {
        live_in_need(trial, i, i);
        live_in_need(trial, i, UINT32_MAX);
    }
    allocation_fail(0, 0);
    report_situation(trial->report, "%s", "");
    unsigned left = snapshot_count_descriptors();
    if (left > descriptors)
        report_fail(trial->report, RULE_OPEN,
                    "where memory ran out, %u descriptors were left open: a failed open undoes all",
                    left - descriptors);
    report_note(trial->report, "%u allocations were refused in turn", count);
}
