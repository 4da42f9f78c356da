/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The client against the daemon's own control server, which has a made-up backend. The server lives
 * on the main thread, so each case runs on a thread of its own.
 */
#include <boothost.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "control/server.h"

struct fixture {
    char *folder;
    char *path;
    struct control_server *server;
    void (*test)(struct fixture *fixture, BootHostClient *client);
    gint done;
};

static GVariant *facts_of(const char *key, const char *value) {
    GVariantBuilder facts;
    g_variant_builder_init(&facts, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&facts, "{sv}", key, g_variant_new_string(value));
    return g_variant_builder_end(&facts);
}

static void status(gpointer user, struct control_call *call) {
    control_call_return(call, facts_of("version", "test"));
}

static void explain(gpointer user, struct control_call *call, const char *client) {
    if (g_str_equal(client, "52:54:00:00:00:01"))
        control_call_return(call, facts_of("client", client));
    else
        control_call_fail(call, CONTROL_ERROR_NOT_FOUND, "'%s' has not asked", client);
}

static void simulate(gpointer user, struct control_call *call, GVariant *request) {
    const char *interface = "none";
    (void) g_variant_lookup(request, "interface", "&s", &interface);
    control_call_return(call, facts_of("interface", interface));
}

static void providers(gpointer user, struct control_call *call) {
    control_call_return(call, g_variant_new_parsed("[{'name': <'one'>}, {'name': <'two'>}]"));
}

static void reload(gpointer user, struct control_call *call) {
    control_call_return(call, facts_of("generation", "2"));
}

static void set_up(struct fixture *fixture, gconstpointer test) {
    g_autoptr(GError) error = NULL;
    fixture->folder = g_dir_make_tmp("boothost-client-XXXXXX", NULL);
    fixture->path = g_build_filename(fixture->folder, "control", NULL);
    struct control_server_options options = {
        .path = fixture->path,
        .backend = {.status = status,
                    .explain = explain,
                    .simulate = simulate,
                    .providers = providers,
                    .reload = reload,
                    .user = fixture},
    };
    fixture->server = control_server_new(&options, &error);
    g_assert_no_error(error);
}

static void tear_down(struct fixture *fixture, gconstpointer test) {
    control_server_free(fixture->server);
    g_unlink(fixture->path);
    g_assert_cmpint(g_rmdir(fixture->folder), ==, 0);
    g_free(fixture->path);
    g_free(fixture->folder);
}

static gpointer run_case(gpointer data) {
    struct fixture *fixture = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GMainContext) context = g_main_context_new();
    g_main_context_push_thread_default(context);
    BootHostClient *client = boot_host_client_new(fixture->path, &error);
    g_assert_no_error(error);
    fixture->test(fixture, client);
    g_assert_finalize_object(client);
    g_main_context_pop_thread_default(context);
    g_atomic_int_set(&fixture->done, 1);
    g_main_context_wakeup(NULL);
    return NULL;
}

static void run(struct fixture *fixture,
                void (*test)(struct fixture *fixture, BootHostClient *client)) {
    fixture->test = test;
    GThread *thread = g_thread_new("client", run_case, fixture);
    while (!g_atomic_int_get(&fixture->done))
        g_main_context_iteration(NULL, TRUE);
    g_thread_join(thread);
}

static void assert_fact(GVariant *facts, const char *key, const char *expected) {
    const char *value = NULL;
    g_assert_nonnull(facts);
    g_assert_true(g_variant_lookup(facts, key, "&s", &value));
    g_assert_cmpstr(value, ==, expected);
}

static void ask(struct fixture *fixture, BootHostClient *client) {
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) state = boot_host_client_status(client, &error);
    assert_fact(state, "version", "test");
    g_autoptr(GVariant) story = boot_host_client_explain(client, "52:54:00:00:00:01", &error);
    assert_fact(story, "client", "52:54:00:00:00:01");
    g_autoptr(GVariant) told =
        boot_host_client_simulate(client, facts_of("interface", "eth9"), &error);
    assert_fact(told, "interface", "eth9");
    g_autoptr(GVariant) reloaded = boot_host_client_reload(client, &error);
    assert_fact(reloaded, "generation", "2");
    g_autoptr(GVariant) chain = boot_host_client_providers(client, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_variant_n_children(chain), ==, 2);
    g_assert_cmpstr(boot_host_client_get_path(client), ==, fixture->path);
}

