/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The control socket from end to end: a server with a made-up backend on the main thread, clients
 * on threads of their own, as the command line is a process of its own.
 */
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "control/client.h"
#include "control/server.h"

struct fixture {
    char *folder;
    char *path;
    struct control_server *server;
    struct control_call *parked; /* a simulate that is answered later */
    GVariant *asked;             /* what simulate was given */
};

static GVariant *facts_of(const char *key, const char *value) {
    GVariantBuilder facts;

    g_variant_builder_init(&facts, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&facts, "{sv}", key, g_variant_new_string(value));
    return g_variant_builder_end(&facts);
}

static void fake_status(gpointer user, struct control_call *call) {
    control_call_return(call, facts_of("version", "test"));
}

static void fake_explain(gpointer user, struct control_call *call, const char *client) {
    if (strcmp(client, "52:54:00:00:00:01") == 0)
        control_call_return(call, facts_of("client", client));
    else
        control_call_fail(call, CONTROL_ERROR_NOT_FOUND, "'%s' has not asked", client);
}

static gboolean answer_parked(gpointer user) {
    struct fixture *fixture = user;

    control_call_return(g_steal_pointer(&fixture->parked), facts_of("verdict", "reply"));
    return G_SOURCE_REMOVE;
}

static void fake_simulate(gpointer user, struct control_call *call, GVariant *request) {
    struct fixture *fixture = user;

    g_clear_pointer(&fixture->asked, g_variant_unref);
    fixture->asked = g_variant_ref(request);
    fixture->parked = call;
    g_timeout_add(20, answer_parked, fixture);
}

static void fake_providers(gpointer user, struct control_call *call) {
    GVariantBuilder list;

    g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
    g_variant_builder_add_value(&list, facts_of("name", "one"));
    g_variant_builder_add_value(&list, facts_of("name", "two"));
    control_call_return(call, g_variant_builder_end(&list));
}

static struct control_server *serve(struct fixture *fixture, GError **error) {
    struct control_server_options options = {
        .path = fixture->path,
        .backend = {.status = fake_status,
                    .explain = fake_explain,
                    .simulate = fake_simulate,
                    .providers = fake_providers,
                    .reload = fake_status,
                    .user = fixture},
    };
    return control_server_new(&options, error);
}

static void set_up(struct fixture *fixture, gconstpointer unused) {
    g_autoptr(GError) error = NULL;

    fixture->folder = g_dir_make_tmp("boothost-control-XXXXXX", NULL);
    fixture->path = g_build_filename(fixture->folder, "run", "control", NULL);
    fixture->server = serve(fixture, &error);
    g_assert_no_error(error);
}

static void tear_down(struct fixture *fixture, gconstpointer unused) {
    g_autofree char *run = g_path_get_dirname(fixture->path);

    control_server_free(fixture->server);
    g_clear_pointer(&fixture->asked, g_variant_unref);
    g_unlink(fixture->path);
    g_rmdir(run);
    g_assert_cmpint(g_rmdir(fixture->folder), ==, 0);
    g_free(fixture->path);
    g_free(fixture->folder);
}

/* ---- A client on a thread of its own --------------------------------------------------------- */

struct call {
    struct fixture *fixture;
    const char *method;
    GVariant *parameters;
    GVariant *result;
    GError *error;
    gint done;
};

static gpointer call_run(gpointer data) {
    struct call *call = data;

    struct control_client *client = control_client_new(call->fixture->path, &call->error);
    if (client != NULL)
        call->result = control_client_call(client, call->method, call->parameters, &call->error);
    control_client_free(client);
    g_atomic_int_set(&call->done, 1);
    g_main_context_wakeup(NULL);
    return NULL;
}

static void call_make(struct call *call) {
    GThread *thread = g_thread_new("client", call_run, call);

    while (!g_atomic_int_get(&call->done))
        g_main_context_iteration(NULL, TRUE);
    g_thread_join(thread);
}

