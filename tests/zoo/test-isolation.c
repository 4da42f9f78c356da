/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Providers in a process of their own: whatever they do costs their own clients an error verdict, is
 * said in the trace and in status, and ends in a new process; clients of others notice nothing.
 */
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "provider/instance-config.h"
#include "provider/remote.h"
#include "provider/sandbox-files.h"
#include "support/chain-bed.h"

#define FAULT  "pxe/ipxe-bios-discover"    /* what a faulty one fails at */
#define GOOD   "pxe/ipxe-bios-boot-server" /* and what not */
#define OTHERS "pxe/edk2-x64-discover"     /* clients of the steady provider */

/* So long an answer to others may take while all this happens; this machine does other work, too. */
#define OTHERS_MAX_US 100000

static const struct remote_host host = {.program = WORKER_PROGRAM};

/* ---- The steady one -------------------------------------------------------------------------- */

static int32_t open_steady(const struct boot_host *its_host, const struct boot_host_config *config,
                           uint32_t flags, void **ret_instance) {
    *ret_instance = (void *) its_host;
    return 0;
}

static int32_t decide_steady(void *instance, const struct boot_host_request *request,
                             struct boot_host_reply *reply) {
    const struct boot_host *its_host = instance;
    its_host->reply_set(reply, BOOT_HOST_REPLY_BOOT_FILE, "steady.efi");
    return BOOT_HOST_REPLY;
}

static const struct boot_host_provider steady = {
    .size = sizeof(steady),
    .abi = BOOT_HOST_ABI,
    .flags = BOOT_HOST_INLINE,
    .name = "steady",
    .version = "1",
    .summary = "Answers everybody",
    .open = open_steady,
    .decide = decide_steady,
};

/* ---- The bed --------------------------------------------------------------------------------- */

static struct chain_bed *make_bed(const char *fault) {
    struct chain_bed *bed = chain_bed_new(ZOO_FOLDER);
    bed->remote_host = &host;
    chain_bed_add_table(bed, &steady);
    struct instance_config *config = chain_bed_add(bed, "bad", "faulty", "fault", fault, NULL);
    config->is_isolated = TRUE;
    config->deadline_us = 300 * CLOCK_MILLISECOND;
    config->match_architecture = g_strsplit("x86-bios", ";", -1);
    chain_bed_add(bed, "steady", "steady", NULL);
    return bed;
}

static gboolean is_running(void *user) {
    g_autofree char *phase = chain_bed_word(user, 0, "process");
    return strcmp(phase, "running") == 0;
}

/* Asks for others until `answer` is there: each at once, none later than OTHERS_MAX_US. */
static guint serve_others(struct chain_bed *bed, const struct chain_answer *answer) {
    struct request *request = chain_bed_request(OTHERS);
    guint served = 0;
    gint64 last = g_get_monotonic_time();
    while (!answer->is_done) {
        struct chain_answer other;
        chain_bed_ask(bed, request, &other);
        g_assert_cmpstr(other.boot_file, ==, "steady.efi");
        chain_answer_clear(&other);
        served++;
        g_main_context_iteration(NULL, FALSE);
        gint64 now = g_get_monotonic_time();
        g_assert_cmpint(now - last, <, OTHERS_MAX_US);
        last = now;
        g_usleep(200);
    }
    request_unref(request);
    return served;
}

static void ask(struct chain_bed *bed, const char *vector, struct chain_answer *ret_answer) {
    struct request *request = chain_bed_request(vector);
    chain_bed_begin(bed, request, ret_answer);
    serve_others(bed, ret_answer);
    request_unref(request);
}

static void assert_works(struct chain_bed *bed) {
    struct chain_answer answer = {0};
    ask(bed, GOOD, &answer);
    g_autofree char *line = chain_answer_line(&answer, 0);
    g_assert_cmpstr(line, ==, "bad reply it works");
    g_assert_cmpstr(answer.boot_file, ==, "faulty.efi");
    chain_answer_clear(&answer);
}

static char *fact(const struct chain_answer *answer, const char *name) {
    return g_strdup(trace_fact(answer->trace, name));
}

static void assert_fact(const struct chain_answer *answer, const char *name, const char *value) {
    g_autofree char *found = fact(answer, name);
    if (g_strcmp0(found, value) != 0)
        g_error("%s is %s, not %s", name, found, value);
}

