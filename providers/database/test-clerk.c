/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The provider "database" with several requests at a time, on a host of this test's own: what the
 * packet thread and the clerk do to each other. Fit for a thread sanitizer.
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <boothost/provider.h>

#define CLIENTS 64

/* One call; request and reply are the same thing here. */
struct call {
    struct host *host;
    char mac[18];
    char boot_file[64];
    char note[128];
    uint64_t ticket;
    int32_t verdict; /* LATER: not yet */
};

struct host {
    struct boot_host table; /* the first: a host is cast from it */
    char *uri;
    const char *cache;
    const char *query;
    _Atomic int64_t now_us;
    pthread_mutex_t lock; /* a thread sanitizer knows these, and not GLib's */
    pthread_cond_t completed;
    uint64_t last_ticket;
    GQueue order;     /* of tickets, as they were completed */
    GHashTable *open; /* ticket to call */
};

/* ---- The services that the provider uses ----------------------------------------------------- */

static struct host *host_of(const struct boot_host *table) {
    return (struct host *) table;
}

static struct call *call_of(const void *handle) {
    return (struct call *) handle;
}

static void host_log(const struct boot_host *table, uint32_t level, const char *text) {
    g_test_message("%s", text);
}

static int64_t host_now(const struct boot_host *table) {
    return host_of(table)->now_us;
}

static const char *config_text(const struct boot_host_config *config, const char *key) {
    const struct host *host = (const struct host *) config;
    if (strcmp(key, "uri") == 0)
        return host->uri;
    if (strcmp(key, "query") == 0)
        return host->query;
    return strcmp(key, "prefer") == 0 ? "mac" : strcmp(key, "unknown") == 0 ? "pass" : NULL;
}

static int64_t config_number(const struct boot_host_config *config, const char *key) {
    const struct host *host = (const struct host *) config;
    return strcmp(key, "cache") == 0 ? atoi(host->cache) : 5000000; /* busy-timeout: 5 s */
}

static const char *config_item(const struct boot_host_config *config, const char *key,
                               uint32_t index) {
    return NULL;
}

static void config_error(const struct boot_host_config *config, const char *key, uint32_t line,
                         const char *text) {
    g_error("%s: %s", key, text);
}

static const char *request_text(const struct boot_host_request *request, uint32_t field) {
    return field == BOOT_HOST_REQUEST_MAC ? call_of(request)->mac : NULL;
}

static int32_t request_number(const struct boot_host_request *request, uint32_t field,
                              int64_t *ret_value) {
    return -ENOENT;
}

static int32_t request_option(const struct boot_host_request *request, uint32_t space,
                              uint32_t code, struct boot_host_span *ret_value) {
    return -ENOENT;
}

static int32_t reply_set(struct boot_host_reply *reply, uint32_t field, const char *text) {
    struct call *call = call_of(reply);
    if (field == BOOT_HOST_REPLY_NOTE)
        g_strlcpy(call->note, text, sizeof call->note);
    if (field == BOOT_HOST_REPLY_BOOT_FILE)
        g_strlcpy(call->boot_file, text, sizeof call->boot_file);
    return 0;
}

static const char *reply_get(const struct boot_host_reply *reply, uint32_t field) {
    return NULL;
}

static int64_t expand(const struct boot_host_reply *reply, const char *text, char *buffer,
                      size_t size) {
    return (int64_t) g_strlcpy(buffer, text, size);
}

static uint64_t reply_ticket(const struct boot_host_reply *reply) {
    struct call *call = call_of(reply);
    struct host *host = call->host;
    pthread_mutex_lock(&host->lock);
    call->ticket = ++host->last_ticket;
    g_hash_table_insert(host->open, GSIZE_TO_POINTER(call->ticket), call);
    pthread_mutex_unlock(&host->lock);
    return call->ticket;
}

static int32_t host_complete(const struct boot_host *table, uint64_t ticket, int32_t verdict) {
    struct host *host = host_of(table);
    gpointer call = NULL;
    pthread_mutex_lock(&host->lock);
    bool is_open = g_hash_table_steal_extended(host->open, GSIZE_TO_POINTER(ticket), NULL, &call);
    if (is_open) {
        call_of(call)->verdict = verdict;
        g_queue_push_tail(&host->order, GSIZE_TO_POINTER(ticket));
        pthread_cond_broadcast(&host->completed);
    }
    pthread_mutex_unlock(&host->lock);
    g_assert_true(is_open);
    return 0;
}

/* ---- The fixture ----------------------------------------------------------------------------- */

struct fixture {
    struct host host;
    char *folder;
    char *path;
    const struct boot_host_provider *provider;
    void *instance;
    struct call calls[CLIENTS];
};

/* Another program that writes to the file. */
static sqlite3 *connect_to(const char *path, const char *sql) {
    sqlite3 *db = NULL;
    g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_busy_timeout(db, 5000), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
    return db;
}

