/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One growing allocation. Behind the key is an empty text, so that no other begins at 0.
 */
#include "record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 256 /* bytes: most devices fit */

struct record *record_new(const struct key *key) {
    size_t room = key->size + ROOM_FIRST;
    struct record *record = calloc(1, sizeof *record + room);
    if (record == NULL)
        return NULL;
    record->hash = key->hash;
    record->key_size = (uint32_t) key->size;
    record->size = (uint32_t) key->size + 1;
    record->room = (uint32_t) room;
    memcpy(record->text, key->bytes, key->size);
    return record;
}

void record_free(struct record *record) {
    free(record);
}

void record_free_list(struct record *list) {
    while (list != NULL) {
        struct record *record = list;
        list = record->next;
        record_free(record);
    }
}

void record_clear(struct record *record) {
    struct record empty = {.hash = record->hash,
                           .key_size = record->key_size,
                           .size = record->key_size + 1,
                           .room = record->room};
    memcpy(record, &empty, sizeof empty);
}

struct record *record_trim(struct record *record) {
    struct record *smaller = realloc(record, sizeof *record + record->size);
    if (smaller == NULL)
        return record;
    smaller->room = smaller->size;
    return smaller;
}

static int32_t make_room(struct record **record, size_t size) {
    size_t wanted = (*record)->size + size;
    if (wanted > RECORD_MAX)
        return -E2BIG;
    if (wanted <= (*record)->room)
        return 0;
    struct record *larger = realloc(*record, sizeof **record + wanted * 2);
    if (larger == NULL)
        return -ENOMEM;
    larger->room = (uint32_t) (wanted * 2);
    *record = larger;
    return 0;
}

int32_t record_append(struct record **record, const char *text, uint32_t *ret_place) {
    if (text == NULL || text[0] == '\0') {
        *ret_place = 0;
        return 0;
    }
    size_t size = strlen(text) + 1;
    int32_t result = make_room(record, size);
    if (result != 0)
        return result;
    memcpy((*record)->text + (*record)->size, text, size);
    *ret_place = (*record)->size;
    (*record)->size += (uint32_t) size;
    return 0;
}

static int32_t append_pair(struct record **record, const char *name, const char *value,
                           uint32_t *ret_place) {
    uint32_t place = 0;
    int32_t result = record_append(record, name, ret_place);
    return result == 0 ? record_append(record, value, &place) : result;
}

int32_t record_append_fact(struct record **record, const char *name, const char *value) {
    uint32_t place = 0;
    if (value == NULL || value[0] == '\0')
        return 0;
    int32_t result = append_pair(record, name, value, &place);
    if (result == 0 && (*record)->fact_count++ == 0)
        (*record)->facts = place;
    return result;
}

int32_t record_append_file(struct record **record, const char *client, const char *file) {
    uint32_t place = 0;
    if (client == NULL || client[0] == '\0' || file == NULL || file[0] == '\0')
        return 0;
    int32_t result = append_pair(record, client, file, &place);
    if (result == 0 && (*record)->file_count++ == 0)
        (*record)->files = place;
    return result;
}
