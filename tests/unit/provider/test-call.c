/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Drafts are made at the first write; content is given once; readers are always closed.
 */
#include "provider/call.h"

#include <errno.h>

#include "base/limits.h"
#include "support/chain-bed.h"

struct fixture {
    struct request *request;
    const struct reply *base;
    struct call *call;
    guint closed;
};

static void set_up(struct fixture *fixture, gconstpointer door) {
    fixture->request = chain_bed_request("pxe/edk2-x64-discover");
    struct reply *reply = reply_new();
    g_assert_cmpint(reply_set(reply, BOOT_HOST_REPLY_BOOT_FILE, "before"), ==, 0);
    fixture->base = reply;
    enum call_door its_door = (enum call_door) GPOINTER_TO_INT(door);
    fixture->call =
        call_new(its_door, fixture->request, its_door == CALL_DECIDE ? fixture->base : NULL);
}

static void tear_down(struct fixture *fixture, gconstpointer unused) {
    call_free(fixture->call);
    reply_unref(fixture->base);
    request_unref(fixture->request);
}

static void test_draft(struct fixture *fixture, gconstpointer unused) {
    struct call *call = fixture->call;
    g_assert_true(call_get_reply(call) == fixture->base);
    g_assert_null(call->draft);
    g_assert_cmpint(reply_set(call_draft(call), BOOT_HOST_REPLY_BOOT_FILE, "after"), ==, 0);
    g_assert_cmpstr(reply_get(call_get_reply(call), BOOT_HOST_REPLY_BOOT_FILE), ==, "after");
    g_assert_cmpstr(reply_get(fixture->base, BOOT_HOST_REPLY_BOOT_FILE), ==, "before");
    call_reset(call, CALL_DECIDE, fixture->request, fixture->base);
    g_assert_cmpstr(reply_get(call_get_reply(call), BOOT_HOST_REPLY_BOOT_FILE), ==, "before");
}

/* A walk's calls and replies serve the next walk, too. */
static void test_recycling(struct fixture *fixture, gconstpointer unused) {
    struct call *call = fixture->call;
    const struct reply *draft = call_draft(call);
    const struct reply *kept = reply_ref(draft);
    call_reset(call, CALL_DECIDE, fixture->request, fixture->base);
    g_assert_true(call_draft(call) != kept);
    reply_unref(kept);
    for (int i = 0; i < 5; i++) {
        draft = call_draft(call);
        g_assert_cmpint(reply_fact_set(call->draft, "image", "debian"), ==, 0);
        call_reset(call, CALL_DECIDE, fixture->request, fixture->base);
        g_assert_true(call_draft(call) == draft);
        g_assert_cmpstr(reply_fact_get(call->draft, "image"), ==, NULL);
        g_assert_cmpstr(reply_get(call->draft, BOOT_HOST_REPLY_BOOT_FILE), ==, "before");
    }
    call_recycle(call, reply_new());
    call_recycle(call, reply_new());
    call_recycle(call, reply_new());
    call_recycle(call, reply_nothing());
    g_assert_cmpuint(call->spare_count, ==, CALL_SPARES);
}

static void test_no_reply_in_content(struct fixture *fixture, gconstpointer unused) {
    g_assert_null(call_get_reply(fixture->call));
    g_assert_null(call_draft(fixture->call));
}

static void test_no_content_in_decide(struct fixture *fixture, gconstpointer unused) {
    g_assert_cmpint(call_give_bytes(fixture->call, "x", 1), ==, -EINVAL);
}