static void execute(const char *path, const char *sql) {
    g_assert_cmpint(sqlite3_close(connect_to(path, sql)), ==, SQLITE_OK);
}

static void set_up(struct fixture *fixture, gconstpointer data) {
    fixture->folder = g_dir_make_tmp("boothost-clerk-XXXXXX", NULL);
    fixture->path = g_build_filename(fixture->folder, "devices.db", NULL);
    fixture->provider = boot_host_provider_entry_v1();
    fixture->host = (struct host){
        .table = {.size = sizeof(struct boot_host),
                  .abi = BOOT_HOST_ABI,
                  .log = host_log,
                  .now = host_now,
                  .config_text = config_text,
                  .config_number = config_number,
                  .config_item = config_item,
                  .config_error = config_error,
                  .config_warning = config_error,
                  .request_text = request_text,
                  .request_number = request_number,
                  .request_option = request_option,
                  .reply_set = reply_set,
                  .reply_get = reply_get,
                  .expand = expand,
                  .reply_ticket = reply_ticket,
                  .complete = host_complete},
        .uri = g_strconcat("sqlite://", fixture->path, NULL),
        .cache = "32768",
        .now_us = G_USEC_PER_SEC,
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .completed = PTHREAD_COND_INITIALIZER,
    };
    g_queue_init(&fixture->host.order);
    fixture->host.open = g_hash_table_new(NULL, NULL);
    for (int i = 0; i < CLIENTS; i++) {
        fixture->calls[i].host = &fixture->host;
        (void) snprintf(fixture->calls[i].mac, sizeof fixture->calls[i].mac, "52:54:00:00:00:%02x",
                        i);
    }
}

static void fixture_open(struct fixture *fixture) {
    struct host *host = &fixture->host;
    g_assert_cmpint(
        fixture->provider->open(&host->table, (const void *) host, 0, &fixture->instance), ==, 0);
}

static void fixture_close(struct fixture *fixture) {
    fixture->provider->drain(fixture->instance);
    g_assert_cmpuint(g_hash_table_size(fixture->host.open), ==, 0);
    fixture->provider->close(fixture->instance);
    fixture->instance = NULL;
}

static void tear_down(struct fixture *fixture, gconstpointer data) {
    if (fixture->instance != NULL)
        fixture_close(fixture);
    g_autoptr(GDir) folder = g_dir_open(fixture->folder, 0, NULL);
    for (const char *name = g_dir_read_name(folder); name != NULL; name = g_dir_read_name(folder)) {
        g_autofree char *path = g_build_filename(fixture->folder, name, NULL);
        g_assert_cmpint(g_remove(path), ==, 0);
    }
    g_assert_cmpint(g_rmdir(fixture->folder), ==, 0);
    g_queue_clear(&fixture->host.order);
    g_hash_table_unref(fixture->host.open);
    pthread_mutex_destroy(&fixture->host.lock);
    pthread_cond_destroy(&fixture->host.completed);
    g_free(fixture->host.uri);
    g_free(fixture->folder);
    g_free(fixture->path);
}

/* The verdict, or LATER. */
static int32_t begin(struct fixture *fixture, struct call *call) {
    call->boot_file[0] = '\0';
    call->verdict = BOOT_HOST_LATER;
    int32_t verdict =
        fixture->provider->decide(fixture->instance, (const void *) call, (void *) call);
    if (verdict != BOOT_HOST_LATER)
        call->verdict = verdict;
    return verdict;
}

static int32_t finish(struct fixture *fixture, const struct call *call) {
    struct host *host = &fixture->host;
    pthread_mutex_lock(&host->lock);
    while (call->verdict == BOOT_HOST_LATER)
        pthread_cond_wait(&host->completed, &host->lock);
    pthread_mutex_unlock(&host->lock);
    return call->verdict;
}

static int32_t ask(struct fixture *fixture, struct call *call) {
    (void) begin(fixture, call);
    return finish(fixture, call);
}

/* What was last seen of the file is too old from now on. */
static void grow_old(struct fixture *fixture) {
    fixture->host.now_us += G_USEC_PER_SEC;
}

/* ---- Tests ----------------------------------------------------------------------------------- */

static void test_answers_at_once(struct fixture *fixture, gconstpointer data) {
    fixture_open(fixture);
    execute(fixture->path, "INSERT INTO device (mac, boot_file) VALUES ('52:54:00:00:00:00', 'a')");
    for (int i = 0; i < 3; i++) {
        g_assert_cmpint(begin(fixture, &fixture->calls[0]), ==, BOOT_HOST_PASS);
        g_assert_cmpstr(fixture->calls[0].boot_file, ==, "a");
        g_assert_cmpint(begin(fixture, &fixture->calls[1]), ==, BOOT_HOST_PASS);
        g_assert_cmpstr(fixture->calls[1].note, ==, "the device is not known");
    }
}

