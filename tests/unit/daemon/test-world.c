/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who is inside, who waits, and that a busy main loop keeps nobody out.
 */
#include "daemon/world.h"

#include <stdlib.h>

#define PATIENCE_MS 20000 /* then the test fails */

struct fixture {
    GMainContext *context;
    struct world *world;
    gint inside;   /* atomic: threads inside at this moment */
    guint entered; /* inside alone: how often the visitors were */
    guint rounds;  /* of the busy source */
    guint rung;
    GString *order; /* of those that queued */
};

static void set_up(struct fixture *fixture, gconstpointer unused) {
    fixture->context = g_main_context_new();
    fixture->world = world_new(fixture->context);
    fixture->order = g_string_new(NULL);
}

static void tear_down(struct fixture *fixture, gconstpointer unused) {
    world_free(fixture->world);
    g_main_context_unref(fixture->context);
    g_string_free(fixture->order, TRUE);
}

static void attach(struct fixture *fixture, GSource *source, GSourceFunc function) {
    g_source_set_callback(source, function, fixture, NULL);
    g_source_attach(source, fixture->context);
    g_source_unref(source);
}

static gboolean fail(gpointer unused) {
    g_test_fail_printf("nobody entered in %d ms", PATIENCE_MS);
    exit(1);
}

static gboolean ring(gpointer data) {
    struct fixture *fixture = data;
    fixture->rung++;
    return G_SOURCE_REMOVE;
}

/* Alone inside? */
static void visit(struct fixture *fixture) {
    world_enter(fixture->world);
    g_assert_cmpint(g_atomic_int_add(&fixture->inside, 1), ==, 0);
    fixture->entered++;
    g_thread_yield();
    g_assert_cmpint(g_atomic_int_add(&fixture->inside, -1), ==, 1);
    world_leave(fixture->world);
}

static gpointer visit_once(gpointer data) {
    struct fixture *fixture = data;
    visit(fixture);
    g_main_context_wakeup(fixture->context);
    return NULL;
}

static gpointer visit_often(gpointer data) {
    for (guint i = 0; i < 1000; i++)
        visit_once(data);
    return NULL;
}

static gboolean busy(gpointer data) {
    struct fixture *fixture = data;
    fixture->rounds++;
    g_assert_cmpint(g_atomic_int_add(&fixture->inside, 1), ==, 0);
    g_thread_yield();
    g_assert_cmpint(g_atomic_int_add(&fixture->inside, -1), ==, 1);
    return G_SOURCE_CONTINUE;
}

/* ---- The main loop --------------------------------------------------------------------------- */

static void test_left_while_waiting(struct fixture *fixture, gconstpointer unused) {
    attach(fixture, g_timeout_source_new(PATIENCE_MS), fail);
    GThread *thread = g_thread_new("visitor", visit_once, fixture);
    while (fixture->entered == 0)
        world_iterate(fixture->world, TRUE);
    world_leave(fixture->world);
    g_thread_join(thread);
    world_enter(fixture->world);
}

static void test_held_while_dispatching(struct fixture *fixture, gconstpointer unused) {
    GThread *thread = g_thread_new("visitor", visit_once, fixture);
    while (world_waiting(fixture->world) == 0)
        g_thread_yield();
    g_assert_cmpuint(fixture->entered, ==, 0);
    world_leave(fixture->world);
    g_thread_join(thread);
    world_enter(fixture->world);
    g_assert_cmpuint(fixture->entered, ==, 1);
}

static void test_busy_loop_lets_in(struct fixture *fixture, gconstpointer unused) {
    attach(fixture, g_timeout_source_new(PATIENCE_MS), fail);
    attach(fixture, g_idle_source_new(), busy);
    GThread *threads[] = {g_thread_new("visitor", visit_often, fixture),
                          g_thread_new("visitor", visit_often, fixture)};
    while (fixture->entered < 2000)
        g_assert_true(world_iterate(fixture->world, TRUE));
    world_leave(fixture->world);
    g_thread_join(threads[0]);
    g_thread_join(threads[1]);
    world_enter(fixture->world);
    /* Nor do the visitors keep the loop out. */
    g_assert_cmpuint(fixture->rounds, >, 0);
}

static void test_does_not_wait(struct fixture *fixture, gconstpointer unused) {
    g_assert_false(world_iterate(fixture->world, FALSE));
    attach(fixture, g_idle_source_new(), ring);
    g_assert_true(world_iterate(fixture->world, FALSE));
    g_assert_cmpuint(fixture->rung, ==, 1);
    g_assert_false(world_iterate(fixture->world, FALSE));
}

static void test_many_sources(struct fixture *fixture, gconstpointer unused) {
    for (guint i = 0; i < 100; i++)
        attach(fixture, g_timeout_source_new(i % 10), ring);
    while (fixture->rung < 100)
        world_iterate(fixture->world, TRUE);
}

static gboolean iterate_within(gpointer data) {
    struct fixture *fixture = data;
    attach(fixture, g_timeout_source_new(1), ring);
    while (fixture->rung == 0)
        world_iterate(fixture->world, TRUE);
    return G_SOURCE_REMOVE;
}

static void test_nests(struct fixture *fixture, gconstpointer unused) {
    attach(fixture, g_idle_source_new(), iterate_within);
    world_iterate(fixture->world, TRUE);
    g_assert_cmpuint(fixture->rung, ==, 1);
}

/* ---- Among others ---------------------------------------------------------------------------- */

struct queued {
    struct fixture *fixture;
    char name;
};

static gpointer enter_in_turn(gpointer data) {
    struct queued *queued = data;
    world_enter(queued->fixture->world);
    g_string_append_c(queued->fixture->order, queued->name);
    world_leave(queued->fixture->world);
    return NULL;
}

static void test_order_of_coming(struct fixture *fixture, gconstpointer unused) {
    struct queued queued[] = {{fixture, 'a'}, {fixture, 'b'}, {fixture, 'c'}};
    GThread *threads[G_N_ELEMENTS(queued)];
    for (guint i = 0; i < G_N_ELEMENTS(queued); i++) {
        threads[i] = g_thread_new("queued", enter_in_turn, &queued[i]);
        while (world_waiting(fixture->world) <= i)
            g_thread_yield();
    }
    world_leave(fixture->world);
    world_enter(fixture->world); /* behind all of them */
    g_assert_cmpstr(fixture->order->str, ==, "abc");
    for (guint i = 0; i < G_N_ELEMENTS(queued); i++)
        g_thread_join(threads[i]);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define WORLD_TEST(name, function)                                                                 \
    g_test_add("/boothost/daemon/world/" name, struct fixture, NULL, set_up, function, tear_down)
    WORLD_TEST("is-left-while-the-loop-waits", test_left_while_waiting);
    WORLD_TEST("is-held-while-the-loop-works", test_held_while_dispatching);
    WORLD_TEST("a-busy-loop-lets-others-in", test_busy_loop_lets_in);
    WORLD_TEST("a-round-that-may-not-wait-returns", test_does_not_wait);
    WORLD_TEST("more-sources-than-there-was-room-for", test_many_sources);
    WORLD_TEST("rounds-nest", test_nests);
    WORLD_TEST("is-entered-in-the-order-of-coming", test_order_of_coming);
    return g_test_run();
}
