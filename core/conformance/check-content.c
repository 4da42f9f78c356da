/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Checks of the content door: what it gives, and how its readers are read.
 */
#include <errno.h>

#include "conformance/checks.h"

#define SMALL_MAX (256 * 1024) /* content above is not read byte by byte */

static gboolean has_content(struct trial *trial) {
    if (trial->spy->module.provider.has_content)
        return TRUE;
    report_skip(trial->report, "it has no content door");
    return FALSE;
}

static void judge_content(struct trial *trial, const struct stand_answer *answer) {
    if (answer->kind == CHAIN_CONTENT_FILE && !g_file_test(answer->name, G_FILE_TEST_EXISTS))
        report_fail(trial->report, RULE_CONTENT, "it gives the file '%s', which does not exist",
                    answer->name);
    if (answer->verdict == -EPROTO)
        report_fail(trial->report, RULE_CONTENT, "%s",
                    answer->reason != NULL ? answer->reason : "what it gives breaks the contract");
}

void check_content(struct trial *trial) {
    struct stand *stand = has_content(trial) ? trial_open(trial) : NULL;
    if (stand == NULL)
        return;
    g_autoptr(GPtrArray) files = trial_files(trial, stand);
    unsigned given = 0;
    for (guint i = 0; i < files->len; i++) {
        struct stand_answer answer;
        trial_ask(trial, stand, g_ptr_array_index(files, i), &answer);
        judge_content(trial, &answer);
        given += answer.verdict == BOOT_HOST_REPLY ? 1 : 0;
        stand_answer_clear(&answer);
    }
    trial_close(trial, stand);
    if (given == 0 && !report_has_failed(trial->report))
        report_skip(trial->report, "it gave none of the usual files: name one of its own with "
                                   "--file NAME");
}

/* ---- Readers --------------------------------------------------------------------------------- */

static gboolean ask_for_reader(struct trial *trial, struct stand *stand, const struct guest *guest,
                               struct stand_answer *ret_answer) {
    trial_ask(trial, stand, guest, ret_answer);
    return ret_answer->kind == CHAIN_CONTENT_READER;
}

/* The whole, read in steps; NULL after a finding. */
static GBytes *read_in_steps(struct trial *trial, struct stand *stand, const struct guest *guest,
                             uint64_t step) {
    struct stand_answer answer;
    GBytes *bytes = NULL;
    int error = 0;
    if (ask_for_reader(trial, stand, guest, &answer)) {
        report_at(trial->report, "read of its reader");
        bytes = stand_read(&answer, step, &error);
        char beyond = 0;
        if (bytes != NULL &&
            answer.reader.read(answer.reader.user, g_bytes_get_size(bytes), &beyond, 1) != 0)
            report_fail(trial->report, RULE_READERS, "read at the end does not return 0 again");
        report_at(trial->report, "close of its reader");
    }
    if (bytes == NULL)
        report_fail(trial->report, RULE_READERS, "read in steps of %" G_GUINT64_FORMAT " fails: %s",
                    step, error != 0 ? g_strerror(-error) : "the file is not given again");
    stand_answer_clear(&answer);
    report_at(trial->report, "");
    return bytes;
}

static void judge_length(struct trial *trial, int64_t length, const GBytes *whole) {
    gsize size = g_bytes_get_size((GBytes *) whole);
    if (length >= 0 && (guint64) length != size)
        report_fail(trial->report, RULE_READERS,
                    "its reader says %" G_GINT64_FORMAT " bytes and gives %" G_GSIZE_FORMAT, length,
                    size);
}

static void judge_reader(struct trial *trial, struct stand *stand, const struct guest *guest,
                         int64_t length) {
    static const uint64_t steps[] = {1, 7, 512, 1468};
    g_autoptr(GBytes) whole = read_in_steps(trial, stand, guest, 65536);
    if (whole == NULL)
        return;
    judge_length(trial, length, whole);
    for (gsize i = g_bytes_get_size(whole) <= SMALL_MAX ? 0 : 2; i < G_N_ELEMENTS(steps); i++) {
        g_autoptr(GBytes) again = read_in_steps(trial, stand, guest, steps[i]);
        if (again != NULL && !g_bytes_equal(whole, again))
            report_fail(trial->report, RULE_READERS,
                        "read in steps of %" G_GUINT64_FORMAT " it gives other bytes", steps[i]);
    }
}

void check_readers(struct trial *trial) {
    struct stand *stand = has_content(trial) ? trial_open(trial) : NULL;
    if (stand == NULL)
        return;
    g_autoptr(GPtrArray) files = trial_files(trial, stand);
    unsigned readers = 0;
    for (guint i = 0; i < files->len; i++) {
        struct stand_answer answer;
        const struct guest *guest = g_ptr_array_index(files, i);
        gboolean is_reader = ask_for_reader(trial, stand, guest, &answer);
        int64_t length = answer.reader.length;
        /* Closed without having been read: that happens, too. */
        stand_answer_clear(&answer);
        if (is_reader)
            judge_reader(trial, stand, guest, length);
        readers += is_reader ? 1 : 0;
    }
    trial_close(trial, stand);
    if (readers == 0)
        report_skip(trial->report, "it gave no reader for the usual files, nor for --file");
}
