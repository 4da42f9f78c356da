/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One child a check. Its report and its output go into memory files, so that neither a full pipe nor
 * a process that it leaves behind can hold us up.
 */
#include "conformance/runner.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "conformance/exports.h"
#include "provider/instance-config.h"

#define PATIENCE_S          120 /* for one check; the slowest have 120 lives to live */
#define PATIENCE_VALGRIND_S 1200
#define VALGRIND_FOUND      99

static void free_finding(gpointer data) {
    struct runner_finding *finding = data;
    g_free(finding->text);
    g_free(finding);
}

static void outcome_init(struct runner_outcome *outcome) {
    *outcome = (struct runner_outcome){
        .findings = g_ptr_array_new_with_free_func(free_finding),
        .notes = g_ptr_array_new_with_free_func(g_free),
    };
}

void runner_outcome_clear(struct runner_outcome *outcome) {
    g_ptr_array_unref(outcome->findings);
    g_ptr_array_unref(outcome->notes);
    g_free(outcome->reason);
    g_free(outcome->output);
    *outcome = (struct runner_outcome){0};
}

const char *runner_result_name(enum runner_result result) {
    static const char *const names[] = {
        [RUNNER_PASSED] = "passed",
        [RUNNER_SKIPPED] = "skipped",
        [RUNNER_FAILED] = "failed",
        [RUNNER_USAGE] = "usage",
    };
    return names[result];
}

/* Takes `text`. */
static void add_finding(struct runner_outcome *outcome, gboolean is_warning, unsigned rule,
                        char *text) {
    struct runner_finding *finding = g_new0(struct runner_finding, 1);
    *finding = (struct runner_finding){is_warning, rule, text};
    g_ptr_array_add(outcome->findings, finding);
    if (!is_warning)
        outcome->result = RUNNER_FAILED;
}

/* ---- The report ------------------------------------------------------------------------------ */

/* Where the child was when it ended. */
struct place {
    char *call;      /* "decide"; "": in no function of the module */
    char *situation; /* "": none */
    gboolean has_ended;
};

static void place_clear(struct place *place) {
    g_free(place->call);
    g_free(place->situation);
}

static void take_reason(struct runner_outcome *outcome, enum runner_result result,
                        const char *text) {
    if (outcome->result == RUNNER_FAILED)
        return;
    gboolean goes_on = outcome->result == result && outcome->reason != NULL;
    char *reason = g_strconcat(goes_on ? outcome->reason : "", goes_on ? "; " : "", text, NULL);
    outcome->result = result;
    g_free(outcome->reason);
    outcome->reason = reason;
}

static void read_line(const char *line, struct runner_outcome *outcome, struct place *place) {
    g_auto(GStrv) words = g_strsplit(line, "\t", 3);
    guint count = g_strv_length(words);
    if (count == 1 && strcmp(words[0], "end") == 0) {
        place->has_ended = TRUE;
    } else if (count == 3 && strcmp(words[0], "at") == 0) {
        place_clear(place);
        place->call = g_strdup(words[1]);
        place->situation = g_strdup(words[2]);
    } else if (count == 3) {
        gboolean is_warning = strcmp(words[0], "warn") == 0;
        unsigned rule = (unsigned) g_ascii_strtoull(words[1], NULL, 10);
        add_finding(outcome, is_warning, rule, g_strdup(words[2]));
    } else if (count == 2 && strcmp(words[0], "skip") == 0) {
        take_reason(outcome, RUNNER_SKIPPED, words[1]);
    } else if (count == 2 && strcmp(words[0], "usage") == 0) {
        take_reason(outcome, RUNNER_USAGE, words[1]);
    } else if (count == 2) {
        g_ptr_array_add(outcome->notes, g_strdup(words[1]));
    }
}

/* The content of a memory file, as UTF-8. */
static char *read_file(int descriptor) {
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", descriptor);
    g_autofree char *text = NULL;
    gsize size = 0;
    if (!g_file_get_contents(path, &text, &size, NULL))
        return g_strdup("");
    return g_utf8_make_valid(text, (gssize) size);
}

static void read_report(int descriptor, struct runner_outcome *outcome, struct place *place) {
    g_autofree char *text = read_file(descriptor);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (gsize i = 0; lines[i] != NULL; i++) {
        if (lines[i][0] != '\0')
            read_line(lines[i], outcome, place);
    }
}