/* ---- Faults ---------------------------------------------------------------------------------- */

struct fault_case {
    const char *name;
    const char *line; /* begins the trace's */
    const char *end;  /* is part of status's last-end */
};

static const struct fault_case faults[] = {
    {"segv", "bad error its process ended by signal 11", "signal 11"},
    {"kill", "bad error its process ended by signal 9", "signal 9"},
    {"exit", "bad error its process ended with exit status 3", "exit status 3"},
    {"loop", "bad timeout", "did not come back from a call"},
    {"block", "bad timeout", "did not come back from a call"},
    {"hog", "bad error its process ended by signal 6", "signal 6"},
    {"garbage", "bad error its process was killed", "sent what is no message"},
    {"half", "bad timeout", "did not come back from a call"},
    {"half-and-exit", "bad error its process ended with exit status 0", "exit status 0"},
    {"endless", "bad error its process was killed", "sent what is no message"},
    {"large", "bad error its process was killed", "sent what is no message"},
};

static void test_fault(gconstpointer data) {
    const struct fault_case *fault = data;
#ifdef __SANITIZE_ADDRESS__
    if (strcmp(fault->name, "hog") == 0) {
        g_test_skip("AddressSanitizer needs more memory than any limit");
        return;
    }
#endif
    struct chain_bed *bed = make_bed(fault->name);
    /* It ends by itself: on a busy machine late, but not by the deadline. */
    if (g_str_has_prefix(fault->line, "bad error"))
        ((struct instance_config *) bed->configs->pdata[0])->deadline_us = 20 * CLOCK_SECOND;
    chain_bed_open_clean(bed);
    assert_works(bed);

    struct chain_answer answer = {0};
    ask(bed, FAULT, &answer);
    g_autofree char *line = chain_answer_line(&answer, 0);
    if (!g_str_has_prefix(line, fault->line))
        g_assert_cmpstr(line, ==, fault->line);
    g_assert_cmpstr(answer.boot_file, ==, "steady.efi"); /* on-error = next */
    chain_answer_clear(&answer);

    while (chain_bed_counter(bed, 0, "restarts") == 0)
        g_main_context_iteration(NULL, TRUE);
    chain_bed_run_until(is_running, bed);
    g_autofree char *end = chain_bed_word(bed, 0, "last-end");
    g_assert_nonnull(strstr(end, fault->end));
    assert_works(bed);
    g_assert_cmpuint(chain_bed_counter(bed, 0, "restarts"), ==, 1);
    chain_bed_free(bed);
}

/* Many calls are held when it dies: each has its verdict at once, not at its deadline. */
static void test_held_calls(void) {
    struct chain_bed *bed = make_bed("segv");
    ((struct instance_config *) bed->configs->pdata[0])->deadline_us = 30 * CLOCK_SECOND;
    chain_bed_open_clean(bed);
    struct request *request = chain_bed_request(FAULT);
    struct chain_answer answers[20] = {0};
    gint64 start = g_get_monotonic_time();
    for (gsize i = 0; i < G_N_ELEMENTS(answers); i++)
        chain_bed_begin(bed, request, &answers[i]);
    for (gsize i = 0; i < G_N_ELEMENTS(answers); i++) {
        serve_others(bed, &answers[i]);
        g_assert_cmpstr(answers[i].boot_file, ==, "steady.efi");
        chain_answer_clear(&answers[i]);
    }
    g_assert_cmpint(g_get_monotonic_time() - start, <, 5 * CLOCK_SECOND);
    request_unref(request);
    chain_bed_free(bed);
}

static gboolean has_restarted(void *user) {
    return chain_bed_counter(user, 0, "restarts") > 0;
}

static gboolean on_tick(gpointer unused) {
    return G_SOURCE_CONTINUE;
}

/* Its answers are right; what it does beside them takes a processor. */
static void test_computes_beside(void) {
    struct chain_bed *bed = make_bed("spin");
    chain_bed_open_clean(bed);
    struct chain_answer answer = {0};
    ask(bed, FAULT, &answer);
    g_assert_cmpstr(answer.boot_file, ==, "faulty.efi");
    chain_answer_clear(&answer);
    guint tick = g_timeout_add(500, on_tick, NULL);
    gint64 end = g_get_monotonic_time() + 60 * G_USEC_PER_SEC;
    while (!has_restarted(bed) && g_get_monotonic_time() < end)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(tick);
    g_autofree char *last = chain_bed_word(bed, 0, "last-end");
    g_assert_nonnull(strstr(last, "computed without end"));
    chain_bed_free(bed);
}