static void assert_fact(GVariant *facts, const char *key, const char *expected) {
    const char *value = NULL;

    g_assert_nonnull(facts);
    g_assert_true(g_variant_lookup(facts, key, "&s", &value));
    g_assert_cmpstr(value, ==, expected);
}

static void test_status(struct fixture *fixture, gconstpointer unused) {
    struct call call = {.fixture = fixture, .method = "Status"};

    call_make(&call);
    g_assert_no_error(call.error);
    assert_fact(call.result, "version", "test");
    g_variant_unref(call.result);
}

static void test_explain_unknown(struct fixture *fixture, gconstpointer unused) {
    struct call call = {
        .fixture = fixture, .method = "Explain", .parameters = g_variant_new("(s)", "10.0.0.9")};

    call_make(&call);
    g_assert_error(call.error, CONTROL_ERROR, CONTROL_ERROR_NOT_FOUND);
    g_assert_cmpstr(call.error->message, ==, "'10.0.0.9' has not asked");
    g_error_free(call.error);
}

static void test_explain_known(struct fixture *fixture, gconstpointer unused) {
    struct call call = {.fixture = fixture,
                        .method = "Explain",
                        .parameters = g_variant_new("(s)", "52:54:00:00:00:01")};

    call_make(&call);
    g_assert_no_error(call.error);
    assert_fact(call.result, "client", "52:54:00:00:00:01");
    g_variant_unref(call.result);
}

static void test_simulate_later(struct fixture *fixture, gconstpointer unused) {
    struct call call = {.fixture = fixture,
                        .method = "Simulate",
                        .parameters = g_variant_new("(@a{sv})", facts_of("interface", "eth9"))};

    call_make(&call);
    g_assert_no_error(call.error);
    assert_fact(call.result, "verdict", "reply");
    assert_fact(fixture->asked, "interface", "eth9");
    g_variant_unref(call.result);
}

static gboolean stop_server(gpointer user) {
    struct fixture *fixture = user;

    if (fixture->parked == NULL)
        return G_SOURCE_CONTINUE;
    g_clear_pointer(&fixture->server, control_server_free);
    return G_SOURCE_REMOVE;
}

static void test_end_after_server(struct fixture *fixture, gconstpointer unused) {
    struct call call = {.fixture = fixture,
                        .method = "Simulate",
                        .parameters = g_variant_new("(@a{sv})", facts_of("interface", "eth9"))};

    g_timeout_add(1, stop_server, fixture);
    call_make(&call);
    g_assert_error(call.error, CONTROL_ERROR, CONTROL_ERROR_ABSENT);
    g_error_free(call.error);
    g_assert_null(fixture->server);
    while (fixture->parked != NULL) /* its provider answers now */
        g_main_context_iteration(NULL, TRUE);
}

static void test_providers(struct fixture *fixture, gconstpointer unused) {
    struct call call = {.fixture = fixture, .method = "Providers"};

    call_make(&call);
    g_assert_no_error(call.error);
    g_assert_cmpstr(g_variant_get_type_string(call.result), ==, "aa{sv}");
    g_assert_cmpuint(g_variant_n_children(call.result), ==, 2);
    g_variant_unref(call.result);
}

static void test_unknown_method(struct fixture *fixture, gconstpointer unused) {
    struct call call = {.fixture = fixture, .method = "Reboot"};

    call_make(&call);
    g_assert_nonnull(call.error);
    g_assert_nonnull(strstr(call.error->message, "Reboot"));
    g_error_free(call.error);
}

static void test_absent(struct fixture *fixture, gconstpointer unused) {
    struct fixture nobody = {.path = (char *) "/nonexistent/control"};
    struct call call = {.fixture = &nobody, .method = "Status"};

    call_make(&call);
    g_assert_error(call.error, CONTROL_ERROR, CONTROL_ERROR_ABSENT);
    g_assert_nonnull(strstr(call.error->message, "start boothostd"));
    g_error_free(call.error);
}

