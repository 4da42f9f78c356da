/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The provider "database" in the fake host, on real files.
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <errno.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "boot-host-fake.h"
#include "schema.h"

#define MAC      "52:54:00:12:34:56"
#define UUID     "00112233-4455-6677-8899-aabbccddeeff"
#define SWAPPED  "33221100-5544-7766-8899-aabbccddeeff"
#define MANY     1000000
#define MANY_TXT "1000000"

struct fixture {
    char *folder;
    char *path;
    char *uri;
    struct boot_host_fake *fake;
};

static void fixture_open(struct fixture *fixture) {
    g_assert_cmpint(boot_host_fake_open(fixture->fake, 0), ==, 0);
    g_assert_null(boot_host_fake_line(fixture->fake, 0));
}

static void set_up(struct fixture *fixture, gconstpointer data) {
    fixture->folder = g_dir_make_tmp("boothost-database-XXXXXX", NULL);
    fixture->path = g_build_filename(fixture->folder, "devices.db", NULL);
    fixture->uri = g_strconcat("sqlite://", fixture->path, NULL);
    fixture->fake = boot_host_fake_new(boot_host_provider_entry_v1());
    boot_host_fake_set(fixture->fake, "uri", fixture->uri);
}

static void tear_down(struct fixture *fixture, gconstpointer data) {
    boot_host_fake_free(fixture->fake);
    g_autoptr(GDir) folder = g_dir_open(fixture->folder, 0, NULL);
    for (const char *name = g_dir_read_name(folder); name != NULL; name = g_dir_read_name(folder)) {
        g_autofree char *path = g_build_filename(fixture->folder, name, NULL);
        g_assert_cmpint(g_remove(path), ==, 0);
    }
    g_assert_cmpint(g_rmdir(fixture->folder), ==, 0);
    g_free(fixture->folder);
    g_free(fixture->path);
    g_free(fixture->uri);
}

/* Another program that writes to the file. */
static int execute(const char *path, const char *sql) {
    sqlite3 *db = NULL;
    g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
    int status = sqlite3_exec(db, sql, NULL, NULL, NULL);
    if (status != SQLITE_OK)
        g_test_message("%s", sqlite3_errmsg(db));
    g_assert_cmpint(sqlite3_close(db), ==, SQLITE_OK);
    return status;
}

/* The verdict, also when it comes later. */
static int32_t ask(struct fixture *fixture, const struct boot_host_fake_request *request) {
    int32_t verdict = boot_host_fake_decide(fixture->fake, request);
    return verdict == BOOT_HOST_LATER ? boot_host_fake_wait(fixture->fake, 20000) : verdict;
}

static int32_t decide(struct fixture *fixture, const char *mac, const char *uuid) {
    const struct boot_host_fake_request request = {
        .mac = mac, .uuid = uuid, .architectures = "x64-uefi"};
    return ask(fixture, &request);
}

/* So long that what was last seen of the file counts no more. */
static void let_time_pass(struct fixture *fixture) {
    boot_host_fake_advance(fixture->fake, G_USEC_PER_SEC);
}

static const char *boot_file(struct fixture *fixture) {
    return boot_host_fake_get(fixture->fake, BOOT_HOST_REPLY_BOOT_FILE);
}

static const char *note(struct fixture *fixture) {
    return boot_host_fake_get(fixture->fake, BOOT_HOST_REPLY_NOTE);
}

static void test_makes_its_tables(struct fixture *fixture, gconstpointer data) {
    fixture_open(fixture);
    g_assert_cmpint(decide(fixture, MAC, UUID), ==, BOOT_HOST_PASS);
    g_assert_cmpstr(note(fixture), ==, "the device is not known");
    boot_host_fake_close(fixture->fake);
    fixture_open(fixture);
    g_assert_cmpint(execute(fixture->path, "PRAGMA user_version; SELECT id FROM device"), ==,
                    SQLITE_OK);
}

