/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The provider's end of org.boothost.Provider1 over a real socket pair: the provider runs on a
 * thread of its own, as it does in a process of its own, and GDBus is the host.
 */
#include "actor.h"

#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define OBJECT    "/org/boothost/Provider1"
#define INTERFACE "org.boothost.Provider1"
#define ERRNO     "org.boothost.Provider1.Error.Errno."

struct fixture {
    GThread *thread;
    GDBusConnection *host;
    guint filter;
    GMutex lock;
    GString *log;
    guint64 ticket;
};

static gpointer run_provider(gpointer unused) {
    g_autoptr(GMainContext) context = g_main_context_new();
    g_main_context_push_thread_default(context);
    g_autoptr(BootHostProvider) provider = actor_new();
    int status = boot_host_provider_run(provider, 0, NULL);
    g_main_context_pop_thread_default(context);
    return GINT_TO_POINTER(status);
}

static GDBusMessage *hear(GDBusConnection *connection, GDBusMessage *message, gboolean incoming,
                          gpointer user) {
    struct fixture *fixture = user;
    guint32 level = 0;
    const char *text = NULL;
    if (incoming && g_strcmp0(g_dbus_message_get_member(message), "Log") == 0) {
        g_variant_get(g_dbus_message_get_body(message), "(u&s)", &level, &text);
        g_mutex_lock(&fixture->lock);
        g_string_append_printf(fixture->log, "%u %s\n", level, text);
        g_mutex_unlock(&fixture->lock);
    }
    return message;
}

static GDBusConnection *serve(int fd) {
    g_autoptr(GError) error = NULL;
    g_autofree char *guid = g_dbus_generate_guid();
    g_autoptr(GSocket) socket = g_socket_new_from_fd(fd, &error);
    g_assert_no_error(error);
    g_autoptr(GSocketConnection) stream = g_socket_connection_factory_create_connection(socket);
    GDBusConnection *connection =
        g_dbus_connection_new_sync(G_IO_STREAM(stream), guid,
                                   G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER |
                                       G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_ALLOW_ANONYMOUS,
                                   NULL, NULL, &error);
    g_assert_no_error(error);
    return connection;
}

static void set_up(struct fixture *fixture, gconstpointer unused) {
    int ends[2];
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
    g_autofree char *number = g_strdup_printf("%d", ends[1]);
    g_setenv("BOOTHOST_PROVIDER_FD", number, TRUE);
    g_mutex_init(&fixture->lock);
    fixture->log = g_string_new(NULL);
    fixture->thread = g_thread_new("provider", run_provider, NULL);
    fixture->host = serve(ends[0]);
    fixture->filter = g_dbus_connection_add_filter(fixture->host, hear, fixture, NULL);
}

static int end(struct fixture *fixture) {
    return GPOINTER_TO_INT(g_thread_join(g_steal_pointer(&fixture->thread)));
}

static void tear_down(struct fixture *fixture, gconstpointer unused) {
    g_dbus_connection_remove_filter(fixture->host, fixture->filter);
    (void) g_dbus_connection_close_sync(fixture->host, NULL, NULL);
    g_object_unref(fixture->host);
    if (fixture->thread != NULL)
        (void) end(fixture);
    g_string_free(fixture->log, TRUE);
    g_mutex_clear(&fixture->lock);
}

static GVariant *try_call(struct fixture *fixture, const char *method, GVariant *parameters,
                          GError **error) {
    return g_dbus_connection_call_sync(fixture->host, NULL, OBJECT, INTERFACE, method, parameters,
                                       NULL, G_DBUS_CALL_FLAGS_NONE, 10000, NULL, error);
}

static GVariant *call(struct fixture *fixture, const char *method, GVariant *parameters) {
    g_autoptr(GError) error = NULL;
    GVariant *result = try_call(fixture, method, parameters, &error);
    g_assert_no_error(error);
    return result;
}