static void test_every_commit_is_seen_at_once(struct fixture *fixture, gconstpointer data) {
    fixture_open(fixture);
    sqlite3 *writer = connect_to(
        fixture->path, "INSERT INTO device (mac, boot_file) VALUES ('52:54:00:00:00:00', 'f')");
    for (int i = 0; i < 500; i++) {
        g_autofree char *file = g_strdup_printf("file-%d", i);
        g_autofree char *sql = g_strdup_printf("UPDATE device SET boot_file = '%s'", file);
        g_assert_cmpint(ask(fixture, &fixture->calls[0]), ==, BOOT_HOST_PASS);
        g_assert_cmpint(sqlite3_exec(writer, sql, NULL, NULL, NULL), ==, SQLITE_OK);
        g_assert_cmpint(ask(fixture, &fixture->calls[0]), ==, BOOT_HOST_PASS);
        g_assert_cmpstr(fixture->calls[0].boot_file, ==, file);
    }
    g_assert_cmpint(sqlite3_close(writer), ==, SQLITE_OK);
}

static void test_after_a_pause_the_clerk_looks_first(struct fixture *fixture, gconstpointer data) {
    fixture_open(fixture);
    g_assert_cmpint(begin(fixture, &fixture->calls[0]), ==, BOOT_HOST_PASS);
    g_usleep(100000); /* the clerk has let go of the file, and sleeps */
    grow_old(fixture);
    g_assert_cmpint(begin(fixture, &fixture->calls[0]), ==, BOOT_HOST_LATER);
    g_assert_cmpint(finish(fixture, &fixture->calls[0]), ==, BOOT_HOST_PASS);
    g_assert_cmpint(begin(fixture, &fixture->calls[0]), ==, BOOT_HOST_PASS);
}

/* A database without write-ahead log, in which a writer keeps readers out. */
static sqlite3 *lock_plain_file(struct fixture *fixture) {
    execute(fixture->path, "CREATE TABLE hosts (mac TEXT PRIMARY KEY, file TEXT);"
                           "INSERT INTO hosts VALUES ('52:54:00:00:00:00', 'a')");
    fixture->host.query = "SELECT file AS boot_file FROM hosts WHERE mac = :mac";
    fixture_open(fixture);
    g_assert_cmpint(ask(fixture, &fixture->calls[0]), ==, BOOT_HOST_PASS);
    g_assert_cmpint(ask(fixture, &fixture->calls[0]), ==, BOOT_HOST_PASS);
    return connect_to(fixture->path, "BEGIN EXCLUSIVE; UPDATE hosts SET file = 'b'");
}

static void test_a_locked_file_stops_nobody_else(struct fixture *fixture, gconstpointer data) {
    sqlite3 *writer = lock_plain_file(fixture);
    for (int i = 1; i < CLIENTS; i++)
        g_assert_cmpint(begin(fixture, &fixture->calls[i]), ==, BOOT_HOST_LATER);
    g_assert_cmpint(begin(fixture, &fixture->calls[0]), ==, BOOT_HOST_PASS);
    g_assert_cmpstr(fixture->calls[0].boot_file, ==, "a");
    g_assert_cmpint(sqlite3_exec(writer, "COMMIT", NULL, NULL, NULL), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_close(writer), ==, SQLITE_OK);
    for (int i = 1; i < CLIENTS; i++)
        g_assert_cmpint(finish(fixture, &fixture->calls[i]), ==, BOOT_HOST_PASS);
}

/* Within 10 ms, since each commit cannot be seen without asking. */
static void test_a_plain_file_is_looked_at_again(struct fixture *fixture, gconstpointer data) {
    sqlite3 *writer = lock_plain_file(fixture);
    g_assert_cmpint(sqlite3_exec(writer, "COMMIT", NULL, NULL, NULL), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_close(writer), ==, SQLITE_OK);
    fixture->host.now_us += 10001;
    g_assert_cmpint(ask(fixture, &fixture->calls[0]), ==, BOOT_HOST_PASS);
    g_assert_cmpstr(fixture->calls[0].boot_file, ==, "b");
}

static void test_answers_come_in_the_order_of_the_questions(struct fixture *fixture,
                                                            gconstpointer data) {
    sqlite3 *writer = lock_plain_file(fixture);
    g_queue_clear(&fixture->host.order);
    uint64_t first = fixture->host.last_ticket + 1;
    for (int i = 1; i < CLIENTS; i++)
        g_assert_cmpint(begin(fixture, &fixture->calls[i]), ==, BOOT_HOST_LATER);
    g_assert_cmpint(sqlite3_close(writer), ==, SQLITE_OK);
    fixture_close(fixture);
    for (uint64_t i = 0; i < CLIENTS - 1; i++)
        g_assert_cmpuint(GPOINTER_TO_SIZE(g_queue_pop_head(&fixture->host.order)), ==, first + i);
}

