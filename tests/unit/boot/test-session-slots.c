/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boot/session-slots: every session is found, whatever was added and removed around it.
 */
#include "boot/session-private.h"

#include <glib.h>

#define SESSIONS 500

struct fixture {
    struct session_slots slots;
    struct session sessions[SESSIONS];
    bool is_in[SESSIONS];
};

/* Few different hashes, next to each other and at the end of the array, make long runs that overlap and
 * wrap. */
static void set_up(struct fixture *fixture, gconstpointer data) {
    const uint32_t *hashes = data;
    session_slots_init(&fixture->slots);
    for (uint32_t i = 0; i < SESSIONS; i++) {
        struct session_names *names = &fixture->sessions[i].names;
        names->key = (struct client_key){.has_mac = true,
                                         .mac = {2, 0, 0, 0, (uint8_t) (i >> 8), (uint8_t) i}};
        names->key_hash = UINT32_MAX - i % *hashes;
    }
}

static void tear_down(struct fixture *fixture, gconstpointer data) {
    session_slots_clear(&fixture->slots);
}

static void check_all(const struct fixture *fixture) {
    for (uint32_t i = 0; i < SESSIONS; i++) {
        const struct session *session = &fixture->sessions[i];
        struct session *found = session_slots_find(&fixture->slots, &session->names);
        g_assert_true(found == (fixture->is_in[i] ? session : NULL));
        if (found != NULL)
            g_assert_nonnull(session_slots_peek(&fixture->slots, &session->names));
    }
}

static void turn(struct fixture *fixture, uint32_t index) {
    if (fixture->is_in[index])
        session_slots_remove(&fixture->slots, &fixture->sessions[index]);
    else
        session_slots_add(&fixture->slots, &fixture->sessions[index]);
    fixture->is_in[index] = !fixture->is_in[index];
}

static void test_any_order(struct fixture *fixture, gconstpointer data) {
    for (int round = 0; round < 60; round++) {
        for (int i = 0; i < 50; i++)
            turn(fixture, (uint32_t) g_test_rand_int_range(0, SESSIONS));
        check_all(fixture);
    }
}

static void test_all_in_and_out(struct fixture *fixture, gconstpointer data) {
    for (uint32_t i = 0; i < SESSIONS; i++)
        turn(fixture, i);
    check_all(fixture);
    g_assert_cmpuint(fixture->slots.count, ==, SESSIONS);
    g_assert_cmpuint(fixture->slots.mask, >, SESSIONS); /* there is always a gap */
    for (uint32_t i = 0; i < SESSIONS; i++)
        turn(fixture, i);
    check_all(fixture);
    g_assert_cmpuint(fixture->slots.count, ==, 0);
}

#define ADD(path, function, hashes)                                                                \
    g_test_add("/boothost/boot/session-slots/" path, struct fixture, &hashes, set_up, function,    \
               tear_down)

int main(int argc, char **argv) {
    static const uint32_t one = 1, seven = 7, all = SESSIONS;
    g_test_init(&argc, &argv, NULL);
    ADD("one-hash-in-any-order", test_any_order, one);
    ADD("few-hashes-in-any-order", test_any_order, seven);
    ADD("many-hashes-in-any-order", test_any_order, all);
    ADD("few-hashes-all-in-and-out", test_all_in_and_out, seven);
    ADD("many-hashes-all-in-and-out", test_all_in_and_out, all);
    return g_test_run();
}