static void tell(struct fixture *fixture, const char *method, GVariant *parameters) {
    g_autoptr(GDBusMessage) message =
        g_dbus_message_new_method_call(NULL, OBJECT, INTERFACE, method);
    g_dbus_message_set_body(message, parameters);
    g_dbus_message_set_flags(message, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
    g_assert_true(g_dbus_connection_send_message(fixture->host, message, 0, NULL, NULL));
}

static void assert_parsed(GVariant *value, const char *expected) {
    g_autoptr(GVariant) wanted = g_variant_ref_sink(g_variant_new_parsed(expected));
    g_assert_cmpvariant(value, wanted);
}

static void assert_log(struct fixture *fixture, const char *line) {
    g_mutex_lock(&fixture->lock);
    gboolean found = strstr(fixture->log->str, line) != NULL;
    if (!found)
        g_test_message("the log has no '%s': %s", line, fixture->log->str);
    g_mutex_unlock(&fixture->lock);
    g_assert_true(found);
}

static GVariant *opening(const char *prefix) {
    g_autoptr(GVariant) settings = g_variant_ref_sink(
        g_variant_new_parsed("[('prefix', %s), ('wait', '2s'), ('label.a', 'A')]", prefix));
    return g_variant_new_parsed("('first', %@a(ss), {'list': b'one'}, uint32 0)", settings);
}

static void open_it(struct fixture *fixture) {
    g_autoptr(GVariant) result = call(fixture, "Open", opening("boot"));
    assert_parsed(result, "(@a(susb) [],)");
}

static GVariant *deciding(struct fixture *fixture, const char *word) {
    return g_variant_new_parsed(
        "(%t, {'mac': <'52:54:00:12:34:56'>, 'host-name': <%s>, 'stage-number': <uint32 1>, "
        "'architectures': <['x64-uefi']>, 'from-the-future': <1>}, "
        "{'facts': <{'owner': 'alice'}>, 'from-the-future': <1>})",
        ++fixture->ticket, word);
}

static void decide(struct fixture *fixture, const char *word, const char *expected) {
    g_autoptr(GVariant) result = call(fixture, "Decide", deciding(fixture, word));
    assert_parsed(result, expected);
}

/* A failure is an error with the errno's name and the provider's words. */
static void fails(struct fixture *fixture, const char *method, GVariant *parameters,
                  const char *name, const char *words) {
    g_autoptr(GError) error = NULL;
    g_assert_null(try_call(fixture, method, parameters, &error));
    g_autofree char *remote = g_dbus_error_get_remote_error(error);
    g_assert_cmpstr(remote, ==, name);
    g_assert_nonnull(strstr(error->message, words));
}

static void decide_fails(struct fixture *fixture, const char *word, const char *name,
                         const char *words) {
    fails(fixture, "Decide", deciding(fixture, word), name, words);
}

/* ---- The cases. ------------------------------------------------------------------------------ */

static void test_describe(struct fixture *fixture, gconstpointer unused) {
    g_autoptr(GVariant) result = call(fixture, "Describe", NULL);
    g_autoptr(GVariant) facts = g_variant_get_child_value(result, 0);
    g_autoptr(GVariant) settings = g_variant_get_child_value(result, 1);
    g_autoptr(GVariant) first = g_variant_get_child_value(settings, 0);
    g_autoptr(GVariant) second = g_variant_get_child_value(settings, 1);
    g_autoptr(GVariant) doors = g_variant_lookup_value(facts, "doors", NULL);
    guint32 abi = 0;
    assert_parsed(first, "('prefix', uint32 1, uint32 1, false, '', 'Start of the file')");
    assert_parsed(second, "('wait', uint32 4, uint32 0, true, '2s', 'Unused')");
    assert_parsed(doors, "['decide', 'content', 'event', 'state']");
    g_assert_true(g_variant_lookup(facts, "abi", "u", &abi));
    g_assert_cmpuint(abi, ==, 9);
}

static void test_decide(struct fixture *fixture, gconstpointer unused) {
    open_it(fixture);
    g_autoptr(GVariant) result = call(fixture, "Decide", deciding(fixture, "reply"));
    g_autoptr(GVariant) changes = g_variant_get_child_value(result, 1);
    g_autoptr(GVariant) facts = g_variant_lookup_value(changes, "facts", NULL);
    g_autoptr(GVariant) fields = g_variant_lookup_value(changes, "fields", NULL);
    g_autoptr(GVariant) options = g_variant_lookup_value(changes, "options", NULL);
    g_autoptr(GVariant) notes = g_variant_lookup_value(changes, "notes", NULL);
    gint32 verdict = -1;
    const char *value = NULL;
    g_variant_get_child(result, 0, "i", &verdict);
    g_assert_cmpint(verdict, ==, 1);
    assert_parsed(fields, "{uint32 1: 'boot.efi', uint32 4: 'it asked nicely'}");
    assert_parsed(options, "[(uint32 1, uint32 209, [byte 1, 2])]");
    assert_parsed(notes, "['a note']");
    g_assert_true(g_variant_lookup(facts, "served", "&s", &value));
    g_assert_cmpstr(value, ==, "1");
    g_assert_true(g_variant_lookup(facts, "gone", "&s", &value));
    g_assert_cmpstr(value, ==, "");                                 /* taken back */
    g_assert_false(g_variant_lookup(facts, "owner", "&s", &value)); /* not new */
}

static void test_verdicts(struct fixture *fixture, gconstpointer unused) {
    open_it(fixture);
    decide(fixture, "else", "(0, @a{sv} {})");
    decide(fixture, "hold",
           "(4, {'fields': <{uint32 6: 'wait'}>, 'numbers': <{uint32 1: int64 30}>})");
    decide(fixture, "menu",
           "(1, {'menu': <(uint32 5, 'Choose')>, 'items': <[(uint32 0, 'Disk', ''), "
           "(uint32 7, 'Net', '10.0.0.2')]>})");
}

static void test_failures(struct fixture *fixture, gconstpointer unused) {
    open_it(fixture);
    decide_fails(fixture, "fail", ERRNO "ENOENT", "no such image");
    decide_fails(fixture, "nothing", ERRNO "EIO", "forget to return");
    decide_fails(fixture, "99", ERRNO "EPROTO", "returned 99");
    decide_fails(fixture, "forget", ERRNO "EPROTO", "forgot to complete");
}

static void test_before_open(struct fixture *fixture, gconstpointer unused) {
    decide_fails(fixture, "reply", ERRNO "EPROTO", "before Open");
}

/* Waits for the answer of a call that was only sent. */
struct answer {
    GVariant *value;
    GError *error;
    gboolean done;
};

static void answered(GObject *source, GAsyncResult *result, gpointer user) {
    struct answer *answer = user;
    answer->value =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &answer->error);
    answer->done = TRUE;
}

