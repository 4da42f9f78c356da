/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Checks of LATER: completed once, in time, after cancel, and by drain.
 */
#include <errno.h>

#include "conformance/checks.h"

#define PATIENCE_US (5 * CLOCK_SECOND) /* for a completion that nobody waits for any more */
#define SHORT_US    CLOCK_MILLISECOND  /* a deadline that hardly any answer keeps */
#define DRAIN_US    (100 * CLOCK_MILLISECOND)

/* Does this provider ever answer LATER? */
static gboolean is_concerned(struct trial *trial) {
    if (trial->spy->later > 0)
        return TRUE;
    report_skip(trial->report, "it never answered LATER to the usual clients");
    return FALSE;
}

/* Whatever is open is completed before long. */
static void await_completions(struct trial *trial, enum rule_number rule, const char *when) {
    if (!trial_wait(&trial->spy->completed, trial->spy->later, PATIENCE_US))
        report_fail(trial->report, rule, "%u of %u calls answered LATER are not completed %s",
                    trial->spy->later - trial->spy->completed, trial->spy->later, when);
}

void check_later(struct trial *trial) {
    struct stand *stand = trial_open(trial);
    if (stand == NULL)
        return;
    g_autoptr(GPtrArray) crowd = trial_guests(trial);
    unsigned late = 0;
    for (guint i = 0; i < crowd->len; i++) {
        struct stand_answer answer;
        uint32_t before = trial->spy->later;
        trial_ask(trial, stand, g_ptr_array_index(crowd, i), &answer);
        late += answer.verdict == -ETIMEDOUT && trial->spy->later > before ? 1 : 0;
        stand_answer_clear(&answer);
    }
    report_situation(trial->report, "%s", "");
    if (is_concerned(trial)) {
        await_completions(trial, RULE_LATER, "at all");
        if (late > 0)
            report_fail(trial->report, RULE_LATER, "%u of %u completions missed the deadline", late,
                        trial->spy->later);
    }
    trial_close(trial, stand);
}

static struct stand *open_hurried(struct trial *trial, int64_t deadline_us) {
    struct instance_config *config = trial_copy_config(trial, deadline_us);
    struct stand *stand = trial_open_with(trial, config, FALSE);
    instance_config_unref(config);
    return stand;
}

void check_cancel(struct trial *trial) {
    struct stand *stand = open_hurried(trial, SHORT_US);
    if (stand == NULL)
        return;
    trial_ask_all(trial, stand, trial_guests(trial));
    if (is_concerned(trial))
        await_completions(trial, RULE_CANCEL, "within 5 s after the deadline and cancel");
    trial_close(trial, stand);
}

void check_drain(struct trial *trial) {
    struct stand *stand = open_hurried(trial, DRAIN_US);
    if (stand == NULL)
        return;
    trial_ask_all(trial, stand, trial_guests(trial));
    gboolean concerned = is_concerned(trial);
    trial_close(trial, stand);
    if (concerned && trial->spy->uncompleted > 0)
        report_fail(trial->report, RULE_DRAIN,
                    "%u calls answered LATER are still open after drain and cancel",
                    trial->spy->uncompleted);
}