/* ---- How it ended ---------------------------------------------------------------------------- */

static char *tell_place(const struct place *place) {
    gboolean inside = place->call != NULL && place->call[0] != '\0';
    gboolean known = place->situation != NULL && place->situation[0] != '\0';
    return g_strdup_printf("%s%s%s%s", inside ? "in " : "outside its functions",
                           inside ? place->call : "", known ? ": " : "",
                           known ? place->situation : "");
}

static const char *find_sanitizer(const char *output) {
    static const char *const words[] = {"AddressSanitizer", "LeakSanitizer", "ThreadSanitizer",
                                        "MemorySanitizer", "runtime error:"};
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        if (strstr(output, words[i]) != NULL)
            return words[i];
    }
    return NULL;
}

static void judge_end(GSubprocess *child, const struct check *check, const struct place *place,
                      struct runner_outcome *outcome) {
    g_autofree char *where = tell_place(place);
    const char *sanitizer = find_sanitizer(outcome->output);
    if (sanitizer != NULL)
        add_finding(
            outcome, FALSE, check->rule,
            g_strdup_printf("a sanitizer (%s) has found something, last %s", sanitizer, where));
    else if (g_subprocess_get_if_signaled(child))
        add_finding(
            outcome, FALSE, check->rule,
            g_strdup_printf("SIG%s %s", sigabbrev_np(g_subprocess_get_term_sig(child)), where));
    else if (g_subprocess_get_exit_status(child) == VALGRIND_FOUND)
        add_finding(outcome, FALSE, check->rule, g_strdup("valgrind has found errors"));
    else if (!place->has_ended)
        add_finding(outcome, FALSE, RULE_PROCESS,
                    g_strdup_printf("the process was ended, exit status %d, %s",
                                    g_subprocess_get_exit_status(child), where));
}

/* ---- The child ------------------------------------------------------------------------------- */

static void add(GStrvBuilder *words, const char *option, const char *value) {
    g_strv_builder_add(words, option);
    g_strv_builder_add(words, value);
}

/* Beside this program, as in a build tree; else the installed one. */
static char *find_program(void) {
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = g_path_get_dirname(self != NULL ? self : "");
    g_autofree char *beside = g_build_filename(folder, "boothost-conformance", NULL);
    return g_file_test(beside, G_FILE_TEST_IS_EXECUTABLE) ? g_steal_pointer(&beside)
                                                          : g_strdup(BOOTHOST_CONFORMANCE);
}

/* The child has another working folder and reads no file of settings. */
static void add_settings(GStrvBuilder *words, const struct runner *runner) {
    const struct instance_config *config = runner->config;
    g_autofree char *deadline = g_strdup_printf("%" G_GINT64_FORMAT, config->deadline_us);
    add(words, "--name", config->name);
    add(words, "--folder", config->folder);
    add(words, "--deadline", deadline);
    for (guint i = 0; i < config->settings->len; i++) {
        const struct instance_setting *setting = g_ptr_array_index(config->settings, i);
        g_autofree char *word = g_strdup_printf("%s=%s", setting->key, setting->value);
        add(words, "--setting", word);
    }
    for (gsize i = 0; runner->files != NULL && runner->files[i] != NULL; i++)
        add(words, "--file", runner->files[i]);
}

static GStrv make_arguments(const struct runner *runner, const struct check *check) {
    static const char *const valgrind[] = {"valgrind",
                                           "--quiet",
                                           "--error-exitcode=99",
                                           "--leak-check=full",
                                           "--errors-for-leak-kinds=definite",
                                           "--show-leak-kinds=definite",
                                           "--num-callers=24",
                                           NULL};
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();
    g_autofree char *program = find_program();
    if (runner->valgrind)
        g_strv_builder_addv(words, (const char **) valgrind);
    g_strv_builder_add(words, program);
    add(words, "--module", runner->module);
    add(words, "--check", check->name);
    add_settings(words, runner);
    if (runner->valgrind)
        g_strv_builder_add(words, "--slow");
    return g_strv_builder_end(words);
}

