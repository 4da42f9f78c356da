/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sessions by their client, in one array with linear probing.
 */
#include "boot/session-private.h"

#define SLOTS_MIN 64

void session_slots_init(struct session_slots *slots) {
    slots->array = g_new0(struct session_slot, SLOTS_MIN);
    slots->mask = SLOTS_MIN - 1;
    slots->count = 0;
}

void session_slots_clear(struct session_slots *slots) {
    g_free(slots->array);
}

static void put(struct session_slots *slots, struct session_slot slot) {
    uint32_t place = slot.hash & slots->mask;
    while (slots->array[place].session != NULL)
        place = (place + 1) & slots->mask;
    slots->array[place] = slot;
}

static void grow(struct session_slots *slots) {
    struct session_slot *before = slots->array;
    uint32_t size = slots->mask + 1;
    slots->array = g_new0(struct session_slot, 2 * (gsize) size);
    slots->mask = 2 * size - 1;
    for (uint32_t i = 0; i < size; i++)
        if (before[i].session != NULL)
            put(slots, before[i]);
    g_free(before);
}

void session_slots_add(struct session_slots *slots, struct session *session) {
    if (slots->count >= slots->mask / 3 * 2)
        grow(slots);
    put(slots, (struct session_slot){session, session->names.key_hash});
    slots->count++;
}

/* What comes behind moves up, as far as that is nearer to its own place: a search never meets a gap
 * before what it looks for. */
void session_slots_remove(struct session_slots *slots, const struct session *session) {
    uint32_t gap = session->names.key_hash & slots->mask;
    while (slots->array[gap].session != session)
        gap = (gap + 1) & slots->mask;
    for (uint32_t next = (gap + 1) & slots->mask; slots->array[next].session != NULL;
         next = (next + 1) & slots->mask) {
        uint32_t own = slots->array[next].hash & slots->mask;
        if (((next - own) & slots->mask) < ((next - gap) & slots->mask))
            continue;
        slots->array[gap] = slots->array[next];
        gap = next;
    }
    slots->array[gap].session = NULL;
    slots->count--;
}

struct session *session_slots_find(const struct session_slots *slots,
                                   const struct session_names *names) {
    uint32_t place = names->key_hash & slots->mask;
    for (; slots->array[place].session != NULL; place = (place + 1) & slots->mask) {
        const struct session_slot *slot = &slots->array[place];
        if (slot->hash == names->key_hash &&
            client_key_equal(&slot->session->names.key, &names->key))
            return slot->session;
    }
    return NULL;
}

void session_slots_expect(const struct session_slots *slots, const struct session_names *names) {
    __builtin_prefetch(&slots->array[names->key_hash & slots->mask]);
}

const struct session *session_slots_peek(const struct session_slots *slots,
                                         const struct session_names *names) {
    uint32_t place = names->key_hash & slots->mask;
    while (slots->array[place].session != NULL && slots->array[place].hash != names->key_hash)
        place = (place + 1) & slots->mask;
    return slots->array[place].session;
}