static void test_finds_a_device_by_its_mac(struct fixture *fixture, gconstpointer data) {
    fixture_open(fixture);
    g_assert_cmpint(
        execute(fixture->path,
                "INSERT INTO device (id, mac, name, owner, \"group\", image, boot_file) VALUES"
                " (7, '" MAC "', 'web-1', 'ann', 'web', 'debian-12', 'own.efi');"
                "INSERT INTO device_fact VALUES (7, 'rack', 'b4'), (7, 'site', 'north')"),
        ==, SQLITE_OK);
    g_assert_cmpint(decide(fixture, MAC, NULL), ==, BOOT_HOST_PASS);
    g_assert_cmpstr(boot_file(fixture), ==, "own.efi");
    g_assert_cmpstr(note(fixture), ==, "device 7, web-1, found by its MAC");
    static const char *const facts[] = {"name",  "web-1",     "owner", "ann", "group", "web",
                                        "image", "debian-12", "rack",  "b4",  "site",  "north"};
    for (size_t i = 0; i < G_N_ELEMENTS(facts); i += 2)
        g_assert_cmpstr(boot_host_fake_get_fact(fixture->fake, facts[i]), ==, facts[i + 1]);
    g_assert_cmpint(decide(fixture, "52:54:00:12:34:57", NULL), ==, BOOT_HOST_PASS);
    g_assert_null(boot_file(fixture));
    g_assert_null(boot_host_fake_get_fact(fixture->fake, "image"));
}

static void test_finds_a_device_by_its_uuid_in_either_order(struct fixture *fixture,
                                                            gconstpointer data) {
    fixture_open(fixture);
    g_assert_cmpint(execute(fixture->path,
                            "INSERT INTO device (uuid, boot_file) VALUES ('" UUID "', 'a.efi'),"
                            " ('0f1e2d3c-0000-1111-2222-333344445555', 'b.efi')"),
                    ==, SQLITE_OK);
    g_assert_cmpint(decide(fixture, MAC, UUID), ==, BOOT_HOST_PASS);
    g_assert_cmpstr(boot_file(fixture), ==, "a.efi");
    g_assert_cmpstr(note(fixture), ==, "device 1, found by its UUID");
    g_assert_cmpint(decide(fixture, MAC, SWAPPED), ==, BOOT_HOST_PASS);
    g_assert_cmpstr(boot_file(fixture), ==, "a.efi");
    g_assert_cmpint(decide(fixture, NULL, "3c2d1e0f-0000-1111-2222-333344445555"), ==,
                    BOOT_HOST_PASS);
    g_assert_cmpstr(boot_file(fixture), ==, "b.efi");
}

static void test_bad_uuids_do_not_count(struct fixture *fixture, gconstpointer data) {
    static const char *const bad[] = {"00000000-0000-0000-0000-000000000000",
                                      "ffffffff-ffff-ffff-ffff-ffffffffffff",
                                      "03000200-0400-0500-0006-000700080009",
                                      "00020003-0004-0005-0006-000700080009",
                                      UUID,
                                      SWAPPED};
    boot_host_fake_set(fixture->fake, "bad-uuid", "11111111-2222-3333-4444-555555555555; " UUID);
    fixture_open(fixture);
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *sql =
            g_strdup_printf("INSERT INTO device (uuid, boot_file) VALUES ('%s', 'a.efi')", bad[i]);
        g_assert_cmpint(execute(fixture->path, sql), ==, SQLITE_OK);
        g_assert_cmpint(decide(fixture, MAC, bad[i]), ==, BOOT_HOST_PASS);
        g_assert_null(boot_file(fixture));
        g_assert_nonnull(strstr(note(fixture), "its UUID does not count"));
    }
}

static void test_says_when_two_devices_match(struct fixture *fixture, gconstpointer data) {
    static const char *const files[] = {"mac", "by-mac.efi", "uuid", "by-uuid.efi"};
    fixture_open(fixture);
    g_assert_cmpint(execute(fixture->path,
                            "INSERT INTO device (mac, boot_file) VALUES ('" MAC "', 'by-mac.efi');"
                            "INSERT INTO device (uuid, boot_file) VALUES ('" UUID
                            "', 'by-uuid.efi')"),
                    ==, SQLITE_OK);
    for (size_t i = 0; i < G_N_ELEMENTS(files); i += 2) {
        boot_host_fake_close(fixture->fake);
        boot_host_fake_set(fixture->fake, "prefer", files[i]);
        fixture_open(fixture);
        g_assert_cmpint(decide(fixture, MAC, UUID), ==, BOOT_HOST_PASS);
        g_assert_cmpstr(boot_file(fixture), ==, files[i + 1]);
        g_assert_nonnull(strstr(note(fixture), "its MAC and its UUID belong to two devices"));
    }
}

