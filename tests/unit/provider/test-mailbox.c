/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Calls come back in order, deadlines follow the given clock, and nothing comes after the end.
 */
#include "provider/mailbox.h"

struct fixture {
    struct clock_fake clock;
    struct mailbox *mailbox;
    GArray *delivered; /* of struct call *, which are mere numbers here */
    int64_t deadline;
    guint expired;
    guint held;
};

static void deliver(struct call *call, void *user) {
    struct fixture *fixture = user;
    g_assert_cmpuint(fixture->held, ==, 1);
    g_array_append_val(fixture->delivered, call);
}

static int64_t next_deadline(void *user) {
    return ((struct fixture *) user)->deadline;
}

static void expire(int64_t now_us, void *user) {
    struct fixture *fixture = user;
    g_assert_cmpint(now_us, >=, fixture->deadline);
    fixture->deadline = INT64_MAX;
    fixture->expired++;
}

static void hold(void *user) {
    ((struct fixture *) user)->held++;
}

static void release(void *user) {
    ((struct fixture *) user)->held--;
}

static void set_up(struct fixture *fixture, gconstpointer unused) {
    clock_fake_init(&fixture->clock, CLOCK_SECOND);
    fixture->deadline = INT64_MAX;
    fixture->delivered = g_array_new(FALSE, FALSE, sizeof(struct call *));
    struct mailbox_reader reader = {deliver, next_deadline, expire, hold, release, fixture};
    fixture->mailbox = mailbox_new(NULL, &fixture->clock.base, &reader);
    mailbox_open(fixture->mailbox);
}

static void tear_down(struct fixture *fixture, gconstpointer unused) {
    mailbox_close(fixture->mailbox);
    mailbox_unref(fixture->mailbox);
    g_array_unref(fixture->delivered);
}

static void run(void) {
    while (g_main_context_iteration(NULL, FALSE)) {
    }
}

static gpointer post_three(gpointer data) {
    for (guint i = 1; i <= 3; i++)
        mailbox_post(data, GUINT_TO_POINTER(i));
    return NULL;
}

static void test_order(struct fixture *fixture, gconstpointer unused) {
    GThread *thread = g_thread_new("post", post_three, fixture->mailbox);
    while (fixture->delivered->len < 3)
        g_main_context_iteration(NULL, TRUE);
    g_thread_join(thread);
    for (guint i = 0; i < 3; i++)
        g_assert_true(g_array_index(fixture->delivered, gpointer, i) == GUINT_TO_POINTER(i + 1));
    g_assert_cmpuint(fixture->held, ==, 0);
}

static void test_deadline(struct fixture *fixture, gconstpointer unused) {
    fixture->deadline = fixture->clock.time_us + 5;
    run();
    g_assert_cmpuint(fixture->expired, ==, 0);
    fixture->clock.time_us += 5;
    run();
    g_assert_cmpuint(fixture->expired, ==, 1);
    run();
    g_assert_cmpuint(fixture->expired, ==, 1);
}

static void test_closed(struct fixture *fixture, gconstpointer unused) {
    mailbox_close(fixture->mailbox);
    mailbox_post(fixture->mailbox, GUINT_TO_POINTER(9));
    fixture->deadline = 0;
    run();
    g_assert_cmpuint(fixture->delivered->len, ==, 0);
    g_assert_cmpuint(fixture->expired, ==, 0);
    g_assert_true(mailbox_take(fixture->mailbox) == GUINT_TO_POINTER(9));
    g_assert_null(mailbox_take(fixture->mailbox));
}

static void add(const char *path, void (*test)(struct fixture *, gconstpointer)) {
    g_test_add(path, struct fixture, NULL, set_up, test, tear_down);
}

static gpointer bring_nearer(gpointer data) {
    struct fixture *fixture = data;
    g_usleep(10000); /* the others wait for nothing by now; if not, the test passes all the same */
    fixture->deadline = fixture->clock.time_us;
    mailbox_look_again(fixture->mailbox);
    return NULL;
}

static void test_nearer_deadline(struct fixture *fixture, gconstpointer unused) {
    GThread *thread = g_thread_new("nearer", bring_nearer, fixture);
    while (fixture->expired == 0)
        g_main_context_iteration(NULL, TRUE);
    g_thread_join(thread);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    add("/boothost/provider/mailbox/delivers-in-order-from-any-thread", test_order);
    add("/boothost/provider/mailbox/deadline-follows-the-clock", test_deadline);
    add("/boothost/provider/mailbox/a-deadline-that-comes-nearer-is-met", test_nearer_deadline);
    add("/boothost/provider/mailbox/nothing-comes-after-the-end", test_closed);
    return g_test_run();
}
