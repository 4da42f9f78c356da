/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The walk: verdicts, drafts, policies, filters, LATER and deadlines.
 */
#include "provider/chain.h"

#include <errno.h>
#include <string.h>

#include "support/actor.h"
#include "support/chain-bed.h"

#define DISCOVER "pxe/edk2-x64-discover"

struct fixture {
    struct chain_bed *bed;
    struct request *request;
    struct chain_answer answer;
    struct clock_fake clock; /* used when a test says so */
};

static void set_up(struct fixture *fixture, gconstpointer unused) {
    fixture->bed = chain_bed_new(NULL);
    chain_bed_add_table(fixture->bed, &actor_inline);
    chain_bed_add_table(fixture->bed, &actor_worker);
    chain_bed_add_table(fixture->bed, &actor_parallel);
    fixture->request = chain_bed_request(DISCOVER);
    log_catch_clear();
}

static void tear_down(struct fixture *fixture, gconstpointer unused) {
    chain_answer_clear(&fixture->answer);
    request_unref(fixture->request);
    chain_bed_free(fixture->bed);
}

static void ask(struct fixture *fixture) {
    chain_bed_open_clean(fixture->bed);
    chain_bed_ask(fixture->bed, fixture->request, &fixture->answer);
}

static void assert_line(const struct fixture *fixture, guint index, const char *expected) {
    g_autofree char *line = chain_answer_line(&fixture->answer, index);
    g_assert_cmpstr(line, ==, expected);
}

static void assert_end(const struct fixture *fixture, int32_t verdict, const char *provider) {
    g_assert_cmpint(fixture->answer.verdict, ==, verdict);
    g_assert_cmpint(trace_get_verdict(fixture->answer.trace), ==, verdict);
    g_assert_cmpstr(trace_get_provider(fixture->answer.trace), ==, provider);
}

/* ---- Verdicts -------------------------------------------------------------------------------- */

static void test_empty(struct fixture *fixture, gconstpointer unused) {
    ask(fixture);
    assert_end(fixture, BOOT_HOST_PASS, NULL);
    g_assert_cmpuint(trace_get_generation(fixture->answer.trace), ==, 7);
    g_assert_cmpstr(trace_get_stage(fixture->answer.trace), ==, "discover");
}

static void test_first_verdict_ends(struct fixture *fixture, gconstpointer unused) {
    chain_bed_add(fixture->bed, "a", "actor-inline", NULL);
    chain_bed_add(fixture->bed, "b", "actor-inline", "verdict", "1", "boot-file", "b.efi", "reason",
                  "because", NULL);
    chain_bed_add(fixture->bed, "c", "actor-inline", "verdict", "2", NULL);
    ask(fixture);
    assert_end(fixture, BOOT_HOST_REPLY, "b");
    g_assert_cmpstr(fixture->answer.boot_file, ==, "b.efi");
    assert_line(fixture, 0, "a pass -");
    assert_line(fixture, 1, "b reply because");
    assert_line(fixture, 2, "");
}

static void test_end_with_boot_file(struct fixture *fixture, gconstpointer unused) {
    chain_bed_add(fixture->bed, "a", "actor-inline", "boot-file", "a.efi", NULL);
    chain_bed_add(fixture->bed, "b", "actor-inline", NULL);
    ask(fixture);
    assert_end(fixture, BOOT_HOST_REPLY, NULL);
    g_assert_cmpstr(fixture->answer.boot_file, ==, "a.efi");
}

static void test_each_verdict(struct fixture *fixture, gconstpointer data) {
    int32_t verdict = GPOINTER_TO_INT(data);
    g_autofree char *text = g_strdup_printf("%d", verdict);
    chain_bed_add(fixture->bed, "a", "actor-worker", "verdict", text, NULL);
    ask(fixture);
    assert_end(fixture, verdict, "a");
}