static void test_the_most_exact_boot_file_goes_first(struct fixture *fixture, gconstpointer data) {
    static const struct {
        const char *architectures;
        const char *loader;
        const char *file;
    } cases[] = {
        {"x64-uefi", "firmware", "x64.efi"}, {"x64-uefi-http x64-uefi", "firmware", "x64.efi"},
        {"x86-bios", "firmware", "any.0"},   {"x64-uefi", "ipxe", "x64.ipxe"},
        {"x86-bios", "ipxe", "any.ipxe"},    {"x64-uefi", "grub", "x64.efi"},
        {NULL, "firmware", "any.0"},
    };
    fixture_open(fixture);
    g_assert_cmpint(execute(fixture->path,
                            "INSERT INTO device (id, mac, boot_file) VALUES (1, '" MAC
                            "', 'any.0');"
                            "INSERT INTO device_boot_file VALUES (1, 'x64-uefi', 'x64.efi'),"
                            " (1, 'ipxe', 'any.ipxe'), (1, 'ipxe.x64-uefi', 'x64.ipxe')"),
                    ==, SQLITE_OK);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const struct boot_host_fake_request request = {
            .mac = MAC, .architectures = cases[i].architectures, .loader = cases[i].loader};
        g_assert_cmpint(ask(fixture, &request), ==, BOOT_HOST_PASS);
        g_assert_cmpstr(boot_file(fixture), ==, cases[i].file);
    }
}

static void test_boot_files_are_templates(struct fixture *fixture, gconstpointer data) {
    fixture_open(fixture);
    g_assert_cmpint(execute(fixture->path,
                            "INSERT INTO device (mac, image, boot_file) VALUES ('" MAC
                            "', 'debian', '${image}/${site:-main}.efi')"),
                    ==, SQLITE_OK);
    g_assert_cmpint(decide(fixture, MAC, NULL), ==, BOOT_HOST_PASS);
    g_assert_cmpstr(boot_file(fixture), ==, "debian/main.efi");
    g_assert_cmpint(execute(fixture->path, "UPDATE device SET boot_file = '${rack}.efi'"), ==,
                    SQLITE_OK);
    g_assert_cmpint(decide(fixture, MAC, NULL), ==, -ENOENT);
    g_assert_true(boot_host_fake_said(fixture->fake, "warning: boot file \"${rack}.efi\": it is"));
}

static void test_an_earlier_boot_file_stays(struct fixture *fixture, gconstpointer data) {
    fixture_open(fixture);
    g_assert_cmpint(execute(fixture->path,
                            "INSERT INTO device (mac, image, boot_file) VALUES ('" MAC
                            "', 'debian', 'own.efi')"),
                    ==, SQLITE_OK);
    const struct boot_host_fake_request request = {.mac = MAC, .boot_file = "earlier.efi"};
    g_assert_cmpint(ask(fixture, &request), ==, BOOT_HOST_PASS);
    g_assert_cmpstr(boot_file(fixture), ==, "earlier.efi");
    g_assert_cmpstr(boot_host_fake_get_fact(fixture->fake, "image"), ==, "debian");
}

static void test_a_device_may_stay_local_or_be_denied(struct fixture *fixture, gconstpointer data) {
    fixture_open(fixture);
    g_assert_cmpint(
        execute(fixture->path, "INSERT INTO device (mac, action) VALUES ('" MAC "', 'local')"), ==,
        SQLITE_OK);
    g_assert_cmpint(decide(fixture, MAC, NULL), ==, BOOT_HOST_ABORT);
    g_assert_cmpstr(boot_host_fake_get(fixture->fake, BOOT_HOST_REPLY_REASON), ==,
                    "the device boots from its own disk");
    g_assert_cmpint(execute(fixture->path, "UPDATE device SET action = 'deny'"), ==, SQLITE_OK);
    g_assert_cmpint(decide(fixture, MAC, NULL), ==, BOOT_HOST_DROP);
    g_assert_cmpint(execute(fixture->path, "UPDATE device SET action = 'boot'"), ==, SQLITE_OK);
    g_assert_cmpint(decide(fixture, MAC, NULL), ==, BOOT_HOST_PASS);
}

static void test_unknown_devices_get_what_is_set(struct fixture *fixture, gconstpointer data) {
    static const struct {
        const char *word;
        int32_t verdict;
    } cases[] = {{"pass", BOOT_HOST_PASS}, {"drop", BOOT_HOST_DROP}, {"abort", BOOT_HOST_ABORT}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        boot_host_fake_set(fixture->fake, "unknown", cases[i].word);
        fixture_open(fixture);
        g_assert_cmpint(decide(fixture, MAC, UUID), ==, cases[i].verdict);
        boot_host_fake_close(fixture->fake);
    }
}

