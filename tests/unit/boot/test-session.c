/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boot/session: clients remembered, found, and forgotten.
 */
#include "boot/session.h"

#include <string.h>

#include "base/limits.h"
#include "boot/route.h"
#include "support/ask.h"

struct fixture {
    struct clock_fake clock;
    struct session_table *table;
};

static void set_up(struct fixture *fixture, gconstpointer data) {
    (void) data;
    clock_fake_init(&fixture->clock, CLOCK_SECOND);
    fixture->table = session_table_new(&fixture->clock.base, 4, LIMIT_SESSION_BYTES);
}

static void tear_down(struct fixture *fixture, gconstpointer data) {
    (void) data;
    session_table_free(fixture->table);
}

static uint32_t attempt(struct fixture *fixture, const struct wire *wire, bool is_discover) {
    g_autoptr(Request) request =
        ask_wire(wire, is_discover ? DHCP_PORT_SERVER : DHCP_PORT_BOOT_SERVER);
    return session_attempt(fixture->table, request);
}

/* A decision that told `file` (NULL: silence). */
static void decide(struct fixture *fixture, const struct wire *wire, uint16_t port,
                   const char *file) {
    g_autoptr(Request) request = ask_wire(wire, port);
    g_autoptr(Trace) trace =
        trace_new(1, port == 67 ? BOOT_HOST_STAGE_DISCOVER : BOOT_HOST_STAGE_BOOT_SERVER);
    if (file != NULL) {
        struct address server = {0};
        g_assert_true(address_parse(ASK_SERVER, &server));
        trace_set_answer(trace, "direct", file, &server);
    }
    trace_set_facts(trace, request, NULL);
    session_decided(fixture->table, request, trace);
}

static void fetch(struct fixture *fixture, const char *client, const char *outcome,
                  bool is_success) {
    struct session *session = session_find(fixture->table, client);
    struct session_transfer transfer = {.name = (char *) "x64.efi", .outcome = (char *) outcome};
    g_assert_nonnull(session);
    session_fetched(fixture->table, session, &transfer, is_success);
}

static struct wire *client(uint32_t number) {
    g_autofree char *mac = g_strdup_printf("chaddr = 52:54:00:00:00:%02x", number);
    g_autofree char *xid = g_strdup_printf("xid = %u", number);
    return ask_change(wire_new(), mac, xid, NULL);
}

static void test_attempts(struct fixture *fixture, gconstpointer data) {
    (void) data;
    g_autoptr(Wire) wire = wire_new_vector("pxe/edk2-x64-discover");
    g_autoptr(Wire) ask = wire_new_vector("pxe/edk2-x64-boot-server");
    g_assert_cmpuint(attempt(fixture, wire, true), ==, 1);
    decide(fixture, wire, 67, "x64.efi");
    fixture->clock.time_us += 4 * CLOCK_SECOND;
    g_assert_cmpuint(attempt(fixture, wire, true), ==, 1);
    ask_change(wire, "xid = 0x99", NULL);
    g_assert_cmpuint(attempt(fixture, wire, true), ==, 2);
    decide(fixture, wire, 67, "x64.efi");
    g_assert_cmpuint(attempt(fixture, ask, false), ==, 2);
    fetch(fixture, "52:54:00:ee:1a:cb", "completed", true);
    ask_change(wire, "xid = 0x100", NULL);
    g_assert_cmpuint(attempt(fixture, wire, true), ==, 1);
    g_assert_cmpuint(session_table_count(fixture->table), ==, 1);
}

static void test_finding(struct fixture *fixture, gconstpointer data) {
    (void) data;
    g_autoptr(Wire) wire = wire_new_vector("pxe/edk2-x64-discover");
    g_autoptr(Wire) ask = wire_new_vector("pxe/edk2-x64-boot-server");
    (void) attempt(fixture, wire, true);
    decide(fixture, wire, 67, "x64.efi");
    g_assert_null(session_find(fixture->table, "10.99.0.101"));
    decide(fixture, ask, 4011, "x64.efi");
    static const char *const names[] = {
        "52:54:00:ee:1a:cb",
        "52-54-00-EE-1A-CB",
        "ee1acb08-13bb-50f5-9e5c-6dbf7f541cbf",
        "08cb1aee-bb13-f550-9e5c-6dbf7f541cbf",
        "10.99.0.101",
    };
    struct session *session = session_find(fixture->table, names[0]);
    g_assert_nonnull(session);
    for (size_t i = 1; i < G_N_ELEMENTS(names); i++)
        g_assert_true(session_find(fixture->table, names[i]) == session);
    g_assert_null(session_find(fixture->table, "52:54:00:00:00:99"));
    g_assert_null(session_find(fixture->table, "00000000-0000-0000-0000-000000000001"));
    g_assert_null(session_find(fixture->table, "nonsense"));
}