/* Dies again and again: started again after pauses that grow, and not asked for a while. */
static void test_breaker(void) {
    struct chain_bed *bed = make_bed("segv");
    chain_bed_open_clean(bed);
    for (guint i = 0; i < 8; i++) {
        struct chain_answer answer = {0};
        ask(bed, FAULT, &answer);
        g_assert_cmpstr(answer.boot_file, ==, "steady.efi");
        chain_answer_clear(&answer);
    }
    g_autofree char *breaker = chain_bed_word(bed, 0, "breaker");
    g_assert_cmpstr(breaker, ==, "open");
    g_assert_cmpuint(chain_bed_counter(bed, 0, "restarts"), <, 8);
    chain_bed_free(bed);
}

/* ---- Opening --------------------------------------------------------------------------------- */

static void assert_does_not_open(const char *fault, const char *words) {
    struct chain_bed *bed = make_bed(fault);
    ((struct instance_config *) bed->configs->pdata[0])->critical = TRUE;
    g_assert_false(chain_bed_open(bed));
    g_autofree char *problems = chain_bed_problems(bed);
    if (strstr(problems, words) == NULL)
        g_assert_cmpstr(problems, ==, words);
    chain_bed_free(bed);
}

static void test_exits_at_once(void) {
    assert_does_not_open("exit-at-once", "does not open: ended with exit status 5");
}

static void test_refuses(void) {
    assert_does_not_open("refuse", "test.conf:11: [provider bad] fault: is one that it refuses");
}

static char **command(const char *first, const char *second, const char *third) {
    const char *words[] = {first, second, third, NULL};
    return g_strdupv((char **) words);
}

static void assert_command_fails(char **words, const char *expected) {
    struct chain_bed *bed = make_bed("none");
    struct instance_config *config = bed->configs->pdata[0];
    config->is_isolated = FALSE;
    config->critical = TRUE;
    config->command = words;
    g_assert_false(chain_bed_open(bed));
    g_autofree char *problems = chain_bed_problems(bed);
    if (strstr(problems, expected) == NULL)
        g_assert_cmpstr(problems, ==, expected);
    chain_bed_free(bed);
}

static void test_no_program(void) {
    assert_command_fails(command("/nowhere/at/all", NULL, NULL),
                         "does not start: ended with exit status 127");
}

static void test_other_program(void) {
    assert_command_fails(command("/bin/true", NULL, NULL),
                         "does not start: ended with exit status 0");
}

static void test_wrong_handshake(void) {
    assert_command_fails(command("/bin/sh", "-c", "echo HELLO WORLD >&3; exec sleep 20"),
                         "does not speak D-Bus");
}

/* ---- A command ------------------------------------------------------------------------------- */

static gboolean has_python(void) {
    int status = 1;
    const char *words[] = {"/usr/bin/python3", "-c", "from gi.repository import Gio", NULL};
    return g_spawn_sync(NULL, (char **) words, NULL,
                        G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL,
                        NULL, &status, NULL) &&
           status == 0;
}

/* NULL: this machine cannot, and the test is skipped. */
static struct chain_bed *make_command_bed(const char *word) {
    if (!has_python()) {
        g_test_skip("python3-gi is not installed");
        return NULL;
    }
    struct chain_bed *bed = make_bed("none");
    struct instance_config *config = bed->configs->pdata[0];
    g_ptr_array_set_size(config->settings, 0);
    config->is_isolated = FALSE;
    /* By its text: a user without privileges may not be able to read where we were built. */
    g_autofree char *script = NULL;
    g_assert_true(g_file_get_contents(SNAKE, &script, NULL, NULL));
    const char *words[] = {"/usr/bin/python3", "-c", script, word, NULL};
    config->command = g_strdupv((char **) words);
    config->deadline_us = 5 * CLOCK_SECOND;
    chain_bed_open_clean(bed);
    return bed;
}