static void test_wrong_spellings_are_refused_on_the_way_in(struct fixture *fixture,
                                                           gconstpointer data) {
    static const char *const rows[] = {
        "INSERT INTO device (mac) VALUES ('52:54:00:AB:CD:EF')",
        "INSERT INTO device (mac) VALUES ('52-54-00-12-34-56')",
        "INSERT INTO device (mac) VALUES ('52:54:00:12:34:56:78')",
        "INSERT INTO device (uuid) VALUES ('{" UUID "}')",
        "INSERT INTO device (uuid) VALUES ('0011223344556677889900aabbccddeeff')",
        "INSERT INTO device (name) VALUES ('nobody')",
        "INSERT INTO device (mac, action) VALUES ('" MAC "', 'reboot')",
        "INSERT INTO device_fact VALUES (1, 'Bad Name', 'x')",
    };
    fixture_open(fixture);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpint(execute(fixture->path, rows[i]), ==, SQLITE_CONSTRAINT);
}

static void test_a_check_changes_nothing(struct fixture *fixture, gconstpointer data) {
    g_assert_cmpint(boot_host_fake_open(fixture->fake, BOOT_HOST_OPEN_CHECK), ==, 0);
    g_assert_true(boot_host_fake_said(fixture->fake, "warning: uri: there are no devices yet"));
    g_assert_cmpint(decide(fixture, MAC, UUID), ==, BOOT_HOST_PASS);
    g_assert_false(g_file_test(fixture->path, G_FILE_TEST_EXISTS));
    boot_host_fake_close(fixture->fake);
    boot_host_fake_forget_lines(fixture->fake);
    fixture_open(fixture);
    g_assert_cmpint(
        execute(fixture->path, "INSERT INTO device (mac, boot_file) VALUES ('" MAC "', 'a.efi')"),
        ==, SQLITE_OK);
    boot_host_fake_close(fixture->fake);
    g_assert_cmpint(boot_host_fake_open(fixture->fake, BOOT_HOST_OPEN_CHECK), ==, 0);
    g_assert_cmpint(decide(fixture, MAC, UUID), ==, BOOT_HOST_PASS);
    g_assert_cmpstr(boot_file(fixture), ==, "a.efi");
}

static void test_a_replaced_file_is_opened_anew(struct fixture *fixture, gconstpointer data) {
    g_autofree char *fresh = g_build_filename(fixture->folder, "fresh.db", NULL);
    g_autofree char *fresh_uri = g_strconcat("sqlite://", fresh, NULL);
    boot_host_fake_set(fixture->fake, "uri", fresh_uri);
    fixture_open(fixture);
    boot_host_fake_close(fixture->fake);
    g_assert_cmpint(execute(fresh, "INSERT INTO device (mac, boot_file) VALUES ('" MAC
                                   "', 'new.efi'); PRAGMA journal_mode = DELETE"),
                    ==, SQLITE_OK);
    boot_host_fake_set(fixture->fake, "uri", fixture->uri);
    fixture_open(fixture);
    g_assert_cmpint(decide(fixture, MAC, NULL), ==, BOOT_HOST_PASS);
    g_assert_null(boot_file(fixture));
    g_assert_cmpint(execute(fixture->path, "INSERT INTO device (mac) VALUES ('52:54:00:00:00:09')"),
                    ==, SQLITE_OK);
    g_assert_cmpint(g_rename(fresh, fixture->path), ==, 0);
    let_time_pass(fixture);
    g_assert_cmpint(decide(fixture, MAC, NULL), ==, BOOT_HOST_PASS);
    g_assert_cmpstr(boot_file(fixture), ==, "new.efi");
    g_assert_cmpint(decide(fixture, "52:54:00:00:00:09", NULL), ==, BOOT_HOST_PASS);
    g_assert_cmpstr(note(fixture), ==, "the device is not known");
}

static void test_a_lost_file_is_an_error_until_it_is_back(struct fixture *fixture,
                                                          gconstpointer data) {
    g_autofree char *away = g_build_filename(fixture->folder, "away.db", NULL);
    fixture_open(fixture);
    g_assert_cmpint(
        execute(fixture->path, "INSERT INTO device (mac, boot_file) VALUES ('" MAC "', 'a.efi')"),
        ==, SQLITE_OK);
    g_assert_cmpint(g_rename(fixture->path, away), ==, 0);
    let_time_pass(fixture);
    g_assert_cmpint(decide(fixture, MAC, NULL), ==, -ENOENT);
    g_assert_false(g_file_test(fixture->path, G_FILE_TEST_EXISTS));
    g_assert_true(boot_host_fake_said(fixture->fake, "devices.db: No such file or directory"));
    g_assert_cmpint(g_rename(away, fixture->path), ==, 0);
    g_assert_cmpint(decide(fixture, MAC, NULL), ==, BOOT_HOST_PASS);
    g_assert_cmpstr(boot_file(fixture), ==, "a.efi");
    g_assert_true(boot_host_fake_said(fixture->fake, "info: the database answers again"));
}