static void test_facts_reach_later(struct fixture *fixture, gconstpointer unused) {
    chain_bed_add(fixture->bed, "a", "actor-inline", "fact.image", "win11", NULL);
    chain_bed_add(fixture->bed, "b", "actor-worker", "boot-file", "${image}/${architecture}.efi",
                  "verdict", "1", NULL);
    ask(fixture);
    g_assert_cmpstr(fixture->answer.boot_file, ==, "win11/x64-uefi.efi");
    g_assert_cmpstr(trace_fact(fixture->answer.trace, "image"), ==, "win11");
}

static void test_failure_discards(struct fixture *fixture, gconstpointer unused) {
    chain_bed_add(fixture->bed, "a", "actor-inline", "boot-file", "a.efi", NULL);
    chain_bed_add(fixture->bed, "b", "actor-inline", "boot-file", "b.efi", "verdict", "-5", NULL);
    ask(fixture);
    assert_end(fixture, BOOT_HOST_REPLY, NULL);
    g_assert_cmpstr(fixture->answer.boot_file, ==, "a.efi");
    assert_line(fixture, 1, "b error failed: Input/output error");
}

static void test_unknown_verdict(struct fixture *fixture, gconstpointer unused) {
    chain_bed_add(fixture->bed, "a", "actor-inline", "verdict", "42", NULL);
    chain_bed_add(fixture->bed, "b", "actor-worker", "verdict", "-100000", NULL);
    ask(fixture);
    assert_end(fixture, BOOT_HOST_PASS, NULL);
    assert_line(fixture, 0, "a error returned 42, which is no verdict of this door");
    assert_line(fixture, 1, "b error returned -100000, which is no verdict of this door");
    struct trace_entry entry;
    g_assert_true(trace_get_entry(fixture->answer.trace, 0, &entry));
    g_assert_cmpint(entry.verdict, ==, -EPROTO);
}

/* ---- Policies -------------------------------------------------------------------------------- */

static void test_on_error(struct fixture *fixture, gconstpointer data) {
    struct instance_config *config =
        chain_bed_add(fixture->bed, "a", "actor-worker", "verdict", "-5", NULL);
    config->on_error = (enum instance_policy) GPOINTER_TO_INT(data);
    ask(fixture);
    if (config->on_error == INSTANCE_NEXT)
        assert_end(fixture, BOOT_HOST_PASS, NULL);
    else
        assert_end(fixture, config->on_error == INSTANCE_DROP ? BOOT_HOST_DROP : BOOT_HOST_ABORT,
                   "a");
}

static void test_on_timeout(struct fixture *fixture, gconstpointer unused) {
    struct instance_config *config =
        chain_bed_add(fixture->bed, "slow", "actor-worker", "sleep", "300ms", "verdict", "1", NULL);
    config->deadline_us = 20 * CLOCK_MILLISECOND;
    config->on_timeout = INSTANCE_ABORT;
    ask(fixture);
    assert_end(fixture, BOOT_HOST_ABORT, "slow");
    assert_line(fixture, 0, "slow timeout no answer within its deadline of 20ms");
}

static void test_slow_inline(struct fixture *fixture, gconstpointer unused) {
    struct instance_config *config =
        chain_bed_add(fixture->bed, "slow", "actor-inline", "sleep", "60ms", "verdict", "1", NULL);
    config->deadline_us = 20 * CLOCK_MILLISECOND;
    config->on_timeout = INSTANCE_DROP;
    ask(fixture);
    assert_end(fixture, BOOT_HOST_DROP, "slow");
    assert_line(fixture, 0,
                "slow timeout answered on the packet thread, but after its deadline of 20ms");
}