static void test_addresses(struct fixture *fixture, gconstpointer data) {
    (void) data;
    g_autoptr(Wire) first = client(1);
    g_autoptr(Wire) second = client(2);
    struct address address = {0};
    g_assert_true(address_parse("10.99.0.7", &address));
    (void) attempt(fixture, first, true);
    (void) attempt(fixture, second, true);
    g_assert_null(session_find_address(fixture->table, &address, NULL));
    struct session *a = session_find_address(fixture->table, &address, "52:54:00:00:00:01");
    struct session *b = session_find(fixture->table, "52:54:00:00:00:02");
    g_assert_nonnull(a);
    session_set_address(fixture->table, a, &address);
    g_assert_true(session_find_address(fixture->table, &address, NULL) == a);
    g_assert_true(session_find_address(fixture->table, &address, "52:54:00:00:00:02") == b);
    session_set_address(fixture->table, b, &address);
    g_assert_true(session_find_address(fixture->table, &address, NULL) == b);
    ask_change(second, "xid = 77", NULL);
    (void) attempt(fixture, second, true);
    g_assert_null(session_find_address(fixture->table, &address, NULL));
}

static void test_bound(struct fixture *fixture, gconstpointer data) {
    (void) data;
    for (uint32_t i = 0; i < 20; i++) {
        g_autoptr(Wire) wire = client(i);
        (void) attempt(fixture, wire, true);
        g_autoptr(Wire) regular = client(100);
        (void) attempt(fixture, regular, true);
        g_assert_cmpuint(session_table_count(fixture->table), <=, 4);
    }
    g_assert_nonnull(session_find(fixture->table, "52:54:00:00:00:64"));
    g_assert_nonnull(session_find(fixture->table, "52:54:00:00:00:13"));
    g_assert_null(session_find(fixture->table, "52:54:00:00:00:00"));
}

static void test_idle(struct fixture *fixture, gconstpointer data) {
    (void) data;
    g_autoptr(Wire) first = client(1);
    g_autoptr(Wire) second = client(2);
    (void) attempt(fixture, first, true);
    fixture->clock.time_us += LIMIT_SESSION_IDLE_US;
    (void) attempt(fixture, second, true);
    g_assert_null(session_find(fixture->table, "52:54:00:00:00:01"));
    g_assert_cmpuint(session_table_count(fixture->table), ==, 1);
}

static void test_shared_uuid(struct fixture *fixture, gconstpointer data) {
    (void) data;
    const char *uuid = "option.97 = 00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10";
    g_autoptr(Wire) first = ask_change(client(1), uuid, NULL);
    g_autoptr(Wire) second = ask_change(client(2), uuid, NULL);
    g_autoptr(Wire) third = client(3);
    const char *text = "04030201-0605-0807-090a-0b0c0d0e0f10";
    (void) attempt(fixture, first, true);
    (void) attempt(fixture, second, true);
    g_assert_cmpuint(session_table_count(fixture->table), ==, 2);
    g_assert_true(session_find(fixture->table, text) ==
                  session_find(fixture->table, "52:54:00:00:00:02"));
    fixture->clock.time_us += LIMIT_SESSION_IDLE_US / 2;
    (void) attempt(fixture, second, true);
    fixture->clock.time_us += LIMIT_SESSION_IDLE_US / 2;
    (void) attempt(fixture, third, true);
    g_assert_null(session_find(fixture->table, "52:54:00:00:00:01"));
    g_assert_true(session_find(fixture->table, text) ==
                  session_find(fixture->table, "52:54:00:00:00:02"));
}

static void test_folders(struct fixture *fixture, gconstpointer data) {
    (void) data;
    static const struct {
        const char *file;
        const char *folder;
    } rows[] = {
        {"x64.efi", ""},          {"a/b/x64.efi", "a/b"},
        {"/a/x64.efi", "a"},      {"smsboot\\x64\\wdsnbp.com", "smsboot/x64"},
        {"http://h/a/x.efi", ""}, {"\\boot\\x.efi", "boot"},
    };
    g_autoptr(Wire) wire = client(1);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        decide(fixture, wire, 67, rows[i].file);
        struct session *session = session_find(fixture->table, "52:54:00:00:00:01");
        g_assert_cmpstr(session_get_folder(session), ==, rows[i].folder);
    }
}

static void test_memory(struct fixture *fixture, gconstpointer data) {
    (void) data;
    g_autoptr(Wire) wire = client(1);
    (void) attempt(fixture, wire, true);
    struct session *session = session_find(fixture->table, "52:54:00:00:00:01");
    g_assert_null(session_get_request(session));
    g_assert_null(session_get_trace(session));
    g_assert_cmpstr(session_get_folder(session), ==, "");
    g_autoptr(Request) request = ask_wire(wire, 67);
    session_not_sent(fixture->table, request);
    decide(fixture, wire, 67, "x64.efi");
    const struct route route = route_find(request);
    struct address to = {0};
    trace_set_destination(session_get_trace(session), &route);
    g_assert_nonnull(trace_get_destination(session_get_trace(session), &to));
    session_not_sent(fixture->table, request);
    g_assert_null(trace_get_destination(session_get_trace(session), &to));
    for (int i = 0; i < 3 * LIMIT_SESSION_DECISIONS; i++)
        decide(fixture, wire, 67, "x64.efi");
    for (int i = 0; i < 3 * LIMIT_SESSION_TRANSFERS; i++)
        fetch(fixture, "52:54:00:00:00:01", "completed", true);
    g_assert_null(request_get_view(session_get_request(session)));
    g_autoptr(GVariant) map = g_variant_ref_sink(session_to_variant(session));
    g_autoptr(GVariant) decisions =
        g_variant_lookup_value(map, "decisions", G_VARIANT_TYPE("aa{sv}"));
    g_autoptr(GVariant) transfers =
        g_variant_lookup_value(map, "transfers", G_VARIANT_TYPE("aa{sv}"));
    g_assert_cmpuint(g_variant_n_children(decisions), ==, LIMIT_SESSION_DECISIONS);
    g_assert_cmpuint(g_variant_n_children(transfers), ==, LIMIT_SESSION_TRANSFERS);
}