static void test_ask(struct fixture *fixture, gconstpointer unused) {
    run(fixture, ask);
}

static void ask_wrong(struct fixture *fixture, BootHostClient *client) {
    g_autoptr(GError) unknown = NULL;
    g_autoptr(GError) reboot = NULL;
    g_autoptr(GError) arguments = NULL;
    g_assert_null(boot_host_client_explain(client, "10.0.0.9", &unknown));
    g_assert_error(unknown, BOOT_HOST_ERROR, BOOT_HOST_ERROR_NOT_FOUND);
    g_assert_cmpstr(unknown->message, ==, "'10.0.0.9' has not asked");
    g_assert_null(boot_host_client_call(client, "Reboot", NULL, &reboot));
    g_assert_error(reboot, BOOT_HOST_ERROR, BOOT_HOST_ERROR_NOT_SUPPORTED);
    g_assert_null(boot_host_client_call(client, "Explain", NULL, &arguments));
    g_assert_error(arguments, BOOT_HOST_ERROR, BOOT_HOST_ERROR_INVALID);
}

static void test_ask_wrong(struct fixture *fixture, gconstpointer unused) {
    run(fixture, ask_wrong);
}

static void seen(BootHostClient *client, GVariant *facts, gpointer user) {
    assert_fact(facts, "text", "hello");
    (*(guint *) user)++;
}

static gboolean emit(gpointer user) {
    control_server_emit(((struct fixture *) user)->server, facts_of("text", "hello"));
    return G_SOURCE_REMOVE;
}

static void watch(struct fixture *fixture, BootHostClient *client) {
    g_autoptr(GError) error = NULL;
    guint count = 0;
    g_signal_connect(client, "event", G_CALLBACK(seen), &count);
    g_assert_true(boot_host_client_watch(client, &error));
    g_assert_true(boot_host_client_watch(client, &error)); /* once is enough */
    g_assert_no_error(error);
    g_main_context_invoke(NULL, emit, fixture);
    while (count == 0)
        g_main_context_iteration(g_main_context_get_thread_default(), TRUE);
    g_assert_cmpuint(count, ==, 1);
}

static void test_watch(struct fixture *fixture, gconstpointer unused) {
    run(fixture, watch);
}

static gboolean stop(gpointer user) {
    g_clear_pointer(&((struct fixture *) user)->server, control_server_free);
    return G_SOURCE_REMOVE;
}

static void closed(BootHostClient *client, gpointer user) {
    *(gboolean *) user = TRUE;
}

static void daemon_goes(struct fixture *fixture, BootHostClient *client) {
    g_autoptr(GError) error = NULL;
    gboolean gone = FALSE;
    g_signal_connect(client, "closed", G_CALLBACK(closed), &gone);
    g_main_context_invoke(NULL, stop, fixture);
    while (!gone)
        g_main_context_iteration(g_main_context_get_thread_default(), TRUE);
    g_assert_null(boot_host_client_status(client, &error));
    g_assert_error(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_ABSENT);
}

static void test_daemon_goes(struct fixture *fixture, gconstpointer unused) {
    run(fixture, daemon_goes);
}

static void test_absent(void) {
    g_autoptr(GError) error = NULL;
    g_assert_null(boot_host_client_new("/nonexistent/control", &error));
    g_assert_error(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_ABSENT);
    g_assert_nonnull(strstr(error->message, "start boothostd"));
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
    g_test_add("/boothost/plugins-api/client/" name, struct fixture, NULL, set_up, function,       \
               tear_down)
    ADD("every-call-comes-back", test_ask);
    ADD("what-is-refused-says-why", test_ask_wrong);
    ADD("events-are-signals", test_watch);
    ADD("a-daemon-that-goes-is-noticed", test_daemon_goes);
    g_test_add_func("/boothost/plugins-api/client/no-daemon-says-what-to-do", test_absent);
    return g_test_run();
}