static void test_a_ruined_file_is_an_error(struct fixture *fixture, gconstpointer data) {
    fixture_open(fixture);
    g_autofree char *junk = g_strnfill(8192, 'x');
    g_assert_true(g_file_set_contents(fixture->path, junk, -1, NULL));
    let_time_pass(fixture);
    g_assert_cmpint(decide(fixture, MAC, NULL), ==, -EIO);
    g_assert_true(boot_host_fake_said(fixture->fake, "file is not a database"));
}

/* Cut off in place, as by a copy over it: reading it must not end the daemon. */
static void test_a_file_that_is_cut_off_is_an_error(struct fixture *fixture, gconstpointer data) {
    fixture_open(fixture);
    g_assert_cmpint(execute(fixture->path,
                            "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE"
                            " i < 99999) INSERT INTO device (mac) SELECT"
                            " printf('52:54:00:%02x:%02x:%02x', i >> 16, i >> 8 & 255, i & 255)"
                            " FROM n; PRAGMA wal_checkpoint(TRUNCATE)"),
                    ==, SQLITE_OK);
    let_time_pass(fixture);
    g_assert_cmpint(decide(fixture, "52:54:00:00:00:01", NULL), ==, BOOT_HOST_PASS);
    g_assert_cmpint(truncate(fixture->path, 8192), ==, 0);
    for (int i = 0; i < 10; i++) {
        let_time_pass(fixture);
        g_assert_cmpint(decide(fixture, "52:54:00:01:00:01", NULL), ==, -EIO);
    }
    g_assert_true(boot_host_fake_said(fixture->fake, "malformed"));
}

static void test_a_newer_schema_is_refused(struct fixture *fixture, gconstpointer data) {
    fixture_open(fixture);
    boot_host_fake_close(fixture->fake);
    g_assert_cmpint(execute(fixture->path, "PRAGMA user_version = 2"), ==, SQLITE_OK);
    g_assert_cmpint(boot_host_fake_open(fixture->fake, 0), <, 0);
    g_assert_true(boot_host_fake_said(
        fixture->fake, "error: uri: has the tables of version 2, and this module knows version 1"));
}

static void test_a_foreign_database_is_refused(struct fixture *fixture, gconstpointer data) {
    g_assert_cmpint(execute(fixture->path, "CREATE TABLE device (mac TEXT)"), ==, SQLITE_OK);
    g_assert_cmpint(boot_host_fake_open(fixture->fake, 0), <, 0);
    g_assert_true(boot_host_fake_said(fixture->fake, "error: uri: is a database of another prog"));
}

static void test_a_locked_file_is_busy(struct fixture *fixture, gconstpointer data) {
    sqlite3 *db = NULL;
    boot_host_fake_set(fixture->fake, "busy-timeout", "20ms");
    fixture_open(fixture);
    g_assert_cmpint(decide(fixture, MAC, NULL), ==, BOOT_HOST_PASS);
    g_assert_cmpint(sqlite3_open(fixture->path, &db), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(db, "BEGIN IMMEDIATE; INSERT INTO device (mac) VALUES ('" MAC "')",
                                 NULL, NULL, NULL),
                    ==, SQLITE_OK);
    g_assert_cmpint(decide(fixture, MAC, NULL), ==, BOOT_HOST_PASS); /* a writer does not block */
    g_assert_cmpstr(note(fixture), ==, "the device is not known");
    g_assert_cmpint(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), ==, SQLITE_OK);
    g_assert_cmpint(decide(fixture, MAC, NULL), ==, BOOT_HOST_PASS);
    g_assert_cmpstr(note(fixture), ==, "device 1, found by its MAC");
    g_assert_cmpint(sqlite3_close(db), ==, SQLITE_OK);
    boot_host_fake_close(fixture->fake);
    g_assert_cmpint(execute(fixture->path, "PRAGMA journal_mode = DELETE"), ==, SQLITE_OK);
    fixture_open(fixture);
    g_assert_cmpint(sqlite3_open(fixture->path, &db), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), ==, SQLITE_OK);
    g_assert_cmpint(decide(fixture, MAC, NULL), ==, -EBUSY);
    g_assert_cmpint(sqlite3_close(db), ==, SQLITE_OK);
}