static gsize decision_count(struct session_table *table, const char *client) {
    struct session *session = session_find(table, client);
    g_autoptr(GVariant) map = g_variant_ref_sink(session_to_variant(session));
    g_autoptr(GVariant) decisions =
        g_variant_lookup_value(map, "decisions", G_VARIANT_TYPE("aa{sv}"));
    return g_variant_n_children(decisions);
}

/* Decisions of client 1, then 2 ... */
static void decide_often(struct fixture *fixture, struct session_table *table, uint32_t clients,
                         int often) {
    session_table_free(fixture->table);
    fixture->table = table;
    for (uint32_t i = 1; i <= clients; i++) {
        g_autoptr(Wire) wire = client(i);
        for (int k = 0; k < often; k++)
            decide(fixture, wire, 67, "x64.efi");
    }
}

static void test_short_memory(struct fixture *fixture, gconstpointer data) {
    (void) data;
    struct session_table *table = session_table_new(&fixture->clock.base, 100, 8192);
    decide_often(fixture, table, 6, 3);
    g_assert_cmpuint(session_table_count(table), ==, 6);
    g_assert_cmpuint(decision_count(table, "52:54:00:00:00:01"), ==, 1);
    g_assert_cmpuint(decision_count(table, "52:54:00:00:00:02"), ==, 1);
    g_assert_cmpuint(decision_count(table, "52:54:00:00:00:06"), ==, 3);
    g_autoptr(Wire) back = client(1);
    for (int k = 0; k < 3; k++)
        decide(fixture, back, 67, "x64.efi");
    g_assert_cmpuint(decision_count(table, "52:54:00:00:00:01"), >=, 3);
    g_assert_cmpuint(decision_count(table, "52:54:00:00:00:03"), ==, 1);
}

static void test_shorter_memory(struct fixture *fixture, gconstpointer data) {
    (void) data;
    struct session_table *table = session_table_new(&fixture->clock.base, 100, 4096);
    decide_often(fixture, table, 40, 2);
    g_assert_cmpuint(session_table_count(table), >=, 2);
    g_assert_cmpuint(session_table_count(table), <=, 8);
    g_assert_null(session_find(table, "52:54:00:00:00:01"));
    g_assert_cmpuint(decision_count(table, "52:54:00:00:00:28"), >=, 1);
}

static void assert_likely(struct fixture *fixture, const char *code) {
    struct session *session = session_find(fixture->table, "52:54:00:ee:1a:cb");
    g_autoptr(GVariant) map = g_variant_ref_sink(session_to_variant(session));
    const char *likely = NULL;
    g_assert_true(g_variant_lookup(map, "likely", "&s", &likely));
    if (code[0] == '\0')
        g_assert_cmpstr(likely, ==, "");
    else
        g_assert_nonnull(strstr(likely, code));
}

static void test_likely(struct fixture *fixture, gconstpointer data) {
    (void) data;
    g_autoptr(Wire) wire = wire_new_vector("pxe/edk2-x64-discover");
    decide(fixture, wire, 67, NULL);
    assert_likely(fixture, "PXE-E16");
    decide(fixture, wire, 67, "x64.efi");
    assert_likely(fixture, "");
    fixture->clock.time_us += 2 * LIMIT_SETTLED_US;
    assert_likely(fixture, "PXE-E18");
    fetch(fixture, "52:54:00:ee:1a:cb", "refused", false);
    assert_likely(fixture, "PXE-E23");
    fetch(fixture, "52:54:00:ee:1a:cb", "completed", true);
    assert_likely(fixture, "");
}

#define ADD(path, function)                                                                        \
    g_test_add("/boothost/boot/session/" path, struct fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    ADD("counts-attempts", test_attempts);
    ADD("is-found-by-every-name", test_finding);
    ADD("belongs-to-one-address-at-a-time", test_addresses);
    ADD("is-bounded-and-the-least-recent-goes", test_bound);
    ADD("is-forgotten-when-idle", test_idle);
    ADD("may-share-a-uuid", test_shared_uuid);
    ADD("knows-the-folder-of-the-boot-file", test_folders);
    ADD("keeps-the-last-decisions-and-transfers", test_memory);
    ADD("the-silent-keep-one-decision-when-memory-is-short", test_short_memory);
    ADD("the-silent-go-when-memory-is-shorter", test_shorter_memory);
    ADD("guesses-the-error-code", test_likely);
    return g_test_run();
}