static void send_call(struct fixture *fixture, const char *method, GVariant *parameters,
                      struct answer *answer) {
    g_dbus_connection_call(fixture->host, NULL, OBJECT, INTERFACE, method, parameters, NULL,
                           G_DBUS_CALL_FLAGS_NONE, 10000, NULL, answered, answer);
}

static void wait_for(struct answer *answer) {
    while (!answer->done)
        g_main_context_iteration(NULL, TRUE);
    g_assert_no_error(answer->error);
}

static void test_overlap(struct fixture *fixture, gconstpointer unused) {
    struct answer late = {0};
    open_it(fixture);
    send_call(fixture, "Decide", deciding(fixture, "never"), &late);
    guint64 ticket = fixture->ticket;
    decide(fixture, "else", "(0, @a{sv} {})");
    g_assert_false(late.done);
    tell(fixture, "Cancel", g_variant_new("(t)", ticket + 100)); /* not known: nothing happens */
    tell(fixture, "Cancel", g_variant_new("(t)", ticket));
    wait_for(&late);
    assert_parsed(late.value, "(2, @a{sv} {})");
    g_variant_unref(late.value);
}

static void test_drain(struct fixture *fixture, gconstpointer unused) {
    struct answer late = {0};
    struct answer drained = {0};
    open_it(fixture);
    send_call(fixture, "Decide", deciding(fixture, "never"), &late);
    send_call(fixture, "Drain", NULL, &drained);
    decide(fixture, "else", "(0, @a{sv} {})");
    g_assert_false(drained.done);
    tell(fixture, "Cancel", g_variant_new("(t)", fixture->ticket - 1));
    wait_for(&drained);
    wait_for(&late);
    g_variant_unref(late.value);
    g_variant_unref(drained.value);
}

static GVariant *asking(struct fixture *fixture, const char *file) {
    return g_variant_new_parsed("(%t, {'file': <%s>, 'stage-number': <uint32 3>, 'facts': "
                                "<{'owner': 'bob'}>})",
                                ++fixture->ticket, file);
}