static void assert_snake(struct chain_bed *bed) {
    struct chain_answer answer = {0};
    ask(bed, GOOD, &answer);
    g_autofree char *line = chain_answer_line(&answer, 0);
    g_assert_cmpstr(line, ==, "bad reply Python knows x86-bios");
    g_assert_cmpstr(answer.boot_file, ==, "snake.efi");
    assert_fact(&answer, "snake", "yes");
    chain_answer_clear(&answer);
}

static void test_command(void) {
    struct chain_bed *bed = make_command_bed(NULL);
    if (bed == NULL)
        return;
    assert_snake(bed);
    g_autofree char *isolation = chain_bed_word(bed, 0, "isolation");
    g_assert_cmpstr(isolation, ==, "command");
    chain_bed_free(bed);
}

static void test_command_crashes(void) {
    struct chain_bed *bed = make_command_bed("crash");
    if (bed == NULL)
        return;
    struct chain_answer answer = {0};
    ask(bed, FAULT, &answer);
    g_autofree char *line = chain_answer_line(&answer, 0);
    g_assert_true(g_str_has_prefix(line, "bad error its process ended by signal 6"));
    chain_answer_clear(&answer);
    assert_snake(bed); /* waits for the next process */
    chain_bed_free(bed);
}

struct reading {
    struct boot_host_reader *reader;
    GByteArray *bytes;
    gint is_done;
};

static gpointer read_all(gpointer data) {
    struct reading *reading = data;
    guint8 piece[10000];
    int64_t count = 1;
    while (count > 0) {
        count =
            reading->reader->read(reading->reader->user, reading->bytes->len, piece, sizeof(piece));
        g_byte_array_append(reading->bytes, piece, (guint) MAX(count, 0));
    }
    g_assert_cmpint(count, ==, 0);
    reading->reader->close(reading->reader->user);
    g_atomic_int_set(&reading->is_done, TRUE);
    g_main_context_wakeup(NULL);
    return NULL;
}

static gboolean has_read(void *user) {
    return g_atomic_int_get(&((struct reading *) user)->is_done);
}

static void test_command_reader(void) {
    struct chain_bed *bed = make_command_bed(NULL);
    if (bed == NULL)
        return;
    struct request *request = chain_bed_file_request(GOOD, "lines");
    struct chain_answer answer;
    chain_bed_ask_content(bed, request, &answer);
    g_assert_cmpint(answer.content_kind, ==, CHAIN_CONTENT_READER);
    g_assert_cmpint(answer.reader.length, ==, 19 * 50000);
    struct reading reading = {.reader = &answer.reader, .bytes = g_byte_array_new()};
    GThread *thread = g_thread_new("reader", read_all, &reading);
    chain_bed_run_until(has_read, &reading);
    g_thread_join(thread);
    g_assert_cmpuint(reading.bytes->len, ==, 19 * 50000);
    g_assert_cmpint(memcmp(reading.bytes->data + 19 * 49999, "a line of the file\n", 19), ==, 0);
    g_byte_array_unref(reading.bytes);
    chain_answer_clear(&answer);
    request_unref(request);
    chain_bed_free(bed);
}

/* ---- Confinement ----------------------------------------------------------------------------- */

static void test_confined(void) {
    g_autofree char *folder = g_dir_make_tmp("boothost-isolation-XXXXXX", NULL);
    g_autofree char *file = g_build_filename(folder, "granted", NULL);
    g_autofree char *other = g_build_filename(folder, "other", NULL);
    g_assert_true(g_file_set_contents(file, "content", -1, NULL));
    g_assert_true(g_file_set_contents(other, "secret", -1, NULL));
    g_assert_cmpint(g_chmod(folder, 0755) | g_chmod(file, 0666) | g_chmod(other, 0666), ==, 0);

    struct chain_bed *bed = make_bed("none");
    struct instance_config *config = bed->configs->pdata[0];
    instance_config_add(config, "file", file, "test.conf:12");
    instance_config_add(config, "other", other, "test.conf:13");
    chain_bed_open_clean(bed);
    struct chain_answer answer = {0};
    ask(bed, GOOD, &answer);
    assert_fact(&answer, "file", "content");
    assert_fact(&answer, "reads-file", "yes");
    assert_fact(&answer, "makes-socket", "no");
    assert_fact(&answer, "makes-process", "no");
    assert_fact(&answer, "runs-program", "no");
    assert_fact(&answer, "becomes-root", "no");
    assert_fact(&answer, "is-root", "no");
    if (sandbox_files_are_confined()) {
        assert_fact(&answer, "writes-file", "no");
        assert_fact(&answer, "reads-other", "no");
    }
    chain_answer_clear(&answer);
    chain_bed_free(bed);
    g_assert_cmpint(g_remove(file) | g_remove(other) | g_rmdir(folder), ==, 0);
}

