/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a lookup found about one client, in one piece of memory: so that it can be remembered, and
 * told again without the database.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parameters.h"

#define RECORD_MAX          (1024 * 1024) /* bytes; no device needs more */
#define RECORD_REMEMBER_MAX 4096          /* larger ones are read each time */

struct record {
    struct record *next; /* in a bucket of the cache, or in a list */
    uint64_t hash;       /* of the key; the key is what the text begins with */
    uint32_t key_size;   /* 0: not to be remembered */
    uint32_t epoch;      /* of the cache that has it */
    uint32_t slot;       /* there */
    uint32_t size;       /* of the text in use, and as it was made */
    uint32_t room;
    bool was_used; /* since the cache last looked for somebody to forget */
    bool is_known;
    bool has_bad_uuid;   /* a UUID that many machines have */
    bool is_two_devices; /* the MAC is one's and the UUID another's */

    /* Where a text begins, counted from `text`; 0: there is none. */
    uint32_t note;
    uint32_t action;
    uint32_t boot_file;
    /* Texts one behind the other, in pairs: names and values, clients and boot files. */
    uint32_t fact_count;
    uint32_t facts;
    uint32_t file_count;
    uint32_t files;
    char text[];
};

/* With a copy of the key. NULL: out of memory. */
struct record *record_new(const struct key *key);
void record_free(struct record *record);
void record_free_list(struct record *list);

/* Forgets everything but the key. */
void record_clear(struct record *record);

/* Gives back what it does not need. The record may move. */
struct record *record_trim(struct record *record);

/* Appends a text. NULL and "" are none: *ret_place is 0. The record may move. 0, -ENOMEM, or -E2BIG
 * above RECORD_MAX. */
int32_t record_append(struct record **record, const char *text, uint32_t *ret_place);
/* Appends a fact, or a boot file for a client. All facts one after the other, and all files. A pair
 * without value is left out. As record_append. */
int32_t record_append_fact(struct record **record, const char *name, const char *value);
int32_t record_append_file(struct record **record, const char *client, const char *file);

/* NULL: there is none. */
static inline const char *record_text(const struct record *record, uint32_t place) {
    return place != 0 ? record->text + place : NULL;
}