/* ---- The socket ------------------------------------------------------------------------------ */

static void test_mode(struct fixture *fixture, gconstpointer unused) {
    struct stat status;

    g_assert_cmpint(stat(fixture->path, &status), ==, 0);
    g_assert_true(S_ISSOCK(status.st_mode));
    g_assert_cmpint(status.st_mode & 0777, ==, 0600);
}

static void test_second_daemon(struct fixture *fixture, gconstpointer unused) {
    g_autoptr(GError) error = NULL;

    g_assert_null(serve(fixture, &error));
    g_assert_error(error, CONTROL_ERROR, CONTROL_ERROR_FAILED);
    g_assert_nonnull(strstr(error->message, "another daemon"));
}

/* A killed daemon leaves a socket that nobody listens at. */
static void leave_dead_socket(const char *path) {
    g_autoptr(GError) error = NULL;
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
    g_autoptr(GSocket) dead =
        g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, &error);

    g_assert_no_error(error);
    g_assert_true(g_socket_bind(dead, address, FALSE, &error));
    g_assert_no_error(error);
}

static void test_stale_socket(struct fixture *fixture, gconstpointer unused) {
    g_autoptr(GError) error = NULL;

    g_clear_pointer(&fixture->server, control_server_free);
    leave_dead_socket(fixture->path);
    fixture->server = serve(fixture, &error);
    g_assert_no_error(error);
    test_status(fixture, NULL);
}

static void test_not_a_socket(struct fixture *fixture, gconstpointer unused) {
    g_autoptr(GError) error = NULL;

    g_clear_pointer(&fixture->server, control_server_free);
    g_assert_true(g_file_set_contents(fixture->path, "precious", -1, NULL));
    g_assert_null(serve(fixture, &error));
    g_assert_nonnull(strstr(error->message, "is no socket"));
    g_assert_true(g_file_test(fixture->path, G_FILE_TEST_EXISTS));
}