static void test_breaker(struct fixture *fixture, gconstpointer unused) {
    struct instance_config *config =
        chain_bed_add(fixture->bed, "a", "actor-inline", "verdict", "-5", NULL);
    config->on_error = INSTANCE_DROP;
    clock_fake_init(&fixture->clock, CLOCK_SECOND);
    fixture->bed->clock = &fixture->clock.base;
    chain_bed_open_clean(fixture->bed);
    for (guint i = 0; i < 5; i++) {
        chain_bed_ask(fixture->bed, fixture->request, &fixture->answer);
        assert_line(fixture, 0, "a error failed: Input/output error");
        chain_answer_clear(&fixture->answer);
    }
    g_assert_true(log_catch_has("provider a: failed 5 times in a row; it is not asked for 1s"));
    chain_bed_ask(fixture->bed, fixture->request, &fixture->answer);
    assert_line(fixture, 0,
                "a breaker-open not asked: it failed 5 times in a row; next try in 1000ms");
    assert_end(fixture, BOOT_HOST_DROP, "a");
    g_autofree char *state = chain_bed_word(fixture->bed, 0, "breaker");
    g_assert_cmpstr(state, ==, "open");
    g_assert_cmpuint(chain_bed_counter(fixture->bed, 0, "calls"), ==, 5);
}

static void test_absent_keeps_shut(struct fixture *fixture, gconstpointer unused) {
    struct instance_config *config =
        chain_bed_add(fixture->bed, "guard", "actor-inline", "fail-open", "yes", NULL);
    config->on_error = INSTANCE_DROP;
    chain_bed_add(fixture->bed, "b", "actor-inline", "verdict", "1", NULL);
    g_assert_true(chain_bed_open(fixture->bed));
    g_autofree char *problems = chain_bed_problems(fixture->bed);
    g_assert_cmpstr(
        problems, ==,
        "test.conf:10: [provider guard]: module actor-inline does not open: Permission "
        "denied; what it has logged says more\n"
        "test.conf:10: warning: [provider guard] fails for every client from now on, and "
        "its on-error is followed\n");
    chain_bed_ask(fixture->bed, fixture->request, &fixture->answer);
    assert_end(fixture, BOOT_HOST_DROP, "guard");
}

/* ---- Filters --------------------------------------------------------------------------------- */

static void test_match(struct fixture *fixture, gconstpointer unused) {
    struct instance_config *config =
        chain_bed_add(fixture->bed, "bios", "actor-inline", "verdict", "2", NULL);
    config->match_architecture = g_strsplit("x86-bios", ";", -1);
    config = chain_bed_add(fixture->bed, "uefi", "actor-inline", "verdict", "1", NULL);
    config->match_architecture = g_strsplit("x64-uefi", ";", -1);
    ask(fixture);
    assert_end(fixture, BOOT_HOST_REPLY, "uefi");
    assert_line(fixture, 0, "bios skipped match-architecture");
}

/* ---- LATER ----------------------------------------------------------------------------------- */

static void test_later(struct fixture *fixture, gconstpointer data) {
    const char *const *how = data; /* module, setting */
    chain_bed_add(fixture->bed, "a", how[0], "later", how[1], "verdict", "1", "boot-file", "a.efi",
                  NULL);
    ask(fixture);
    assert_end(fixture, BOOT_HOST_REPLY, "a");
    g_assert_cmpstr(fixture->answer.boot_file, ==, "a.efi");
}

static void test_completed_inside_passes(struct fixture *fixture, gconstpointer unused) {
    for (guint i = 0; i < 3; i++) {
        g_autofree char *name = g_strdup_printf("a%u", i);
        g_autofree char *verdict = g_strdup_printf("%d", i == 2 ? BOOT_HOST_HOLD : BOOT_HOST_PASS);
        chain_bed_add(fixture->bed, name, "actor-inline", "later", "inside", "verdict", verdict,
                      NULL);
    }
    ask(fixture);
    assert_end(fixture, BOOT_HOST_HOLD, "a2");
    assert_line(fixture, 1, "a1 pass -");
}

static gboolean has_ignored(void *bed) {
    return chain_bed_counter(bed, 0, "ignored") == 1;
}

static gboolean poll_again(gpointer unused) {
    return G_SOURCE_CONTINUE;
}

