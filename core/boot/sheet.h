/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Texts and small records on one sheet of memory, which copies as a whole: what providers write for
 * one client seldom needs more. Whatever the sheet has no room for lies beside it, counted by
 * reference, so that a copy costs no text either way. One thread at a time. No limits of its own.
 */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

#define SHEET_RECORDS 12  /* a reply of a long chain has some ten */
#define SHEET_ROOM    608 /* bytes of texts; a reply and its sheet make one small allocation */

/* A text on a sheet; 0: none. */
typedef uint32_t sheet_ref;

/* What the fields mean is up to whom the sheet belongs to; texts are released with the record. */
struct sheet_record {
    uint8_t kind;
    uint8_t space;
    uint16_t code;
    sheet_ref name;
    sheet_ref value;
};

struct sheet {
    uint32_t used;         /* bytes of `room`, in which each text follows its size */
    uint32_t count;        /* records */
    uint32_t record_limit; /* that `records` holds */
    struct sheet_record *records;
    GPtrArray *large; /* GRefString *, NULL where one was released; NULL: none yet */
    struct sheet_record own[SHEET_RECORDS];
    char room[SHEET_ROOM];
};

void sheet_init(struct sheet *sheet);
/* `sheet` need not be initialised. */
void sheet_copy(struct sheet *sheet, const struct sheet *from);
void sheet_clear(struct sheet *sheet);

/* Copies `size` bytes and puts a NUL behind them. */
sheet_ref sheet_put(struct sheet *sheet, const void *data, size_t size);
/* Puts text in the place of another, which is released. `text` may be part of it; NULL: nothing. */
void sheet_replace(struct sheet *sheet, sheet_ref *place, const char *text, size_t size);
/* Valid until it is replaced or released; NULL for none. */
const char *sheet_text(const struct sheet *sheet, sheet_ref ref);
size_t sheet_size(const struct sheet *sheet, sheet_ref ref);

/* All zeros but `kind`; valid until the next is added. */
struct sheet_record *sheet_add(struct sheet *sheet, uint8_t kind);
void sheet_remove(struct sheet *sheet, struct sheet_record *record);
void sheet_remove_all(struct sheet *sheet, uint8_t kind);
/* The record number `index` of this kind, in the order they were added; NULL behind the last. */
struct sheet_record *sheet_find(const struct sheet *sheet, uint8_t kind, uint32_t index);
uint32_t sheet_count(const struct sheet *sheet, uint8_t kind);