/* ---- A thread that blocks, here in the daemon ------------------------------------------------ */

static int32_t decide_blocking(void *instance, const struct boot_host_request *request,
                               struct boot_host_reply *reply) {
    g_usleep(10 * G_USEC_PER_SEC);
    return BOOT_HOST_PASS;
}

static const struct boot_host_provider blocking = {
    .size = sizeof(blocking),
    .abi = BOOT_HOST_ABI,
    .name = "blocking",
    .version = "1",
    .summary = "Blocks for ten seconds",
    .open = open_steady,
    .decide = decide_blocking,
};

static void test_blocking_thread(void) {
    struct chain_bed *bed = chain_bed_new(NULL);
    chain_bed_add_table(bed, &steady);
    chain_bed_add_table(bed, &blocking);
    struct instance_config *config = chain_bed_add(bed, "bad", "blocking", NULL);
    config->deadline_us = 200 * CLOCK_MILLISECOND;
    config->match_architecture = g_strsplit("x86-bios", ";", -1);
    chain_bed_add(bed, "steady", "steady", NULL);
    chain_bed_open_clean(bed);
    struct chain_answer answer = {0};
    ask(bed, FAULT, &answer);
    g_autofree char *line = chain_answer_line(&answer, 0);
    g_assert_cmpstr(line, ==, "bad timeout no answer within its deadline of 200ms");
    g_assert_cmpstr(answer.boot_file, ==, "steady.efi");
    chain_answer_clear(&answer);

    /* It still blocks: the next one is told at once. */
    struct chain_answer second = {0};
    ask(bed, FAULT, &second);
    g_autofree char *busy = chain_answer_line(&second, 0);
    g_assert_true(g_str_has_prefix(busy, "bad error stalled"));
    chain_answer_clear(&second);
    g_autofree char *state = chain_bed_word(bed, 0, "state");
    g_assert_cmpstr(state, ==, "stalled");
    GSource *timer = g_timeout_source_new(10000);
    g_source_attach(timer, NULL);
    gint64 end = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;
    while (chain_bed_counter(bed, 0, "late") == 0 && g_get_monotonic_time() < end)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpuint(chain_bed_counter(bed, 0, "late"), ==, 1);
    g_source_destroy(timer);
    g_source_unref(timer);
    chain_bed_free(bed);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    log_catch_begin();
    for (gsize i = 0; i < G_N_ELEMENTS(faults); i++) {
        g_autofree char *path = g_strconcat("/boothost/isolation/fault/", faults[i].name, NULL);
        g_test_add_data_func(path, &faults[i], test_fault);
    }
    g_test_add_func("/boothost/isolation/fault/calls-it-held-fail-at-once", test_held_calls);
    g_test_add_func("/boothost/isolation/fault/computes-beside-its-calls", test_computes_beside);
    g_test_add_func("/boothost/isolation/fault/again-and-again", test_breaker);
    g_test_add_func("/boothost/isolation/open/exits-at-once", test_exits_at_once);
    g_test_add_func("/boothost/isolation/open/refuses-a-setting", test_refuses);
    g_test_add_func("/boothost/isolation/open/no-such-program", test_no_program);
    g_test_add_func("/boothost/isolation/open/another-program", test_other_program);
    g_test_add_func("/boothost/isolation/open/wrong-handshake", test_wrong_handshake);
    g_test_add_func("/boothost/isolation/command/answers", test_command);
    g_test_add_func("/boothost/isolation/command/crashes", test_command_crashes);
    g_test_add_func("/boothost/isolation/command/gives-content-piece-by-piece",
                    test_command_reader);
    g_test_add_func("/boothost/isolation/confined", test_confined);
    g_test_add_func("/boothost/isolation/blocking-thread-delays-nobody", test_blocking_thread);
    return g_test_run();
}