static void wait_for(struct chain_bed *bed, gboolean (*done)(void *user)) {
    guint poll = g_timeout_add(5, poll_again, NULL);
    chain_bed_run_until(done, bed);
    g_source_remove(poll);
}

static void test_answers_twice(struct fixture *fixture, gconstpointer module) {
    chain_bed_add(fixture->bed, "a", module, "later", "twice", "verdict", "1", NULL);
    ask(fixture);
    assert_end(fixture, BOOT_HOST_REPLY, "a");
    wait_for(fixture->bed, has_ignored);
    g_assert_true(log_catch_has("provider a: completed ticket 1, which is not open: completed "
                                "already, answered by a verdict, or never taken, ignoring"));
}

static void test_answers_both_ways(struct fixture *fixture, gconstpointer module) {
    chain_bed_add(fixture->bed, "a", module, "later", "both", "verdict", "1", NULL);
    ask(fixture);
    assert_end(fixture, BOOT_HOST_REPLY, "a");
    wait_for(fixture->bed, has_ignored);
    g_assert_true(log_catch_has("provider a: answered one request twice, by host->complete and by "
                                "returning a verdict; the first answer counts, ignoring"));
}

static void test_later_without_ticket(struct fixture *fixture, gconstpointer module) {
    chain_bed_add(fixture->bed, "a", module, "later", "no-ticket", NULL);
    ask(fixture);
    assert_line(fixture, 0, "a error answered LATER without having taken a ticket");
}

static gboolean has_late(void *bed) {
    return chain_bed_counter(bed, 0, "late") == 1;
}

static void test_never_completes(struct fixture *fixture, gconstpointer module) {
    struct instance_config *config =
        chain_bed_add(fixture->bed, "a", module, "later", "never", NULL);
    config->deadline_us = 20 * CLOCK_MILLISECOND;
    ask(fixture);
    assert_line(fixture, 0, "a timeout no answer within its deadline of 20ms");
    /* The cancel slot completes, which must not count as an answer. */
    wait_for(fixture->bed, has_late);
    assert_end(fixture, BOOT_HOST_PASS, NULL);
    g_assert_true(log_catch_has("cancelled"));
}

static void test_fake_clock_deadline(struct fixture *fixture, gconstpointer unused) {
    clock_fake_init(&fixture->clock, CLOCK_SECOND);
    fixture->bed->clock = &fixture->clock.base;
    chain_bed_add(fixture->bed, "a", "actor-inline", "later", "never", NULL);
    chain_bed_open_clean(fixture->bed);
    chain_bed_begin(fixture->bed, fixture->request, &fixture->answer);
    fixture->clock.time_us += CLOCK_SECOND - 1;
    g_main_context_iteration(NULL, FALSE);
    g_assert_false(fixture->answer.is_done);
    fixture->clock.time_us += 1;
    g_main_context_iteration(NULL, FALSE);
    g_assert_true(fixture->answer.is_done);
    struct trace_entry entry;
    g_assert_true(trace_get_entry(fixture->answer.trace, 0, &entry));
    g_assert_cmpint(entry.microseconds, ==, CLOCK_SECOND);
}

/* ---- One stuck thread ------------------------------------------------------------------------ */

static gboolean is_well(void *bed) {
    g_autofree char *state = chain_bed_word(bed, 0, "state");
    return strcmp(state, "ok") == 0;
}