static void test_unknown_group(struct fixture *fixture, gconstpointer unused) {
    g_autofree char *path = g_strconcat(fixture->path, "2", NULL);
    struct control_server_options options = {.path = path, .group = "no-such-group-here"};
    g_autoptr(GError) error = NULL;

    g_assert_null(control_server_new(&options, &error));
    g_assert_nonnull(strstr(error->message, "no-such-group-here"));
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

/* ---- Events ---------------------------------------------------------------------------------- */

struct watcher {
    struct fixture *fixture;
    unsigned wanted;
    unsigned seen;
    uint64_t lost;
    char *last;
    gint done;
    GError *error;
};

static gboolean event_seen(GVariant *event, gpointer user) {
    struct watcher *watcher = user;
    const char *text = NULL;
    uint64_t count = 0;

    g_assert_true(g_variant_lookup(event, "time-us", "x", NULL));
    if (g_variant_lookup(event, "text", "&s", &text)) {
        g_free(watcher->last);
        watcher->last = g_strdup(text);
    }
    if (g_variant_lookup(event, "count", "t", &count))
        watcher->lost += count;
    else
        watcher->seen++;
    return watcher->seen + watcher->lost < watcher->wanted;
}

static gpointer watch_run(gpointer data) {
    struct watcher *watcher = data;
    GMainContext *context = g_main_context_new();

    g_main_context_push_thread_default(context);
    struct control_client *client = control_client_new(watcher->fixture->path, &watcher->error);
    struct control_watch watch = {.seen = event_seen, .user = watcher};
    if (client != NULL)
        control_client_watch(client, &watch, &watcher->error);
    control_client_free(client);
    g_main_context_pop_thread_default(context);
    g_main_context_unref(context);
    g_atomic_int_set(&watcher->done, 1);
    g_main_context_wakeup(NULL);
    return NULL;
}

static void test_watch(struct fixture *fixture, gconstpointer unused) {
    struct watcher watcher = {.fixture = fixture, .wanted = 3};
    GThread *thread = g_thread_new("watcher", watch_run, &watcher);

    while (!control_server_has_subscribers(fixture->server))
        g_main_context_iteration(NULL, TRUE);
    for (int i = 0; i < 3; i++)
        control_server_emit(fixture->server, facts_of("text", i == 2 ? "last" : "more"));
    while (!g_atomic_int_get(&watcher.done))
        g_main_context_iteration(NULL, TRUE);
    g_thread_join(thread);
    g_assert_no_error(watcher.error);
    g_assert_cmpuint(watcher.seen, ==, 3);
    g_assert_cmpstr(watcher.last, ==, "last");
    g_free(watcher.last);
    while (control_server_has_subscribers(fixture->server)) /* it has left */
        g_main_context_iteration(NULL, TRUE);
}

static void test_watch_daemon_stops(struct fixture *fixture, gconstpointer unused) {
    struct watcher watcher = {.fixture = fixture, .wanted = 1};
    GThread *thread = g_thread_new("watcher", watch_run, &watcher);

    while (!control_server_has_subscribers(fixture->server))
        g_main_context_iteration(NULL, TRUE);
    g_clear_pointer(&fixture->server, control_server_free);
    while (!g_atomic_int_get(&watcher.done))
        g_main_context_iteration(NULL, TRUE);
    g_thread_join(thread);
    g_assert_error(watcher.error, CONTROL_ERROR, CONTROL_ERROR_ABSENT);
    g_error_free(watcher.error);
}

/* Events that come faster than the flushes are counted, and the reader hears how many. */
static void test_watch_flood(struct fixture *fixture, gconstpointer unused) {
    const unsigned count = LIMIT_CONTROL_UNSENT + 500;
    struct watcher watcher = {.fixture = fixture, .wanted = count + 1};
    GThread *thread = g_thread_new("watcher", watch_run, &watcher);

    while (!control_server_has_subscribers(fixture->server))
        g_main_context_iteration(NULL, TRUE);
    for (unsigned i = 0; i < count; i++) /* no flush ends meanwhile: the main context stands */
        control_server_emit(fixture->server, facts_of("text", "flood"));
    gint64 until = g_get_monotonic_time() + G_USEC_PER_SEC / 5;
    while (g_get_monotonic_time() < until) {
        g_main_context_iteration(NULL, FALSE);
        g_usleep(1000);
    }
    control_server_emit(fixture->server, facts_of("text", "after"));
    while (!g_atomic_int_get(&watcher.done))
        g_main_context_iteration(NULL, TRUE);
    g_thread_join(thread);
    g_assert_no_error(watcher.error);
    g_assert_cmpuint(watcher.lost, >=, 500);
    g_assert_cmpuint(watcher.seen, <=, LIMIT_CONTROL_UNSENT + 1);
    g_free(watcher.last);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
    g_test_add("/boothost/control/server/" name, struct fixture, NULL, set_up, function, tear_down)
    ADD("status-comes-back", test_status);
    ADD("explain-of-an-unknown-client-is-not-found", test_explain_unknown);
    ADD("explain-of-a-known-client", test_explain_known);
    ADD("simulate-may-answer-later", test_simulate_later);
    ADD("a-call-may-end-after-its-server", test_end_after_server);
    ADD("providers-are-a-list", test_providers);
    ADD("unknown-method-is-refused", test_unknown_method);
    ADD("no-daemon-says-what-to-do", test_absent);
    ADD("socket-is-for-the-owner-alone", test_mode);
    ADD("second-daemon-is-refused", test_second_daemon);
    ADD("dead-daemons-socket-is-replaced", test_stale_socket);
    ADD("a-file-in-the-way-is-kept", test_not_a_socket);
    ADD("unknown-group-is-refused", test_unknown_group);
    ADD("watch-sees-events-in-order", test_watch);
    ADD("watch-ends-with-the-daemon", test_watch_daemon_stops);
    ADD("slow-watcher-loses-events-and-hears-how-many", test_watch_flood);
    return g_test_run();
}
