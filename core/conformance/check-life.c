/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Checks of an instance's life: open, CHECK, close, many lives, two at once, the process around it.
 */
#include <string.h>

#include "conformance/checks.h"

#define LIVES          100
#define ROUNDS 20
#define WARM_UP        20 /* lives before memory is measured: caches fill */
#define LEAK_BYTES     16 /* a life, above which memory is lost; malloc gives no less */
#define SETTLE_US      (500 * CLOCK_MILLISECOND)
#define SETTLE_STEP_US 100

void check_open(struct trial *trial) {
    struct stand *stand = trial_open(trial);
    if (stand == NULL)
        return;
    trial_ask_all(trial, stand, trial_guests(trial));
    trial_close(trial, stand);
}

static void report_changes(struct trial *trial, enum rule_number rule, const char *when,
                           const struct snapshot *before, const struct snapshot *after,
                           enum snapshot_parts except) {
    g_auto(GStrv) changes = snapshot_compare(before, after, except);
    for (gsize i = 0; changes[i] != NULL; i++)
        report_fail(trial->report, rule, "%s: %s", when, changes[i]);
}

/* A library may have to: what counts is that nothing is written. */
static void warn_of_writers(struct trial *trial, const struct spy_views *views) {
    g_auto(GStrv) changes =
        snapshot_compare(views->before_open, views->after_open, SNAPSHOT_READERS);
    for (gsize i = 0; changes[i] != NULL; i++) {
        if (strstr(changes[i], "is new: /") != NULL)
            report_warn(trial->report, RULE_CHECK, "open with CHECK opens a file to write: %s",
                        changes[i]);
    }
}

void check_check(struct trial *trial) {
    struct spy_views *views = &trial->spy->views;
    trial->spy->watches = TRUE;
    struct stand *stand = trial_open_with(trial, trial->config, TRUE);
    if (stand == NULL)
        return;
    report_changes(trial, RULE_CHECK, "open with CHECK had an effect", views->before_open,
                   views->after_open, SNAPSHOT_PLAIN_FILES);
    warn_of_writers(trial, views);
    trial_ask_all(trial, stand, trial_guests(trial));
    trial_close(trial, stand);
    report_changes(trial, RULE_CHECK, "after open with CHECK, decide and close", views->before_open,
                   views->after_close, SNAPSHOT_THREADS);
    spy_clear_views(trial->spy);
}

/* ---- Many lives ------------------------------------------------------------------------------ */

static gboolean live_once(struct trial *trial) {
    struct stand *stand = trial_open(trial);
    if (stand == NULL)
        return FALSE;
    trial_ask_all(trial, stand, trial_guests(trial));
    trial_close(trial, stand);
    return TRUE;
}

/* Threads of pools, and of providers that detach theirs, take a moment to go. */
static unsigned settled_threads(unsigned wanted) {
    int64_t end = g_get_monotonic_time() + SETTLE_US;
    g_thread_pool_stop_unused_threads();
    while (snapshot_count_threads() > wanted && g_get_monotonic_time() < end)
        g_usleep(SETTLE_STEP_US);
    return snapshot_count_threads();
}

/* Lives so many more times, and returns by how much memory has grown; -1: it could not open. */
static gssize live_on(struct trial *trial, unsigned lives, unsigned threads) {
    gsize before = snapshot_count_memory();
    for (unsigned i = 0; i < lives; i++) {
        if (!live_once(trial))
            return -1;
        settled_threads(threads); /* or their memory would be taken for the provider's */
    }
    return (gssize) snapshot_count_memory() - (gssize) before;
}

/* What a provider loses it loses in each round; what caches keep they keep once. */
static gboolean live_rounds(struct trial *trial, unsigned threads) {
    gssize least = G_MAXSSIZE;
    for (unsigned round = 0; round < ROUNDS && least >= 0; round++)
        least = MIN(least, live_on(trial, LIVES / ROUNDS, threads));
    if (least >= (gssize) (LIVES / ROUNDS * LEAK_BYTES))
        report_fail(trial->report, RULE_CLOSE,
                    "each life (open, a few requests, close) loses %" G_GSSIZE_FORMAT
                    " bytes of memory: valgrind --leak-check=full, or an ASan build, says where",
                    least / (LIVES / ROUNDS));
    return !report_has_failed(trial->report);
}