static void test_stalled(struct fixture *fixture, gconstpointer unused) {
    struct instance_config *config =
        chain_bed_add(fixture->bed, "slow", "actor-worker", "sleep", "200ms", "verdict", "2", NULL);
    config->deadline_us = 20 * CLOCK_MILLISECOND;
    chain_bed_add(fixture->bed, "b", "actor-worker", "verdict", "1", NULL);
    ask(fixture);
    assert_line(fixture, 0, "slow timeout no answer within its deadline of 20ms");
    assert_end(fixture, BOOT_HOST_REPLY, "b");
    g_autofree char *state = chain_bed_word(fixture->bed, 0, "state");
    g_assert_cmpstr(state, ==, "stalled");

    chain_answer_clear(&fixture->answer);
    chain_bed_ask(fixture->bed, fixture->request, &fixture->answer);
    assert_line(fixture, 0,
                "slow error stalled: an earlier call is past its deadline and has not come back");
    assert_end(fixture, BOOT_HOST_REPLY, "b");

    wait_for(fixture->bed, is_well);
    g_assert_cmpuint(chain_bed_counter(fixture->bed, 0, "late"), ==, 1);
    g_assert_true(log_catch_has("after its deadline, ignoring"));
}

static void test_queue_behind_slow(struct fixture *fixture, gconstpointer unused) {
    chain_bed_add(fixture->bed, "a", "actor-worker", "sleep", "10ms", "verdict", "1", NULL);
    chain_bed_open_clean(fixture->bed);
    struct chain_answer answers[8];
    for (guint i = 0; i < G_N_ELEMENTS(answers); i++)
        chain_bed_begin(fixture->bed, fixture->request, &answers[i]);
    for (guint i = 0; i < G_N_ELEMENTS(answers); i++) {
        chain_bed_wait(&answers[i]);
        g_assert_cmpint(answers[i].verdict, ==, BOOT_HOST_REPLY);
        chain_answer_clear(&answers[i]);
    }
    g_assert_cmpuint(chain_bed_counter(fixture->bed, 0, "calls"), ==, G_N_ELEMENTS(answers));
}

static void test_parallel(struct fixture *fixture, gconstpointer unused) {
    chain_bed_add(fixture->bed, "a", "actor-parallel", "sleep", "100ms", "verdict", "1", NULL);
    chain_bed_open_clean(fixture->bed);
    struct chain_answer answers[4];
    int64_t start = g_get_monotonic_time();
    for (guint i = 0; i < G_N_ELEMENTS(answers); i++)
        chain_bed_begin(fixture->bed, fixture->request, &answers[i]);
    for (guint i = 0; i < G_N_ELEMENTS(answers); i++) {
        chain_bed_wait(&answers[i]);
        chain_answer_clear(&answers[i]);
    }
    g_assert_cmpint(g_get_monotonic_time() - start, <, 350 * CLOCK_MILLISECOND);
}

static void test_unref_with_requests(struct fixture *fixture, gconstpointer unused) {
    chain_bed_add(fixture->bed, "a", "actor-worker", "sleep", "50ms", "verdict", "1", NULL);
    chain_bed_open_clean(fixture->bed);
    chain_bed_begin(fixture->bed, fixture->request, &fixture->answer);
    struct generation *generation = g_steal_pointer(&fixture->bed->generation);
    g_assert_true(generation_finish(generation, 5 * CLOCK_SECOND));
    g_assert_true(fixture->answer.is_done);
    assert_end(fixture, BOOT_HOST_REPLY, "a");
}

/* ---- Content and events ---------------------------------------------------------------------- */

static void ask_content(struct fixture *fixture) {
    struct request *request = chain_bed_file_request(DISCOVER, "boot/menu.ipxe");
    chain_bed_open_clean(fixture->bed);
    chain_bed_ask_content(fixture->bed, request, &fixture->answer);
    request_unref(request);
}

static void test_content_bytes(struct fixture *fixture, gconstpointer unused) {
    chain_bed_add(fixture->bed, "a", "actor-inline", NULL);
    chain_bed_add(fixture->bed, "b", "actor-worker", "content", "bytes", NULL);
    ask_content(fixture);
    g_assert_cmpint(fixture->answer.content_kind, ==, CHAIN_CONTENT_BYTES);
    g_assert_cmpstr(fixture->answer.content, ==, "boot/menu.ipxe");
    g_assert_cmpstr(trace_get_stage(fixture->answer.trace), ==, "file");
    assert_line(fixture, 1, "b reply -");
}