static const char inventory[] =
    "CREATE TABLE hosts (hwaddr TEXT, hostname TEXT, nbp TEXT, what TEXT);"
    "INSERT INTO hosts VALUES ('" MAC "', 'web-1', '${name}.efi', NULL),"
    " ('52:54:00:00:00:02', 'db-1', NULL, 'local'), ('52:54:00:00:00:03', 'x', NULL, 'dance')";

static void test_a_query_of_ones_own(struct fixture *fixture, gconstpointer data) {
    g_assert_cmpint(execute(fixture->path, inventory), ==, SQLITE_OK);
    boot_host_fake_set(fixture->fake, "query",
                       "SELECT hostname AS name, nbp AS boot_file, what AS action,"
                       " :architecture || '/' || :loader || '/' || :architecture_code AS asked"
                       " FROM hosts WHERE hwaddr = :mac; ");
    fixture_open(fixture);
    g_assert_cmpint(decide(fixture, MAC, UUID), ==, BOOT_HOST_PASS);
    g_assert_cmpstr(boot_host_fake_get_fact(fixture->fake, "name"), ==, "web-1");
    g_assert_cmpstr(boot_host_fake_get_fact(fixture->fake, "asked"), ==, "x64-uefi/firmware/7");
    g_assert_null(boot_host_fake_get_fact(fixture->fake, "boot_file"));
    g_assert_cmpstr(boot_file(fixture), ==, "web-1.efi");
    g_assert_cmpint(decide(fixture, "52:54:00:00:00:02", NULL), ==, BOOT_HOST_ABORT);
    g_assert_cmpint(decide(fixture, "52:54:00:00:00:03", NULL), ==, -EPROTO);
    g_assert_true(boot_host_fake_said(fixture->fake, "action \"dance\" is none of boot, local"));
    g_assert_cmpint(decide(fixture, "52:54:00:00:00:04", NULL), ==, BOOT_HOST_PASS);
    g_assert_cmpstr(note(fixture), ==, "the device is not known");
}

static void test_a_query_is_remembered_by_all_it_reads(struct fixture *fixture,
                                                       gconstpointer data) {
    static const char *const names[] = {"x64-uefi", "x86-bios", "x64-uefi"};
    g_assert_cmpint(execute(fixture->path, inventory), ==, SQLITE_OK);
    boot_host_fake_set(fixture->fake, "query",
                       "SELECT :architecture AS asked, :attempt AS count FROM hosts"
                       " WHERE hwaddr = :mac");
    fixture_open(fixture);
    for (size_t i = 0; i < G_N_ELEMENTS(names) * 3; i++) {
        const char *name = names[i % G_N_ELEMENTS(names)];
        char count[] = {(char) ('1' + i / 2), '\0'};
        const struct boot_host_fake_request request = {
            .mac = MAC, .architectures = name, .attempt = 1 + (uint32_t) i / 2};
        g_assert_cmpint(ask(fixture, &request), ==, BOOT_HOST_PASS);
        g_assert_cmpstr(boot_host_fake_get_fact(fixture->fake, "asked"), ==, name);
        g_assert_cmpstr(boot_host_fake_get_fact(fixture->fake, "count"), ==, count);
    }
}

static void test_chance_and_clock_are_asked_each_time(struct fixture *fixture, gconstpointer data) {
    g_assert_cmpint(execute(fixture->path, inventory), ==, SQLITE_OK);
    g_assert_cmpint(execute(fixture->path, "CREATE VIEW drawn AS SELECT random() AS number"), ==,
                    SQLITE_OK);
    boot_host_fake_set(fixture->fake, "query",
                       "SELECT number FROM hosts, drawn WHERE hwaddr = :mac");
    fixture_open(fixture);
    g_assert_cmpint(decide(fixture, MAC, NULL), ==, BOOT_HOST_PASS);
    g_autofree char *first = g_strdup(boot_host_fake_get_fact(fixture->fake, "number"));
    g_assert_cmpint(decide(fixture, MAC, NULL), ==, BOOT_HOST_PASS);
    g_assert_cmpstr(boot_host_fake_get_fact(fixture->fake, "number"), !=, first);
}