void check_close(struct trial *trial) {
    g_thread_pool_set_max_unused_threads(0);
    unsigned threads = snapshot_count_threads();
    live_on(trial, WARM_UP, threads);
    threads = snapshot_count_threads();
    unsigned descriptors = snapshot_count_descriptors();
    if (report_has_failed(trial->report) || !live_rounds(trial, threads))
        return;
    unsigned threads_after = settled_threads(threads);
    unsigned descriptors_after = snapshot_count_descriptors();
    if (threads_after > threads)
        report_fail(trial->report, RULE_CLOSE, "%u lives left %u threads behind", LIVES,
                    threads_after - threads);
    if (descriptors_after > descriptors)
        report_fail(trial->report, RULE_CLOSE, "%u lives left %u descriptors open", LIVES,
                    descriptors_after - descriptors);
}

/* ---- Two at once ----------------------------------------------------------------------------- */

/* With settings that differ as much as the provider takes. */
static struct stand *open_other(struct trial *trial) {
    for (int least = 0; least < 2; least++) {
        g_autoptr(GPtrArray) problems = problem_list_new();
        struct instance_config *other = trial_vary_config(trial, least != 0);
        struct stand *stand = stand_open(&trial->spy->module, other, FALSE, problems);
        instance_config_unref(other);
        if (stand != NULL)
            return stand;
    }
    report_note(trial->report, "it takes no other settings, so both instances have the same ones");
    return trial_open(trial);
}

static void compare_with(struct trial *trial, struct stand *stand, const GPtrArray *crowd,
                         const GPtrArray *alone, const char *when) {
    for (guint i = 0; i < crowd->len; i++) {
        struct stand_answer answer;
        const char *wanted = g_ptr_array_index(alone, i);
        trial_ask(trial, stand, g_ptr_array_index(crowd, i), &answer);
        g_autofree char *text = trial_fingerprint(&answer);
        if (strcmp(text, wanted) != 0)
            report_fail(trial->report, RULE_INSTANCES,
                        "an instance answers something else %s: '%s', and '%s' before", when, text,
                        wanted);
        stand_answer_clear(&answer);
    }
    report_situation(trial->report, "%s", "");
}

static void compare_both(struct trial *trial, struct stand *first, const GPtrArray *crowd) {
    g_autoptr(GPtrArray) alone = trial_fingerprints(trial, first, crowd);
    struct stand *second = open_other(trial);
    if (second == NULL)
        return;
    trial_ask_all(trial, second, trial_guests(trial));
    if (alone != NULL)
        compare_with(trial, first, crowd, alone, "while another one is open");
    else
        report_note(trial->report, "it does not answer the same when asked again: not compared");
    trial_close(trial, second);
    if (alone != NULL)
        compare_with(trial, first, crowd, alone, "when another one has been closed");
}

void check_instances(struct trial *trial) {
    struct stand *first = trial_open(trial);
    if (first == NULL)
        return;
    g_autoptr(GPtrArray) crowd = trial_guests(trial);
    compare_both(trial, first, crowd);
    trial_close(trial, first);
}

/* ---- Around it ------------------------------------------------------------------------------- */

void check_process(struct trial *trial) {
    struct snapshot *before = snapshot_take();
    check_open(trial);
    struct snapshot *after = snapshot_take();
    report_changes(trial, RULE_PROCESS, "it changed the daemon's process", before, after,
                   SNAPSHOT_THREADS | SNAPSHOT_DESCRIPTORS | SNAPSHOT_FILES);
    snapshot_free(before);
    snapshot_free(after);
}

void check_growth(struct trial *trial) {
    g_autoptr(GPtrArray) crowd = trial_guests(trial);
    struct stand *stand = trial_open(trial);
    if (stand == NULL)
        return;
    g_autoptr(GPtrArray) today = trial_fingerprints(trial, stand, crowd);
    trial_close(trial, stand);
    trial->spy->is_newer = TRUE;
    report_situation(trial->report, "the host is newer");
    stand = trial_open(trial);
    if (stand == NULL) {
        report_fail(trial->report, RULE_GROWTH,
                    "it does not open on a host with a longer table: compare abi and size with >=");
        return;
    }
    for (guint i = 0; today != NULL && i < crowd->len; i++) {
        struct stand_answer answer;
        trial_ask(trial, stand, g_ptr_array_index(crowd, i), &answer);
        g_autofree char *text = trial_fingerprint(&answer);
        if (strcmp(text, g_ptr_array_index(today, i)) != 0)
            report_fail(trial->report, RULE_GROWTH,
                        "on a newer host it answers '%s', and '%s' here", text,
                        (const char *) g_ptr_array_index(today, i));
        stand_answer_clear(&answer);
    }
    trial_close(trial, stand);
}