static void test_content_kinds(struct fixture *fixture, gconstpointer data) {
    const char *kind = data;
    chain_bed_add(fixture->bed, "a", "actor-inline", "content", kind, NULL);
    ask_content(fixture);
    if (strcmp(kind, "file") == 0)
        g_assert_cmpstr(fixture->answer.content, ==, "/srv/elsewhere");
    else
        g_assert_cmpstr(fixture->answer.content, ==, "other/name");
}

static void test_content_reader(struct fixture *fixture, gconstpointer unused) {
    chain_bed_add(fixture->bed, "a", "actor-worker", "content", "reader", NULL);
    ask_content(fixture);
    g_assert_cmpint(fixture->answer.content_kind, ==, CHAIN_CONTENT_READER);
    struct boot_host_reader *reader = &fixture->answer.reader;
    /* The generation must wait for it. */
    g_assert_false(
        generation_finish(g_steal_pointer(&fixture->bed->generation), 30 * CLOCK_MILLISECOND));
    char text[5] = "";
    g_assert_cmpint(reader->read(reader->user, 5, text, 4), ==, 4);
    g_assert_cmpstr(text, ==, "menu");
    reader->close(reader->user);
}

static void test_content_none(struct fixture *fixture, gconstpointer unused) {
    chain_bed_add(fixture->bed, "a", "actor-inline", NULL);
    ask_content(fixture);
    g_assert_cmpint(fixture->answer.content_kind, ==, CHAIN_CONTENT_NONE);
}

static void test_content_refused(struct fixture *fixture, gconstpointer unused) {
    chain_bed_add(fixture->bed, "a", "actor-inline", "verdict", "2", NULL);
    ask_content(fixture);
    g_assert_cmpint(fixture->answer.content_kind, ==, CHAIN_CONTENT_REFUSED);
}

static void test_content_not_given(struct fixture *fixture, gconstpointer unused) {
    chain_bed_add(fixture->bed, "a", "actor-inline", "content", "nothing", NULL);
    chain_bed_add(fixture->bed, "b", "actor-inline", "verdict", "3", NULL);
    ask_content(fixture);
    assert_line(fixture, 0, "a error answered REPLY without having given content");
    assert_line(fixture, 1, "b error returned 3, which is no verdict of this door");
    g_assert_cmpint(fixture->answer.content_kind, ==, CHAIN_CONTENT_NONE);
}

static gboolean has_two_events(void *unused) {
    return log_catch_has("inline: event 2 of a.efi") && log_catch_has("worker: event 2 of a.efi");
}

static void send_event(struct fixture *fixture) {
    struct boot_host_event event = {
        .size = sizeof(event), .kind = BOOT_HOST_EVENT_TRANSFER_DONE, .value = 5, .name = "a.efi"};
    chain_event(fixture->bed->generation, fixture->request, &event);
}

static void test_events(struct fixture *fixture, gconstpointer unused) {
    chain_bed_add(fixture->bed, "a", "actor-inline", "say", "inline", NULL);
    chain_bed_add(fixture->bed, "b", "actor-worker", "say", "worker", NULL);
    chain_bed_open_clean(fixture->bed);
    send_event(fixture);
    wait_for(fixture->bed, has_two_events);
}

static void test_no_events_in_check(struct fixture *fixture, gconstpointer unused) {
    fixture->bed->check = TRUE;
    chain_bed_add(fixture->bed, "a", "actor-inline", "say", "inline", NULL);
    chain_bed_open_clean(fixture->bed);
    send_event(fixture);
    g_assert_cmpuint(chain_bed_counter(fixture->bed, 0, "calls"), ==, 0);
}

/* ---- All of them ----------------------------------------------------------------------------- */

static void add(const char *name, gconstpointer data,
                void (*test)(struct fixture *, gconstpointer)) {
    g_autofree char *path = g_strconcat("/boothost/provider/chain/", name, NULL);
    g_test_add(path, struct fixture, data, set_up, test, tear_down);
}