/* With and without a cache; what the second life of the instance says, too. */
static void test_a_swap_changes_no_answer(struct fixture *fixture, gconstpointer data) {
    static const char *const sizes[] = {"0", "1", "32768"};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        boot_host_fake_set(fixture->fake, "cache", sizes[i]);
        fixture_open(fixture);
        g_assert_cmpint(execute(fixture->path, "INSERT OR REPLACE INTO device (mac, boot_file)"
                                               " VALUES ('" MAC "', 'a.efi')"),
                        ==, SQLITE_OK);
        for (int k = 0; k < 4; k++) {
            if (k == 2)
                g_assert_cmpint(boot_host_fake_swap(fixture->fake), ==, 0);
            g_assert_cmpint(decide(fixture, MAC, UUID), ==, BOOT_HOST_PASS);
            g_assert_cmpstr(boot_file(fixture), ==, "a.efi");
            g_assert_cmpint(decide(fixture, "52:54:00:00:00:09", NULL), ==, BOOT_HOST_PASS);
            g_assert_null(boot_file(fixture));
        }
        boot_host_fake_close(fixture->fake);
    }
}

static void test_refuses_wrong_queries(struct fixture *fixture, gconstpointer data) {
    static const char *const cases[] = {
        "SELECT hostname AS name FROM hosts WHERE hwaddr = :max",
        "there is no parameter :max; th",
        "SELECT hostname AS name FROM hosts WHERE hwaddr = ?",
        "there is no parameter ?; there",
        "SELECT hostname AS Name FROM hosts",
        "column 1 is called \"Name\", wh",
        "SELECT count(*) FROM hosts",
        "column 1 is called \"count(*)\"",
        "DELETE FROM hosts",
        "must only read: a SELECT",
        "SELECT 1 AS a; DELETE FROM hosts",
        "must be one statement",
        "-- nothing",
        "must be one statement",
        "SELEC 1",
        "near \"SELEC\": syntax error",
        "SELECT a FROM nowhere",
        "no such table: nowhere",
    };
    g_assert_cmpint(execute(fixture->path, inventory), ==, SQLITE_OK);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i += 2) {
        boot_host_fake_set(fixture->fake, "query", cases[i]);
        boot_host_fake_forget_lines(fixture->fake);
        g_assert_cmpint(boot_host_fake_open(fixture->fake, BOOT_HOST_OPEN_CHECK), <, 0);
        g_assert_true(boot_host_fake_said(fixture->fake, cases[i + 1]));
    }
}

static void test_refuses_wrong_settings(struct fixture *fixture, gconstpointer data) {
    static const char *const cases[] = {
        "uri",
        "postgres://x",
        "error: uri: must be sqlite:// and an absolute",
        "uri",
        "sqlite://devices.db",
        "error: uri: must be sqlite:// and an absolute",
        "uri",
        "sqlite:///no/such/a.db",
        "error: uri: the folder of the database does n",
        "prefer",
        "name",
        "error: prefer: must be mac or uuid",
        "unknown",
        "reply",
        "error: unknown: must be pass, drop or abort",
        "busy-timeout",
        "1min",
        "error: busy-timeout: must be from 0s to 10s",
        "cache",
        "-1",
        "error: cache: must be from 0 to 1048576 clien",
        "bad-uuid",
        "1234",
        "error: bad-uuid: UUIDs are 8, 4, 4, 4 and 12",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i += 3) {
        struct boot_host_fake *fake = boot_host_fake_new(boot_host_provider_entry_v1());
        boot_host_fake_set(fake, "uri", fixture->uri);
        boot_host_fake_set(fake, cases[i], cases[i + 1]);
        g_assert_cmpint(boot_host_fake_open(fake, BOOT_HOST_OPEN_CHECK), ==, -EINVAL);
        g_assert_true(boot_host_fake_said(fake, cases[i + 2]));
        boot_host_fake_free(fake);
    }
}

static int collect_plan(void *user, int count, char **values, char **names) {
    g_string_append_printf(user, "%s\n", values[3]);
    return 0;
}

static void test_a_lookup_uses_the_indexes(struct fixture *fixture, gconstpointer data) {
    fixture_open(fixture);
    sqlite3 *db = NULL;
    g_assert_cmpint(sqlite3_open(fixture->path, &db), ==, SQLITE_OK);
    const char *const queries[] = {schema_device_query, schema_boot_file_query, schema_fact_query};
    for (size_t i = 0; i < G_N_ELEMENTS(queries); i++) {
        g_autoptr(GString) plan = g_string_new(NULL);
        g_autofree char *explain = g_strconcat("EXPLAIN QUERY PLAN ", queries[i], NULL);
        g_assert_cmpint(sqlite3_exec(db, explain, collect_plan, plan, NULL), ==, SQLITE_OK);
        g_test_message("%s", plan->str);
        g_assert_nonnull(strstr(plan->str, "SEARCH device"));
        g_assert_nonnull(strstr(plan->str, "USING "));
        g_assert_null(strstr(plan->str, "SCAN"));
    }
    g_assert_cmpint(sqlite3_close(db), ==, SQLITE_OK);
}