static void test_a_cancelled_question_is_completed_at_once(struct fixture *fixture,
                                                           gconstpointer data) {
    static const int cancelled[] = {CLIENTS - 1, 30, 2};
    sqlite3 *writer = lock_plain_file(fixture);
    for (int i = 1; i < CLIENTS; i++)
        g_assert_cmpint(begin(fixture, &fixture->calls[i]), ==, BOOT_HOST_LATER);
    for (size_t i = 0; i < G_N_ELEMENTS(cancelled); i++) {
        struct call *call = &fixture->calls[cancelled[i]];
        fixture->provider->cancel(fixture->instance, call->ticket);
        fixture->provider->cancel(fixture->instance, call->ticket);
        g_assert_cmpint(finish(fixture, call), ==, -ECANCELED);
    }
    g_assert_cmpint(sqlite3_close(writer), ==, SQLITE_OK);
    for (int i = 1; i < CLIENTS; i++) {
        bool was_cancelled = fixture->calls[i].verdict == -ECANCELED;
        g_assert_true(was_cancelled || finish(fixture, &fixture->calls[i]) == BOOT_HOST_PASS);
    }
}

/* ---- All at once ----------------------------------------------------------------------------- */

struct writer {
    const char *path;
    int number; /* of the last commit */
};

static void *write_on(void *user) {
    struct writer *writer = user;
    sqlite3 *db = connect_to(writer->path, "PRAGMA synchronous = OFF");
    for (int i = 1; i <= 300; i++) {
        g_autofree char *sql = g_strdup_printf("UPDATE device SET boot_file = '%d'", i);
        g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
        g_atomic_int_set(&writer->number, i);
    }
    g_assert_cmpint(sqlite3_close(db), ==, SQLITE_OK);
    return NULL;
}

/* No answer is older than what was committed before the question. */
static void test_no_answer_is_of_the_past(struct fixture *fixture, gconstpointer data) {
    struct writer writer = {.path = fixture->path};
    fixture_open(fixture);
    execute(fixture->path,
            "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 63)"
            " INSERT INTO device (mac, boot_file) SELECT printf('52:54:00:00:00:%02x', i), '0'"
            " FROM n");
    pthread_t thread;
    g_assert_cmpint(pthread_create(&thread, NULL, write_on, &writer), ==, 0);
    int newest = 0;
    for (int round = 0; newest < 300; round++) {
        newest = g_atomic_int_get(&writer.number);
        if (round % 4 == 0)
            grow_old(fixture);
        for (int i = 0; i < CLIENTS; i++)
            (void) begin(fixture, &fixture->calls[i]);
        for (int i = 0; i < CLIENTS; i++) {
            g_assert_cmpint(finish(fixture, &fixture->calls[i]), ==, BOOT_HOST_PASS);
            g_assert_cmpint(atoi(fixture->calls[i].boot_file), >=, newest);
        }
    }
    g_assert_cmpint(pthread_join(thread, NULL), ==, 0);
}

static void test_closing_waits_for_what_is_open(struct fixture *fixture, gconstpointer data) {
    for (int life = 0; life < 20; life++) {
        fixture_open(fixture);
        for (int i = 0; i < CLIENTS; i++) {
            grow_old(fixture);
            (void) begin(fixture, &fixture->calls[i]); /* LATER, unless the clerk is quicker */
        }
        fixture_close(fixture);
        for (int i = 0; i < CLIENTS; i++)
            g_assert_cmpint(fixture->calls[i].verdict, ==, BOOT_HOST_PASS);
    }
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
    g_test_add("/boothost/providers/database/clerk/" name, struct fixture, NULL, set_up, function, \
               tear_down)
    ADD("answers-at-once", test_answers_at_once);
    ADD("every-commit-is-seen-at-once", test_every_commit_is_seen_at_once);
    ADD("after-a-pause-the-clerk-looks-first", test_after_a_pause_the_clerk_looks_first);
    ADD("a-locked-file-stops-nobody-else", test_a_locked_file_stops_nobody_else);
    ADD("a-plain-file-is-looked-at-again", test_a_plain_file_is_looked_at_again);
    ADD("answers-come-in-the-order-of-the-questions",
        test_answers_come_in_the_order_of_the_questions);
    ADD("a-cancelled-question-is-completed-at-once",
        test_a_cancelled_question_is_completed_at_once);
    ADD("no-answer-is-of-the-past", test_no_answer_is_of_the_past);
    ADD("closing-waits-for-what-is-open", test_closing_waits_for_what_is_open);
    return g_test_run();
}