static GVariant *ask_for(struct fixture *fixture, const char *file) {
    return call(fixture, "Content", asking(fixture, file));
}

static void test_content(struct fixture *fixture, gconstpointer unused) {
    static const struct {
        const char *file;
        const char *expected;
    } cases[] = {
        {"bytes", "(1, {'bytes': <[byte 0, 1, 2]>})"},
        {"text", "(1, {'bytes': <[byte 98, 111, 98]>})"},
        {"path", "(1, {'path': <'/etc/hostname'>})"},
        {"name", "(1, {'name': <'other.efi'>})"},
        {"stream", "(1, {'reader': <(uint64 1, int64 -1)>})"},
        {"big", "(1, {'reader': <(uint64 2, int64 1048576)>})"},
        {"drop", "(2, @a{sv} {})"},
        {"else", "(0, @a{sv} {})"},
    };
    open_it(fixture);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GVariant) result = ask_for(fixture, cases[i].file);
        assert_parsed(result, cases[i].expected);
    }
    fails(fixture, "Content", asking(fixture, "nothing-given"), ERRNO "EPROTO", "gave nothing");
}

static void read_at(struct fixture *fixture, guint64 reader, guint64 offset, const char *expected) {
    g_autoptr(GVariant) result = call(fixture, "Read", g_variant_new("(ttu)", reader, offset, 4));
    assert_parsed(result, expected);
}

static void test_read(struct fixture *fixture, gconstpointer unused) {
    open_it(fixture);
    g_autoptr(GVariant) result = ask_for(fixture, "stream");
    read_at(fixture, 1, 0, "(0, [byte 0x73, 0x74, 0x72, 0x65])");
    read_at(fixture, 1, 6, "(0, [byte 0x65, 0x64])");
    read_at(fixture, 1, 8, "(0, @ay [])");
    read_at(fixture, 1, 0, "(0, [byte 0x73, 0x74, 0x72, 0x65])");
    read_at(fixture, 99, 0, "(-2, @ay [])");
    tell(fixture, "CloseReader", g_variant_new("(t)", (guint64) 1));
    read_at(fixture, 1, 0, "(-2, @ay [])");
}

static void test_largest_read(struct fixture *fixture, gconstpointer unused) {
    open_it(fixture);
    g_autoptr(GVariant) result = ask_for(fixture, "big");
    g_autoptr(GVariant) read = call(
        fixture, "Read", g_variant_new("(ttu)", (guint64) 1, (guint64) 0, (guint32) G_MAXUINT32));
    g_autoptr(GVariant) bytes = g_variant_get_child_value(read, 1);
    g_assert_cmpuint(g_variant_get_size(bytes), ==, 256 * 1024);
}

static void test_event(struct fixture *fixture, gconstpointer unused) {
    open_it(fixture);
    tell(fixture, "Event",
         g_variant_new_parsed("({'mac': <'52:54:00:12:34:56'>}, uint32 3, 'a.efi', 'timed out', "
                              "int64 12)"));
    decide(fixture, "else", "(0, @a{sv} {})");
    assert_log(fixture, "6 event 3 of 52:54:00:12:34:56: a.efi, timed out, 12\n");
}

static void test_state(struct fixture *fixture, gconstpointer unused) {
    g_autoptr(GError) error = NULL;
    open_it(fixture);
    g_autoptr(GVariant) decided = call(fixture, "Decide", deciding(fixture, "reply"));
    g_autoptr(GVariant) saved = call(fixture, "Save", NULL);
    assert_parsed(saved, "({'served': [byte 1, 0, 0, 0]},)");
    g_autoptr(GVariant) restored = call(fixture, "Restore", saved);
    g_assert_null(
        try_call(fixture, "Restore", g_variant_new_parsed("({'other': @ay []},)"), &error));
    g_autofree char *name = g_dbus_error_get_remote_error(error);
    g_assert_cmpstr(name, ==, ERRNO "EINVAL");
}