static void add_later_tests(void) {
    static const char *const ways[][2] = {{"actor-inline", "thread"},
                                          {"actor-inline", "inside"},
                                          {"actor-worker", "thread"},
                                          {"actor-worker", "inside"}};
    for (gsize i = 0; i < G_N_ELEMENTS(ways); i++) {
        g_autofree char *name = g_strdup_printf("later-is-completed/%s-%s", ways[i][0], ways[i][1]);
        add(name, ways[i], test_later);
    }
    static const char *const modules[] = {"actor-inline", "actor-worker", "actor-parallel"};
    for (gsize i = 0; i < G_N_ELEMENTS(modules); i++) {
        g_autofree char *twice = g_strconcat("second-completion-is-ignored/", modules[i], NULL);
        add(twice, modules[i], test_answers_twice);
        g_autofree char *both = g_strconcat("completion-and-verdict-is-ignored/", modules[i], NULL);
        add(both, modules[i], test_answers_both_ways);
        g_autofree char *ticket = g_strconcat("later-needs-a-ticket/", modules[i], NULL);
        add(ticket, modules[i], test_later_without_ticket);
        g_autofree char *never = g_strconcat("never-completed-times-out/", modules[i], NULL);
        add(never, modules[i], test_never_completes);
    }
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    log_catch_begin();
    add("empty-chain-passes", NULL, test_empty);
    add("first-verdict-ends-the-walk", NULL, test_first_verdict_ends);
    add("end-with-a-boot-file-replies", NULL, test_end_with_boot_file);
    add("verdict/drop", GINT_TO_POINTER(BOOT_HOST_DROP), test_each_verdict);
    add("verdict/abort", GINT_TO_POINTER(BOOT_HOST_ABORT), test_each_verdict);
    add("verdict/hold", GINT_TO_POINTER(BOOT_HOST_HOLD), test_each_verdict);
    add("facts-reach-later-providers", NULL, test_facts_reach_later);
    add("failure-discards-what-was-set", NULL, test_failure_discards);
    add("unknown-verdict-is-an-error", NULL, test_unknown_verdict);
    add("on-error/next", GINT_TO_POINTER(INSTANCE_NEXT), test_on_error);
    add("on-error/drop", GINT_TO_POINTER(INSTANCE_DROP), test_on_error);
    add("on-error/abort", GINT_TO_POINTER(INSTANCE_ABORT), test_on_error);
    add("on-timeout-is-followed", NULL, test_on_timeout);
    add("inline-answer-after-the-deadline-is-late", NULL, test_slow_inline);
    add("open-breaker-follows-on-error", NULL, test_breaker);
    add("what-did-not-open-keeps-the-door-shut", NULL, test_absent_keeps_shut);
    add("match-skips", NULL, test_match);
    add_later_tests();
    add("completed-inside-passes-on", NULL, test_completed_inside_passes);
    add("deadline-follows-the-given-clock", NULL, test_fake_clock_deadline);
    add("stalled-worker-blocks-nobody-else", NULL, test_stalled);
    add("calls-queue-behind-a-slow-one", NULL, test_queue_behind_slow);
    add("parallel-runs-side-by-side", NULL, test_parallel);
    add("requests-in-flight-hold-the-generation", NULL, test_unref_with_requests);
    add("content/bytes-of-the-first-owner", NULL, test_content_bytes);
    add("content/file", "file", test_content_kinds);
    add("content/name", "name", test_content_kinds);
    add("content/reader-holds-the-generation", NULL, test_content_reader);
    add("content/nobody-has-it", NULL, test_content_none);
    add("content/refused", NULL, test_content_refused);
    add("content/reply-without-content-is-an-error", NULL, test_content_not_given);
    add("events-reach-every-instance", NULL, test_events);
    add("no-events-in-a-check", NULL, test_no_events_in_check);
    return g_test_run();
}