static void test_content_once(struct fixture *fixture, gconstpointer unused) {
    struct call *call = fixture->call;
    g_assert_cmpint(call_give_bytes(call, NULL, 1), ==, -EINVAL);
    g_assert_cmpint(call_give_bytes(call, "x", (size_t) LIMIT_CONTENT_BYTES + 1), ==, -E2BIG);
    g_assert_cmpint(call_give_text(call, CHAIN_CONTENT_FILE, "relative"), ==, -EINVAL);
    g_assert_cmpint(call_give_text(call, CHAIN_CONTENT_NAME, ""), ==, -EINVAL);
    g_assert_cmpint(call_give_text(call, CHAIN_CONTENT_NAME, NULL), ==, -EINVAL);
    g_assert_cmpint(call_give_text(call, CHAIN_CONTENT_NAME, "\xff"), ==, -EINVAL);
    g_assert_cmpint(call_give_text(call, CHAIN_CONTENT_NAME, "a/b"), ==, 0);
    g_assert_cmpint(call_give_bytes(call, "x", 1), ==, -EEXIST);
    g_assert_cmpint(call->content_kind, ==, CHAIN_CONTENT_NAME);
    call_reset(call, CALL_CONTENT, fixture->request, NULL);
    g_assert_cmpint(call_give_bytes(call, NULL, 0), ==, 0);
}

static int64_t read_nothing(void *user, uint64_t offset, void *buffer, uint64_t size) {
    return 0;
}

static void count_close(void *user) {
    ((struct fixture *) user)->closed++;
}

static struct boot_host_reader make_reader(struct fixture *fixture) {
    return (struct boot_host_reader){.size = sizeof(struct boot_host_reader),
                                     .length = -1,
                                     .user = fixture,
                                     .read = read_nothing,
                                     .close = count_close};
}

static void test_reader_is_closed(struct fixture *fixture, gconstpointer unused) {
    struct boot_host_reader reader = make_reader(fixture);
    g_assert_cmpint(call_give_reader(fixture->call, &reader), ==, 0);
    g_assert_true(call_has_reader(fixture->call));
    g_assert_cmpint(call_give_reader(fixture->call, &reader), ==, -EEXIST);
    g_assert_cmpuint(fixture->closed, ==, 1);
    call_reset(fixture->call, CALL_CONTENT, fixture->request, NULL);
    g_assert_cmpuint(fixture->closed, ==, 2);
}

static void test_bad_readers(struct fixture *fixture, gconstpointer unused) {
    struct boot_host_reader reader = make_reader(fixture);
    reader.length = -2;
    g_assert_cmpint(call_give_reader(fixture->call, &reader), ==, -EINVAL);
    reader = make_reader(fixture);
    reader.read = NULL;
    g_assert_cmpint(call_give_reader(fixture->call, &reader), ==, -EINVAL);
    g_assert_cmpuint(fixture->closed, ==, 2);
    reader = make_reader(fixture);
    reader.close = NULL;
    g_assert_cmpint(call_give_reader(fixture->call, &reader), ==, -EINVAL);
    reader = make_reader(fixture);
    reader.size = offsetof(struct boot_host_reader, close);
    g_assert_cmpint(call_give_reader(fixture->call, &reader), ==, -EINVAL);
    g_assert_cmpint(call_give_reader(fixture->call, NULL), ==, -EINVAL);
    g_assert_cmpuint(fixture->closed, ==, 2);
}

static void add(const char *name, enum call_door door,
                void (*test)(struct fixture *, gconstpointer)) {
    g_autofree char *path = g_strconcat("/boothost/provider/call/", name, NULL);
    g_test_add(path, struct fixture, GINT_TO_POINTER(door), set_up, test, tear_down);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    add("draft-is-made-at-the-first-write", CALL_DECIDE, test_draft);
    add("memory-of-drafts-is-used-again", CALL_DECIDE, test_recycling);
    add("content-has-no-reply", CALL_CONTENT, test_no_reply_in_content);
    add("decide-has-no-content", CALL_DECIDE, test_no_content_in_decide);
    add("content-is-given-once", CALL_CONTENT, test_content_once);
    add("reader-is-always-closed", CALL_CONTENT, test_reader_is_closed);
    add("bad-readers-are-refused", CALL_CONTENT, test_bad_readers);
    return g_test_run();
}