/* A sanitizer's library must be the first of the process, or it refuses to work. */
static void preload_sanitizer(GSubprocessLauncher *launcher, const char *module) {
    static const char *const names[] = {"libasan.so", "libtsan.so", "liblsan.so"};
    g_auto(GStrv) needed = exports_needed(module);
    for (gsize i = 0; needed != NULL && needed[i] != NULL; i++) {
        for (gsize j = 0; j < G_N_ELEMENTS(names); j++) {
            if (g_str_has_prefix(needed[i], names[j]))
                g_subprocess_launcher_setenv(launcher, "LD_PRELOAD", needed[i], FALSE);
        }
    }
}

struct waiting {
    gboolean is_over;
    gboolean is_late;
};

static void ended(GObject *source, GAsyncResult *result, gpointer data) {
    struct waiting *waiting = data;
    g_subprocess_wait_finish(G_SUBPROCESS(source), result, NULL);
    waiting->is_over = TRUE;
}

static gboolean ring(gpointer data) {
    struct waiting *waiting = data;
    waiting->is_late = TRUE;
    return G_SOURCE_CONTINUE;
}

/* FALSE: it had to be killed. */
static gboolean wait_for(GSubprocess *child, guint seconds) {
    struct waiting waiting = {0};
    guint alarm = g_timeout_add_seconds(seconds, ring, &waiting);
    g_subprocess_wait_async(child, NULL, ended, &waiting);
    while (!waiting.is_over && !waiting.is_late)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(alarm);
    if (waiting.is_over)
        return TRUE;
    g_subprocess_force_exit(child);
    while (!waiting.is_over)
        g_main_context_iteration(NULL, TRUE);
    return FALSE;
}

static void remove_folder(const char *path) {
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    const char *name = NULL;
    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
        g_autofree char *file = g_build_filename(path, name, NULL);
        if (g_file_test(file, G_FILE_TEST_IS_DIR) && !g_file_test(file, G_FILE_TEST_IS_SYMLINK))
            remove_folder(file);
        else
            g_unlink(file);
    }
    g_rmdir(path);
}

static GSubprocess *start(const struct runner *runner, const struct check *check,
                          const char *folder, const int files[2], GError **error) {
    g_auto(GStrv) arguments = make_arguments(runner, check);
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE);
    g_subprocess_launcher_set_cwd(launcher, folder);
    /* Memory that threads keep for themselves would look like memory that is lost. */
    g_subprocess_launcher_setenv(launcher, "GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", FALSE);
    preload_sanitizer(launcher, runner->module);
    g_subprocess_launcher_take_fd(launcher, dup(files[0]), RUNNER_DESCRIPTOR);
    g_subprocess_launcher_take_stdout_fd(launcher, dup(files[1]));
    g_subprocess_launcher_take_stderr_fd(launcher, dup(files[1]));
    return g_subprocess_launcher_spawnv(launcher, (const char *const *) arguments, error);
}

static gboolean run_in(const struct runner *runner, const struct check *check, const char *folder,
                       struct runner_outcome *outcome, GError **error) {
    int files[2] = {memfd_create("report", MFD_CLOEXEC), memfd_create("output", MFD_CLOEXEC)};
    g_autoptr(GSubprocess) child = start(runner, check, folder, files, error);
    struct place place = {0};
    guint patience = runner->valgrind ? PATIENCE_VALGRIND_S : PATIENCE_S;
    gboolean in_time = child != NULL && wait_for(child, patience);
    if (child != NULL) {
        read_report(files[0], outcome, &place);
        outcome->output = read_file(files[1]);
    }
    if (child != NULL && in_time) {
        judge_end(child, check, &place, outcome);
    } else if (child != NULL) {
        g_autofree char *where = tell_place(&place);
        add_finding(outcome, FALSE, RULE_BLOCKING,
                    g_strdup_printf("it hangs, for %u s by now, %s", patience, where));
    }
    place_clear(&place);
    close(files[0]);
    close(files[1]);
    return child != NULL;
}

gboolean runner_run(const struct runner *runner, const struct check *check,
                    struct runner_outcome *ret_outcome, GError **error) {
    g_autofree char *folder = g_dir_make_tmp("boothost-test-XXXXXX", error);
    if (folder == NULL)
        return FALSE;
    struct runner_outcome outcome;
    outcome_init(&outcome);
    int64_t start_us = g_get_monotonic_time();
    gboolean started = run_in(runner, check, folder, &outcome, error);
    outcome.microseconds = g_get_monotonic_time() - start_us;
    remove_folder(folder);
    if (started)
        *ret_outcome = outcome;
    else
        runner_outcome_clear(&outcome);
    return started;
}
