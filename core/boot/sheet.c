/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Texts and small records on one sheet of memory.
 */
#include "boot/sheet.h"

#include <string.h>

void sheet_init(struct sheet *sheet) {
    sheet->used = 0;
    sheet->count = 0;
    sheet->record_limit = SHEET_RECORDS;
    sheet->records = sheet->own;
    sheet->large = NULL;
}

/* ---- Large texts ----------------------------------------------------------------------------- */

/* References from SHEET_ROOM on are these. */
static char **large_slot(const struct sheet *sheet, sheet_ref ref) {
    return (char **) &sheet->large->pdata[ref - SHEET_ROOM];
}

static void release(void *text) {
    if (text != NULL)
        g_ref_string_release(text);
}

static sheet_ref put_large(struct sheet *sheet, const char *data, size_t size) {
    if (sheet->large == NULL)
        sheet->large = g_ptr_array_new_with_free_func(release);
    guint index = 0;
    while (index < sheet->large->len && sheet->large->pdata[index] != NULL)
        index++;
    if (index == sheet->large->len)
        g_ptr_array_add(sheet->large, NULL);
    sheet->large->pdata[index] = g_ref_string_new_len(data, (gssize) size);
    return SHEET_ROOM + index;
}

static void copy_large(struct sheet *sheet, const struct sheet *from) {
    sheet->large = g_ptr_array_new_with_free_func(release);
    for (guint i = 0; i < from->large->len; i++) {
        char *text = from->large->pdata[i];
        g_ptr_array_add(sheet->large, text != NULL ? g_ref_string_acquire(text) : NULL);
    }
}

/* ---- The whole ------------------------------------------------------------------------------- */

void sheet_copy(struct sheet *sheet, const struct sheet *from) {
    memcpy(sheet, from, offsetof(struct sheet, own));
    sheet->records = sheet->own;
    sheet->record_limit = SHEET_RECORDS;
    if (from->count > SHEET_RECORDS) {
        sheet->record_limit = from->record_limit;
        sheet->records = g_new(struct sheet_record, from->record_limit);
    }
    memcpy(sheet->records, from->records, from->count * sizeof(struct sheet_record));
    memcpy(sheet->room, from->room, from->used);
    if (from->large != NULL)
        copy_large(sheet, from);
}

void sheet_clear(struct sheet *sheet) {
    if (sheet->large != NULL)
        g_ptr_array_unref(sheet->large);
    if (sheet->records != sheet->own)
        g_free(sheet->records);
}

/* ---- Texts ----------------------------------------------------------------------------------- */

static void write_text(struct sheet *sheet, sheet_ref ref, const void *data, size_t size) {
    uint16_t its_size = (uint16_t) size;
    memcpy(sheet->room + ref - sizeof(its_size), &its_size, sizeof(its_size));
    if (size > 0)
        memmove(sheet->room + ref, data, size);
    sheet->room[ref + size] = '\0';
}

sheet_ref sheet_put(struct sheet *sheet, const void *data, size_t size) {
    sheet_ref ref = sheet->used + (uint32_t) sizeof(uint16_t);
    if (ref >= SHEET_ROOM || size >= SHEET_ROOM - ref)
        return put_large(sheet, data, size);
    write_text(sheet, ref, data, size);
    sheet->used = ref + (uint32_t) size + 1;
    return ref;
}

size_t sheet_size(const struct sheet *sheet, sheet_ref ref) {
    uint16_t size = 0;
    if (ref >= SHEET_ROOM)
        return g_ref_string_length(*large_slot(sheet, ref));
    if (ref > 0)
        memcpy(&size, sheet->room + ref - sizeof(size), sizeof(size));
    return size;
}

static void release_text(struct sheet *sheet, sheet_ref ref) {
    if (ref >= SHEET_ROOM)
        g_clear_pointer(large_slot(sheet, ref), g_ref_string_release);
}

void sheet_replace(struct sheet *sheet, sheet_ref *place, const char *text, size_t size) {
    sheet_ref before = *place;
    if (text != NULL && before > 0 && before < SHEET_ROOM && size <= sheet_size(sheet, before)) {
        write_text(sheet, before, text, size);
        return;
    }
    *place = text != NULL ? sheet_put(sheet, text, size) : 0;
    release_text(sheet, before);
}

const char *sheet_text(const struct sheet *sheet, sheet_ref ref) {
    if (ref == 0)
        return NULL;
    return ref < SHEET_ROOM ? sheet->room + ref : *large_slot(sheet, ref);
}

/* ---- Records --------------------------------------------------------------------------------- */

static void grow(struct sheet *sheet) {
    struct sheet_record *records = g_new(struct sheet_record, 2 * sheet->record_limit);
    memcpy(records, sheet->records, sheet->count * sizeof(*records));
    if (sheet->records != sheet->own)
        g_free(sheet->records);
    sheet->records = records;
    sheet->record_limit *= 2;
}

struct sheet_record *sheet_add(struct sheet *sheet, uint8_t kind) {
    if (sheet->count == sheet->record_limit)
        grow(sheet);
    struct sheet_record *record = &sheet->records[sheet->count++];
    *record = (struct sheet_record){.kind = kind};
    return record;
}

void sheet_remove(struct sheet *sheet, struct sheet_record *record) {
    size_t behind = sheet->count - (size_t) (record - sheet->records) - 1;
    release_text(sheet, record->name);
    release_text(sheet, record->value);
    memmove(record, record + 1, behind * sizeof(*record));
    sheet->count--;
}

void sheet_remove_all(struct sheet *sheet, uint8_t kind) {
    for (uint32_t i = sheet->count; i > 0; i--)
        if (sheet->records[i - 1].kind == kind)
            sheet_remove(sheet, &sheet->records[i - 1]);
}

struct sheet_record *sheet_find(const struct sheet *sheet, uint8_t kind, uint32_t index) {
    for (uint32_t i = 0; i < sheet->count; i++)
        if (sheet->records[i].kind == kind && index-- == 0)
            return &sheet->records[i];
    return NULL;
}

uint32_t sheet_count(const struct sheet *sheet, uint8_t kind) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < sheet->count; i++)
        count += sheet->records[i].kind == kind ? 1 : 0;
    return count;
}