static void test_open_problems(struct fixture *fixture, gconstpointer unused) {
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) wrong = call(fixture, "Open", opening("wrong"));
    assert_parsed(wrong, "([('list', uint32 3, 'that is wrong', true)],)");
    g_assert_null(try_call(fixture, "Open", opening("broken"), &error));
    g_autofree char *name = g_dbus_error_get_remote_error(error);
    g_assert_cmpstr(name, ==, ERRNO "EACCES");
    g_autoptr(GVariant) odd = call(fixture, "Open", opening("odd"));
    assert_parsed(odd, "([('prefix', uint32 0, 'that is odd', false)],)");
    decide(fixture, "else", "(0, @a{sv} {})");
}

static void test_close(struct fixture *fixture, gconstpointer unused) {
    open_it(fixture);
    g_autoptr(GVariant) closed = call(fixture, "Close", NULL);
    g_assert_cmpint(end(fixture), ==, 0);
    assert_log(fixture, "7 closed\n");
}

static void test_host_goes(struct fixture *fixture, gconstpointer unused) {
    struct answer late = {0};
    open_it(fixture);
    send_call(fixture, "Decide", deciding(fixture, "never"), &late);
    (void) g_dbus_connection_close_sync(fixture->host, NULL, NULL);
    g_assert_cmpint(end(fixture), ==, 1);
    while (!late.done)
        g_main_context_iteration(NULL, TRUE);
    g_assert_nonnull(late.error);
    g_clear_error(&late.error);
}

static void test_unknown(struct fixture *fixture, gconstpointer unused) {
    g_autoptr(GError) error = NULL;
    g_assert_null(try_call(fixture, "Reboot", NULL, &error));
    g_assert_error(error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD);
    g_clear_error(&error);
    g_assert_null(try_call(fixture, "Decide", g_variant_new("(s)", "wrong"), &error));
    g_assert_error(error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS);
}

/* ---- Without a host. ------------------------------------------------------------------------- */

static void test_by_hand(void) {
    static const char *const words[] = {TEST_COMMAND, NULL};
    g_autoptr(GError) error = NULL;
    g_autofree char *out = NULL;
    int status = -1;
    g_assert_true(g_spawn_sync(NULL, (char **) words, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, NULL,
                               &status, &error));
    g_assert_no_error(error);
    g_assert_cmpint(status, ==, 0);
    g_assert_true(g_str_has_prefix(out, "actor 1.2: Acts\n"));
    g_assert_nonnull(strstr(out, "command = " TEST_COMMAND "\n"));
    g_assert_nonnull(strstr(out, "\n    prefix = \n"));
    g_assert_nonnull(strstr(out, "\n    #wait = 2s\n"));
}

static void test_bad_socket(void) {
    static const char *const values[] = {"987", "x", "-1", ""};
    g_autoptr(BootHostProvider) provider = actor_new();
    for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
        g_setenv("BOOTHOST_PROVIDER_FD", values[i], TRUE);
        g_assert_cmpint(boot_host_provider_run(provider, 0, NULL), ==, 1);
    }
    g_unsetenv("BOOTHOST_PROVIDER_FD");
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
    g_test_add("/boothost/plugins-api/provider/" name, struct fixture, NULL, set_up, function,     \
               tear_down)
    ADD("describes-itself", test_describe);
    ADD("a-decision-tells-what-is-new", test_decide);
    ADD("every-verdict-has-its-number", test_verdicts);
    ADD("a-failure-is-an-error-with-words", test_failures);
    ADD("no-decision-before-open", test_before_open);
    ADD("calls-overlap-and-are-cancelled", test_overlap);
    ADD("drain-waits-for-open-calls", test_drain);
    ADD("content-of-every-kind", test_content);
    ADD("readers-are-read-by-offset", test_read);
    ADD("a-read-has-a-limit", test_largest_read);
    ADD("events-arrive", test_event);
    ADD("state-is-saved-and-restored", test_state);
    ADD("open-tells-problems-and-may-come-again", test_open_problems);
    ADD("close-ends-the-program", test_close);
    ADD("a-host-that-goes-ends-the-program", test_host_goes);
    ADD("unknown-calls-are-refused", test_unknown);
    g_test_add_func("/boothost/plugins-api/provider/by-hand-it-says-what-it-is-for", test_by_hand);
    g_test_add_func("/boothost/plugins-api/provider/no-socket-is-an-error", test_bad_socket);
    return g_test_run();
}