/* A scan of this table takes some 100 ms: these lookups would take minutes. */
static void test_a_million_devices_stay_one_lookup(struct fixture *fixture, gconstpointer data) {
    fixture_open(fixture);
    g_assert_cmpint(execute(fixture->path,
                            "PRAGMA synchronous = OFF; BEGIN;"
                            "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n"
                            " WHERE i < " MANY_TXT
                            " - 1) INSERT INTO device (mac, uuid, boot_file) SELECT"
                            " printf('52:54:00:%02x:%02x:%02x', i >> 16, i >> 8 & 255, i & 255),"
                            " printf('%08x-0000-4000-8000-000000000001', i), 'file-' || i FROM n;"
                            "COMMIT"),
                    ==, SQLITE_OK);
    for (unsigned i = 0; i < 2000; i++) {
        unsigned n = i * (MANY / 2000) + i % 7;
        g_autofree char *file = g_strdup_printf("file-%u", n);
        g_autofree char *mac =
            g_strdup_printf("52:54:00:%02x:%02x:%02x", n >> 16, n >> 8 & 255, n & 255);
        g_autofree char *uuid = g_strdup_printf("%08x-0000-4000-8000-000000000001", n);
        g_assert_cmpint(decide(fixture, i % 2 == 0 ? mac : NULL, i % 2 == 0 ? NULL : uuid), ==,
                        BOOT_HOST_PASS);
        g_assert_cmpstr(boot_file(fixture), ==, file);
    }
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
    g_test_add("/boothost/providers/database/" name, struct fixture, NULL, set_up, function,       \
               tear_down)
    ADD("makes-its-tables", test_makes_its_tables);
    ADD("finds-a-device-by-its-mac", test_finds_a_device_by_its_mac);
    ADD("finds-a-device-by-its-uuid-in-either-order",
        test_finds_a_device_by_its_uuid_in_either_order);
    ADD("bad-uuids-do-not-count", test_bad_uuids_do_not_count);
    ADD("says-when-two-devices-match", test_says_when_two_devices_match);
    ADD("the-most-exact-boot-file-goes-first", test_the_most_exact_boot_file_goes_first);
    ADD("boot-files-are-templates", test_boot_files_are_templates);
    ADD("an-earlier-boot-file-stays", test_an_earlier_boot_file_stays);
    ADD("a-device-may-stay-local-or-be-denied", test_a_device_may_stay_local_or_be_denied);
    ADD("unknown-devices-get-what-is-set", test_unknown_devices_get_what_is_set);
    ADD("wrong-spellings-are-refused-on-the-way-in",
        test_wrong_spellings_are_refused_on_the_way_in);
    ADD("a-check-changes-nothing", test_a_check_changes_nothing);
    ADD("a-replaced-file-is-opened-anew", test_a_replaced_file_is_opened_anew);
    ADD("a-lost-file-is-an-error-until-it-is-back", test_a_lost_file_is_an_error_until_it_is_back);
    ADD("a-ruined-file-is-an-error", test_a_ruined_file_is_an_error);
    ADD("a-file-that-is-cut-off-is-an-error", test_a_file_that_is_cut_off_is_an_error);
    ADD("a-newer-schema-is-refused", test_a_newer_schema_is_refused);
    ADD("a-foreign-database-is-refused", test_a_foreign_database_is_refused);
    ADD("a-locked-file-is-busy", test_a_locked_file_is_busy);
    ADD("a-query-of-ones-own", test_a_query_of_ones_own);
    ADD("a-query-is-remembered-by-all-it-reads", test_a_query_is_remembered_by_all_it_reads);
    ADD("chance-and-clock-are-asked-each-time", test_chance_and_clock_are_asked_each_time);
    ADD("a-swap-changes-no-answer", test_a_swap_changes_no_answer);
    ADD("refuses-wrong-queries", test_refuses_wrong_queries);
    ADD("refuses-wrong-settings", test_refuses_wrong_settings);
    ADD("a-lookup-uses-the-indexes", test_a_lookup_uses_the_indexes);
    ADD("a-million-devices-stay-one-lookup", test_a_million_devices_stay_one_lookup);
    return g_test_run();
}
