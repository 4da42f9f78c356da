/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The cache of the provider "database", and its records.
 */
#include <glib.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cache.h"
#include "record.h"

/* The key of a client; the hash puts all of them into few buckets. */
static struct key make_key(unsigned number) {
    struct key key = {.hash = number % 3};
    key.size = (size_t) snprintf(key.bytes, sizeof key.bytes, "client %u", number) + 1;
    return key;
}

static struct record *make_record(unsigned number, const char *file) {
    struct key key = make_key(number);
    struct record *record = record_new(&key);
    uint32_t place = 0;
    g_assert_nonnull(record);
    g_assert_cmpint(record_append(&record, file, &place), ==, 0);
    record->boot_file = place;
    return record;
}

static const char *find(struct cache *cache, unsigned number) {
    struct key key = make_key(number);
    const struct record *record = cache_find(cache, &key);
    return record != NULL ? record_text(record, record->boot_file) : NULL;
}

static void test_finds_what_was_added(void) {
    struct cache cache;
    g_assert_cmpint(cache_open(&cache, 100), ==, 0);
    for (unsigned i = 0; i < 100; i++) {
        g_autofree char *file = g_strdup_printf("file-%u", i);
        g_assert_null(find(&cache, i));
        cache_add(&cache, make_record(i, file));
    }
    for (unsigned i = 0; i < 100; i++) {
        g_autofree char *file = g_strdup_printf("file-%u", i);
        g_assert_cmpstr(find(&cache, i), ==, file);
    }
    cache_close(&cache);
}

static void test_a_client_is_in_it_once(void) {
    struct cache cache;
    g_assert_cmpint(cache_open(&cache, 100), ==, 0);
    for (unsigned i = 0; i < 10; i++)
        cache_add(&cache, make_record(7, i < 9 ? "old" : "new"));
    g_assert_cmpuint(cache.count, ==, 1);
    g_assert_cmpstr(find(&cache, 7), ==, "new");
    cache_close(&cache);
}

/* However many clients come, and whoever is asked about all the time stays. */
static void test_is_bounded(void) {
    struct cache cache;
    g_assert_cmpint(cache_open(&cache, 8), ==, 0);
    cache_add(&cache, make_record(0, "regular"));
    for (unsigned i = 1; i < 10000; i++) {
        g_assert_cmpstr(find(&cache, 0), ==, "regular");
        cache_add(&cache, make_record(i, "passing"));
        g_assert_cmpuint(cache.count, <=, 8);
    }
    g_assert_cmpstr(find(&cache, 9999), ==, "passing");
    g_assert_null(find(&cache, 9000));
    cache_close(&cache);
}

static void test_forgets_all(void) {
    struct cache cache;
    g_assert_cmpint(cache_open(&cache, 4), ==, 0);
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < 4; i++)
            cache_add(&cache, make_record(i, "known"));
        g_assert_cmpstr(find(&cache, 2), ==, "known");
        cache_forget_all(&cache);
        for (unsigned i = 0; i < 4; i++)
            g_assert_null(find(&cache, i));
    }
    g_assert_cmpuint(cache.count, ==, 4);
    cache_close(&cache);
}

static void test_refuses_what_is_too_large(void) {
    struct cache cache;
    g_autofree char *large = g_strnfill(RECORD_REMEMBER_MAX, 'x');
    struct key none = {.size = 0};
    g_assert_cmpint(cache_open(&cache, 4), ==, 0);
    cache_add(&cache, make_record(1, large));
    cache_add(&cache, record_new(&none));
    g_assert_cmpuint(cache.count, ==, 0);
    g_assert_null(cache_find(&cache, &none));
    cache_close(&cache);
}

static void test_without_room_nothing_is_kept(void) {
    struct cache cache;
    g_assert_cmpint(cache_open(&cache, 0), ==, 0);
    cache_add(&cache, make_record(1, "file"));
    g_assert_null(find(&cache, 1));
    cache_close(&cache);
}

static void test_a_record_grows_up_to_a_limit(void) {
    struct record *record = make_record(1, "file");
    g_autofree char *text = g_strnfill(1000, 'x');
    int32_t result = 0;
    unsigned count = 0;
    for (; result == 0; count++)
        result = record_append_fact(&record, "name", text);
    g_assert_cmpint(result, ==, -E2BIG);
    g_assert_cmpuint(count, >, 1000);
    g_assert_cmpuint(record->size, <=, RECORD_MAX);
    g_assert_cmpstr(record_text(record, record->boot_file), ==, "file");
    record_free(record);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/boothost/providers/database/cache/" name, function)
    ADD("finds-what-was-added", test_finds_what_was_added);
    ADD("a-client-is-in-it-once", test_a_client_is_in_it_once);
    ADD("is-bounded", test_is_bounded);
    ADD("forgets-all", test_forgets_all);
    ADD("refuses-what-is-too-large", test_refuses_what_is_too_large);
    ADD("without-room-nothing-is-kept", test_without_room_nothing_is_kept);
    ADD("a-record-grows-up-to-a-limit", test_a_record_grows_up_to_a_limit);
    return g_test_run();
}
