/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boot/sheet: texts and records, in the sheet and beside it.
 */
#include "boot/sheet.h"

#include <string.h>

static sheet_ref put(struct sheet *sheet, const char *text) {
    return sheet_put(sheet, text, strlen(text));
}

static void replace(struct sheet *sheet, sheet_ref *place, const char *text) {
    sheet_replace(sheet, place, text, text != NULL ? strlen(text) : 0);
}

static void test_texts(void) {
    struct sheet sheet;
    sheet_init(&sheet);
    g_assert_cmpstr(sheet_text(&sheet, 0), ==, NULL);
    sheet_ref empty = put(&sheet, "");
    sheet_ref word = put(&sheet, "word");
    sheet_ref bytes = sheet_put(&sheet, "a\0b", 3);
    g_assert_cmpstr(sheet_text(&sheet, empty), ==, "");
    g_assert_cmpstr(sheet_text(&sheet, word), ==, "word");
    g_assert_cmpmem(sheet_text(&sheet, bytes), 4, "a\0b", 4);
    sheet_clear(&sheet);
}

/* What is lent must not move when something else is written. */
static void test_places(void) {
    struct sheet sheet;
    sheet_init(&sheet);
    const char *first = sheet_text(&sheet, put(&sheet, "first"));
    g_autofree char *large = g_strnfill(2 * SHEET_ROOM, 'x');
    const char *beside = sheet_text(&sheet, put(&sheet, large));
    for (int i = 0; i < 200; i++)
        (void) put(&sheet, "more and more");
    g_assert_cmpstr(first, ==, "first");
    g_assert_cmpstr(beside, ==, large);
    sheet_clear(&sheet);
}

static void test_replacing(void) {
    struct sheet sheet;
    sheet_init(&sheet);
    g_autofree char *large = g_strnfill(2 * SHEET_ROOM, 'x');
    sheet_ref place = put(&sheet, "some word");
    uint32_t used = sheet.used;
    replace(&sheet, &place, sheet_text(&sheet, place) + 5);
    g_assert_cmpstr(sheet_text(&sheet, place), ==, "word");
    g_assert_cmpuint(sheet.used, ==, used);
    replace(&sheet, &place, large);
    replace(&sheet, &place, sheet_text(&sheet, place) + SHEET_ROOM);
    g_assert_cmpuint(strlen(sheet_text(&sheet, place)), ==, SHEET_ROOM);
    replace(&sheet, &place, NULL);
    g_assert_cmpstr(sheet_text(&sheet, place), ==, NULL);
    for (int i = 0; i < 100; i++) {
        replace(&sheet, &place, large);
        replace(&sheet, &place, NULL);
    }
    g_assert_cmpuint(sheet.large->len, <, 3); /* places are used again */
    sheet_clear(&sheet);
}

static void test_records(void) {
    struct sheet sheet;
    sheet_init(&sheet);
    for (uint16_t i = 0; i < 3 * SHEET_RECORDS; i++)
        sheet_add(&sheet, i % 2)->code = i;
    g_assert_cmpuint(sheet_count(&sheet, 0), ==, 3 * SHEET_RECORDS / 2);
    g_assert_cmpuint(sheet_find(&sheet, 1, 2)->code, ==, 5);
    g_assert_null(sheet_find(&sheet, 1, 3 * SHEET_RECORDS / 2));
    g_assert_null(sheet_find(&sheet, 7, 0));
    sheet_remove(&sheet, sheet_find(&sheet, 1, 1));
    g_assert_cmpuint(sheet_find(&sheet, 1, 1)->code, ==, 5);
    sheet_remove_all(&sheet, 0);
    g_assert_cmpuint(sheet.count, ==, 3 * SHEET_RECORDS / 2 - 1);
    g_assert_null(sheet_find(&sheet, 0, 0));
    sheet_clear(&sheet);
}

static void fill(struct sheet *sheet, unsigned records) {
    g_autofree char *large = g_strnfill(SHEET_ROOM, 'x');
    sheet_init(sheet);
    for (unsigned i = 0; i < records; i++) {
        struct sheet_record *record = sheet_add(sheet, 1);
        record->name = put(sheet, "name");
        record->value = put(sheet, large);
    }
}

static void test_copies(void) {
    static const unsigned counts[] = {0, 1, SHEET_RECORDS, SHEET_RECORDS + 1, 10 * SHEET_RECORDS};
    for (gsize i = 0; i < G_N_ELEMENTS(counts); i++) {
        struct sheet sheet;
        struct sheet copy;
        fill(&sheet, counts[i]);
        sheet_copy(&copy, &sheet);
        sheet_remove_all(&sheet, 1);
        sheet_clear(&sheet);
        g_assert_cmpuint(sheet_count(&copy, 1), ==, counts[i]);
        for (unsigned k = 0; k < counts[i]; k++) {
            const struct sheet_record *record = sheet_find(&copy, 1, k);
            g_assert_cmpstr(sheet_text(&copy, record->name), ==, "name");
            g_assert_cmpuint(strlen(sheet_text(&copy, record->value)), ==, SHEET_ROOM);
        }
        (void) sheet_add(&copy, 2);
        g_assert_cmpuint(sheet_count(&copy, 2), ==, 1);
        sheet_clear(&copy);
    }
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/boot/sheet/keeps-texts", test_texts);
    g_test_add_func("/boothost/boot/sheet/does-not-move-what-it-lends", test_places);
    g_test_add_func("/boothost/boot/sheet/replaces-texts-in-place", test_replacing);
    g_test_add_func("/boothost/boot/sheet/keeps-records-in-order", test_records);
    g_test_add_func("/boothost/boot/sheet/copies-however-much-there-is", test_copies);
    return g_test_run();
}
